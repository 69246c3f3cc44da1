// The state of reading one document: what was found wrong, and the schemas that references have named so far.
import type { Finding } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import { isObject, own, pointer, pointerPath } from "../kernel/json.ts";
import type { Schema } from "./model.ts";
import type { SourceDocument } from "./read-document.ts";

/** Which meaning a document's schemas have: 2.0 and 3.0 share JSON Schema draft 4, 3.1 and later are 2020-12. */
export type Dialect = "2.0" | "3.0" | "3.1";

export interface Reading {
  readonly document: SourceDocument;
  readonly dialect: Dialect;
  readonly findings: Finding[];
  /** Pointers of schemas that a `$ref` named, in the order they were met. */
  readonly wanted: Set<string>;
  /** Every schema that was read so far, by its pointer. */
  readonly schemas: Map<string, Schema>;
}

export interface Found {
  readonly value: Readonly<Record<string, unknown>>;
  readonly pointer: string;
}

/** A warning about one place of the document. The line is added later, once for all. */
export const note = (reading: Reading, rule: string, at: string, message: string, help?: string): void => {
  reading.findings.push({
    rule: `api/${rule}`,
    severity: "warning",
    message,
    at: { kind: "pointer", path: reading.document.path, pointer: at },
    ...(help === undefined ? {} : { help }),
  });
};

/** The value at a pointer, or undefined. */
export const valueAt = (root: unknown, at: string): unknown => {
  let value = root;
  for (const key of pointerPath(at)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = own(value, key);
  }
  return value;
};

/** The pointer that a reference names, or undefined with a finding when it leads out of the document or nowhere. */
export const localTarget = (reading: Reading, reference: unknown, at: string): string | undefined => {
  if (typeof reference !== "string") {
    note(reading, "bad-reference", at, "a $ref must be text");
    return undefined;
  }
  if (!reference.startsWith("#")) {
    const shown = JSON.stringify(reference.slice(0, 200));
    note(
      reading,
      "external-reference",
      at,
      `the reference ${shown} leads out of the document and is not followed`,
      /^https?:/i.test(reference)
        ? "put that document beside this one, or let its host be asked: --allow-remote-refs HOST"
        : "bundle the document into one file first",
    );
    return undefined;
  }
  const target = pointer(pointerPath(decodeFragment(reference)));
  if (reference !== "#" && !reference.startsWith("#/")) {
    note(reading, "unsupported-reference", at, `the anchor ${JSON.stringify(reference)} is not followed`);
    return undefined;
  }
  if (valueAt(reading.document.root, target) === undefined) {
    note(
      reading,
      "dangling-reference",
      at,
      `the reference ${JSON.stringify(reference)} names nothing in this document`,
      "add what it names, or mend the reference; until then anything is accepted there",
    );
    return undefined;
  }
  return target;
};

const decodeFragment = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Follows references to an object: a parameter, response, header, body or path item. */
export const resolve = (reading: Reading, value: unknown, at: string): Found | undefined => {
  const seen = new Set<string>();
  let here = at;
  let current = value;
  while (isObject(current) && own(current, "$ref") !== undefined) {
    const target = localTarget(reading, own(current, "$ref"), here);
    if (target === undefined) return undefined;
    if (seen.has(target)) {
      note(reading, "circular-reference", at, "this reference leads back to itself");
      return undefined;
    }
    seen.add(target);
    here = target;
    current = valueAt(reading.document.root, target);
  }
  if (isObject(current)) return { value: current, pointer: here };
  note(reading, "bad-value", here, "a mapping was expected here");
  return undefined;
};

/** JSON data as it stands, without what JSON cannot hold. */
export const asJson = (value: unknown): Json => {
  if (Array.isArray(value)) return value.map(asJson);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asJson(inner)]));
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  return typeof value === "string" || typeof value === "boolean" ? value : null;
};

export const textOf = (value: object, key: string): string | undefined => {
  const found = own(value, key);
  return typeof found === "string" ? found : undefined;
};

/** The entries of a mapping, or none. */
export const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isObject(value) ? Object.entries(value) : [];

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
