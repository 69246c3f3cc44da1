// The reporter for people: blocks and findings as terminal text.
import { plural } from "../kernel/words.ts";
import type { WrittenFile } from "../kernel/fileset.ts";
import type { Finding } from "../kernel/finding.ts";
import { locationText, sortFindings } from "../kernel/finding.ts";
import type { Block, Check, Look, Report, Reporter, Tone } from "../kernel/report.ts";
import { drawBars, drawFigures, drawHeatmap, drawLines, drawRanges } from "./draw.ts";
import type { Paint } from "./paint.ts";
import { painter } from "./paint.ts";
import { oneLine, plain } from "./plain.ts";
import { countsOf, readMoreCommand } from "./findings.ts";
import { drawTable } from "./table.ts";

interface Pen {
  readonly look: Look;
  readonly paint: Paint;
}

const indent = (value: string, by = "  "): string =>
  value
    .split("\n")
    .map((line) => (line === "" ? "" : by + line))
    .join("\n");

/** Wraps each line below its own indent, without spaces at the breaks. */
const wrapped = (value: string, look: Look, by = ""): string =>
  value
    .split("\n")
    .map((line) => {
      const own = by + (/^ */.exec(line)?.[0] ?? "");
      return indent(Bun.wrapAnsi(line.trimStart(), Math.max(20, look.width - own.length), { trim: true }), own);
    })
    .join("\n");

const verdicts = { passed: "met", failed: "missed", unproven: "not shown" } as const satisfies Record<
  Check["verdict"],
  string
>;

const diffTones: Readonly<Record<string, Tone>> = { "+": "good", "-": "bad", "@": "dim" };

/** A patch stands at the margin, so that it can be taken from there. */
const drawDiff = (text: string, paint: Paint): string =>
  plain(text)
    .trimEnd()
    .split("\n")
    .map((line) => paint(diffTones[line[0] ?? ""] ?? "plain", line))
    .join("\n");

const draw = {
  heading: (block, { paint }) => paint("bold", oneLine(block.text)),
  text: (block, { paint, look }) => paint(block.tone ?? "plain", wrapped(plain(block.text), look)),
  list: (block, { look }) => {
    const mark = look.unicode ? "• " : "- ";
    return block.items.map((item) => mark + wrapped(plain(item), look, "  ").trimStart()).join("\n");
  },
  table: (block, { look, paint }) => drawTable(block, look, paint),
  stamp: (block, { paint, look }) => paint(block.tone, wrapped(`${oneLine(block.label)}: ${plain(block.text)}`, look)),
  figures: drawFigures,
  checks: ({ title, checks }, { look, paint }) => {
    const rows = checks.map(({ name, text, verdict }) => [name, text, verdicts[verdict]]);
    const tones = checks.map(({ verdict }) => (verdict === "passed" ? "good" : "bad"));
    const columns = [{ title: "" }, { title: "", align: "right" as const }, { title: "" }];
    return `${paint("bold", oneLine(title))}\n${drawTable({ kind: "table", columns, rows, tones }, look, paint)}`;
  },
  code: (block, { paint }) =>
    block.language === "diff"
      ? drawDiff(block.text, paint)
      : indent(block.language === "usage" ? paint("accent", plain(block.text)) : plain(block.text).trimEnd()),
  markdown: (block, { look }) =>
    look.color
      ? Bun.markdown.ansi(plain(block.text), { columns: Math.min(look.width, 100) }).trimEnd()
      : plain(block.text).trimEnd(),
  bars: drawBars,
  lines: drawLines,
  ranges: drawRanges,
  heatmap: drawHeatmap,
} satisfies { [K in Block["kind"]]: (block: Extract<Block, { kind: K }>, pen: Pen) => string };

const drawBlock = (block: Block, pen: Pen): string =>
  (draw[block.kind] as (block: Block, pen: Pen) => string)(block, pen);

const fixLines = (finding: Finding, { paint, look }: Pen): readonly string[] => {
  const { fix } = finding;
  if (fix === undefined) return [];
  if (fix.kind === "run") return [indent(`${paint("dim", "run:")} ${oneLine(fix.command)}`)];
  if (fix.kind === "edit") return [indent(`${paint("dim", "edit:")} ${oneLine(fix.path)}`)];
  const down = fix.down === undefined || !look.verbose ? [] : [indent(paint("dim", `-- back: ${plain(fix.down)}`))];
  return [indent(paint("accent", plain(fix.up))), ...down];
};

