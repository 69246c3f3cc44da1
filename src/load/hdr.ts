// Writes and reads histograms in HdrHistogram's V2 format, which its tools in other languages know.
import { Fault } from "../kernel/fault.ts";
import { Histogram, histogramSlots } from "./histogram.ts";

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
  histogram.forEach((slot, count) => {
    if (slot > next) putNumber(bytes, next - slot);
    putNumber(bytes, count);
    next = slot + 1;
  });
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

const unreadable = (why: string): Fault => new Fault("input.invalid", `not a histogram: ${why}`);

const bytesOf = (text: string): Uint8Array => {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw unreadable("the text is not base64");
  }
};

const checkHeader = (bytes: Uint8Array): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerBytes || view.getInt32(0) !== cookie)
    throw unreadable("the cookie of the V2 format is missing");
  if (view.getInt32(4) !== bytes.length - headerBytes) throw unreadable("its length is not what it says");
  if (view.getInt32(12) !== significantDigits || view.getBigInt64(16) !== 1n) {
    throw unreadable("its slots are others than those of a load run");
  }
};

/** Reads what `hdrBase64` wrote: the same counts in the same slots. Throws `input.invalid`. */
export const readHdr = (text: string): Histogram => {
  const bytes = bytesOf(text);
  checkHeader(bytes);
  const histogram = new Histogram();
  let slot = 0;
  for (let at = headerBytes; at < bytes.length;) {
    // One ZigZag LEB128 number.
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || scale > 2 ** 56) throw unreadable("a number is cut off");
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    if (slot >= histogramSlots) throw unreadable("it has more slots than there are");
    const negative = value % 2 === 1;
    if (!negative) histogram.addSlot(slot, value / 2);
    slot += negative ? (value + 1) / 2 : 1;
  }
  return histogram;
};
