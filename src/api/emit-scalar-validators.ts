// Zod source for values that hold no others: texts, numbers and listed values, and the calls that all validators are made of.
import type { Json, JsonObject } from "../kernel/json.ts";
import type { Direction } from "./emit-types.ts";
import type { Doc } from "./layout.ts";
import { brackets, call, chain } from "./layout.ts";
import { patternFlags } from "./patterns.ts";
import type { ApiPlan } from "./plan.ts";
import { data, literal } from "./print.ts";
import { numberIn, textIn } from "./schema-view.ts";

export interface ValidatorScope {
  readonly plan: ApiPlan;
  /** What stands before the validator of a named schema: `models.`, or nothing in the file that declares them. */
  readonly prefix: string;
  /** Validators that are declared above; others are reached through `z.lazy`. Undefined: all of them. */
  readonly declared?: ReadonlySet<string>;
  /** Of values that are received, unless it says otherwise. */
  readonly direction?: Direction;
  /** Namespaces that the printed expressions use, for the import lines. */
  readonly uses: Set<"s" | "z" | "models" | "described" | "envelope" | "sequences" | "sharing">;
}

/** Names that every object inherits: Zod would find them where the value has none of its own. */
export const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

export const zod = (scope: ValidatorScope, name: string, ...args: readonly Doc[]): Doc => {
  scope.uses.add("z");
  return chain("z", [call(`.${name}`, args)]);
};

/** A check or schema of the emitted file `json-schema.ts`. */
export const s = (scope: ValidatorScope, name: string, ...args: readonly Doc[]): Doc => {
  scope.uses.add("s");
  return chain("s", [call(`.${name}`, args)]);
};

export const limit = (schema: JsonObject, keyword: string, method: string): readonly Doc[] => {
  const value = numberIn(schema, keyword);
  return value === undefined ? [] : [`.${method}(${value})`];
};

export const checked = (scope: ValidatorScope, checks: readonly Doc[]): readonly Doc[] => {
  if (checks.length === 0) return [];
  scope.uses.add("s");
  return [call(".check", checks)];
};

export const counted = (schema: JsonObject, keyword: string, check = keyword): readonly Doc[] => {
  const value = numberIn(schema, keyword);
  return value === undefined ? [] : [`s.${check}(${value})`];
};

export const stringValidator = (schema: JsonObject, scope: ValidatorScope): Doc => {
  const pattern = textIn(schema, "pattern");
  const format = textIn(schema, "format");
  const isNonEmpty = numberIn(schema, "minLength") === 1;
  const lengths = [...(isNonEmpty ? [] : counted(schema, "minLength")), ...counted(schema, "maxLength")];
  const formats = format !== undefined && stringFormats.has(format) ? [`s.format(${literal(format)})`] : [];
  return chain(zod(scope, "string"), [
    ...(isNonEmpty ? [".min(1)"] : []),
    ...checked(scope, [...lengths, ...formats]),
    ...(pattern === undefined ? [] : [call(".regex", [regExp(pattern)])]),
  ]);
};

const regExp = (source: string): Doc =>
  call("new RegExp", [literal(source), ...(patternFlags(source) === "u" ? ['"u"'] : [])]);

/** Formats that the emitted file knows; any other is an annotation. */
const stringFormats = new Set(
  "date date-time time duration email idn-email hostname ipv4 ipv6 uri uri-reference uuid byte json-pointer".split(" "),
);

export const numberChecks = (schema: JsonObject, scope: ValidatorScope): readonly Doc[] => {
  const format = textIn(schema, "format");
  const bits = format === "int32" || format === "int64" ? [`s.${format}()`] : [];
  return [
    ...limit(schema, "minimum", "min"),
    ...limit(schema, "maximum", "max"),
    ...limit(schema, "exclusiveMinimum", "gt"),
    ...limit(schema, "exclusiveMaximum", "lt"),
    ...checked(scope, [...counted(schema, "multipleOf"), ...bits]),
  ];
};

export const isScalar = (value: Json): boolean => typeof value !== "object" || value === null;

export const literals = (values: readonly Json[], scope: ValidatorScope): Doc => {
  if (values.length === 0) return zod(scope, "never");
  if (!values.every(isScalar)) return s(scope, "equalTo", ...values.map(data));
  if (values.length === 1) return zod(scope, "literal", data(values[0] ?? null));
  const isPlainText = (value: Json): boolean => typeof value === "string" && !inherited.has(value);
  const texts = values.filter((value) => value !== null);
  if (!texts.every(isPlainText)) return zod(scope, "literal", brackets(values.map(data)));
  const choice = zod(scope, "enum", brackets(texts.map(data)));
  return texts.length === values.length ? choice : chain(choice, [".nullable()"]);
};
