// What db diff takes for renamed: what the user says, in flags and in the schema files, and what is alike; or the question which is meant.
import { Fault } from "../../kernel/fault.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { renamesSaid } from "../../pg/diff/annotations.ts";
import type { AsideStage } from "../../pg/diff/expand.ts";
import { partsOf } from "../../pg/diff/parts.ts";
import type { Candidate, Renames, Said } from "../../pg/diff/renaming.ts";
import { settleRenames } from "../../pg/diff/settle.ts";
import type { Given } from "./side.ts";

interface Wishes {
  readonly renames: readonly Said[];
  readonly guess: boolean;
  readonly expand: boolean;
}

/** Columns can stand twice; a table has one place, and the release before finds it nowhere else. */
const refuseMoved = ({ renamings }: Renames): void => {
  const names = new Set(renamings.map(({ from }) => from));
  const moved = renamings.filter(
    ({ change, to }) => names.has(to) || ("to" in change && ["table", "schema"].includes(change.to.kind)),
  );
  if (moved.length === 0) return;
  const table = moved.find(({ change }) => "to" in change && change.to.kind === "table");
  const view =
    table === undefined
      ? ""
      : `, or leave a view behind by hand: CREATE VIEW ${table.from} AS SELECT * FROM ${table.to}`;
  throw new Fault(
    "input.unsupported",
    `--expand lets columns stand twice, and these move at once: ${moved.map(({ from, to }) => `${from} → ${to}`).join(", ")}`,
    { help: `leave --expand away for this change${view}` },
  );
};

const ambiguousFault = (candidates: readonly Candidate[]): Fault => {
  const lines = candidates.map(({ from, to, score, reasons }) => `  ${from} → ${to} (${score}: ${reasons.join(", ")})`);
  return new Fault(
    "input.ambiguous",
    `what goes and what comes may be renames, and cannot be told apart:\n${lines.join("\n")}`,
    {
      help: "name the renames with --rename OLD=NEW or a comment -- @renamed from=OLD, or say that there are none with --no-guess-renames",
      data: {
        candidates: candidates.map(({ kind, from, to, score, reasons }) => ({
          kind,
          from,
          to,
          score,
          reasons: [...reasons],
        })),
      },
    },
  );
};

/** Is there something of this name already, or still? A name may be said without its schema or table. */
const isThere = (catalog: Catalog, said: string): boolean => {
  const bare = said.replaceAll('"', "");
  return [...partsOf(catalog).byKey.keys()].some((key) => {
    const path = key.slice(key.indexOf(" ") + 1).replaceAll('"', "");
    return [path, path.replace(/\(.*$/, "")].some((one) => one === bare || one.endsWith(`.${bare}`));
  });
};

/** A flag that names nothing is a slip of the pen, unless what it asks for is so already. */
const refuseUnanswered = (from: Catalog, to: Catalog, said: readonly Said[], answered: readonly Said[]): void => {
  const lost = said.filter(
    (one) => !answered.includes(one) && (isThere(from, one.from) || !isThere(from, one.to) || !isThere(to, one.to)),
  );
  if (lost.length === 0) return;
  const lines = lost.map((one) => {
    const missing = [
      ...(isThere(from, one.from) ? [] : [`the old side has no ${one.from}`]),
      ...(isThere(to, one.to) ? [] : [`the new side has no ${one.to}`]),
    ];
    const why =
      missing.length > 0
        ? missing.join(", and ")
        : "what goes and what comes by these names is not of one kind and place";
    return `--rename ${one.from}=${one.to}: ${why}`;
  });
  throw new Fault("usage.bad-value", lines.join("\n"), {
    help: "name what goes and what comes as schema.table, schema.table.column or schema; --schema includes a schema that is left out",
  });
};

export const saidOf = (next: Given, renames: readonly Said[]): readonly Said[] => [
  ...renames,
  ...(next.kind === "files" ? next.files.flatMap(({ text }) => renamesSaid(text)) : []),
];

/** Renames and moves between two sides, the first of which stands on the stage. */
export const renamesOf = async (
  stage: AsideStage,
  [begin, end]: readonly [Catalog, Catalog],
  next: Given,
  { renames, guess, expand }: Wishes,
): Promise<Renames> => {
  const found = await settleRenames(stage, begin, end, saidOf(next, renames), guess);
  if (found.ambiguous.length > 0) throw ambiguousFault(found.ambiguous);
  refuseUnanswered(begin, end, renames, found.answered);
  if (expand) refuseMoved(found);
  return found;
};
