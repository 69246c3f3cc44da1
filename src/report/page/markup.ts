// Text that becomes part of a page: escaped, so that it can be nothing but text.
import { oneLine, plain } from "../plain.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (value: string): string => value.replace(/[&<>"']/g, (char) => entities[char] ?? char);

/** For element content and quoted attributes; line breaks stay. */
export const html = (value: string): string => escaped(plain(value).toWellFormed());
/** The same on one line. */
export const htmlLine = (value: string): string => escaped(oneLine(value).toWellFormed());

/** JSON for a script element: no text in it can end the element. */
export const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** Of a script or style, as a content security policy names it. */
export const cspHash = (text: string): string =>
  `'sha256-${new Bun.CryptoHasher("sha256").update(text).digest("base64")}'`;

/** A number for an SVG attribute. */
export const coordinate = (value: number): string => String(Number(value.toFixed(2)));
