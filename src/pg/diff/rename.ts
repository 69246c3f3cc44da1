// Renames: what goes and what comes may be the same thing under another name. Said by the user, or scored with reasons.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { keyOf, partKey } from "../catalog/object.ts";
import { quotePath } from "../quote.ts";
import type { Renameable } from "./likeness.ts";
import { groups, isRenameable, ownName, placeOf, score } from "./likeness.ts";
import { parentColumn } from "./parentage.ts";
import type { Parts } from "./part.ts";
import { partsOf } from "./parts.ts";
import type { Candidate, Renames, Renaming, Said } from "./renaming.ts";
import { isCalled, pathText, renamingOf } from "./renaming.ts";
import { namesOf } from "./shared-names.ts";

/** From here on a rename is worth asking about; from `certain` on it is taken for one unless a rival is as near. */
export const likely = 0.68;
export const certain = 0.75;
export const near = 0.17;

/** A score as people read it. */
export const rounded = (score: number): number => Math.round(score * 100) / 100;

const gone = (from: Parts, to: Parts): readonly Renameable[] =>
  [...from.byKey.values()].filter((part): part is Renameable => isRenameable(part) && !to.byKey.has(part.key));

/** Who has each name that a schema holds once. */
const holdersOf = ({ byKey }: Parts): ReadonlyMap<string, string> =>
  new Map([...byKey.values()].flatMap((part) => namesOf(part).map((name) => [name, part.key] as const)));

/** An inherited column has the name that it has in its parent: it is renamed there. */
const isInherited = (part: Renameable, parts: Parts): boolean =>
  part.kind === "column" && parentColumn(parts, part.value) !== undefined;

/** Where the table of a column has its columns from. */
const typeOf = (part: Renameable, { byKey }: Parts): ObjectName | undefined => {
  const table = part.kind === "column" ? byKey.get(keyOf("table", part.value.table)) : undefined;
  return table?.kind === "table" ? table.value.ofType : undefined;
};

/** Columns follow the table that they belong to under its new name. */
const atNewTable = (part: Renameable, tables: ReadonlyMap<string, ObjectName>): Renameable => {
  if (part.kind !== "column" && part.kind !== "constraint" && part.kind !== "index") return part;
  const before = part.value.table;
  const table = tables.get(keyOf("table", before));
  if (table === undefined) return part;
  const value = { ...part.value, table };
  if (!("definition" in value)) return { ...part, value } as Renameable;
  const definition = value.definition.replace(`${quotePath(before)} USING `, () => `${quotePath(table)} USING `);
  return { ...part, value: { ...value, definition } } as Renameable;
};

const leaders: readonly (readonly Renameable["kind"][])[] = [
  ["table"],
  ["enum", "domain", "composite", "range"],
  ["column"],
];

/** They speak of the others: under the new names of these more of them are the same. */
const followers: readonly (readonly Renameable["kind"][])[] = [
  ["constraint", "index"],
  ["view", "sequence"],
];

/** What is the same but for its name, now that what it speaks of has its new names. */
export const findFollowers = (from: Catalog, to: Catalog, said: readonly Said[], guess: boolean): Renames =>
  findRenames(from, to, said, guess, followers);

/**
 * What was renamed. What the user said counts; then what is the same but for its name or alike enough, unless two guesses are too close
 * to each other. Columns and tables are guessed only where a wrong guess could not be taken for a right one.
 */
