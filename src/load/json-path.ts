// Paths into a JSON value: `$.data[0].id`, a subset of JSONPath (RFC 9535) that names one value.
import type { Json } from "../kernel/json.ts";

export interface JsonPath {
  readonly text: string;
  readonly steps: readonly (string | number)[];
}

const step =
  /\.([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff-]*)|\[(-?\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** Undefined when the text is no such path. */
export const readJsonPath = (text: string): JsonPath | undefined => {
  if (!text.startsWith("$")) return undefined;
  const steps: (string | number)[] = [];
  let at = 1;
  while (at < text.length) {
    step.lastIndex = at;
    const found = step.exec(text);
    if (found === null) return undefined;
    const [whole, name, index, single, double] = found;
    const quoted = single ?? double;
    steps.push(index !== undefined ? Number(index) : (name ?? quoted?.replaceAll(/\\(.)/g, "$1") ?? ""));
    at += whole.length;
  }
  return { text, steps };
};

/** The value at a path; undefined where there is none. A negative index counts from the end. */
export const valueAt = (value: Json, { steps }: JsonPath): Json | undefined => {
  let here: Json | undefined = value;
  for (const one of steps) {
    if (Array.isArray(here)) here = typeof one === "number" ? (here as readonly Json[]).at(one) : undefined;
    else if (typeof here === "object" && here !== null && typeof one === "string" && Object.hasOwn(here, one)) {
      here = (here as Readonly<Record<string, Json>>)[one];
    } else return undefined;
  }
  return here;
};
