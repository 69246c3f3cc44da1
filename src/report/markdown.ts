// The reporter for pull requests: GitHub's and GitLab's Markdown, the verdict first, short enough for a comment.
import type { Finding } from "../kernel/finding.ts";
import { sortFindings } from "../kernel/finding.ts";
import type { Block, Check, Look, Report, Reporter } from "../kernel/report.ts";
import { plural } from "../kernel/words.ts";
import { countsOf, fixCode, placeText, readMoreCommand } from "./findings.ts";
import { drawBlocks } from "./human.ts";
import { oneLine, plain } from "./plain.ts";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@<!-- -->" };

/** Foreign text that stays text: no markup, no HTML, no mention of a person. */
const inline = (value: string): string =>
  oneLine(value)
    .replace(/[&<>@]/g, (char) => escapes[char] ?? char)
    .replace(/[\\`*_[\]|~#$]/g, (char) => `\\${char}`);

/** The same where a line begins: no list, no rule, no underlined heading. */
const line = (value: string): string =>
  inline(value).replace(/^(\s*)(?:([-+=])|(\d{1,9})(?=[.)](?:\s|$)))/, (_, space: string, mark = "", number = "") =>
    number === "" ? `${space}\\${String(mark)}` : `${space}${String(number)}\\`,
  );

/** A run of backquotes longer than any inside. */
const ticks = (value: string, fewest: number): string =>
  "`".repeat(Math.max(fewest, ...[...value.matchAll(/`+/g)].map(([run]) => run.length + 1)));

const code = (value: string): string => {
  const text = oneLine(value).trim();
  const mark = ticks(text, 1);
  const space = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return text === "" ? "" : `${mark}${space}${text}${space}${mark}`;
};

const fence = (language: string, value: string): string => {
  const text = plain(value).trimEnd();
  const mark = ticks(text, 3);
  return `${mark}${/^[\w-]*$/.test(language) ? language : ""}\n${text}\n${mark}`;
};

const rows = (cells: readonly (readonly string[])[]): string => cells.map((row) => `| ${row.join(" | ")} |`).join("\n");

const table = (titles: readonly string[], ends: readonly string[], body: readonly (readonly string[])[]): string =>
  rows([titles, ends, ...body]);

const drawn = (block: Block, look: Look): string =>
  fence("", drawBlocks([block], { ...look, color: false, width: 80 }));

const shown = {
  heading: ({ text }) => `### ${inline(text)}`,
  text: ({ text, tone }) => {
    const lines = plain(text).split("\n").map(line).join("  \n");
    return tone === "bad" ? `**${lines}**` : lines;
  },
  list: ({ items }) => items.map((item) => `- ${line(item)}`).join("\n"),
  table: ({ columns, rows: body }) =>
    table(
      columns.map(({ title }) => inline(title)),
      columns.map(({ align }) => (align === "right" ? "---:" : "---")),
      body.map((row) => columns.map((_, i) => inline(row[i] ?? ""))),
    ),
  stamp: ({ label, text }) => `**${inline(label)}**: ${inline(text)}`,
  checks: () => "",
  figures: ({ figures }) =>
    table(
      ["", "", ""],
      ["---", "---:", "---"],
      figures.map(({ label, value, note = "" }) => [inline(label), `**${inline(value)}**`, inline(note)]),
    ),
  code: ({ language, text }) => fence(language, text),
  markdown: ({ text }) => plain(text).trimEnd(),
  bars: drawn,
  lines: drawn,
  ranges: drawn,
  heatmap: drawn,
} satisfies { [K in Block["kind"]]: (block: Extract<Block, { kind: K }>, look: Look) => string };

const showBlock = (block: Block, look: Look): string =>
  (shown[block.kind] as (block: Block, look: Look) => string)(block, look);

const icons = { error: "❌", warning: "⚠️", info: "ℹ️" } as const;
const verdicts = { passed: "✅ passed", failed: "❌ failed", unproven: "❌ not shown" } as const;

const nested = (text: string): string => text.replaceAll("\n", "\n  ");

const showFinding = (finding: Finding): string => {
  const fix = fixCode(finding);
  const more = readMoreCommand(finding);
  const lines = [
    `- ${icons[finding.severity]} **${finding.severity}** ${code(placeText(finding.at))} ${inline(finding.message)} (${code(finding.rule)})`,
    ...(finding.evidence === undefined ? [] : [`  ${inline(finding.evidence.note)}`]),
    ...(finding.help === undefined ? [] : [`  *${inline(finding.help)}*`]),
    ...(more === undefined ? [] : [`  read more: ${code(more)}`]),
  ].join("  \n");
  return fix === undefined ? lines : `${lines}\n\n  ${nested(fence(fix.language, fix.text))}\n`;
};

const showChecks = (checks: readonly Check[]): string =>
  table(
    ["limit", "seen", ""],
    ["---", "---:", "---"],
    checks.map(({ name, text, verdict }) => [code(name).replaceAll("|", "\\|"), inline(text), verdicts[verdict]]),
  );

const writtenText = ({ written = [], dryRun = false }: Report): readonly string[] =>
  written.length === 0
    ? []
    : [
        `${dryRun ? "Would write" : "Wrote"} ${plural(written.length, "file")}:\n\n${written
          .map(({ path, change }) => `- ${code(path)} ${change}`)
          .join("\n")}`,
      ];

/** The title says it already. */
const repeats = (block: Block | undefined, title: string | undefined): boolean =>
  block?.kind === "heading" && title !== undefined && block.text.startsWith(title);

const titleOf = (report: Report, failed: boolean): string => {
  const about = report.title === undefined ? "" : `: ${inline(report.title)}`;
  return `## ${failed ? "❌" : "✅"} senior ${inline(report.command)}${about}`;
};

/** GitHub takes 65,536 characters in a comment; what is added around it needs room as well. */
const longest = 60_000;

/** Whole sections from the first, as long as they fit. */
const fitting = (sections: readonly string[]): string => {
  let text = "";
  for (const [i, section] of sections.entries()) {
    if (text.length + section.length > longest) {
      const left = sections.length - i;
      return `${text}\n\n*${plural(left, "more part")} left out: a comment holds no more. The reporters json and html have all of it.*`;
    }
    text +=
      (i === 0 ? "" : section.startsWith("- ") && sections[i - 1]?.startsWith("- ") === true ? "\n" : "\n\n") + section;
  }
  return text;
};

export const markdown: Reporter = {
  kind: "reporter",
  name: "markdown",
  about: "Markdown for a pull request comment or a job summary",
  extensions: ["md", "markdown"],
  render(report, exit, look) {
    const findings = sortFindings(report.findings);
    const counts = countsOf(findings);
    const sections = [
      `<!-- senior ${report.command.replace(/[^\w ]/g, "")} -->`,
      titleOf(report, exit !== 0),
      ...(counts.length === 0 ? [] : [counts.map(({ severity, text }) => `${icons[severity]} ${text}`).join(" · ")]),
      ...(report.checks === undefined || report.checks.length === 0 ? [] : [showChecks(report.checks)]),
      ...findings.map(showFinding),
      ...(report.raw === undefined ? [] : [fence("", report.raw)]),
      ...report.blocks
        .slice(repeats(report.blocks[0], report.title) ? 1 : 0)
        .map((block) => showBlock(block, look))
        .filter((text) => text !== ""),
      ...writtenText(report),
    ];
    return `${fitting(sections)}\n`;
  },
};
