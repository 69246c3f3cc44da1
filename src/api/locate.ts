// From JSON pointers to lines: parsed exactly, and only when a message needs it.
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Node, Pair } from "yaml";
import { pointerPath } from "../kernel/json.ts";
import { jsonOffsets } from "./locate-json.ts";

export interface Position {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

// Beyond this the exact parser takes longer than the whole of the rest; the pointer alone still names the place.
const maxText = 8_000_000;

const keyText = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : "");

/** The offset of the deepest node on the way to a pointer that exists. */
const offsetOf = (root: unknown, keys: readonly string[]): number => {
  let node = root;
  let offset = 0;
  for (const key of keys) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item) === key);
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
};

const yamlPlaces = (text: string, pointers: readonly string[]): ReadonlyMap<string, Position> => {
  if (text.length > maxText) return new Map();
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: "silent" });
  return new Map(
    pointers.map((pointer) => {
      const { line, col } = lines.linePos(offsetOf(contents, pointerPath(pointer)));
      return [pointer, { line, column: col }];
    }),
  );
};

/** The offset of what a pointer leads to, or of the nearest above it. */
const nearestOffset = (offsets: ReadonlyMap<string, number>, pointer: string): number => {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const offset = offsets.get(at);
    if (offset !== undefined) return offset;
  }
  return 0;
};

const jsonPlaces = (text: string, pointers: readonly string[]): ReadonlyMap<string, Position> => {
  const offsets = jsonOffsets(text, pointers);
  const sorted = pointers
    .map((pointer) => ({ pointer, offset: nearestOffset(offsets, pointer) }))
    .sort((a, b) => a.offset - b.offset);
  const places = new Map<string, Position>();
  let [line, start, next] = [1, 0, text.indexOf("\n")];
  for (const { pointer, offset } of sorted) {
    for (; next >= 0 && next < offset; next = text.indexOf("\n", start)) [line, start] = [line + 1, next + 1];
    places.set(pointer, { line, column: offset - start + 1 });
  }
  return places;
};

const isJson = (text: string): boolean => {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Where each pointer's key stands, or the nearest key above it that exists. */
export const locatePointers = (text: string, pointers: Iterable<string>): ReadonlyMap<string, Position> => {
  const wanted = [...new Set(pointers)];
  if (wanted.length === 0) return new Map();
  return isJson(text) ? jsonPlaces(text, wanted) : yamlPlaces(text, wanted);
};
