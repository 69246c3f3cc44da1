// What every reporter must do with any report: return text, deterministically, and let nothing hostile through.
import { expect, test } from "bun:test";
import type { Finding, Location } from "../kernel/finding.ts";
import type { Block, Report, Reporter } from "../kernel/report.ts";

export const hostile =
  "=cmd()|a\u001b[31mred\u0007\u202egnp.exe\u0000\r\nb</script>`<img src=x onerror=alert(1)>`::error::x\n::error::y ]]> %0A @all";

const places: readonly Location[] = [
  { kind: "file", path: hostile, line: 1 },
  { kind: "pointer", path: "a.yaml", pointer: `/${hostile}`, line: 2, column: 3 },
  { kind: "object", type: "table", schema: "public", name: hostile },
  { kind: "endpoint", method: "GET", url: `http://localhost/${hostile}` },
  { kind: "project" },
];

const findings: readonly Finding[] = places.map((at, i) => ({
  rule: "test/hostile",
  severity: (["error", "warning", "info"] as const)[i % 3] ?? "info",
  message: hostile,
  at,
  help: hostile,
  evidence: { note: hostile },
  fix: { kind: "sql", up: `-- ${hostile}`, down: hostile, transactional: true },
}));

/** One of every kind of block. */
export const everyBlock: readonly Block[] = [
  { kind: "heading", text: hostile },
  { kind: "text", text: hostile, tone: "warn" },
  { kind: "list", items: [hostile, "short"] },
  {
    kind: "table",
    columns: [{ title: hostile }, { title: "n", align: "right" }],
    rows: [[hostile, "1"], ["x"]],
    tones: ["bad"],
  },
  { kind: "checks", title: hostile, checks: [{ name: hostile, verdict: "failed", text: hostile }] },
  { kind: "stamp", label: "VALID", text: hostile, tone: "good" },
  {
    kind: "figures",
    figures: [
      { label: hostile, value: hostile, note: hostile, tone: "warn" },
      { label: "b", value: "2" },
    ],
  },
  { kind: "code", language: "sql", text: hostile },
  { kind: "markdown", text: `# ${hostile}` },
  { kind: "bars", title: hostile, bars: [{ label: hostile, value: 3, text: hostile }] },
  { kind: "lines", title: hostile, unit: "ms", x: [1, 2], series: [{ label: hostile, y: [1, 5] }] },
  {
    kind: "lines",
    title: hostile,
    unit: hostile,
    x: [1, 2, 3],
    series: [{ label: "gap", y: [1, null, 5] }],
    axis: hostile,
    ticks: [{ at: 1, label: hostile }],
    logarithmic: true,
    spans: [{ from: 1, to: 2, label: hostile }],
  },
  {
    kind: "ranges",
    title: hostile,
    unit: "%",
    margin: 5,
    rows: [{ label: hostile, low: -1, estimate: 2, high: 9, text: hostile, tone: "bad" }],
  },
  { kind: "heatmap", title: hostile, rows: [hostile], columns: ["1", "2"], counts: [[0, 4]] },
];

export const everyReport: Report = {
  command: "test",
  title: hostile,
  checks: (["passed", "failed", "unproven"] as const).map((verdict) => ({ name: hostile, verdict, text: hostile })),
  sheet: {
    columns: ["name", hostile],
    rows: [
      [hostile, -1],
      ["b", null],
    ],
  },
  page: () => everyBlock,
  blocks: everyBlock,
  findings,
  data: { text: hostile },
  written: [{ path: `out/${hostile}`, change: "created" }],
};

const empty: Report = { command: "test", blocks: [], findings: [], data: null };
const look = { color: false, unicode: true, width: 80, verbose: true };

/** Control characters other than newline and tab, and bidirectional overrides. */
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

export const reporterContract = (reporter: Reporter): void => {
  test(`${reporter.name} lets no control character through`, async () => {
    expect(await reporter.render(everyReport, 1, look)).not.toMatch(acting);
  });
  test(`${reporter.name} ends with a newline and says the same twice`, async () => {
    for (const report of [everyReport, empty]) {
      const first = await reporter.render(report, 0, look);
      expect(first).toEndWith("\n");
      expect(await reporter.render(report, 0, look)).toBe(first);
    }
  });
  test(`${reporter.name} does not depend on the order of findings`, async () => {
    const turned = { ...everyReport, findings: everyReport.findings.toReversed() };
    expect(await reporter.render(turned, 1, look)).toBe(await reporter.render(everyReport, 1, look));
  });
};
