// Placeholders: `{{id}}` stands for a value that fits where it stands, `{{{id}}}` for the value as it is.
import type { Escape, Placeholder, Slot, Template } from "./scenario.ts";

/** What placeholders are filled from. */
export interface Values {
  readonly arrival: number;
  readonly row: readonly string[];
  variable(name: string): string | undefined;
  uuid(): string;
}

const escapes: Readonly<Record<Escape, (value: string) => string>> = {
  none: (value) => value,
  // A lone surrogate has no percent-encoding; it becomes what UTF-8 writes for it.
  url: (value) => encodeURIComponent(value.toWellFormed()),
  json: (value) => JSON.stringify(value).slice(1, -1),
};

const slots: {
  readonly [K in Slot["kind"]]: (slot: Extract<Slot, { kind: K }>, values: Values) => string | undefined;
} = {
  column: ({ index }, { row }) => row[index],
  variable: ({ name }, values) => values.variable(name),
  number: (_, { arrival }) => String(arrival),
  uuid: (_, values) => values.uuid(),
};

const valueOf = (slot: Slot, values: Values): string | undefined =>
  (slots[slot.kind] as (one: Slot, from: Values) => string | undefined)(slot, values);

/** The text with every value filled in; undefined when one is missing. */
export const fill = (template: Template, values: Values): string | undefined => {
  let text = "";
  for (const part of template) {
    if (typeof part === "string") text += part;
    else {
      const value = valueOf(part.slot, values);
      if (value === undefined) return undefined;
      text += escapes[part.escape](value);
    }
  }
  return text;
};

export const placeholders = (template: Template): readonly Placeholder[] =>
  template.filter((part) => typeof part !== "string");

const shape = /\{\{\{\s*([^{}]*?)\s*\}\}\}|\{\{\s*([^{}]*?)\s*\}\}/g;

/** Takes text apart. `slotOf` knows the names, and throws for others. */
export const readTemplate = (text: string, escape: Escape, slotOf: (name: string) => Slot): Template => {
  const parts: (string | Placeholder)[] = [];
  let at = 0;
  for (const found of text.matchAll(shape)) {
    const [whole, raw, fitting] = found;
    const name = raw ?? fitting ?? "";
    if (found.index > at) parts.push(text.slice(at, found.index));
    parts.push({ name, slot: slotOf(name), escape: raw === undefined ? escape : "none" });
    at = found.index + whole.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
};
