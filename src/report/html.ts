// The reporter for browsers: one page that holds everything, asks nothing of any other place, and can be printed.
import chartLibrary from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import chartStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import packageJson from "../../package.json" with { type: "json" };
import type { ExitCode } from "../kernel/fault.ts";
import type { Finding } from "../kernel/finding.ts";
import { sortFindings } from "../kernel/finding.ts";
import type { Block, Report, Reporter } from "../kernel/report.ts";
import { countsOf, fixCode, placeText, readMoreCommand } from "./findings.ts";
import type { Chart } from "./page/blocks.ts";
import { blocksHtml, checksTable } from "./page/blocks.ts";
import chartScript from "./page/charts.client.js" with { type: "text" };
import { cspHash, html, htmlLine, scriptJson } from "./page/markup.ts";
import pageStyle from "./page/style.css" with { type: "text" };

const findingHtml = (finding: Finding): string => {
  const { severity, rule, at, message, evidence, help } = finding;
  const fix = fixCode(finding);
  const more = readMoreCommand(finding);
  return [
    `<li class="finding ${severity}"><p class="where"><strong>${severity}</strong> <span>${htmlLine(placeText(at))}</span> <code>${htmlLine(rule)}</code></p>`,
    `<p>${html(message)}</p>`,
    ...(evidence === undefined ? [] : [`<p class="dim">${html(evidence.note)}</p>`]),
    ...(help === undefined ? [] : [`<p class="help">${html(help)}</p>`]),
    ...(fix === undefined ? [] : [`<pre><code>${html(fix.text)}</code></pre>`]),
    ...(more === undefined ? [] : [`<p class="dim">read more: <code>${htmlLine(more)}</code></p>`]),
    "</li>",
  ].join("\n");
};

const findingsHtml = (findings: readonly Finding[]): string =>
  findings.length === 0
    ? ""
    : `<h2>Findings</h2>\n<ul class="findings">${sortFindings(findings).map(findingHtml).join("\n")}</ul>`;

const writtenHtml = ({ written = [], dryRun = false }: Report): string =>
  written.length === 0
    ? ""
    : `<h2>${dryRun ? "Files that would be written" : "Files"}</h2>\n<ul>${written
        .map(({ path, change }) => `<li><code>${htmlLine(path)}</code> ${change}</li>`)
        .join("\n")}</ul>`;

const verdictHtml = (report: Report, exit: ExitCode): string => {
  const counts = countsOf(report.findings).map(({ text }) => text);
  const word = exit === 0 ? "passed" : exit === 1 ? "failed" : `ended with exit status ${exit}`;
  const said = [word, ...counts].join(" · ");
  return `<p class="verdict ${exit === 0 ? "good" : "bad"}">${htmlLine(said)}</p>`;
};

/** Scripts and styles that the page itself holds, and nothing else. */
const policy = (scripts: readonly string[], style: string): string =>
  [
    "default-src 'none'",
    `script-src ${scripts.length === 0 ? "'none'" : scripts.map(cspHash).join(" ")}`,
    `style-src ${cspHash(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

const chartsHtml = (charts: readonly Chart[]): string =>
  charts.length === 0
    ? ""
    : [
        `<script type="application/json" id="charts">${scriptJson(charts)}</script>`,
        `<script>${chartLibrary}</script>`,
        `<script>${chartScript}</script>`,
        "",
      ].join("\n");

/** What stands before the second heading, or before a first one that is not at the top: the findings follow it. */
const ledeEnd = (blocks: readonly Block[]): number => {
  const next = blocks.findIndex(({ kind }, i) => i > 0 && kind === "heading");
  return next < 0 ? blocks.length : next;
};

const mainHtml = (report: Report, charts: Chart[]): string => {
  const blocks = report.page?.() ?? report.blocks;
  const end = ledeEnd(blocks);
  return [
    checksTable(report.checks ?? []),
    blocksHtml(blocks.slice(0, end), charts),
    findingsHtml(report.findings),
    report.raw === undefined ? "" : `<pre>${html(report.raw)}</pre>`,
    blocksHtml(blocks.slice(end), charts),
    writtenHtml(report),
  ]
    .filter((part) => part !== "")
    .join("\n");
};

export const htmlReporter: Reporter = {
  kind: "reporter",
  name: "html",
  about: "one self-contained page with charts",
  extensions: ["html", "htm"],
  render(report, exit) {
    const charts: Chart[] = [];
    const main = mainHtml(report, charts);
    const title = report.title ?? `senior ${report.command}`;
    const style = `${chartStyle}\n${pageStyle}`;
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(charts.length === 0 ? [] : [chartLibrary, chartScript], style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${htmlLine(title)} · senior ${htmlLine(report.command)}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="command">senior ${htmlLine(report.command)}</p>
<h1>${htmlLine(title)}</h1>
${verdictHtml(report, exit)}
</header>
<main>
${main}
</main>
<footer><p>senior ${packageJson.version}</p></footer>
${chartsHtml(charts)}</body>
</html>
`;
  },
};
