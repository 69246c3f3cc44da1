// What one request costs the measuring thread apart from the sockets: reading its response, and recording its duration.
import { bench, group, run } from "mitata";
import { build } from "hdr-histogram-js";
import { Histogram, histogramBytes } from "./histogram.ts";
import { ResponseParser } from "./response-parser.ts";

const response = (id: number): Uint8Array =>
  new TextEncoder().encode(
    `HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sat, 21 Nov 2026 11:26:12 GMT\r\nContent-Type: application/json\r\nContent-Length: 63\r\nX-Request-Id: ${id}\r\n\r\n${"x".repeat(63)}`,
  );

group("one response of 200 bytes", () => {
  const parser = new ResponseParser("GET");
  const same = response(1000);
  const others = Array.from({ length: 64 }, (_, i) => response(1000 + i));
  let next = 0;
  bench("head as before", () => {
    parser.begin();
    return parser.feed(same);
  });
  bench("head differs each time", () => {
    parser.begin();
    return parser.feed(others[next++ & 63] ?? same);
  });
});

group("one duration", () => {
  const ours = new Histogram(new SharedArrayBuffer(histogramBytes));
  const theirs = build({ highestTrackableValue: 3.6e12, numberOfSignificantValueDigits: 3, bitBucketSize: 32 });
  let value = 1;
  const step = (): number => (value = (Math.imul(value, 48271) & 0x3fffffff) + 1);
  bench("ours, in shared memory", () => ours.record(step()));
  bench("hdr-histogram-js", () => theirs.recordValue(step()));
});

await run();
