// Where in the schema files the objects of a catalog are made, so that findings can name a file and a line.
import type { Finding, Location } from "../kernel/finding.ts";
import type { Catalog } from "./catalog.ts";
import { byteIndexes, linesOf } from "./positions.ts";
import type { PreparedStatement } from "./prepare.ts";
import type { Fields } from "./tree.ts";
import { fieldsOf, listOf, nameParts, only, textOf } from "./tree.ts";

/** Place by object: type, schema and name, as an object Location has them. */
export type Origins = ReadonlyMap<string, Location>;

type ObjectLocation = Extract<Location, { kind: "object" }>;

const key = (type: string, schema: string | undefined, name: string): string => `${type}\0${schema ?? ""}\0${name}`;

interface Made {
  readonly type: string;
  readonly schema: string | undefined;
  readonly name: string;
  readonly index: number;
}

/** A range variable, schema left open where the file says none. */
const relation = (node: unknown): { readonly schema: string | undefined; readonly name: string } => {
  const fields = fieldsOf(node);
  return { schema: textOf(fields["schemaname"]), name: textOf(fields["relname"]) ?? "" };
};

/** A node's `location` counts bytes of the whole file. */
type IndexOf = (offset: number) => number;

/** The name that PostgreSQL gives a foreign key without one, unless it is too long or taken. */
const defaultName = (fields: Fields, table: string, column: string | undefined): string | undefined => {
  if (fields["contype"] !== "CONSTR_FOREIGN") return undefined;
  const columns = column === undefined ? nameParts(fields["fk_attrs"]) : [column];
  return [table, ...columns, "fkey"].join("_");
};

/** `column` is set for a constraint that stands beside its column. */
const madeConstraint = (
  node: unknown,
  table: ReturnType<typeof relation>,
  indexOf: IndexOf,
  column?: string,
): readonly Made[] => {
  const fields = only(node, "Constraint") ?? {};
  const name = textOf(fields["conname"]) ?? defaultName(fields, table.name, column);
  const at = fields["location"];
  return name === undefined || typeof at !== "number"
    ? []
    : [{ type: "constraint", schema: table.schema, name: `${table.name}.${name}`, index: indexOf(at) }];
};

const madeInColumn = (node: unknown, table: ReturnType<typeof relation>, indexOf: IndexOf): readonly Made[] => {
  const column = only(node, "ColumnDef") ?? {};
  return listOf(column["constraints"]).flatMap((one) => madeConstraint(one, table, indexOf, textOf(column["colname"])));
};

const madeInTable = (fields: Fields, start: number, indexOf: IndexOf): readonly Made[] => {
  const table = relation(fields["relation"]);
  const elements = listOf(fields["tableElts"]);
  return [
    { type: "table", ...table, index: start },
    ...elements.flatMap((node) => [...madeConstraint(node, table, indexOf), ...madeInColumn(node, table, indexOf)]),
  ];
};

/** Statement kind → the objects it makes. */
const makers: Readonly<Record<string, (fields: Fields, start: number, indexOf: IndexOf) => readonly Made[]>> = {
  CreateStmt: madeInTable,
  CreateForeignTableStmt: (fields, start, indexOf) => madeInTable(fieldsOf(fields["base"]), start, indexOf),
  CreateTableAsStmt: (fields, start) => [{ type: "table", ...relation(fieldsOf(fields["into"])["rel"]), index: start }],
  IndexStmt: (fields, start) => {
    const name = textOf(fields["idxname"]);
    return name === undefined
      ? []
      : [{ type: "index", schema: relation(fields["relation"]).schema, name, index: start }];
  },
  AlterTableStmt: (fields, _start, indexOf) => {
    const table = relation(fields["relation"]);
    const commands = listOf(fields["cmds"]).flatMap((node) => only(node, "AlterTableCmd")?.["def"] ?? []);
    return commands.flatMap((node) => [...madeConstraint(node, table, indexOf), ...madeInColumn(node, table, indexOf)]);
  },
};

/** Schemas that hold an object of this type and name. */
const schemasOf = (catalog: Catalog, { type, name }: Made): readonly string[] => {
  const [table, constraint] = type === "constraint" ? name.split(".", 2) : [undefined, undefined];
  return catalog.tables
    .filter((one) =>
      type === "table"
        ? one.name === name
        : type === "index"
          ? one.indexes.some((index) => index.name === name)
          : one.name === table && one.constraints.some((found) => found.name === constraint),
    )
    .map(({ schema }) => schema);
};

/** A name without schema is settled by the search_path, or when just one schema has it; else the place is not told. */
const settled = (made: Made, catalog: Catalog, searched: string | undefined): Made | undefined => {
  if (made.schema !== undefined) return made;
  const schemas = [...new Set(schemasOf(catalog, made))];
  const schema = schemas.find((one) => one === searched) ?? (schemas.length === 1 ? schemas[0] : undefined);
  return schema === undefined ? undefined : { ...made, schema };
};

/** The schema that `SET search_path` puts first; undefined for any other statement. */
const searchedSchema = ({ kind, fields }: PreparedStatement): string | undefined => {
  if (kind !== "VariableSetStmt" || fields["name"] !== "search_path") return undefined;
  return textOf(fieldsOf(only(listOf(fields["args"])[0], "A_Const")?.["sval"])["sval"]);
};

export const originsOf = (statements: readonly PreparedStatement[], catalog: Catalog): Origins => {
  const found = new Map<string, Location>();
  for (const [file, group] of Map.groupBy(statements, (statement) => statement.file)) {
    const indexOf = byteIndexes(group[0]?.parsed ?? "");
    const place = linesOf(file.text);
    let searched: string | undefined = "public";
    for (const statement of group) {
      const { kind, fields, start } = statement;
      searched = searchedSchema(statement) ?? searched;
      const made = Object.hasOwn(makers, kind) ? (makers[kind]?.(fields, start, indexOf) ?? []) : [];
      for (const one of made) {
        const known = settled(one, catalog, searched);
        if (known === undefined) continue;
        const at: Location = { kind: "file", path: file.path, ...place(known.index) };
        found.set(key(known.type, known.schema, known.name), at);
      }
    }
  }
  return found;
};

/** The file place of an object: its own, or that of the table it belongs to, given as `table.name`. */
const placeOf = (origins: Origins, { type, schema, name }: ObjectLocation): Location | undefined =>
  origins.get(key(type, schema, name)) ?? origins.get(key("table", schema, name.split(".")[0] ?? ""));

/** Findings with objects replaced by the place in the files that makes them, where it is known. */
export const atTheirOrigin = (findings: readonly Finding[], origins: Origins): readonly Finding[] =>
  findings.map((finding) => {
    const place = finding.at.kind === "object" ? placeOf(origins, finding.at) : undefined;
    return place === undefined ? finding : { ...finding, at: place };
  });
