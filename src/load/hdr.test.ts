import { expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { hdrBase64, readHdr } from "./hdr.ts";
import { Histogram } from "./histogram.ts";
import { slotsOf } from "../testing/slots.ts";

/** The same payload in the format's compressed envelope, which is what the library's public reader takes. */
const compressed = (base64: string): string => {
  const payload = deflateSync(Buffer.from(base64, "base64"));
  const head = Buffer.alloc(8);
  head.writeInt32BE(0x1c849304 | 0x10, 0);
  head.writeInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]).toString("base64");
};

const roundTrip = (values: readonly number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return { histogram, read: decodeFromCompressedBase64(compressed(hdrBase64(histogram)), 64) };
};

test("HdrHistogram reads our encoding and finds the same percentiles", () => {
  const { histogram, read } = roundTrip(Array.from({ length: 5000 }, (_, i) => Math.round(1.004 ** i * 300)));
  expect(read.totalCount).toBe(histogram.count);
  for (const percent of [1, 25, 50, 90, 99, 99.9]) {
    expect(Math.abs(read.getValueAtPercentile(percent) / histogram.percentile(percent) - 1)).toBeLessThan(0.001);
  }
});

test("an empty histogram, and one with counts of several bytes, are read back", () => {
  expect(roundTrip([]).read.totalCount).toBe(0);
  expect(roundTrip(Array.from({ length: 70_000 }, () => 7)).read.totalCount).toBe(70_000);
});

test("what was written is read back slot by slot", () => {
  const histogram = new Histogram();
  for (let i = 0; i < 3000; i++) histogram.record(Math.floor(1.01 ** (i % 1500)));
  for (const one of [new Histogram(), histogram]) {
    const read = readHdr(hdrBase64(one));
    expect(slotsOf(read)).toEqual(slotsOf(one));
    expect(read.count).toBe(one.count);
  }
});

test.each([
  ["no base64", "%%%"],
  ["nothing", ""],
  ["another format", btoa("x".repeat(60))],
  ["cut off", hdrBase64(new Histogram()).slice(0, 40)],
])("what is no histogram is refused: %s", (_name, text) => {
  expect(() => readHdr(text)).toThrow("not a histogram");
});
