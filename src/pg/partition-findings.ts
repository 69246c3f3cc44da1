// The same finding in every partition of a table is one finding: a year of months says nothing twelve times.
import type { Finding, Fix } from "../kernel/finding.ts";
import { plural } from "../kernel/words.ts";
import type { Catalog } from "./catalog.ts";
import { nameKey } from "./catalog/object.ts";
import type { ObjectName } from "./catalog/object.ts";
import type { Table } from "./catalog/tables.ts";

interface Placed {
  readonly finding: Finding;
  readonly table: Table | undefined;
}

/** The table that a finding is about: itself, or the one that an index or a constraint belongs to. */
const tableFinder = ({ tables }: Catalog): ((finding: Finding) => Table | undefined) => {
  const owners = new Map<string, Table>();
  for (const table of tables) {
    owners.set(`table ${nameKey(table)}`, table);
    for (const { name } of table.indexes) owners.set(`index ${nameKey({ schema: table.schema, name })}`, table);
    for (const { name } of table.constraints)
      owners.set(`constraint ${nameKey({ schema: table.schema, name: `${table.name}.${name}` })}`, table);
  }
  return ({ at }) =>
    at.kind === "object" && at.schema !== undefined
      ? owners.get(`${at.type} ${nameKey({ schema: at.schema, name: at.name })}`)
      : undefined;
};

/** Equal for findings that differ in the partition's name alone. */
const shapeOf = ({ rule, severity, message, fix }: Finding, table: Table, parent: ObjectName): string =>
  [
    rule,
    severity,
    nameKey(parent),
    ...[message, fix?.kind === "sql" ? fix.up : ""].map((text) => text.replaceAll(table.name, "*")),
  ].join("\0");

const joined = (fixes: readonly Fix[]): Fix | undefined => {
  const sql = fixes.filter((fix) => fix.kind === "sql");
  const [first] = sql;
  if (first === undefined || sql.length !== fixes.length) return fixes[0];
  const down = sql.flatMap((fix) => fix.down ?? []).toReversed();
  return {
    kind: "sql",
    up: sql.map(({ up }) => up).join("\n"),
    ...(down.length === sql.length ? { down: down.join("\n") } : {}),
    transactional: sql.every(({ transactional }) => transactional),
  };
};

const merged = (alike: readonly Placed[]): readonly Finding[] => {
  const [first] = alike;
  const parent = first?.table?.partitionOf?.parent;
  if (first === undefined || parent === undefined || alike.length < 2) return alike.map(({ finding }) => finding);
  const fix = joined(alike.flatMap(({ finding }) => finding.fix ?? []));
  return [
    {
      ...first.finding,
      message: `${first.finding.message}; the same in ${plural(alike.length - 1, "other partition")} of ${parent.schema}.${parent.name}`,
      ...(fix === undefined ? {} : { fix }),
    },
  ];
};

export const togetherInPartitions = (findings: readonly Finding[], catalog: Catalog): readonly Finding[] => {
  const tableOf = tableFinder(catalog);
  const groups = Map.groupBy(
    findings.map((finding, at): Placed & { readonly key: string } => {
      const table = tableOf(finding);
      const parent = table?.partitionOf?.parent;
      return {
        finding,
        table,
        key: table === undefined || parent === undefined ? String(at) : shapeOf(finding, table, parent),
      };
    }),
    ({ key }) => key,
  );
  return [...groups.values()].flatMap(merged);
};
