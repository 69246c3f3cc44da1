// Builds what hangs on tables and views from rows: constraints, indexes, triggers, rules, policies.
import { compareText } from "../catalog/object.ts";
import type {
  Constraint,
  ForeignKey,
  Index,
  Policy,
  ReferentialAction,
  RewriteRule,
  Trigger,
} from "../catalog/tables.ts";
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

const references = (row: Row, { names, outerTargets }: Context): ForeignKey["references"] => {
  const outer = outerTargets.get(row["oid"]);
  if (outer !== undefined)
    return {
      table: nameAt(outer, "target"),
      columns: texts(outer, "targetColumns"),
      ...optional("index", maybe(outer, "index")),
    };
  return {
    table: names.relation(row["target"]) ?? { schema: "", name: "" },
    columns: names.columns(row["target"], row["targetColumns"]),
    ...optional("index", names.index(row["index"])),
  };
};

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
  const columns = context.names.columns(row["relation"], row["columns"]);
  switch (text(row, "type")) {
    case "f":
      return {
        ...common,
        kind: "foreign-key",
        columns,
        references: references(row, context),
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
      return {
        ...common,
        kind: word(keyKinds, row["type"], "unique"),
        columns,
        index: context.names.index(row["index"]) ?? "",
      };
  }
};

const list = (row: Row, key: string): readonly unknown[] => (row[key] ?? []) as readonly unknown[];

const indexKeys = (row: Row, { names }: Context): Index["keys"] => {
  const settings = new Map(rowsIn(row, "settings").map((one) => [one["number"], one]));
  const [opclasses, collations] = [list(row, "opclasses"), list(row, "collations")];
  const [expressions, directions] = [list(row, "expressions"), list(row, "keyOptions")];
  return list(row, "columns")
    .slice(0, Number(row["keys"]))
    .map((attribute, at) => {
      const column = names.column(row["relation"], attribute);
      const own = settings.get(at + 1) ?? {};
      const bits = Number(directions[at]);
      return {
        text: column ?? String(expressions[at]),
        expression: column === undefined,
        opclass: names.opclass(opclasses[at]),
        opclassOptions: options(own, "opclassOptions"),
        ...(Number(collations[at]) === 0 ? {} : { collation: names.collation(collations[at]) }),
        // Bits of pg_index.indoption: 1 DESC, 2 NULLS FIRST.
        descending: (bits & 1) !== 0,
        nullsFirst: (bits & 2) !== 0,
        ...optional("statistics", number(own, "statistics")),
      };
    });
};

export const index = (row: Row, context: Context): Index => ({
  name: text(row, "name"),
  method: text(row, "method"),
  unique: truth(row, "unique"),
  nullsNotDistinct: truth(row, "nullsNotDistinct"),
  valid: truth(row, "valid"),
  keys: indexKeys(row, context),
  include: context.names.columns(row["relation"], list(row, "columns").slice(Number(row["keys"]))),
  ...optional("predicate", maybe(row, "predicate")),
  ...optional("constraint", context.names.constraintOf(row["oid"])),
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
  roles: texts(row, "roles")
    .map((role) => context.role(role))
    .toSorted(compareText),
  ...optional("using", maybe(row, "using")),
  ...optional("check", maybe(row, "check")),
  ...context.described("pg_policy", row),
});
