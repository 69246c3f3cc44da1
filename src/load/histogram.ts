// A log-linear histogram of durations in nanoseconds: fixed memory, at most 0.1 % error, merged exactly.

const halfBits = 10;
const half = 1 << halfBits;
const octaves = 33;

/** Slots of one histogram. The layout is HdrHistogram's for 1 ns … 1 h at three significant digits. */
export const histogramSlots = octaves * half;

/** The largest duration told apart from larger ones: about 73 minutes. */
export const histogramCeiling = 2 ** 42 - 1;

const statNames = ["count", "sum", "min", "max", "overflow"] as const;
const stat = { count: 0, sum: 1, min: 2, max: 3, overflow: 4 } as const satisfies Record<
  (typeof statNames)[number],
  number
>;

/** Bytes that one histogram takes in a buffer; a multiple of 8, so histograms may follow each other. */
export const histogramBytes = statNames.length * 8 + histogramSlots * 4;

/** Below 2048 every nanosecond has its slot; above, each power of two is cut into 1024 equal parts. */
export const slotOf = (ns: number): number => {
  if (ns < 0x80000000) {
    const whole = ns | 0;
    const shift = 21 - Math.clz32(whole);
    return shift <= 0 ? whole : (shift << halfBits) + (whole >>> shift);
  }
  const high = Math.floor(ns / 2048);
  const shift = 32 - Math.clz32(high);
  return (shift << halfBits) + (high >>> (shift - 11));
};

const shiftOf = (slot: number): number => Math.max(0, (slot >>> halfBits) - 1);

/** The smallest duration that falls into a slot. */
export const slotLow = (slot: number): number => (slot - (shiftOf(slot) << halfBits)) * 2 ** shiftOf(slot);

/** The largest duration that falls into a slot. */
export const slotHigh = (slot: number): number => slotLow(slot) + 2 ** shiftOf(slot) - 1;

/** How many of `count` sorted values lie at or below a percentile: the nearest rank, from 1. */
export const rankOf = (percent: number, count: number): number =>
  // The product of two decimals may end a hair above a whole number (99.9 % of 1000): that hair is not a rank.
  Math.min(count, Math.max(1, Math.ceil(Number(((percent * count) / 100).toPrecision(12)))));

export class Histogram {
  readonly #counts: Uint32Array;
  readonly #stats: Float64Array;

  /** Over `histogramBytes` of a buffer, which may be shared: one thread records, others may read at any time. */
  constructor(buffer: ArrayBufferLike = new ArrayBuffer(histogramBytes), offset = 0) {
    this.#stats = new Float64Array(buffer, offset, statNames.length);
    this.#counts = new Uint32Array(buffer, offset + statNames.length * 8, histogramSlots);
  }

