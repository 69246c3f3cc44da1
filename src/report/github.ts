// The reporter for GitHub Actions: findings as annotations, then the report for people where nothing acts as a command.
import type { Finding, Severity } from "../kernel/finding.ts";
import { sortFindings } from "../kernel/finding.ts";
import type { Reporter } from "../kernel/report.ts";
import { columnOf, detailLines, lineOf, pathOf, placeText } from "./findings.ts";
import { human } from "./human.ts";
import { oneLine } from "./plain.ts";

const commands = { error: "error", warning: "warning", info: "notice" } as const satisfies Record<Severity, string>;

/** The escapes that the runner undoes in the text of a command. */
const data = (value: string): string => value.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
/** And in its properties. */
const property = (value: string): string => data(oneLine(value)).replaceAll(":", "%3A").replaceAll(",", "%2C");

const annotation = (finding: Finding): string => {
  const { at, severity, rule } = finding;
  const inFile = "path" in at;
  const properties = [
    ...(inFile ? [["file", pathOf(at)] as const] : []),
    ...(inFile && lineOf(at) !== undefined ? [["line", String(lineOf(at))] as const] : []),
    ...(inFile && columnOf(at) !== undefined ? [["col", String(columnOf(at))] as const] : []),
    ["title", inFile ? rule : `${rule}: ${placeText(at)}`] as const,
  ].map(([name, value]) => `${name}=${property(value)}`);
  return `::${commands[severity]} ${properties.join(",")}::${data(detailLines(finding).join("\n"))}`;
};

/** A word that stands nowhere in the text, and so ends nothing but the stop. */
const wordNotIn = (text: string): string => {
  let number = 0;
  while (text.includes(`senior-report-${number}`)) number++;
  return `senior-report-${number}`;
};

export const github: Reporter = {
  kind: "reporter",
  name: "github",
  about: "GitHub Actions: findings as annotations, then the report",
  async render(report, exit, look) {
    const text = await human.render(report, exit, look);
    const word = wordNotIn(text);
    const annotations = sortFindings(report.findings).map(annotation);
    return [...annotations, `::stop-commands::${word}`, text.trimEnd(), `::${word}::`, ""].join("\n");
  },
};