export const findRenames = (
  from: Catalog,
  to: Catalog,
  said: readonly Said[],
  guess = true,
  inTurn: readonly (readonly Renameable["kind"][])[] = [...leaders, ...followers],
): Renames => {
  const sides = [partsOf(from), partsOf(to)] as const;
  const [old, next] = [gone(sides[0], sides[1]), gone(sides[1], sides[0])];
  const renamings: Renaming[] = [];
  const candidates: Candidate[] = [];
  const ambiguous: Candidate[] = [];
  const tables = new Map<string, ObjectName>();
  const used = new Set<string>();
  const answered: Said[] = [];
  const holders = holdersOf(sides[0]);
  /** A name is free once who had it has another one. What goes has its name until it goes, which may be much later. */
  const isTaken = (part: Renameable, other: Renameable): boolean =>
    part.kind !== "column" &&
    namesOf(other).some((name) => {
      const holder = holders.get(name) ?? part.key;
      return holder !== part.key && !renamings.some(({ change }) => "from" in change && change.from.key === holder);
    });
  const keep = (a: Renameable, b: Renameable): void => {
    used.add(a.key).add(`new ${b.key}`);
    if (a.kind === "table" && b.kind === "table") tables.set(a.key, { schema: b.value.schema, name: b.value.name });
    const renaming = renamingOf(a, b, atNewTable(a, tables), typeOf(b, sides[1]));
    // All tables of a type have its attributes under their new names at once.
    const isDone = renamings.some(({ up }) => up[0] === renaming.up[0]);
    renamings.push(isDone ? { ...renaming, up: [], down: [] } : renaming);
  };
  for (const kinds of inTurn) {
    const of = (list: readonly Renameable[]): readonly Renameable[] => list.filter(({ kind }) => kinds.includes(kind));
    const [left, right] = [of(old), of(next)];
    const here = left
      .filter((part) => !isInherited(part, sides[0]))
      .map((part) => ({ part, moved: atNewTable(part, tables) }));
    const free = (part: Renameable): boolean => !used.has(part.key) && !used.has(`new ${part.key}`);
    // What went along with its table has its name still.
    for (const { part, moved } of here) {
      const same = right.find(
        (one) => one.kind === part.kind && ownName(one) === ownName(part) && placeOf(one) === placeOf(moved),
      );
      if (same !== undefined) used.add(part.key).add(`new ${same.key}`);
    }
    for (const one of said) {
      const { from: before, to: after } = one;
      const a = here.find(({ part }) => free(part) && isCalled(part, before));
      const b = right.find(
        (part) => free(part) && isCalled(part, after) && (a === undefined || placeOf(part) === placeOf(a.moved)),
      );
      if (a === undefined || b === undefined) continue;
      answered.push(one);
      keep(a.part, b);
    }
    // A key or an index that is the same but for its name is no guess.
    if (!guess && !kinds.includes("constraint")) continue;
    const pairs = here
      .filter(({ part }) => free(part))
      .flatMap(({ part, moved }) =>
        right
          .filter(
            (other) => free(other) && placeOf(other) === placeOf(moved) && sides[1].byKey.get(moved.key) === undefined,
          )
          .filter((other) => isSameColumns(part, other, sides, tables))
          // What came with a new table, or went with an old one, was not renamed.
          .filter((other) => kinds.includes("table") || kinds.includes("enum") || existed(other, sides[0], tables))
          .map((other) => ({ part, other, ...score(moved, other, sides) })),
      )
      .filter((one) => one.score >= likely)
      .sort((a, b) => b.score - a.score || (a.part.key < b.part.key ? -1 : 1));
    for (const { part, other, score: value, reasons } of pairs) {
      const group = groups[part.kind];
      candidates.push({
        kind: group,
        from: pathText(part),
        to: pathText(other),
        score: rounded(value),
        reasons,
      });
    }
    /** False where the name is not free yet. */
    const settle = (one: (typeof pairs)[number]): boolean => {
      if (!free(one.part) || !free(one.other)) return true;
      if (isTaken(one.part, one.other)) return false;
      const rivals = pairs.filter(
        (rival) =>
          rival !== one &&
          (rival.part === one.part || rival.other === one.other) &&
          free(rival.part) &&
          free(rival.other) &&
          one.score - rival.score < near,
      );
      const guess = {
        kind: groups[one.part.kind],
        from: pathText(one.part),
        to: pathText(one.other),
        score: rounded(one.score),
        reasons: one.reasons,
      };
      if (rivals.length === 0 && one.score >= certain) keep(one.part, one.other);
      else if (groups[one.part.kind] === "column" || groups[one.part.kind] === "table") ambiguous.push(guess);
      return true;
    };
    for (let waiting = pairs; ;) {
      const blocked = waiting.filter((one) => !settle(one));
      if (blocked.length === 0 || blocked.length === waiting.length) break;
      waiting = blocked;
    }
  }
  return { renamings, candidates, ambiguous, answered };
};

/** A sequence that belongs to a column is another one's only where the columns can be the same. */
const isSameColumns = (
  part: Renameable,
  other: Renameable,
  [old, next]: readonly [Parts, Parts],
  tables: ReadonlyMap<string, ObjectName>,
): boolean => {
  if (part.kind !== "sequence") return true;
  const [a, b] = [old.byKey.get(`owner column of ${part.key}`), next.byKey.get(`owner column of ${other.key}`)];
  if (a?.kind !== "owned by" || b?.kind !== "owned by") return a === b;
  const before = keyOf("table", a.value.table);
  const table = keyOf("table", tables.get(before) ?? a.value.table);
  const goes = !next.byKey.has(partKey("column", b.value.table, a.value.column));
  return table === keyOf("table", b.value.table) && (a.value.column === b.value.column || goes);
};

/** Was the table of a column, index or constraint there before? */
const existed = (part: Renameable, before: Parts, tables: ReadonlyMap<string, ObjectName>): boolean => {
  if (part.kind !== "column" && part.kind !== "constraint" && part.kind !== "index") return true;
  const key = keyOf("table", part.value.table);
  return (
    before.byKey.has(key) ||
    [...tables.values()].some((table) => keyOf("table", table) === key) ||
    part.kind === "index"
  );
};
