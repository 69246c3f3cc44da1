// The tablespaces that a statement or a catalog names: a schema file may use such as only production has.
import type { Catalog } from "./catalog.ts";
import type { Statement } from "./tree.ts";
import { listOf, only, textOf, walk } from "./tree.ts";

/** Where nodes of PostgreSQL's parser keep the name: tables, indexes, keys, materialised views, moves of all that is in one. */
const fieldNames = ["tablespacename", "tableSpace", "indexspace", "tableSpaceName", "new_tablespacename"];

/** `SET default_tablespace = x` names it as a plain value. */
const setTablespace = ({ kind, fields }: Statement): readonly string[] => {
  if (kind !== "VariableSetStmt" || fields["name"] !== "default_tablespace") return [];
  return listOf(fields["args"]).flatMap((arg) => {
    const value = only(arg, "A_Const")?.["sval"];
    return (typeof value === "object" && value !== null && "sval" in value ? textOf(value.sval) : undefined) ?? [];
  });
};

const isOwn = (name: string): boolean => name !== "" && !name.startsWith("pg_");

/** Those of the server itself, `pg_default` and `pg_global`, are left out. */
export const tablespacesNamed = (statement: Statement): readonly string[] => {
  const names = new Set(setTablespace(statement));
  walk(statement.fields, (fields) => {
    for (const field of fieldNames) {
      const name = textOf(fields[field]);
      if (name !== undefined) names.add(name);
    }
    const moved = fields["subtype"] === "AT_SetTableSpace" ? textOf(fields["name"]) : undefined;
    if (moved !== undefined) names.add(moved);
  });
  return [...names].filter(isOwn);
};

/** Where a catalog's tables, materialised views and indexes are. */
export const tablespacesOf = ({ tables, views }: Catalog): readonly string[] => {
  const relations = [...tables, ...views];
  const places = relations.flatMap(({ storage, indexes }) => [storage, ...indexes]);
  return [...new Set(places.flatMap(({ tablespace }) => tablespace ?? []))].filter(isOwn).sort();
};