const drawFinding = (finding: Finding, pen: Pen): string => {
  const { paint, look } = pen;
  const head = `${paint(finding.severity, finding.severity)} ${oneLine(locationText(finding.at))} ${paint("dim", finding.rule)}`;
  return [
    head,
    wrapped(plain(finding.message), look, "  "),
    ...(finding.evidence === undefined ? [] : [paint("dim", wrapped(plain(finding.evidence.note), look, "  "))]),
    ...(finding.help === undefined ? [] : [wrapped(`${paint("dim", "help:")} ${plain(finding.help)}`, look, "  ")]),
    ...fixLines(finding, pen),
  ].join("\n");
};

const tally = (findings: readonly Finding[], { paint }: Pen): string =>
  countsOf(findings)
    .map(({ severity, text }) => paint(severity, text))
    .join(", ");

/** Where the references explain the rules that were found wanting, each section once. */
const readMore = (findings: readonly Finding[], { paint }: Pen): readonly string[] => {
  const pages = findings.filter(({ severity }) => severity !== "info").flatMap((one) => readMoreCommand(one) ?? []);
  return pages.length === 0 ? [] : [paint("dim", [...new Set(pages)].map((page) => `read more: ${page}`).join("\n"))];
};

const changeLooks = {
  created: { would: "create", tone: "good" },
  updated: { would: "update", tone: "warn" },
  replaced: { would: "replace", tone: "warn" },
  merged: { would: "merge", tone: "warn" },
  conflict: { would: "conflict in", tone: "bad" },
  removed: { would: "remove", tone: "bad" },
  kept: { would: "keep", tone: "dim" },
  unchanged: { would: "leave", tone: "dim" },
} as const satisfies Record<WrittenFile["change"], { readonly would: string; readonly tone: Tone }>;

const changeKinds = Object.keys(changeLooks) as readonly WrittenFile["change"][];

/** What became of each file; a dry run lists all that would change, since the list is what was asked for. */
const drawWritten = (report: Report, { paint, look }: Pen): readonly string[] => {
  const { written = [], dryRun = false } = report;
  if (written.length === 0) return [];
  const word = ({ change }: WrittenFile): string => (dryRun ? `would ${changeLooks[change].would}` : change);
  const parts = changeKinds.flatMap((change) => {
    const count = written.filter((file) => file.change === change).length;
    return count === 0 ? [] : [`${count} ${change}`];
  });
  const isNews = ({ change }: WrittenFile): boolean => change !== "unchanged" && !(dryRun && change === "kept");
  const news = written.filter(isNews);
  const isFirst = written.every(({ change }) => change === "created");
  const listed = look.verbose ? written : dryRun || (news.length <= 40 && !isFirst) || written.length <= 12 ? news : [];
  const total = plural(written.length, "file");
  const counted = isFirst ? `${total}, all new` : `${total}: ${parts.join(", ")}`;
  return [
    [
      ...listed.map((file) => `  ${paint(changeLooks[file.change].tone, word(file))} ${oneLine(file.path)}`),
      paint("dim", dryRun ? `nothing written: ${total}, ${news.length} would change` : counted),
    ].join("\n"),
  ];
};

/** One blank line between sections, none after a heading. */
const join = (blocks: readonly Block[], drawn: readonly string[]): string =>
  drawn.map((text, i) => (i === 0 ? text : blocks[i - 1]?.kind === "heading" ? `\n${text}` : `\n\n${text}`)).join("");

/** Blocks alone, for help texts. */
export const drawBlocks = (blocks: readonly Block[], look: Look): string => {
  const pen = { look, paint: painter(look) };
  const kept = blocks.map((block) => ({ block, text: drawBlock(block, pen) })).filter(({ text }) => text !== "");
  return join(
    kept.map(({ block }) => block),
    kept.map(({ text }) => text),
  );
};

export const human: Reporter = {
  kind: "reporter",
  name: "human",
  about: "text for people, coloured on a terminal",
  extensions: ["txt", "log"],
  render(report, _exit, look) {
    if (report.raw !== undefined) return report.raw.endsWith("\n") ? report.raw : `${report.raw}\n`;
    const pen = { look, paint: painter(look) };
    const findings = sortFindings(report.findings);
    const sections = [
      drawBlocks(report.blocks, look),
      ...findings.map((finding) => drawFinding(finding, pen)),
      ...(findings.length === 0 ? [] : [tally(findings, pen)]),
      ...readMore(findings, pen),
      ...drawWritten(report, pen),
    ].filter((section) => section !== "");
    return `${sections.join("\n\n")}\n`;
  },
};
