// Writes a histogram in HdrHistogram's V2 format, which its tools in other languages read.
import type { Histogram } from "./histogram.ts";

// Version 2, counts as ZigZag LEB128 numbers of up to nine bytes.
const cookie = 0x1c849303 | 0x10;
const significantDigits = 3;
const highestNs = 3_600_000_000_000n;
const headerBytes = 40;

/** ZigZag LEB128: small magnitudes of either sign take one byte. Counts stay below 2^53, so no BigInt is needed. */
const putNumber = (bytes: number[], value: number): void => {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
};

/** Counts in the order of their slots; a negative number stands for so many empty slots. */
const payload = (histogram: Histogram): readonly number[] => {
  const bytes: number[] = [];
  let next = 0;
  for (const [slot, count] of histogram.slots()) {
    if (slot > next) putNumber(bytes, next - slot);
    putNumber(bytes, count);
    next = slot + 1;
  }
  return bytes;
};

/** The uncompressed V2 encoding, base64. Values are nanoseconds. */
export const hdrBase64 = (histogram: Histogram): string => {
  const counts = payload(histogram);
  const bytes = new Uint8Array(headerBytes + counts.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, cookie);
  view.setInt32(4, counts.length);
  view.setInt32(8, 0);
  view.setInt32(12, significantDigits);
  view.setBigInt64(16, 1n);
  view.setBigInt64(24, highestNs);
  view.setFloat64(32, 1);
  bytes.set(counts, headerBytes);
  return bytes.toBase64();
};
