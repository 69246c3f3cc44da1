// A workload from a PostgreSQL log: stderr with any prefix, csvlog or jsonlog, whose lines tell statements and their durations.
import { isObject } from "../../kernel/json.ts";
import type { ParseSql } from "../tree.ts";
import type { Observation } from "./collect.ts";
import { collect } from "./collect.ts";
import type { Workload } from "./model.ts";

interface Entry {
  readonly message: string;
  /** As the log says it. */
  readonly time?: string;
}

const severities = "LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG\\d?|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION";

/** Where a line of the stderr format begins an entry: after the prefix the severity, a colon and two spaces. */
const entryStart = new RegExp(`^(.*?)\\b(${severities}):  ?(.*)$`, "s");

const timestamp = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?(?:UTC|GMT|Z|[+-]\d\d(?::?\d\d)?))?/;

/** Lines that go on are indented by a tab. */
function* stderrEntries(text: string): Generator<Entry> {
  let open: { message: string; time: string | undefined; log: boolean } | undefined;
  const finished = (): readonly Entry[] =>
    open?.log === true ? [{ message: open.message, ...(open.time === undefined ? {} : { time: open.time }) }] : [];
  for (const line of text.split(/\r?\n/)) {
    const start = line.startsWith("\t") ? null : entryStart.exec(line);
    if (start !== null) {
      yield* finished();
      const [, prefix = "", severity, message = ""] = start;
      open = { message, time: timestamp.exec(prefix)?.[0], log: severity === "LOG" };
    } else if (open !== undefined) open.message += `\n${line.replace(/^\t/, "")}`;
  }
  yield* finished();
}

/** Records of CSV: quotes are doubled, and values may hold line ends. */
function* csvRecords(text: string): Generator<readonly string[]> {
  const field = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/y;
  let record: string[] = [];
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const [whole, value = "", end] = match;
    record.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end !== ",") {
      if (record.length > 1) yield record;
      record = [];
    }
    if (whole === "" || field.lastIndex >= text.length) return;
  }
}

// Columns of csvlog (manual, "Using CSV-Format Log Output"): log_time, …, error_severity (12th), …, message (14th).
const [csvTime, csvSeverity, csvMessage] = [0, 11, 13];

function* csvEntries(text: string): Generator<Entry> {
  for (const record of csvRecords(text)) {
    if (record[csvSeverity] === "LOG") yield { message: record[csvMessage] ?? "", time: record[csvTime] ?? "" };
  }
}

const jsonEntry = (line: string): Entry | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    if (!isObject(value) || value["error_severity"] !== "LOG" || typeof value["message"] !== "string") return undefined;
    const time = value["timestamp"];
    return { message: value["message"], ...(typeof time === "string" ? { time } : {}) };
  } catch {
    return undefined;
  }
};

function* jsonEntries(text: string): Generator<Entry> {
  for (const line of text.split("\n")) {
    const entry = line.startsWith("{") ? jsonEntry(line) : undefined;
    if (entry !== undefined) yield entry;
  }
}

type LogFormat = "stderr" | "csv" | "json";

const entriesOf: { readonly [F in LogFormat]: (text: string) => Generator<Entry> } = {
  stderr: stderrEntries,
  csv: csvEntries,
  json: jsonEntries,
};

/** Which format a log has; undefined for text that is none. */
export const logFormatOf = (text: string): LogFormat | undefined => {
  const head = text.slice(0, 20_000);
  if (/^\{.*"error_severity"\s*:/m.test(head)) return "json";
  if (/^\d{4}-\d\d-\d\d [\d:.]+ [\w+-]+,/.test(head)) return "csv";
  return new RegExp(`^(?!\\s*--)[^\\n;]*\\b(?:${severities}):  ?\\S`, "m").test(head) ? "stderr" : undefined;
};

/** `duration: 1.5 ms  execute name: SELECT …`: parse and bind are other steps of the same call, a plan is auto_explain's. */
const timed =
  /^duration: ([\d.]+) ms {2}(statement|execute [^\n]*?|parse [^\n]*?|bind [^\n]*?|fastpath[^\n]*?|plan): ?/;
const plain = /^(?:statement|execute [^\n:]*): /;

interface Read {
  readonly observations: readonly Observation[];
  readonly since?: string;
  readonly untimed: number;
}

const read = (entries: Iterable<Entry>): Read => {
  const observations: Observation[] = [];
  let since: string | undefined;
  let untimed = 0;
  for (const { message, time } of entries) {
    since ??= time;
    const match = timed.exec(message);
    if (match !== null) {
      const [head, ms, step = ""] = match;
      if (/^(statement|execute)/.test(step))
        observations.push({ sql: message.slice(head.length), calls: 1, meanMs: Number(ms) });
    } else if (plain.test(message)) {
      untimed++;
      observations.push({ sql: message.replace(plain, ""), calls: 1 });
    }
  }
  return { observations, untimed, ...(since === undefined ? {} : { since }) };
};

const isoOf = (time: string | undefined): string | undefined => {
  if (time === undefined) return undefined;
  const moment = Date.parse(time.replace(/ ([A-Z]{2,5})$/, "Z").replace(" ", "T"));
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString();
};

/** The statements of a log; auto_explain's plans are left aside. */
export const workloadOfLog = (path: string, text: string, format: LogFormat, parse: ParseSql): Workload => {
  const { observations, since, untimed } = read(entriesOf[format](text));
  const begun = isoOf(since);
  const gaps = [
    "a log holds only what log_min_duration_statement and log_statement let through",
    ...(observations.length === 0
      ? ["no statement with its duration stands in the log: set log_min_duration_statement"]
      : []),
    ...(untimed > 0 ? [`${untimed} statements were logged without their duration`] : []),
  ];
  return collect(observations, parse, {
    source: path,
    kind: "log",
    gaps,
    ...(begun === undefined ? {} : { since: begun }),
  });
};
