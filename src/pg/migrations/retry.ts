// Which refusals pass by themselves, and how long to wait before the next attempt.

/** Another transaction was in the way; the same statement may go through later. */
const passing: Readonly<Record<string, string>> = {
  "55P03": "it did not get its lock in time",
  "40P01": "it was chosen to end a deadlock",
  "40001": "it collided with another transaction",
};

/** Why it may go through later, in words; undefined when it will not. */
export const passes = (sqlstate: string): string | undefined =>
  Object.hasOwn(passing, sqlstate) ? passing[sqlstate] : undefined;

const firstMs = 500;
const longestMs = 30_000;

/** Twice as long each time, and between half and all of it by chance: runners that collide do not do so again. */
export const backOffMs = (attempt: number, chance: number): number =>
  Math.round(Math.min(longestMs, firstMs * 2 ** attempt) * (0.5 + chance / 2));
