// JSON values: their types, canonical text, and JSON Pointers (RFC 6901).

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** True for a plain object: not null, not an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads an own property only, so that `__proto__` or `constructor` in a document is never found on Object.prototype. */
export const own = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;

/** One reference token of a JSON Pointer, escaped as RFC 6901 section 3 asks. */
export const pointerToken = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** The JSON Pointer of a path of keys: `["paths", "/users"]` gives `/paths/~1users`. */
export const pointer = (path: readonly (string | number)[]): string =>
  path.map((key) => `/${pointerToken(String(key))}`).join("");

/** The keys of a JSON Pointer; a leading `#` is accepted. */
export const pointerPath = (text: string): readonly string[] =>
  text
    .replace(/^#/, "")
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));

const sorted = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
};

/** JSON text with keys in code-unit order: equal values give equal bytes. */
export const canonicalJson = (value: Json, indent = 0): string => JSON.stringify(sorted(value), null, indent);
