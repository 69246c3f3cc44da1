// Both sides of a comparison built at once, each in an embedded server of its own: neither is known, and there is more than one core.
import type { Shadow } from "../../io/embedded/shadow.ts";
import type { Given, Loaded } from "./side.ts";
import { inSide } from "./side.ts";

const textOf = (given: Given): string => (given.kind === "files" ? given.files.map(({ text }) => text).join("\n") : "");

/** From here on a side takes longer to build than another server to start. */
const [manyTables, longText] = [150, 200_000];

const isLarge = (given: Given): boolean =>
  given.kind === "files" ? textOf(given).length >= longText : given.catalog.tables.length >= manyTables;

/** What is mostly the same from the start on is run once for both sides, which is shorter still. */
const beginAlike = (old: Given, next: Given): boolean => {
  const [before, after] = [textOf(old), textOf(next)];
  let at = 0;
  while (at < after.length && before[at] === after[at]) at++;
  return at > 0 && 2 * at >= Math.max(before.length, after.length);
};

export const areBuiltAtOnce = (old: Given, next: Given): boolean =>
  isLarge(old) && isLarge(next) && !beginAlike(old, next);

export interface Sides<N, T> {
  /** Under way already, in a server of its own. */
  readonly next: Promise<N>;
  /** The old side as it most probably is: what exactly is built of a server depends on the new side. */
  readonly likely: Given;
  readonly isRight: (next: N) => boolean;
  readonly work: (side: Loaded, next: N) => Promise<T>;
  /** Builds the old side in a shadow that is free again. */
  readonly otherwise: (next: N) => Promise<T>;
}

/** What turns out not to be the old side is given up, and says nothing. What is wrong with the new side is told first. */
export const atOnce = async <N, T>(
  shadow: Shadow,
  { next, likely, isRight, work, otherwise }: Sides<N, T>,
): Promise<T> => {
  const early = inSide(shadow, likely, async (side) => {
    const there = await next;
    return isRight(there) ? { done: await work(side, there) } : undefined;
  }).catch(async (error: unknown) => {
    if (isRight(await next)) throw error;
    return undefined;
  });
  // A new side that fails is not waited for.
  const found = await Promise.race([early, next.then(() => early)]);
  return found === undefined ? otherwise(await next) : found.done;
};
