// Queries and indexes from a random generator of a fixed seed, over tables of which only columns, values and links are said.
import type { WorkloadSet } from "./workload-set.ts";

/** Multiply-with-carry: the same numbers everywhere. */
export const generator = (seed: number): (() => number) => {
  let [a, b] = [seed, 362436069];
  return () => {
    a = (36969 * (a & 0xffff) + (a >>> 16)) >>> 0;
    b = (18000 * (b & 0xffff) + (b >>> 16)) >>> 0;
    return ((((a << 16) + (b & 0xffff)) >>> 0) % 1e6) / 1e6;
  };
};

export interface Attribute {
  readonly name: string;
  /** A value as SQL. */
  readonly value: (random: () => number) => string;
  readonly ordered: boolean;
}

export const int =
  (from: number, to: number) =>
  (random: () => number): string =>
    String(from + Math.floor(random() * (to - from + 1)));

export const attribute = (name: string, value: Attribute["value"], ordered = true): Attribute => ({
  name,
  value,
  ordered,
});

export interface Subject extends Pick<WorkloadSet, "name" | "schema" | "rows"> {
  readonly tables: Readonly<Record<string, readonly Attribute[]>>;
  /** Table, column, table, column: what is joined. */
  readonly links: readonly (readonly [string, string, string, string])[];
  readonly seed: number;
  readonly queries: number;
  readonly candidates: number;
}

const pick = <T>(from: readonly T[], random: () => number): T =>
  from[Math.floor(random() * from.length)] ?? (from[0] as T);

const condition = (alias: string, table: string, { tables }: Subject, random: () => number): string => {
  const { name, value, ordered } = pick(tables[table] ?? [], random);
  const column = `${alias}.${name}`;
  const roll = random();
  if (roll < 0.5 || !ordered) return `${column} = ${value(random)}`;
  if (roll < 0.65) return `${column} > ${value(random)}`;
  if (roll < 0.8) return `${column} between ${value(random)} and ${value(random)}`;
  if (roll < 0.9) return `${column} in (${[1, 2, 3].map(() => value(random)).join(", ")})`;
  return `${column} < ${value(random)}`;
};

const query = (subject: Subject, random: () => number): string => {
  const used: { readonly table: string; readonly alias: string }[] = [];
  const joins: string[] = [];
  const first = pick(Object.keys(subject.tables), random);
  used.push({ table: first, alias: "a" });
  const wanted = Math.floor(random() * 3);
  for (let at = 0; at < 8 && used.length <= wanted; at++) {
    const [from, own, to, key] = pick(subject.links, random);
    const [left, right] = [used.find(({ table }) => table === from), used.find(({ table }) => table === to)];
    if ((left === undefined) === (right === undefined)) continue;
    const alias = "abcd"[used.length] ?? "z";
    used.push({ table: left === undefined ? from : to, alias });
    joins.push(
      left === undefined ? `${alias}.${own} = ${right?.alias ?? ""}.${key}` : `${left.alias}.${own} = ${alias}.${key}`,
    );
  }
  const wheres = [
    ...joins,
    ...Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(used, random)).map(({ table, alias }) =>
      condition(alias, table, subject, random),
    ),
  ];
  const body = `from ${used.map(({ table, alias }) => `${table} ${alias}`).join(", ")} where ${wheres.join(" and ")}`;
  const last = pick(used, random);
  const column = `${last.alias}.${pick(subject.tables[last.table] ?? [], random).name}`;
  const shape = random();
  if (shape < 0.4) return `select * ${body}`;
  if (shape < 0.6) return `select count(*) ${body}`;
  if (shape < 0.8) return `select ${column}, count(*) ${body} group by 1 order by 2 desc limit 10`;
  return `select * ${body} order by ${column} limit ${1 + Math.floor(random() * 50)}`;
};

const candidate = ({ tables }: Subject, random: () => number, at: number): string => {
  const table = pick(Object.keys(tables), random);
  const columns = [...new Set([1, 2].map(() => pick(tables[table] ?? [], random).name))];
  return `create index w${at} on ${table} (${columns.join(", ")})`;
};

export const randomSet = (subject: Subject): WorkloadSet => {
  const random = generator(subject.seed);
  const { name, schema, rows } = subject;
  return {
    name,
    schema,
    rows,
    queries: Array.from({ length: subject.queries }, () => query(subject, random)),
    candidates: [...new Set(Array.from({ length: subject.candidates }, (_, at) => candidate(subject, random, at)))],
  };
};
