// Reads the results of a divided load: files of one result each, or a log that holds several among other lines.
import { Fault } from "../kernel/fault.ts";
import { isObject, own } from "../kernel/json.ts";
import { listed } from "../kernel/words.ts";
import type { Part } from "./merge.ts";
import { partOf } from "./merge.ts";
import type { Shape } from "./shape.ts";
import { lacks } from "./shape.ts";
import type { LoadSummary } from "./summary.ts";

const latency: Shape = [
  "or null",
  { count: "number", minMs: "number", meanMs: "number", maxMs: "number", hdr: "text", boundsHdr: ["or null", "text"] },
];

/** What merging reads; the rest of a result is shown as it came. */
const part: Shape = {
  startedAt: "text",
  ending: "text",
  environment: {
    host: "text",
    platform: "text",
    kernel: "text",
    processor: "text",
    processors: "number",
    runtime: "text",
  },
  target: { url: "text", address: "text", addresses: ["text"] },
  request: { method: "text", bodyBytes: "number", bytes: "number" },
  asked: { loop: "text", concurrency: "number", durationMs: "number", timeoutMs: "number", workers: "number" },
  requests: {
    scheduled: "number",
    sent: "number",
    neverSent: "number",
    answered: "number",
    unanswered: "number",
    unexpected: "number",
  },
  throughput: { sendingMs: "number", bytesSent: "number", bytesReceived: "number" },
  latency: { ok: latency, all: latency, service: latency, firstByte: latency, download: latency },
  connections: { opened: "number", idleCloses: "number", connect: latency, tls: latency },
  statuses: [{ status: "number", count: "number", expected: "flag" }],
  failures: [{ kind: "text", count: "number", sent: "flag", example: "text" }],
  intervals: [
    {
      startMs: "number",
      durationMs: "number",
      requests: "number",
      answered: "number",
      errors: "number",
      sent: "number",
    },
  ],
  byRequest: [{ name: "text", all: latency, service: latency }],
  checks: [{ request: "text", text: "text", held: "number", broken: "number" }],
  notes: ["text"],
  client: {
    stamp: "text",
    cpuShare: "number",
    lagMs: "number",
    maxLagMs: "number",
    sendLagMs: "number",
    boundBy: ["text"],
  },
  shard: ["or null", { number: "number", of: "number", lateMs: "number", missed: "number", limits: ["text"] }],
};

/** The end of the JSON object that begins at a brace; -1 when it never ends. */
const objectEnd = (text: string, start: number): number => {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return at + 1;
  }
  return -1;
};

/** Every object that begins a line: what else a log holds is passed over. */
const objectsIn = (text: string): readonly unknown[] => {
  const found: unknown[] = [];
  const begins = /^\{\s*"/gm;
  for (let match = begins.exec(text); match !== null; match = begins.exec(text)) {
    const end = objectEnd(text, match.index);
    try {
      if (end > 0) found.push(JSON.parse(text.slice(match.index, end)));
      begins.lastIndex = Math.max(end, match.index + 1);
    } catch {
      begins.lastIndex = match.index + 1;
    }
  }
  return found;
};

const resultIn = (document: unknown): unknown =>
  isObject(document) && Object.hasOwn(document, "data") ? own(document, "data") : document;

const isRun = (value: unknown): value is Record<string, unknown> => isObject(value) && own(value, "kind") === "load";

const checked = (run: Record<string, unknown>, path: string): Part => {
  const missing = lacks(run, part, "data").map((place) => place.replace(/^data\./, ""));
  if (missing.length > 0) {
    throw new Fault("input.invalid", `not the result of a load run: it lacks ${listed(missing.slice(0, 5))}`, {
      at: { kind: "file", path },
      help: "make each part with senior load … --shard i/n -o part.json, by this version",
    });
  }
  return partOf(run as unknown as LoadSummary, path);
};

/** All parts in one file or log. Throws `input.invalid` when there are none, or one is broken. */
export const readParts = (text: string, path: string): readonly Part[] => {
  const runs = objectsIn(text).map(resultIn).filter(isRun);
  if (runs.length === 0) {
    throw new Fault("input.invalid", "no result of a load run is in it", {
      at: { kind: "file", path },
      help: "make each part with senior load … --shard i/n --json, or -o part.json",
    });
  }
  return runs.map((run) => checked(run, path));
};
