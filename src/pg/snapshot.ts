// A snapshot: everything that analysis needs of a production server, as one file to take away. It holds values of users.
import { Fault } from "../kernel/fault.ts";
import { isObject } from "../kernel/json.ts";
import type { DatabaseReading } from "./rules/rule.ts";
import type { PlannerStatistics } from "./whatif/statistics.ts";
import type { Workload } from "./workload/model.ts";

/** Rises when an older program could not read it any more. */
export const snapshotVersion = 1;

export interface Snapshot {
  readonly reading: DatabaseReading;
  readonly statistics: PlannerStatistics;
  readonly workload: Workload;
  /** Where it was taken, as people may see it. */
  readonly source: string;
}

/** What the first line says in plain text. */
export interface SnapshotHeader {
  readonly format: "senior snapshot";
  readonly version: number;
  readonly source: string;
  readonly server: string;
  readonly takenAt: string;
  readonly redacted: boolean;
}

export const headerOf = ({ reading, statistics, source }: Snapshot): SnapshotHeader => ({
  format: "senior snapshot",
  version: snapshotVersion,
  source,
  server: reading.server.text,
  takenAt: statistics.takenAt,
  redacted: statistics.redacted,
});

/** Two lines: the header as JSON, and the body as it was packed. */
export const snapshotText = (snapshot: Snapshot, pack: (text: string) => string): string =>
  `${JSON.stringify(headerOf(snapshot))}\n${pack(JSON.stringify(snapshot))}\n`;

const broken = (path: string, why: string): Fault =>
  new Fault("input.invalid", `${path} is no snapshot: ${why}`, {
    at: { kind: "file", path },
    help: "take one with `senior db snapshot --connection URL --output prod.snapshot`",
  });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Throws a Fault for what is no snapshot, is cut off, or was written by a later version. */
export const readSnapshot = (path: string, text: string, unpack: (packed: string) => string): Snapshot => {
  const end = text.indexOf("\n");
  const header = parsed(end < 0 ? text : text.slice(0, end));
  if (!isObject(header) || header["format"] !== "senior snapshot") throw broken(path, "its first line is another");
  if (header["version"] !== snapshotVersion)
    throw broken(path, `it is of version ${String(header["version"])}, and ${snapshotVersion} is read here`);
  let body: unknown;
  try {
    body = parsed(unpack(text.slice(end + 1).trim()));
  } catch {
    body = undefined;
  }
  if (!isObject(body) || !isObject(body["reading"]) || !isObject(body["statistics"]) || !isObject(body["workload"]))
    throw broken(path, "it is cut off or damaged");
  return body as unknown as Snapshot;
};
