// What became of an earlier analysis: findings that are gone, new, better or worse, and statements that got faster or slower.
import type { Finding, Severity } from "../kernel/finding.ts";
import { locationText, severities } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import type { Block } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { milliseconds, plural } from "../kernel/words.ts";

/** A statement as the report's data holds it. */
export interface StatementFigures {
  readonly queryId: string;
  readonly text: string;
  readonly calls: number;
  readonly totalMs: number;
}

/** What an earlier report said. */
export interface Baseline {
  readonly findings: readonly Pick<Finding, "rule" | "severity" | "message" | "at">[];
  readonly statements: readonly StatementFigures[];
}

const isSeverity = (value: unknown): value is Severity => severities.some((one) => one === value);

const findingOf = (value: unknown): Baseline["findings"][number] | undefined => {
  if (!isObject(value) || !isObject(value["at"]) || typeof value["rule"] !== "string") return undefined;
  const { rule, severity, message, at } = value;
  if (!isSeverity(severity) || typeof message !== "string" || typeof at["kind"] !== "string") return undefined;
  // Written by ourselves: the shape of a place follows from its kind.
  return { rule: rule as Finding["rule"], severity, message, at: at as unknown as Finding["at"] };
};

const statementOf = (value: unknown): StatementFigures | undefined => {
  if (!isObject(value) || typeof value["queryId"] !== "string" || typeof value["text"] !== "string") return undefined;
  return {
    queryId: value["queryId"],
    text: value["text"],
    calls: Number(value["calls"]),
    totalMs: Number(value["totalMs"]),
  };
};

const listIn = (value: unknown, key: string): readonly unknown[] => {
  const list = isObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? (list as unknown[]) : [];
};

/** Reads what `db analyze --json` printed; undefined for any other JSON. */
export const baselineOf = (report: unknown): Baseline | undefined => {
  if (!isObject(report) || report["command"] !== "db analyze" || !Array.isArray(report["findings"])) return undefined;
  return {
    findings: listIn(report, "findings").flatMap((one) => findingOf(one) ?? []),
    statements: listIn(report["data"], "statements").flatMap((one) => statementOf(one) ?? []),
  };
};

/** The same thing in the same place, whatever its figures are by now. A file's lines move; which object is meant says the message. */
const keyOf = ({ rule, at, message }: Baseline["findings"][number]): string =>
  [
    rule,
    "path" in at ? `${at.path}\0${message}` : locationText(at),
    at.kind === "object" && ["schema", "connection"].includes(at.type) ? message.replace(/[\d.,]+/g, "#") : "",
  ].join("\0");

export interface Faster {
  readonly queryId: string;
  readonly text: string;
  readonly beforeMs: number;
  /** The mean of the calls since. */
  readonly sinceMs: number;
  readonly calls: number;
}

export interface Comparison {
  readonly gone: readonly Baseline["findings"][number][];
  readonly improved: readonly Finding[];
  readonly worsened: readonly Finding[];
  readonly added: readonly Finding[];
  readonly same: number;
  readonly statements: readonly Faster[];
}

const rank = (severity: Severity): number => severities.indexOf(severity);

/** Fewer calls than these since the first look are no mean. */
const fewCalls = 5;

/** Counters go on counting: what came since is the difference; counters that fell were reset, and begin anew. */
const changed = (before: StatementFigures, now: StatementFigures): Faster | undefined => {
  const reset = now.calls < before.calls;
  const calls = reset ? now.calls : now.calls - before.calls;
  const totalMs = reset ? now.totalMs : now.totalMs - before.totalMs;
  if (calls < fewCalls || before.calls < fewCalls) return undefined;
  const [beforeMs, sinceMs] = [before.totalMs / before.calls, totalMs / calls];
  const factor = sinceMs / Math.max(beforeMs, 1e-6);
  const matters = Math.abs(sinceMs - beforeMs) >= 0.5 && (factor <= 0.67 || factor >= 1.5);
  return matters ? { queryId: now.queryId, text: now.text, beforeMs, sinceMs, calls } : undefined;
};

export const compareBaseline = (
  before: Baseline,
  findings: readonly Finding[],
  statements: readonly StatementFigures[],
): Comparison => {
  const old = new Map(before.findings.map((one) => [keyOf(one), one]));
  const now = new Set(findings.map(keyOf));
  const moved = (test: (was: number, is: number) => boolean): readonly Finding[] =>
    findings.filter((one) => {
      const was = old.get(keyOf(one));
      return was !== undefined && test(rank(was.severity), rank(one.severity));
    });
  const known = new Map(before.statements.map((one) => [one.queryId, one]));
  return {
    gone: before.findings.filter((one) => !now.has(keyOf(one))),
    improved: moved((was, is) => is > was),
    worsened: moved((was, is) => is < was),
    added: findings.filter((one) => !old.has(keyOf(one))),
    same: moved((was, is) => was === is).length,
    statements: statements
      .flatMap((one) => {
        const was = known.get(one.queryId);
        return was === undefined ? [] : (changed(was, one) ?? []);
      })
      .sort((a, b) => (b.beforeMs - b.sinceMs) * b.calls - (a.beforeMs - a.sinceMs) * a.calls),
  };
};

const lines = (findings: readonly Baseline["findings"][number][]): readonly string[] =>
  findings.map(({ severity, rule, at, message }) => `${severity} ${rule} ${locationText(at)}: ${message}`);

const section = (title: string, findings: readonly Baseline["findings"][number][]): readonly Block[] =>
  findings.length === 0 ? [] : [heading(`${title} (${findings.length})`), { kind: "list", items: lines(findings) }];

const statementBlocks = (statements: readonly Faster[]): readonly Block[] =>
  statements.length === 0
    ? []
    : [
        heading("Statements whose time changed"),
        {
          kind: "table",
          columns: [
            { title: "before", align: "right" },
            { title: "since", align: "right" },
            { title: "", align: "right" },
            { title: "calls", align: "right" },
            { title: "statement" },
          ],
          rows: statements.map(({ beforeMs, sinceMs, calls, text: sql }) => [
            milliseconds(beforeMs),
            milliseconds(sinceMs),
            sinceMs < beforeMs
              ? `${(beforeMs / Math.max(sinceMs, 1e-3)).toFixed(1)} × faster`
              : `${(sinceMs / beforeMs).toFixed(1)} × slower`,
            calls.toLocaleString("en-US"),
            sql.length > 160 ? `${sql.slice(0, 159)}…` : sql,
          ]),
          tones: statements.map(({ beforeMs, sinceMs }) => (sinceMs < beforeMs ? "good" : "bad")),
        },
      ];

export const baselineBlocks = (comparison: Comparison): readonly Block[] => {
  const { gone, improved, worsened, added, same, statements } = comparison;
  return [
    heading("Since the baseline"),
    text(
      `${plural(gone.length, "finding")} gone, ${improved.length} milder, ${worsened.length} worse, ${added.length} new, ${same} as before`,
      worsened.length + added.length === 0 ? "good" : "warn",
    ),
    ...section("Gone", gone),
    ...section("Milder", improved),
    ...section("Worse", worsened),
    ...section("New", added),
    ...statementBlocks(statements),
  ];
};

/** For programs. */
export const baselineData = (comparison: Comparison): Json => comparison as unknown as Json;
