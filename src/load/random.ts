// Pseudo-random numbers from a seed: the same seed gives the same order of slices and the same intervals.

/** Uniform in [0, 1). */
export type Random = () => number;

/** Mulberry32: 32 bits of state, passes PractRand to 2^32 bytes; enough for orders and resampling, not for secrets. */
export const randomFrom = (seed: number): Random => {
  let state = Math.trunc(seed) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Fisher–Yates. */
export const shuffled = <Item>(items: readonly Item[], random: Random): readonly Item[] => {
  const left = [...items];
  const out: Item[] = [];
  while (left.length > 0) out.push(...left.splice(Math.floor(random() * left.length), 1));
  return out;
};

/** A whole number of 32 bits that depends on nothing but these: the same whichever thread or machine asks. */
export const drawn = (seed: number, index: number, salt: number): number => {
  let mixed = Math.imul(index ^ Math.imul(salt, 0x9e3779b9) ^ (seed | 0), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ Math.trunc(seed / 2 ** 32), 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};
