// A value of each type that says no more than that there is one.
import type { ColumnType } from "../catalog/tables.ts";
import type { Parts } from "./part.ts";

const plainValues: Readonly<Record<string, string>> = {
  int2: "0",
  int4: "0",
  int8: "0",
  numeric: "0",
  float4: "0",
  float8: "0",
  money: "0",
  oid: "0",
  text: "''",
  varchar: "''",
  bpchar: "''",
  name: "''",
  citext: "''",
  bool: "false",
  date: "'1970-01-01'",
  timestamp: "'1970-01-01 00:00:00'",
  timestamptz: "'1970-01-01 00:00:00+00'",
  time: "'00:00:00'",
  timetz: "'00:00:00+00'",
  interval: "'0'",
  uuid: "'00000000-0000-0000-0000-000000000000'",
  json: "'{}'",
  jsonb: "'{}'",
  bytea: "''",
  inet: "'0.0.0.0'",
  cidr: "'0.0.0.0/32'",
  macaddr: "'00:00:00:00:00:00'",
  macaddr8: "'00:00:00:00:00:00:00:00'",
  xml: "''",
  point: "'(0,0)'",
  line: "'{1,0,0}'",
  lseg: "'[(0,0),(0,0)]'",
  box: "'(0,0),(0,0)'",
  path: "'((0,0))'",
  polygon: "'((0,0))'",
  circle: "'<(0,0),0>'",
  tsvector: "''",
  tsquery: "''",
  hstore: "''",
  ltree: "''",
  varbit: "B''",
};

/** A value of the type as SQL, without inventing more than that it is there. */
export const plainValue = (type: ColumnType, to: Parts): string => {
  if (type.array) return "'{}'";
  if (type.kind === "enum") {
    const values = to.catalog.enums.find(({ schema, name }) => schema === type.schema && name === type.name)?.values;
    return `'${(values?.[0] ?? "").replaceAll("'", "''")}'`;
  }
  if (type.kind === "range") return "'empty'";
  if (type.kind === "multirange") return "'{}'";
  if (type.kind === "domain") {
    const domain = to.catalog.domains.find(({ schema, name }) => schema === type.schema && name === type.name);
    if (domain?.default !== undefined) return domain.default;
    if (domain !== undefined) return plainValue(domain.base, to);
  }
  if (type.kind === "composite") {
    const attributes = to.catalog.composites.find(
      (one) => one.schema === type.schema && one.name === type.name,
    )?.attributes;
    return `ROW(${(attributes ?? []).map(() => "NULL").join(", ")})::${type.text}`;
  }
  if (type.name === "bit") return `B'0'::${type.text}`;
  if (/(range)$/.test(type.name)) return type.name.endsWith("multirange") ? "'{}'" : "'empty'";
  return plainValues[type.name] ?? "''";
};
