// Where pointers stand in a JSON text: one pass over its tokens, which stops at nothing that nobody asked for.
import { pointerPath, pointerToken } from "../kernel/json.ts";

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],]|[^\s"{}[\],:]+/g;

/** The pointers, and everything on the way to them. */
const wayTo = (pointers: readonly string[]): ReadonlySet<string> =>
  new Set(
    pointers.flatMap((pointer) => {
      const keys = pointerPath(pointer).map((key) => `/${pointerToken(key)}`);
      return keys.map((_, index) => keys.slice(0, index + 1).join(""));
    }),
  );

interface Container {
  /** Undefined below what is not on the way. */
  readonly at: string | undefined;
  readonly isList: boolean;
  index: number;
  isKey: boolean;
}

/** Offsets of the keys (in lists: the values) that pointers lead to and past; the text is known to be JSON. */
export const jsonOffsets = (text: string, pointers: readonly string[]): ReadonlyMap<string, number> => {
  const wanted = wayTo(pointers);
  const found = new Map<string, number>();
  const open: Container[] = [];
  let here: string | undefined = "";
  const reach = (at: string | undefined, offset: number): void => {
    here = at !== undefined && wanted.has(at) ? at : undefined;
    if (here !== undefined) found.set(here, offset);
  };
  for (const { 0: token, index: offset } of text.matchAll(tokens)) {
    const inside = open.at(-1);
    if (token === "," && inside !== undefined) {
      inside.index += 1;
      inside.isKey = !inside.isList;
      continue;
    }
    if (token === "}" || token === "]") {
      open.pop();
      continue;
    }
    if (inside?.isKey === true) {
      inside.isKey = false;
      const isKnown = inside.at !== undefined;
      reach(isKnown ? `${inside.at}/${pointerToken(JSON.parse(token) as string)}` : undefined, offset);
      continue;
    }
    if (inside?.isList === true) reach(inside.at === undefined ? undefined : `${inside.at}/${inside.index}`, offset);
    if (token === "{" || token === "[") open.push({ at: here, isList: token === "[", index: 0, isKey: token === "{" });
    if (found.size === wanted.size) break;
  }
  return found;
};
