// Quoting for SQL text: the one way that names and values of others enter it.

// Reserved words of PostgreSQL 18 (manual, appendix C): those that cannot stand for a table, column or type without quotes.
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
  character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do
  else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike
  in initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists
  json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like
  limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset
  on only or order out outer overlaps overlay placing position precision primary real references returning right row
  select session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to
  trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes
  xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

// What a terminal acts on, hides or reorders: written as an escape, so that SQL people see is SQL they can run.
const acting = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

const escaped = (name: string): string =>
  name
    .replaceAll("\\", "\\\\")
    .replace(new RegExp(acting, "g"), (char) => `\\${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A name as SQL: quoted unless it is plain lower case and no reserved word. */
export const quoteName = (name: string): string => {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name)) return name;
  return `${acting.test(name) ? `U&"${escaped(name).replaceAll('"', '""')}` : `"${name.replaceAll('"', '""')}`}"`;
};

/** `schema.name`. */
export const quotePath = ({ schema, name }: { readonly schema: string; readonly name: string }): string =>
  `${quoteName(schema)}.${quoteName(name)}`;

/** A string literal; a backslash is an ordinary character under standard_conforming_strings. */
export const quoteText = (value: string): string => `'${value.replaceAll("'", "''")}'`;
