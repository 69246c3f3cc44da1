// Numbers that look random and are not: the same seed gives the same choices, each place in a value its own.

/** Mixes a seed with a word: the seed of what that word names. */
export const fork = (seed: number, word: string | number): number => {
  let mixed = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) >>> 0;
  for (const character of String(word)) {
    mixed = Math.imul(mixed ^ (character.codePointAt(0) ?? 0), 0x0100_0193) >>> 0;
  }
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d) >>> 0;
  return (mixed ^ (mixed >>> 13)) >>> 0;
};

/** A whole number from 0 to below `count`; 0 when there is no choice. */
export const choose = (seed: number, count: number): number => (count < 2 ? 0 : fork(seed, "choose") % count);

export const pick = <T>(seed: number, all: readonly T[]): T | undefined => all[choose(seed, all.length)];
