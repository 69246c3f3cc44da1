// Colours of the terminal, by meaning, or nothing at all when colour is off.
import type { Severity } from "../kernel/finding.ts";
import type { Look, Tone } from "../kernel/report.ts";

export type Style = Tone | "bold" | "accent" | Severity;

// Select Graphic Rendition parameters (ECMA-48 section 8.3.117): on, off.
const codes = {
  plain: ["", ""],
  bold: ["1", "22"],
  dim: ["2", "22"],
  accent: ["36", "39"],
  good: ["32", "39"],
  bad: ["31", "39"],
  warn: ["33", "39"],
  error: ["31", "39"],
  warning: ["33", "39"],
  info: ["34", "39"],
} as const satisfies Record<Style, readonly [string, string]>;

export type Paint = (style: Style, value: string) => string;

/** A function that styles text for this look. */
export const painter =
  (look: Pick<Look, "color">): Paint =>
  (style, value) => {
    const [on, off] = codes[style];
    return look.color && on !== "" && value !== "" ? `\u001b[${on}m${value}\u001b[${off}m` : value;
  };
