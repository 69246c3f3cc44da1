// SQL as PostgreSQL's own parser sees it: statements with their place in the text, and a walk over their nodes.
import { isObject } from "../kernel/json.ts";

/** A node's fields, named as in PostgreSQL's parse nodes. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Statement {
  /** The node's name: `CreateStmt`, `IndexStmt`. */
  readonly kind: string;
  readonly fields: Fields;
  /** UTF-16 indexes: the first character of the statement, and the one after its last (no semicolon). */
  readonly start: number;
  readonly end: number;
}

export type Parsed =
  | { readonly kind: "statements"; readonly statements: readonly Statement[] }
  /** `index` is a UTF-16 index. */
  | { readonly kind: "error"; readonly message: string; readonly index: number };

/** PostgreSQL's parser, handed in by the edges since it is WebAssembly. */
export type ParseSql = (sql: string) => Parsed;

export const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** The fields of a node when it is of this kind: `only(node, "RangeVar")`. */
export const only = (node: unknown, kind: string): Fields | undefined =>
  isObject(node) && isObject(node[kind]) ? node[kind] : undefined;

export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A String node's value. */
export const stringNode = (node: unknown): string | undefined => textOf(only(node, "String")?.["sval"]);

/** The parts of a dotted name that the parser gives as a list of String nodes. */
export const nameParts = (value: unknown): readonly string[] => listOf(value).flatMap((node) => stringNode(node) ?? []);

/** Calls `visit` for every object below `value`, `value` included. */
export const walk = (value: unknown, visit: (fields: Fields) => void): void => {
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...(next as unknown[]).toReversed());
    else if (isObject(next)) {
      visit(next);
      open.push(...Object.values(next).toReversed());
    }
  }
};
