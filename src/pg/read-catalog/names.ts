// Names behind the numbers that rows carry: of columns, relations, indexes, operator classes and collations. Looked up here, once for
// all rows, because a server takes far longer to look up each.
import type { ObjectName } from "../catalog/object.ts";
import type { Row, Rows } from "./rows.ts";
import { text } from "./rows.ts";

export interface Names {
  /** Of columns of a relation, in the order of their numbers here; expressions, number 0, are left out. */
  columns(relation: unknown, numbers: unknown): readonly string[];
  column(relation: unknown, number: unknown): string | undefined;
  relation(oid: unknown): ObjectName | undefined;
  index(oid: unknown): string | undefined;
  /** The key or exclusion constraint that an index belongs to. */
  constraintOf(index: unknown): string | undefined;
  opclass(oid: unknown): ObjectName;
  collation(oid: unknown): ObjectName;
}

/** The same for every table; they may be indexed and checked. */
const systemColumns: Readonly<Record<string, string>> = {
  "-1": "ctid",
  "-2": "xmin",
  "-3": "cmin",
  "-4": "xmax",
  "-5": "cmax",
  "-6": "tableoid",
};

const pathOf = (row: Row): ObjectName => ({ schema: text(row, "schema"), name: text(row, "name") });

const nowhere: ObjectName = { schema: "", name: "" };

export const namesOf = (rows: Rows): Names => {
  const paths = (section: string): ReadonlyMap<unknown, ObjectName> =>
    new Map(rows.of(section).map((row) => [row["oid"], pathOf(row)]));
  const own = (section: string, number: string): ReadonlyMap<unknown, string> =>
    new Map(rows.of(section).map((row) => [row[number], text(row, "name")]));
  const [relations, opclasses, collations] = [paths("relations"), paths("opclassNames"), paths("collationNames")];
  const indexes = own("indexes", "oid");
  const keys = new Map(
    rows.of("constraints").flatMap((row) => (row["type"] === "f" ? [] : [[row["index"], text(row, "name")] as const])),
  );
  const columns = new Map<string, string>();
  for (const row of rows.of("columns"))
    columns.set(`${String(row["relation"])} ${String(row["number"])}`, text(row, "name"));
  const column: Names["column"] = (relation, number) =>
    columns.get(`${String(relation)} ${String(number)}`) ?? systemColumns[String(number)];
  return {
    column,
    columns: (relation, numbers) =>
      ((numbers ?? []) as readonly unknown[]).flatMap((one) => column(relation, one) ?? []),
    relation: (oid) => relations.get(oid),
    index: (oid) => indexes.get(oid),
    constraintOf: (index) => keys.get(index),
    opclass: (oid) => opclasses.get(oid) ?? nowhere,
    collation: (oid) => collations.get(oid) ?? nowhere,
  };
};
