// Builds types and collations from rows.
import { byName } from "../catalog/object.ts";
import type {
  BaseType,
  Collation,
  CompositeType,
  DomainConstraint,
  DomainType,
  EnumType,
  RangeType,
} from "../catalog/types.ts";
import type { Context } from "./context.ts";
import type { Row } from "./rows.ts";
import { maybe, name, nameAt, optional, text, texts, toastStrategies, truth, word } from "./rows.ts";
import type { ObjectName } from "../catalog/object.ts";

const enumType = (row: Row, context: Context): EnumType => ({
  ...context.path(row),
  values: texts(row, "values"),
  ...context.owned("pg_type", "type", row),
});

const domainConstraint = (row: Row, context: Context): DomainConstraint => ({
  name: text(row, "name"),
  expression: text(row, "expression"),
  validated: truth(row, "validated"),
  definition: text(row, "definition"),
  ...context.described("pg_constraint", row),
});

const domain = (row: Row, constraints: readonly Row[], context: Context): DomainType => ({
  ...context.path(row),
  base: context.type(row["base"]),
  nullable: !truth(row, "notNull"),
  ...optional("default", maybe(row, "default")),
  ...optional("collation", name(row, "collation")),
  constraints: constraints.map((one) => domainConstraint(one, context)).sort(byName),
  ...context.owned("pg_type", "type", row),
});

const composite = (row: Row, columns: readonly Row[], context: Context): CompositeType => ({
  ...context.path(row),
  attributes: columns
    .toSorted((a, b) => Number(a["number"]) - Number(b["number"]))
    .map((one) => ({
      name: text(one, "name"),
      type: context.type(one["type"]),
      ...optional("collation", name(one, "collation")),
      ...context.described("pg_class", one, one["number"]),
    })),
  ...context.owned("pg_type", "type", row),
});

const range = (row: Row, context: Context): RangeType => ({
  ...context.path(row),
  subtype: context.type(row["subtype"]),
  opclass: nameAt(row, "opclass"),
  ...optional("collation", name(row, "collation")),
  ...optional("canonical", name(row, "canonical")),
  ...optional("subtypeDiff", name(row, "subtypeDiff")),
  multirange: nameAt(row, "multirange"),
  ...context.owned("pg_type", "type", row),
});

const alignments = { c: "char", s: "int2", i: "int4", d: "double" } as const;

const present = (functions: unknown): Readonly<Record<string, ObjectName>> =>
  Object.fromEntries(
    Object.entries((functions ?? {}) as Readonly<Record<string, ObjectName | null>>).flatMap(([part, found]) =>
      found === null ? [] : [[part, found]],
    ),
  );

const baseType = (row: Row, context: Context): BaseType => ({
  ...context.path(row),
  shell: truth(row, "shell"),
  functions: present(row["functions"]),
  length: Number(row["length"]),
  byValue: truth(row, "byValue"),
  alignment: word(alignments, row["alignment"], "int4"),
  storage: word(toastStrategies, row["storage"], "plain"),
  category: text(row, "category"),
  preferred: truth(row, "preferred"),
  ...optional("default", maybe(row, "default")),
  ...(maybe(row, "element") === undefined ? {} : { element: context.type(row["element"]) }),
  delimiter: text(row, "delimiter"),
  collatable: truth(row, "collatable"),
  ...context.owned("pg_type", "type", row),
});

const providers = { b: "builtin", i: "icu", c: "libc", d: "default" } as const;

const collation = (row: Row, context: Context): Collation => {
  const [collate, ctype] = [maybe(row, "collate"), maybe(row, "ctype")];
  return {
    ...context.path(row),
    provider: word(providers, row["provider"], "default"),
    deterministic: truth(row, "deterministic"),
    ...optional("locale", maybe(row, "locale") ?? (collate === ctype ? collate : undefined)),
    ...(collate === ctype ? {} : { ...optional("collate", collate), ...optional("ctype", ctype) }),
    ...optional("rules", maybe(row, "rules")),
    ...context.ownedOnly("pg_collation", row),
    grants: [],
  };
};

export interface Types {
  readonly enums: readonly EnumType[];
  readonly domains: readonly DomainType[];
  readonly composites: readonly CompositeType[];
  readonly ranges: readonly RangeType[];
  readonly baseTypes: readonly BaseType[];
  readonly collations: readonly Collation[];
}

export const typesOf = (context: Context): Types => {
  const { rows } = context;
  const checks = rows.by("domainConstraints", "type");
  const columns = rows.by("columns", "relation");
  return {
    enums: rows.of("enums").map((row) => enumType(row, context)),
    domains: rows.of("domains").map((row) => domain(row, checks.get(row["oid"]) ?? [], context)),
    composites: rows.of("composites").map((row) => composite(row, columns.get(row["relation"]) ?? [], context)),
    ranges: rows.of("ranges").map((row) => range(row, context)),
    baseTypes: rows.of("baseTypes").map((row) => baseType(row, context)),
    collations: rows.of("collations").map((row) => collation(row, context)),
  };
};
