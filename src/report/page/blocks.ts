// Blocks as HTML: sections under their headings, drawings, and charts that a script in the page draws.
import type { Block, Check } from "../../kernel/report.ts";
import { barsFigure, figure, figures, heatmapFigure, rangesFigure } from "./drawings.ts";
import { html, htmlLine } from "./markup.ts";
import { plain } from "../plain.ts";

type Of<K extends Block["kind"]> = Extract<Block, { kind: K }>;

/** What the page's script is told of a chart. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly axis: string;
  readonly logarithmic: boolean;
  readonly x: readonly number[];
  readonly series: Of<"lines">["series"];
  readonly ticks: Of<"lines">["ticks"];
  readonly spans: Of<"lines">["spans"];
}

const lines = (text: string): string => html(text).replaceAll("\n", "<br>\n");

const number = (value: number | null): string => (value === null ? "" : String(Number(value.toPrecision(4))));

/** Rows of a chart's table: all of a short chart, every n-th of a long one. */
const fewRows = 200;

const linesFigure = (block: Of<"lines">, charts: Chart[]): string => {
  const { title, unit, x, series, axis = "seconds", ticks, spans, logarithmic = false } = block;
  charts.push({ title, unit, axis, logarithmic, x, series, ticks, spans });
  const names = new Map((ticks ?? []).map(({ at, label }) => [at, label]));
  const step = Math.ceil(x.length / fewRows);
  const rows = x.flatMap((at, i) =>
    i % step === 0 || names.has(at)
      ? [[names.get(at) ?? number(at), ...series.map(({ y }) => number(y[i] ?? null))]]
      : [],
  );
  const drawing = `<div class="chart" data-chart="${charts.length - 1}" role="img" aria-label="${htmlLine(title)}"></div>`;
  return figure(`${title}, ${unit}`, drawing, figures([axis, ...series.map(({ label }) => label)], rows));
};

const cells = (tag: "th" | "td", block: Of<"table">, row: readonly string[]): string =>
  block.columns
    .map(({ align }, i) => {
      const first = tag === "td" && i === 0;
      const name = first ? "th" : tag;
      return `<${name}${align === "right" ? ' class="number"' : ""}${first ? ' scope="row"' : ""}>${htmlLine(row[i] ?? "")}</${name}>`;
    })
    .join("");

const table = (block: Of<"table">): string => {
  const titles = block.columns.map(({ title }) => title);
  const head = titles.some((title) => title !== "") ? `<thead><tr>${cells("th", block, titles)}</tr></thead>` : "";
  const body = block.rows.map((row, i) => `<tr class="${block.tones?.[i] ?? "plain"}">${cells("td", block, row)}</tr>`);
  return `<div class="scroll"><table>${head}<tbody>${body.join("\n")}</tbody></table></div>`;
};

/** Markdown without HTML, without pictures from elsewhere, and with links that lead to pages alone. */
const markdown = (text: string): string =>
  Bun.markdown
    .html(plain(text), { noHtmlBlocks: true, noHtmlSpans: true })
    .replace(/<img\b[^>]*>/g, (tag) => /\balt="([^"]*)"/.exec(tag)?.[1] ?? "")
    .replace(/ href="(?!https?:|#)[^"]*"/gi, "");

const verdicts = { passed: "met", failed: "missed", unproven: "not shown" } as const;

export const checksTable = (checks: readonly Check[]): string =>
  checks.length === 0
    ? ""
    : `<div class="scroll"><table class="checks"><thead><tr><th>limit</th><th class="number">seen</th><th>verdict</th></tr></thead><tbody>${checks
        .map(
          ({ name, text, verdict }) =>
            `<tr class="${verdict === "passed" ? "good" : "bad"}"><th scope="row">${htmlLine(name)}</th><td class="number">${htmlLine(text)}</td><td class="verdict">${verdicts[verdict]}</td></tr>`,
        )
        .join("\n")}</tbody></table></div>`;

const shown = {
  heading: ({ text }) => `<h2>${htmlLine(text)}</h2>`,
  text: ({ text, tone = "plain" }) => `<p class="${tone}">${lines(text)}</p>`,
  list: ({ items }) => `<ul>${items.map((item) => `<li>${lines(item)}</li>`).join("\n")}</ul>`,
  table,
  stamp: ({ label, text, tone }) =>
    `<p class="stamp ${tone}"><strong>${htmlLine(label)}</strong> <span>${html(text)}</span></p>`,
  // The page shows them first.
  checks: () => "",
  figures: ({ figures: all }) =>
    `<dl class="figures">${all
      .map(
        ({ label, value, note, tone = "plain" }) =>
          `<div class="${tone}"><dt>${htmlLine(label)}</dt><dd>${htmlLine(value)}</dd>${note === undefined ? "" : `<dd class="note">${htmlLine(note)}</dd>`}</div>`,
      )
      .join("\n")}</dl>`,
  code: ({ text }) => `<pre><code>${html(text.trimEnd())}</code></pre>`,
  markdown: ({ text }) => `<div class="prose">${markdown(text)}</div>`,
  bars: barsFigure,
  lines: linesFigure,
  ranges: rangesFigure,
  heatmap: heatmapFigure,
} satisfies { [K in Block["kind"]]: (block: Of<K>, charts: Chart[]) => string };

const show = (block: Block, charts: Chart[]): string =>
  (shown[block.kind] as (block: Block, charts: Chart[]) => string)(block, charts);

const isDrawing = ({ kind }: Block): boolean =>
  kind === "bars" || kind === "lines" || kind === "ranges" || kind === "heatmap";

/** Drawings that follow each other stand side by side where there is room. */
export const blocksHtml = (blocks: readonly Block[], charts: Chart[]): string => {
  const out: string[] = [];
  let open = false;
  for (const block of blocks) {
    const drawing = isDrawing(block);
    if (drawing && !open) out.push('<div class="drawings">');
    if (!drawing && open) out.push("</div>");
    open = drawing;
    out.push(show(block, charts));
  }
  if (open) out.push("</div>");
  return out.filter((text) => text !== "").join("\n");
};
