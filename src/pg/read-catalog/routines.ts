// Builds functions, procedures and aggregates from rows.
import type { Option } from "../catalog/object.ts";
import { byName } from "../catalog/object.ts";
import type { Aggregate, Parameter, Routine } from "../catalog/routines.ts";
import { quoteName } from "../quote.ts";
import type { Context } from "./context.ts";
import type { Row } from "./rows.ts";
import { maybe, name, optional, options, parallels, rowsIn, text, texts, truth, word } from "./rows.ts";

const modes = { i: "in", o: "out", b: "inout", v: "variadic", t: "table" } as const;
const kinds = { f: "function", p: "procedure", w: "window" } as const;
const volatilities = { i: "immutable", s: "stable", v: "volatile" } as const;

const parameter = (row: Row): Parameter => ({
  mode: word(modes, row["mode"], "in"),
  ...optional("name", maybe(row, "name")),
  type: text(row, "type"),
});

const body = (row: Row): Routine["body"] => {
  const sql = maybe(row, "sql");
  return sql === undefined
    ? { kind: "source", text: text(row, "source"), ...optional("library", maybe(row, "library")) }
    : { kind: "sql", text: sql };
};

const routine = (row: Row, context: Context): Routine => ({
  ...context.path(row),
  kind: word(kinds, row["kind"], "function"),
  types: texts(row, "types"),
  parameters: rowsIn(row, "parameters").map(parameter),
  arguments: text(row, "arguments"),
  ...optional("returns", maybe(row, "returns")),
  language: text(row, "language"),
  volatility: word(volatilities, row["volatility"], "volatile"),
  parallel: word(parallels, row["parallel"], "unsafe"),
  strict: truth(row, "strict"),
  securityDefiner: truth(row, "definer"),
  leakproof: truth(row, "leakproof"),
  cost: Number(row["cost"]),
  rows: Number(row["rows"]),
  ...optional("support", name(row, "support")),
  settings: options(row, "settings"),
  body: body(row),
  definition: text(row, "definition"),
  ...context.owned("pg_proc", "routine", row),
});

const forms = { n: "normal", o: "ordered-set", h: "hypothetical" } as const;

const partText = (part: string, value: unknown): string => {
  if (part !== "sortop") return String(value);
  const operator = value as { readonly schema: string; readonly name: string };
  return `operator(${quoteName(operator.schema)}.${operator.name})`;
};

const parts = (row: Row): readonly Option[] =>
  Object.entries((row["parts"] ?? {}) as Row)
    .flatMap(([part, value]) => (value === null ? [] : [{ name: part, value: partText(part, value) }]))
    .sort(byName);

const aggregate = (row: Row, context: Context): Aggregate => ({
  ...context.path(row),
  kind: word(forms, row["form"], "normal"),
  types: texts(row, "types"),
  arguments: text(row, "arguments"),
  returns: text(row, "returns"),
  parallel: word(parallels, row["parallel"], "unsafe"),
  parts: parts(row),
  ...context.owned("pg_proc", "routine", row),
});

export interface Routines {
  readonly routines: readonly Routine[];
  readonly aggregates: readonly Aggregate[];
}

export const routinesOf = (context: Context): Routines => ({
  routines: context.rows.of("routines").map((row) => routine(row, context)),
  aggregates: context.rows.of("aggregates").map((row) => aggregate(row, context)),
});
