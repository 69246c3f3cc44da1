// How large an index will be, how high a btree is, and how long building one takes: models, checked against really built indexes.

const block = 8192;
/** Page header 24, special space of a btree 16 bytes (bufpage.h, nbtree.h). */
const usable = block - 24 - 16;

const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** What is known of one key of an index. */
export interface KeyShape {
  /** Bytes of a value that is not null. */
  readonly width: number;
  /** How many different values; null counts as one. */
  readonly distinct: number;
  readonly nullFraction: number;
  /** Equal values look equal: btrees keep duplicates of them once (not of numeric, floats, arrays, jsonb). */
  readonly dedup: boolean;
}

/** A leaf page is filled to this part when an index is built (the default fillfactor of btrees). */
const leafFill = 0.9;
/** Internal pages, as they are filled while a btree is built. */
const innerFill = 0.7;
/** A posting list takes at most a tenth of a page while a btree is built (_bt_load): so many row pointers of 6 bytes. */
const postingList = 130;

const keyBytes = (keys: readonly KeyShape[]): number =>
  aligned(8 + keys.reduce((sum, { width, nullFraction }) => sum + width * (1 - nullFraction), 0));

/** Blocks of a btree just built. `keys` are all that it holds, INCLUDE too; duplicates are kept once unless `covering`. */
export const btreeBlocks = (rows: number, keys: readonly KeyShape[], covering: boolean): number => {
  const key = keyBytes(keys);
  const distinct = Math.min(
    rows,
    keys.reduce((product, one) => product * Math.max(1, one.distinct), 1),
  );
  const repeats = distinct === 0 ? 0 : rows / distinct;
  const folded = !covering && repeats > 1.5 && keys.every(({ dedup }) => dedup);
  const bytes = folded
    ? distinct * (key + 4) * Math.max(1, Math.ceil(repeats / postingList)) + rows * 6
    : rows * (key + 4);
  return Math.ceil((bytes / (usable * leafFill)) * 1.005) + 1;
};

/**
 * Levels above the leaves. A tree that grew by inserts splits its root when that is full; one built over rows that were there has
 * internal pages of seven tenths.
 */
export const btreeLevel = (blocks: number, keys: readonly KeyShape[], how: "built" | "grown"): number => {
  const full = Math.max(2, Math.floor(usable / (keyBytes(keys) + 4)));
  const fan = Math.max(2, Math.floor(full * innerFill));
  const root = how === "grown" ? full : fan;
  let [level, pages] = [0, Math.max(1, blocks - 1)];
  for (; pages > 1; level++) pages = pages <= root ? 1 : Math.ceil(pages / fan);
  return level;
};

/** GIN: every element once with its rows, compressed: the closer they lie the better; a guess that was seen to be within a factor of two. */
export const ginBlocks = (rows: number, elementsPerRow: number, elementWidth: number, distinct: number): number => {
  const entries = rows * elementsPerRow;
  const each = entries / Math.max(1, distinct) > 4000 ? 1 : 2.5;
  return Math.ceil((entries * each + distinct * aligned(elementWidth + 8)) / (usable * 0.85)) + 2;
};

/** BRIN: a summary for every 128 blocks of the table. */
export const brinBlocks = (tableBlocks: number, keys: readonly KeyShape[]): number =>
  3 + Math.ceil((Math.ceil(tableBlocks / 128) * (aligned(8 + 2 * keyBytes(keys)) + 4)) / usable);

/** Hash, GiST and others: one entry for each row. */
export const plainBlocks = (rows: number, keys: readonly KeyShape[]): number =>
  Math.ceil((rows * (keyBytes(keys) + 8)) / (usable * 0.75)) + 2;

/**
 * Seconds that CREATE INDEX CONCURRENTLY takes on a machine that does nothing else: two scans of the table at 250 MiB/s, and a sort of
 * about a microsecond for each row. An order of magnitude, no promise.
 */
export const buildSeconds = (tableBlocks: number, rows: number, indexBlocks: number): number =>
  (2 * tableBlocks * block) / (250 * 1024 ** 2) + rows * 1.2e-6 + (indexBlocks * block) / (150 * 1024 ** 2);
