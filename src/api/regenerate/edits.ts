// Edits of a text by place: everything that is not named stays as it is, byte for byte.

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Edits must not overlap; those that insert at one place keep their order. */
export const applyEdits = (text: string, edits: readonly Edit[]): string => {
  const parts: string[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = Math.max(at, edit.end);
  }
  return parts.join("") + text.slice(at);
};

export type LineEnd = "\n" | "\r\n";

/** What most lines of a text end with. */
export const lineEndOf = (text: string): LineEnd => {
  const all = text.split("\n").length - 1;
  const windows = text.split("\r\n").length - 1;
  return windows > all / 2 ? "\r\n" : "\n";
};

export const withLineEnd = (text: string, end: LineEnd): string =>
  end === "\n" ? text.replaceAll("\r\n", "\n") : text.replaceAll(/\r?\n/g, "\r\n");

/** Lines count from 1. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