  #stat(name: keyof typeof stat): number {
    return this.#stats[stat[name]] ?? 0;
  }

  get count(): number {
    return this.#stat("count");
  }
  /** Zero while nothing was recorded, as for `max`. */
  get min(): number {
    return this.count === 0 ? 0 : this.#stat("min");
  }
  get max(): number {
    return this.#stat("max");
  }
  /** Exact, not from the slots. */
  get mean(): number {
    return this.count === 0 ? 0 : this.#stat("sum") / this.count;
  }
  /** Durations above the ceiling: counted in the last slot, exact in `max` and `mean`. */
  get overflow(): number {
    return this.#stat("overflow");
  }

  /** What was recorded lies between these: most of a histogram's slots are never touched. */
  get #firstSlot(): number {
    return slotOf(Math.min(this.min, histogramCeiling));
  }
  get #lastSlot(): number {
    return this.count === 0 ? -1 : slotOf(Math.min(this.max, histogramCeiling));
  }

  record(ns: number): void {
    const value = ns > 0 ? ns : 0;
    const stats = this.#stats;
    const count = stats[0] ?? 0;
    stats[0] = count + 1;
    stats[1] = (stats[1] ?? 0) + value;
    if (count === 0 || value < (stats[2] ?? 0)) stats[2] = value;
    if (value > (stats[3] ?? 0)) stats[3] = value;
    if (value > histogramCeiling) stats[4] = (stats[4] ?? 0) + 1;
    const slot = value > histogramCeiling ? histogramSlots - 1 : slotOf(value);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  /** Adds another histogram, exactly. */
  add(other: Histogram): this {
    if (other.count === 0) return this;
    const min = this.count === 0 ? other.min : Math.min(this.min, other.min);
    const max = Math.max(this.max, other.max);
    for (const name of ["count", "sum", "overflow"] as const) {
      this.#stats[stat[name]] = this.#stat(name) + other.#stat(name);
    }
    this.#stats[stat.min] = min;
    this.#stats[stat.max] = max;
    for (let slot = other.#firstSlot, last = other.#lastSlot; slot <= last; slot++) {
      const count = other.#counts[slot] ?? 0;
      if (count > 0) this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
    }
    return this;
  }

  /** Adds so many durations of one slot; `min`, `max` and `mean` become as exact as the slots. */
  addSlot(slot: number, count: number): void {
    if (count <= 0) return;
    const [low, high] = [slotLow(slot), slotHigh(slot)];
    const min = this.count === 0 ? low : Math.min(this.min, low);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
    this.#stats[stat.count] = this.count + count;
    this.#stats[stat.sum] = this.#stat("sum") + ((low + high) / 2) * count;
    this.#stats[stat.min] = min;
    this.#stats[stat.max] = Math.max(this.max, high);
  }

  /** Replaces what the slots say of them by what is known exactly. */
  withExact({ min, max, mean }: { readonly min: number; readonly max: number; readonly mean: number }): this {
    if (this.count === 0) return this;
    // A hair of rounding must not leave out the first or the last slot.
    const [first, last] = [this.#firstSlot, this.#lastSlot];
    this.#stats[stat.sum] = mean * this.count;
    this.#stats[stat.min] = Math.min(min, slotHigh(first));
    this.#stats[stat.max] = Math.max(max, slotLow(last));
    return this;
  }

  /** What was recorded since `earlier`, a copy of this histogram; `min` and `max` are as exact as the slots. */
  since(earlier: Histogram): Histogram {
    const delta = new Histogram();
    for (const [slot, count] of this.slots()) {
      const added = count - (earlier.#counts[slot] ?? 0);
      if (added <= 0) continue;
      delta.#counts[slot] = added;
      delta.#stats[stat.count] = delta.count + added;
      if (delta.count === added) delta.#stats[stat.min] = slotLow(slot);
      delta.#stats[stat.max] = Math.min(slotHigh(slot), this.max);
    }
    delta.#stats[stat.sum] = this.#stat("sum") - earlier.#stat("sum");
    return delta;
  }

  /** The slots that hold something, from short to long: slot and count. */
  *slots(): Generator<readonly [slot: number, count: number]> {
    for (let slot = this.#firstSlot, last = this.#lastSlot; slot <= last; slot++) {
      const count = this.#counts[slot] ?? 0;
      if (count > 0) yield [slot, count];
    }
  }

  /**
   * The nearest-rank percentile: the duration that a sorted list of all of them holds at that rank, at most 0.1 %
   * above it and never below; exact at the last rank. Zero while nothing was recorded.
   */
  percentile(percent: number): number {
    return this.count === 0 ? 0 : this.at(rankOf(percent, this.count));
  }

  /** The duration at a rank, from 1, as for `percentile`; infinite beyond the last. */
  at(rank: number): number {
    if (rank >= this.count) return rank > this.count ? Infinity : this.max;
    let seen = 0;
    for (const [slot, count] of this.slots()) {
      seen += count;
      if (seen >= rank) return Math.min(slotHigh(slot), this.max);
    }
    return this.max;
  }

  /** How many lie at or below a duration; those that share its slot count as at. */
  countTo(ns: number): number {
    const last = ns > histogramCeiling ? histogramSlots - 1 : slotOf(Math.max(0, ns));
    let seen = 0;
    for (const [slot, count] of this.slots()) {
      if (slot > last) break;
      seen += count;
    }
    return seen;
  }
}

/** One histogram that holds all of the given ones. */
export const merged = (...histograms: readonly Histogram[]): Histogram =>
  histograms.reduce((sum, one) => sum.add(one), new Histogram());

/** How the durations spread over classes of a tenth of a power of ten: class k ends at 10^(k/10) microseconds. */
export const heatOf = (histogram: Histogram): readonly (readonly [heatClass: number, count: number])[] => {
  const classes = new Map<number, number>();
  for (const [slot, count] of histogram.slots()) {
    const micros = Math.max(1, slotHigh(slot)) / 1000;
    const heatClass = Math.ceil(Number((10 * Math.log10(micros)).toPrecision(12)));
    classes.set(heatClass, (classes.get(heatClass) ?? 0) + count);
  }
  return [...classes].sort(([a], [b]) => a - b);
};
