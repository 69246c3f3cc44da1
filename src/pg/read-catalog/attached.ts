// Builds what hangs on tables and views from rows: constraints, indexes, triggers, rules, policies.
import { compareText } from "../catalog/object.ts";
import type { Constraint, Index, Policy, ReferentialAction, RewriteRule, Trigger } from "../catalog/tables.ts";
import type { Context } from "./context.ts";
import type { Row } from "./rows.ts";
import { firings, maybe, name, nameAt, number, optional, options, rowsIn, text, texts, truth, word } from "./rows.ts";

const actions: Readonly<Record<string, ReferentialAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};
const matches = { s: "simple", f: "full", p: "partial" } as const;
const keyKinds = { p: "primary-key", u: "unique", x: "exclusion" } as const;

export const constraint = (row: Row, context: Context): Constraint => {
  const common = {
    name: text(row, "name"),
    deferrable: !truth(row, "deferrable") ? "no" : truth(row, "deferred") ? "deferred" : "immediate",
    validated: truth(row, "validated"),
    enforced: truth(row, "enforced"),
    inherited: truth(row, "inherited"),
    local: truth(row, "local"),
    definition: text(row, "definition"),
    ...context.described("pg_constraint", row),
  } as const;
  const columns = texts(row, "columns");
  switch (text(row, "type")) {
    case "f":
      return {
        ...common,
        kind: "foreign-key",
        columns,
        references: {
          table: nameAt(row, "target"),
          columns: texts(row, "targetColumns"),
          ...optional("index", maybe(row, "index")),
        },
        match: word(matches, row["match"], "simple"),
        onUpdate: word(actions, row["onUpdate"], "no action"),
        onDelete: word(actions, row["onDelete"], "no action"),
      };
    case "c":
      return {
        ...common,
        kind: "check",
        columns,
        expression: text(row, "expression"),
        noInherit: truth(row, "noInherit"),
      };
    default:
      return { ...common, kind: word(keyKinds, row["type"], "unique"), columns, index: text(row, "index") };
  }
};

export const index = (row: Row, context: Context): Index => ({
  name: text(row, "name"),
  method: text(row, "method"),
  unique: truth(row, "unique"),
  nullsNotDistinct: truth(row, "nullsNotDistinct"),
  valid: truth(row, "valid"),
  keys: rowsIn(row, "keys").map((key) => ({
    text: maybe(key, "column") ?? text(key, "text"),
    expression: maybe(key, "column") === undefined,
    opclass: nameAt(key, "opclass"),
    opclassOptions: options(key, "opclassOptions"),
    ...optional("collation", name(key, "collation")),
    // Bits of pg_index.indoption: 1 DESC, 2 NULLS FIRST.
    descending: (Number(key["option"]) & 1) !== 0,
    nullsFirst: (Number(key["option"]) & 2) !== 0,
    ...optional("statistics", number(key, "statistics")),
  })),
  include: texts(row, "include"),
  ...optional("predicate", maybe(row, "predicate")),
  ...optional("constraint", maybe(row, "constraint")),
  replicaIdentity: truth(row, "replicaIdentity"),
  clustered: truth(row, "clustered"),
  ...optional("partOf", name(row, "partOf")),
  ...optional("tablespace", maybe(row, "tablespace")),
  options: options(row, "options"),
  definition: text(row, "definition"),
  ...context.described("pg_class", row),
});

export const trigger = (row: Row, context: Context): Trigger => ({
  name: text(row, "name"),
  function: nameAt(row, "function"),
  firing: word(firings, row["firing"], "origin"),
  constraint: truth(row, "constraint"),
  inherited: truth(row, "inherited"),
  definition: text(row, "definition"),
  ...context.described("pg_trigger", row),
});

export const rule = (row: Row, context: Context): RewriteRule => ({
  name: text(row, "name"),
  firing: word(firings, row["firing"], "origin"),
  definition: text(row, "definition").replace(/;$/, ""),
  ...context.described("pg_rewrite", row),
});

const commands = { "*": "all", r: "select", a: "insert", w: "update", d: "delete" } as const;

export const policy = (row: Row, context: Context): Policy => ({
  name: text(row, "name"),
  permissive: truth(row, "permissive"),
  command: word(commands, row["command"], "all"),
  roles: texts(row, "roles").toSorted(compareText),
  ...optional("using", maybe(row, "using")),
  ...optional("check", maybe(row, "check")),
  ...context.described("pg_policy", row),
});
