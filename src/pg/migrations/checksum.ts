// What a migration runs, as one hash: comments, blanks and line ends may change without a word.
import { piecesOf } from "../lexer.ts";
import type { Way } from "./model.ts";

/** Code without needless blanks, strings and quoted names as they are, comments left out. */
const essence = (text: string): string => {
  let [result, code] = ["", ""];
  const flush = (): void => {
    result += code.replace(/\s+/g, " ").replace(/ ?([;,()]) ?/g, "$1");
    code = "";
  };
  for (const { kind, start, end } of piecesOf(text)) {
    if (kind === "code") code += text.slice(start, end);
    else if (kind === "comment") code += " ";
    else {
      flush();
      result += text.slice(start, end).replaceAll("\r\n", "\n");
    }
  }
  flush();
  return result.trim().replace(/;+$/, "");
};

/** Whether it runs in a transaction belongs to what it does. */
export const checksumOf = ({ text, wrapping }: Pick<Way, "text" | "wrapping">): string =>
  new Bun.CryptoHasher("sha256").update(`${wrapping === "none" ? "none" : "one"}\n${essence(text)}`).digest("hex");

const table = Int32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** Flyway's checksum of a script: CRC-32 over its lines without their ends, as a signed number. */
export const flywayChecksum = (text: string): number => {
  let crc = -1;
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  for (const line of lines)
    for (const byte of new TextEncoder().encode(line)) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  return ~crc | 0;
};
