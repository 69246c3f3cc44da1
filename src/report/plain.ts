// Plain text: takes out of foreign text whatever could act on a terminal or reorder what people read.

// Control characters but tab and newline, and the bidirectional and invisible formatting characters (Trojan Source, 2021).
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Text without escape sequences, control characters and bidirectional overrides. `\r\n` becomes `\n`. */
export const plain = (value: string): string => Bun.stripANSI(value.replaceAll("\r\n", "\n")).replace(unsafe, "");

/** The same on one line. */
export const oneLine = (value: string): string => plain(value).replace(/\s*\n\s*/g, " ");
