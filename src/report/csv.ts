// The reporter for spreadsheets: the report's table of values, or its findings; no cell is ever a formula.
import { sortFindings } from "../kernel/finding.ts";
import type { Report, Reporter, Sheet } from "../kernel/report.ts";
import { lineOf, pathOf, placeText } from "./findings.ts";
import { oneLine } from "./plain.ts";

// What spreadsheets take for the start of a formula, in ASCII and in full width.
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

const cell = (value: string | number | null): string => {
  if (typeof value !== "string") return value === null || !Number.isFinite(value) ? "" : String(value);
  const text = oneLine(value).replaceAll("\t", " ");
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",;\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const findingSheet = (report: Report): Sheet => ({
  columns: ["severity", "rule", "place", "file", "line", "message", "help"],
  rows: sortFindings(report.findings).map(({ severity, rule, at, message, help = "" }) => [
    severity,
    rule,
    placeText(at),
    "path" in at ? pathOf(at) : "",
    lineOf(at) ?? null,
    message,
    help,
  ]),
});

export const csv: Reporter = {
  kind: "reporter",
  name: "csv",
  about: "comma-separated values: of a load run, its totals and its time line; else the findings",
  extensions: ["csv"],
  render(report) {
    const { columns, rows } = report.sheet ?? findingSheet(report);
    return `${[columns, ...rows].map((row) => row.map(cell).join(",")).join("\n")}\n`;
  },
};
