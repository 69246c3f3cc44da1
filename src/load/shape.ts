// The shape of JSON that was written by a run and is read again: what is missing or of another kind, place by place.
import { isObject, own } from "../kernel/json.ts";

/** An object by its keys, a list by its items, or one of these with null beside it. */
export type Shape =
  | "text"
  | "number"
  | "flag"
  | { readonly [key: string]: Shape }
  | readonly [items: Shape]
  | readonly ["or null", Shape];

const kinds: Readonly<Record<"text" | "number" | "flag", (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  flag: (value) => typeof value === "boolean",
};

const isList = (shape: Shape): shape is readonly [Shape] | readonly ["or null", Shape] => Array.isArray(shape);

/** Where a value is not of a shape. Of a list, the first wrong item speaks for the others. */
export const lacks = (value: unknown, shape: Shape, path: string): readonly string[] => {
  if (typeof shape === "string") return kinds[shape](value) ? [] : [path];
  if (isList(shape)) {
    if (shape.length === 2) return value === null ? [] : lacks(value, shape[1], path);
    if (!Array.isArray(value)) return [path];
    return value.map((item, i) => lacks(item, shape[0], `${path}[${i}]`)).find((found) => found.length > 0) ?? [];
  }
  if (!isObject(value)) return [path];
  return Object.entries(shape).flatMap(([key, inner]) => lacks(own(value, key), inner, `${path}.${key}`));
};
