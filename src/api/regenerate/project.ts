// All files of one output folder in three versions, and the names that they ask of one another.
import type { Source } from "./source.ts";
import { readSource } from "./source.ts";
import { withLineEnd } from "./edits.ts";

/** One file: what was generated last, what is on disk, and what is generated now. Line ends of `base` are `\n`. */
export interface Version {
  readonly path: string;
  readonly base?: string;
  readonly ours?: string;
  readonly theirs?: string;
  /** Its path before the tag that it is named after was renamed. */
  readonly from?: string;
}

export const isTypeScript = (path: string): boolean => path.endsWith(".ts");

/** Has a user changed the file since it was generated? Line ends are git's affair. */
export const isTouched = ({ base, ours }: Version): boolean =>
  ours !== undefined && base !== undefined && withLineEnd(ours, "\n") !== base;

/** Reads each text once. */
export const sourceReader = (): ((text: string) => Source | undefined) => {
  const known = new Map<string, Source | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, readSource(text));
    return known.get(text);
  };
};
