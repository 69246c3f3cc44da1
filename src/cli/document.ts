// A JSON or YAML document with the line of every pointer in it, so that a mistake can be shown where it stands.
import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument } from "yaml";
import type { Document, Node } from "yaml";
import { Fault } from "../kernel/fault.ts";
import type { Location } from "../kernel/finding.ts";
import { codeFrame } from "../kernel/frame.ts";
import { pointerPath } from "../kernel/json.ts";

export interface PlacedDocument {
  readonly value: unknown;
  /** Where the value at a pointer stands; its key, where it has one. The nearest parent stands in for what is absent. */
  place(pointer: string): Location;
}

const child = (node: unknown, key: string): readonly [key: unknown, value: unknown] | undefined => {
  if (isMap(node)) {
    const pair = node.items.find(({ key: one }) => isScalar(one) && String(one.value) === key);
    return pair === undefined ? undefined : [pair.key, pair.value];
  }
  if (!isSeq(node)) return undefined;
  const item: unknown = node.items[Number(key)];
  return item === undefined ? undefined : [item, item];
};

/** The offset of the deepest key or item along a path that exists. */
const offsetOf = (root: Node | null, path: readonly string[]): number => {
  let [at, node]: [unknown, unknown] = [root, root];
  for (const key of path) {
    const next = child(node, key);
    if (next === undefined) break;
    [at, node] = next;
  }
  return isNode(at) ? (at.range?.[0] ?? 0) : 0;
};

/** Aliases that multiply, or nesting without end, are refused before they fill the memory. */
const valueOf = (document: Document, path: string): unknown => {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    throw new Fault("input.syntax", "aliases or nesting expand to more than is read", { at: { kind: "file", path } });
  }
};

/** Reads YAML, and so JSON. Throws a Fault (`input.syntax`) with a code frame. Keys must be unique. */
export const readDocument = (text: string, path: string): PlacedDocument => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const error = document.errors[0];
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new Fault("input.syntax", error.message, {
      at: { kind: "file", path, line, column: col },
      frame: codeFrame(text, line, col),
    });
  }
  return {
    value: valueOf(document, path),
    place: (pointer) => {
      const { line, col } = lines.linePos(offsetOf(document.contents, pointerPath(pointer)));
      return { kind: "pointer", path, pointer, line, column: col };
    },
  };
};
