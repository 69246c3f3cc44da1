// A log-linear histogram of durations in nanoseconds: fixed memory, at most 0.1 % error, merged exactly.

const halfBits = 10;
const half = 1 << halfBits;
const octaves = 33;

/** Slots of one histogram. The layout is HdrHistogram's for 1 ns … 1 h at three significant digits. */
export const histogramSlots = octaves * half;

/** The largest duration told apart from larger ones: about 73 minutes. */
export const histogramCeiling = 2 ** 42 - 1;

const stat = { count: 0, sum: 1, min: 2, max: 3 } as const;
const statCount = 4;

/** Bytes that one histogram takes in a buffer; a multiple of 8, so histograms may follow each other. */
export const histogramBytes = statCount * 8 + histogramSlots * 4;

/** Below 2048 every nanosecond has its slot; above, each power of two is cut into 1024 equal parts. */
export const slotOf = (ns: number): number => (ns < 0x80000000 ? shortSlot(ns | 0) : longSlot(ns));

const shortSlot = (ns: number): number => {
  const shift = 21 - Math.clz32(ns);
  return shift <= 0 ? ns : (shift << halfBits) + (ns >>> shift);
};

/** From two seconds up, where a duration no longer fits into 31 bits. */
const longSlot = (ns: number): number => {
  if (ns > histogramCeiling) return histogramSlots - 1;
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
    this.#stats = new Float64Array(buffer, offset, statCount);
    this.#counts = new Uint32Array(buffer, offset + statCount * 8, histogramSlots);
  }

  get count(): number {
    return this.#stats[stat.count] ?? 0;
  }
  /** Zero while nothing was recorded, as for `max`. */
  get min(): number {
    return this.#stats[stat.min] ?? 0;
  }
  /** Exact, as `mean` is, though all above the ceiling share its slot. */
  get max(): number {
    return this.#stats[stat.max] ?? 0;
  }
  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }
  get #sum(): number {
    return this.#stats[stat.sum] ?? 0;
  }

  /** What was recorded lies between these: most of a histogram's slots are never touched. */
  get #firstSlot(): number {
    return slotOf(this.min);
  }
  get #lastSlot(): number {
    return this.count === 0 ? -1 : slotOf(this.max);
  }

  record(ns: number): void {
    const value = ns > 0 ? ns : 0;
    const stats = this.#stats;
    const counts = this.#counts;
    const count = stats[stat.count] ?? 0;
    stats[stat.count] = count + 1;
    stats[stat.sum] = (stats[stat.sum] ?? 0) + value;
    if (value < (stats[stat.min] ?? 0) || count === 0) stats[stat.min] = value;
    if (value > (stats[stat.max] ?? 0)) stats[stat.max] = value;
    const slot = slotOf(value);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }

  /** Adds another histogram, exactly. */
  add(other: Histogram): this {
    if (other.count === 0) return this;
    const [min, max] = [this.count === 0 ? other.min : Math.min(this.min, other.min), Math.max(this.max, other.max)];
    this.#setStats(this.count + other.count, this.#sum + other.#sum, min, max);
    const counts = this.#counts;
    const theirs = other.#counts;
    for (let slot = other.#firstSlot, last = other.#lastSlot; slot <= last; slot++) {
      const count = theirs[slot] ?? 0;
      if (count > 0) counts[slot] = (counts[slot] ?? 0) + count;
    }
    return this;
  }

  #setStats(count: number, sum: number, min: number, max: number): void {
    this.#stats[stat.count] = count;
    this.#stats[stat.sum] = sum;
    this.#stats[stat.min] = min;
    this.#stats[stat.max] = max;
  }

  /** Adds so many durations of one slot; `min`, `max` and `mean` become as exact as the slots. */
  addSlot(slot: number, count: number): void {
    if (count <= 0) return;
    const low = slotLow(slot);
    const high = slotHigh(slot);
    const min = this.count === 0 ? low : Math.min(this.min, low);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
    this.#setStats(this.count + count, this.#sum + ((low + high) / 2) * count, min, Math.max(this.max, high));
  }

  /** Replaces what the slots say of them by what is known exactly. */
  withExact({ min, max, mean }: { readonly min: number; readonly max: number; readonly mean: number }): this {
    if (this.count === 0) return this;
    // A hair of rounding must not leave out the first or the last slot.
    const [least, most] = [Math.min(min, slotHigh(this.#firstSlot)), Math.max(max, slotLow(this.#lastSlot))];
    this.#setStats(this.count, mean * this.count, least, most);
    return this;
  }

  /** What was recorded since `earlier`, a copy of this histogram; `min` and `max` are as exact as the slots. */
  since(earlier: Histogram): Histogram {
    const delta = new Histogram();
    const [now, then, added] = [this.#counts, earlier.#counts, delta.#counts];
    let [count, first, last] = [0, -1, -1];
    for (let slot = this.#firstSlot, end = this.#lastSlot; slot <= end; slot++) {
      const more = (now[slot] ?? 0) - (then[slot] ?? 0);
      if (more <= 0) continue;
      added[slot] = more;
      count += more;
      last = slot;
      if (first < 0) first = slot;
    }
    if (count > 0) {
      delta.#setStats(count, this.#sum - earlier.#sum, slotLow(first), Math.min(slotHigh(last), this.max));
    }
    return delta;
  }

  /** A copy that no longer changes. */
  copy(): Histogram {
    const copy = new Histogram();
    copy.#stats.set(this.#stats);
    copy.#counts.set(this.#counts);
    return copy;
  }

  /** Calls for each slot that holds something, from short to long. */
  forEach(visit: (slot: number, count: number) => void): void {
    const counts = this.#counts;
    for (let slot = this.#firstSlot, last = this.#lastSlot; slot <= last; slot++) {
      const count = counts[slot] ?? 0;
      if (count > 0) visit(slot, count);
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
    return this.atRanks([rank])[0] ?? 0;
  }

  /** The durations at ascending ranks, in one pass. */
  atRanks(ranks: readonly number[]): readonly number[] {
    const { count: total, max } = this;
    const counts = this.#counts;
    let [slot, seen] = [this.#firstSlot - 1, 0];
    return ranks.map((rank) => {
      if (rank >= total) return rank > total ? Infinity : max;
      for (const last = this.#lastSlot; seen < rank && slot < last;) seen += counts[++slot] ?? 0;
      return Math.min(slotHigh(slot), max);
    });
  }

  /** How many lie at or below a duration; those that share its slot count as at. */
  countTo(ns: number): number {
    const counts = this.#counts;
    const last = Math.min(slotOf(Math.max(0, ns)), this.#lastSlot);
    let seen = 0;
    for (let slot = this.#firstSlot; slot <= last; slot++) seen += counts[slot] ?? 0;
    return seen;
  }
}

/** One histogram that holds all of the given ones. */
export const merged = (first = new Histogram(), ...others: readonly Histogram[]): Histogram =>
  others.reduce((sum, one) => sum.add(one), first.copy());

/** Where a class of the heat map ends, in nanoseconds; what ends a hair above it is rounding. */
const classEnd = (heatClass: number): number => 10 ** (heatClass / 10) * 1000 * (1 + 1e-12);

/** How the durations spread over classes of a tenth of a power of ten: class k ends at 10^(k/10) microseconds. */
export const heatOf = (histogram: Histogram): readonly (readonly [heatClass: number, count: number])[] => {
  const classes: (readonly [number, number])[] = [];
  // Slots come in order, so classes do; the first one ends at a nanosecond.
  let [heatClass, end, sum] = [-30, classEnd(-30), 0];
  histogram.forEach((slot, count) => {
    const ns = slotHigh(slot);
    if (ns > end) {
      if (sum > 0) classes.push([heatClass, sum]);
      sum = 0;
      while (ns > end) end = classEnd(++heatClass);
    }
    sum += count;
  });
  return sum > 0 ? [...classes, [heatClass, sum]] : classes;
};
