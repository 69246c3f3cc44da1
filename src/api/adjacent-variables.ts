// Variables of a path with nothing between them: does the document say where one ends and the next begins?
import { isObject, own } from "../kernel/json.ts";
import type { Parameter, Schema } from "./model.ts";
import type { Reading } from "./reading.ts";
import { listOf, note, valueAt } from "./reading.ts";

const telling = ["const", "enum", "format", "pattern"];
const tellingTypes: readonly unknown[] = ["boolean", "integer", "number"];

const maxReferences = 20;

/** Does a schema tell its values from most other text? */
const tells = (reading: Reading, schema: unknown, depth = 0): boolean => {
  if (!isObject(schema) || depth > maxReferences) return false;
  const ref = own(schema, "$ref");
  const target = typeof ref === "string" ? valueAt(reading.document.root, ref.slice(1)) : undefined;
  const length = own(schema, "minLength");
  return (
    telling.some((keyword) => own(schema, keyword) !== undefined) ||
    tellingTypes.includes(own(schema, "type")) ||
    (length !== undefined && length === own(schema, "maxLength")) ||
    [target, ...listOf(own(schema, "allOf"))].some((one) => tells(reading, one, depth + 1))
  );
};

/** `{a}{b}` where neither says what it may be: the first takes all but one character, and somebody should know. */
export const noteAdjacentVariables = (
  reading: Reading,
  path: string,
  parameters: readonly Parameter[],
  at: string,
): void => {
  const schemaOf = (name: string): Schema =>
    parameters.find((one) => one.in === "path" && one.name === name)?.schema ?? true;
  for (const [, first = "", second = ""] of path.matchAll(/\{([^{}]*)\}(?=\{([^{}]*)\})/g)) {
    if ([first, second].some((name) => tells(reading, schemaOf(name)))) continue;
    note(
      reading,
      "adjacent-variables",
      at,
      `nothing says where {${first}} ends and {${second}} begins: {${first}} takes all but the last character`,
      "put a character between them, or give one of them a pattern or an enum",
    );
  }
};
