// Reads what a running server knows, in a handful of queries of which any may be refused.
import { listed, plural } from "../../kernel/words.ts";
import { nameKey } from "../catalog/object.ts";
import type { Section } from "../introspect/sql.ts";
import { queryOf } from "../introspect/sql.ts";
import type { Ask } from "../read-catalog.ts";
import { Rows, text, truth } from "../read-catalog/rows.ts";
import { liveSections } from "./live-queries.ts";
import type { Gap, Health, Live } from "./model.ts";
import { liveOf } from "./read-live.ts";
import { relationsOf } from "./read-relations.ts";
import { positionsQuery, relationSections } from "./relation-queries.ts";

/** PostgreSQL's codes for what is a matter of rights, versions or time, and not of the connection. */
const refusal = (error: unknown): string | undefined => {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  return /^(0A|22|25|42|53|54|55|57014|58|XX)/.test(code) && error instanceof Error ? error.message : undefined;
};

type Named = readonly (readonly [Section, string])[];

/** All sections in one query; when that is refused, one by one, and what is refused then is a gap. */
const readSections = async (attempt: Ask, sections: Named, version: number, rows: Rows): Promise<readonly Gap[]> => {
  try {
    const query = queryOf(
      sections.map(([section]) => section),
      version,
    );
    for (const answer of await attempt(query)) rows.add(answer);
    return [];
  } catch (error) {
    const why = refusal(error);
    if (why === undefined) throw error;
    const [first] = sections;
    if (sections.length === 1 && first !== undefined) return [{ what: first[1], why }];
    const gaps: Gap[] = [];
    for (const one of sections) gaps.push(...(await readSections(attempt, [one], version, rows)));
    return gaps;
  }
};

/** What can be read at once on any server. `attempt` answers behind a savepoint, see `withSession`. */
export const readLive = async (attempt: Ask, version: number): Promise<Live> => {
  const rows = new Rows();
  const gaps = await readSections(attempt, liveSections, version, rows);
  return liveOf(rows, gaps);
};

/** Each read sequence is a lock in the server's table of locks, until the savepoint is left. */
const sequencesAtOnce = 200;
const mostSequences = 4000;

interface Path {
  readonly schema: string;
  readonly name: string;
}

/** A sequence that goes away meanwhile costs its whole batch: that one is read again, one by one. */
const readBatch = async (attempt: Ask, batch: readonly Path[]): Promise<readonly (readonly [Path, string])[]> => {
  try {
    const answers = await attempt(positionsQuery(batch));
    const values = new Map(
      answers.map((answer) => {
        const [path = "", value = ""] = answer.split("\u001e");
        return [path, value] as const;
      }),
    );
    return batch.flatMap((one, i) => {
      const value = values.get(String(i)) ?? "";
      return value === "" ? [] : [[one, value] as const];
    });
  } catch (error) {
    if (refusal(error) === undefined) throw error;
    if (batch.length < 2) return [];
    const half = Math.ceil(batch.length / 2);
    return [...(await readBatch(attempt, batch.slice(0, half))), ...(await readBatch(attempt, batch.slice(half)))];
  }
};

const readPositions = async (
  attempt: Ask,
  rows: Rows,
): Promise<readonly [ReadonlyMap<string, string>, readonly Gap[]]> => {
  const all = rows.of("sequences");
  const readable = all.filter((row) => truth(row, "readable"));
  const chosen = readable
    .slice(0, mostSequences)
    .map((row) => ({ schema: text(row, "schema"), name: text(row, "name") }));
  const found = new Map<string, string>();
  for (let i = 0; i < chosen.length; i += sequencesAtOnce) {
    for (const [path, value] of await readBatch(attempt, chosen.slice(i, i + sequencesAtOnce))) {
      found.set(nameKey(path), value);
    }
  }
  const closed = all.length - readable.length;
  const left = readable.length - chosen.length;
  return [
    found,
    [
      ...(closed === 0 ? [] : [{ what: `how far ${plural(closed, "sequence")} got`, why: "no right to read them" }]),
      ...(left === 0
        ? []
        : [{ what: `how far ${plural(left, "sequence")} got`, why: `more than ${mostSequences} are not read` }]),
    ],
  ];
};

const hiddenWidths = ({ relations }: Pick<Health, "relations">): readonly Gap[] => {
  const blind = relations.filter(
    ({ widths, analyzes, rows }) =>
      widths !== undefined && (analyzes > 0 || rows !== undefined) && widths.every(({ width }) => width === undefined),
  );
  return blind.length === 0
    ? []
    : [
        {
          what: `the bloat of ${plural(blind.length, "table")} (${listed(blind.slice(0, 3).map(({ schema, name }) => `${schema}.${name}`))}${blind.length > 3 ? ", …" : ""})`,
          why: "no statistics of their columns: never analysed, or no right to read them",
        },
      ];
};

/** Everything: three queries, and one for each 200 sequences that can run out. Pure reading: nothing is locked but shared, for a moment. */
export const readHealth = async (attempt: Ask, version: number, schemas: readonly string[] = []): Promise<Health> => {
  const live = await readLive(attempt, version);
  const rows = new Rows();
  const refused = await readSections(attempt, relationSections, version, rows);
  const [positions, unread] = await readPositions(attempt, rows);
  const { relations, indexes, sequences } = relationsOf(rows, positions);
  const inScope = ({ schema }: { readonly schema: string }): boolean =>
    schemas.length === 0 || schemas.includes(schema);
  const found = {
    relations: relations.filter(inScope),
    indexes: indexes.filter(inScope),
    sequences: sequences.filter(inScope),
  };
  return { ...live, ...found, gaps: [...live.gaps, ...refused, ...unread, ...hiddenWidths(found)] };
};
