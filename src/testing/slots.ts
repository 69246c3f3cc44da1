// The filled slots of a histogram as a list, for tests that compare two of them.
import type { Histogram } from "../load/histogram.ts";

export const slotsOf = (histogram: Histogram): readonly (readonly [slot: number, count: number])[] => {
  const slots: (readonly [number, number])[] = [];
  histogram.forEach((slot, count) => slots.push([slot, count]));
  return slots;
};
