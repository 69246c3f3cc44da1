// Bars, heat maps and intervals as SVG: they take their colours from the page and print sharply.
import type { Block } from "../../kernel/report.ts";
import { coordinate, htmlLine } from "./markup.ts";

type Of<K extends Block["kind"]> = Extract<Block, { kind: K }>;

/** A drawing with its title, a name for those who cannot see it, and its figures as a table behind it. */
export const figure = (title: string, drawing: string, table = "", wide = false): string =>
  `<figure${wide ? ' class="wide"' : ""}><figcaption>${htmlLine(title)}</figcaption>\n${drawing}${table}</figure>`;

const tableRow = (tag: "th" | "td", cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<${tag}>${htmlLine(cell)}</${tag}>`).join("")}</tr>`;

/** The figures of a drawing, folded away. */
export const figures = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  `\n<details><summary>Figures</summary><div class="scroll"><table><thead>${tableRow("th", columns)}</thead><tbody>${rows
    .map((row) => tableRow("td", row))
    .join("\n")}</tbody></table></div></details>`;

const longestText = (values: readonly string[]): number =>
  Math.max(0, ...values.map((value) => Bun.stringWidth(value)));

export const barsFigure = ({ title, bars }: Of<"bars">): string => {
  const largest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const rows = bars.map(({ label, value, text }) => {
    const width = coordinate((Math.max(0, value) / largest) * 100);
    return `<tr><th scope="row">${htmlLine(label)}</th><td class="number">${htmlLine(text)}</td><td class="bar"><svg aria-hidden="true" width="100%" height="12"><rect width="${width}%" height="12" rx="2"/></svg></td></tr>`;
  });
  return figure(title, `<table class="bars"><tbody>${rows.join("\n")}</tbody></table>`);
};

/** Columns that a page has room for; neighbours share one. */
const mostColumns = 120;

interface Cells {
  readonly columns: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

const squeezed = ({ columns, counts }: Of<"heatmap">): Cells => {
  const size = Math.ceil(columns.length / mostColumns);
  if (size <= 1) return { columns, counts };
  const groups = Array.from({ length: Math.ceil(columns.length / size) }, (_, i) => i * size);
  const sum = (row: readonly number[], from: number): number =>
    row.slice(from, from + size).reduce((total, count) => total + count, 0);
  return {
    columns: groups.map((from) => columns[from] ?? ""),
    counts: counts.map((row) => groups.map((from) => sum(row, from))),
  };
};

const [cellHeight, labelRoom, axisRoom, drawnWidth] = [16, 74, 22, 760];

export const heatmapFigure = (block: Of<"heatmap">): string => {
  const { columns, counts } = squeezed(block);
  const largest = Math.max(...counts.flat(), 1);
  const width = (drawnWidth - labelRoom) / Math.max(1, columns.length);
  const cells = counts.flatMap((row, y) =>
    row.flatMap((count, x) => {
      if (count === 0) return [];
      // Logarithmic, so that a single slow request can be seen beside a million fast ones.
      const strength = coordinate(0.12 + (0.88 * Math.log1p(count)) / Math.log1p(largest));
      const about = `${htmlLine(block.rows[y] ?? "")}, ${htmlLine(columns[x] ?? "")}: ${count.toLocaleString("en-US")}`;
      return [
        `<rect x="${coordinate(labelRoom + x * width)}" y="${y * cellHeight}" width="${coordinate(Math.max(0.5, width - 1))}" height="${cellHeight - 1}" fill-opacity="${strength}"><title>${about}</title></rect>`,
      ];
    }),
  );
  const labels = block.rows.map(
    (row, y) => `<text x="${labelRoom - 8}" y="${y * cellHeight + 12}" text-anchor="end">${htmlLine(row)}</text>`,
  );
  const step = Math.max(1, Math.ceil(columns.length / 8));
  const bottom = block.rows.length * cellHeight + 15;
  const times = columns.flatMap((column, x) =>
    x % step === 0 ? [`<text x="${coordinate(labelRoom + x * width)}" y="${bottom}">${htmlLine(column)}</text>`] : [],
  );
  const drawing = `<svg class="heat" role="img" aria-label="${htmlLine(block.title)}" viewBox="0 0 ${drawnWidth} ${block.rows.length * cellHeight + axisRoom}">${[...cells, ...labels, ...times].join("\n")}</svg>`;
  return figure(block.title, drawing, "", true);
};

/** The ends, zero, and the margin where it does not run into them. */
const tickValues = (margin: number, end: number): readonly number[] =>
  margin > 0.15 * end && margin < 0.85 * end ? [-end, -margin, 0, margin, end] : [-end, 0, end];

export const rangesFigure = (block: Of<"ranges">): string => {
  const { title, unit, margin, rows } = block;
  const largest = 1.08 * Math.max(margin, ...rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  const left = 16 + 7.5 * longestText(rows.map(({ label }) => label));
  const place = (value: number): number => left + ((value / largest + 1) / 2) * (drawnWidth - left - 8);
  const height = 30;
  const bottom = rows.length * height;
  const at = coordinate;
  const lines = rows.map(({ label, low, estimate, high, text, tone }, i) => {
    const y = i * height + height / 2;
    return `<g class="${tone}"><text x="0" y="${y + 4}">${htmlLine(label)}</text><line x1="${at(place(low))}" x2="${at(place(high))}" y1="${y}" y2="${y}"/><circle cx="${at(place(estimate))}" cy="${y}" r="5"/><title>${htmlLine(text)}</title></g>`;
  });
  const tick = (value: number): string =>
    `<text class="tick" x="${at(place(value))}" y="${bottom + 16}" text-anchor="middle">${value > 0 ? "+" : ""}${Number(value.toPrecision(2))} ${htmlLine(unit)}</text>`;
  const drawing = `<svg class="ranges" role="img" aria-label="${htmlLine(title)}" viewBox="0 0 ${drawnWidth} ${bottom + axisRoom}"><rect class="margin" x="${at(place(-margin))}" y="0" width="${at(place(margin) - place(-margin))}" height="${bottom}"/><line class="zero" x1="${at(place(0))}" x2="${at(place(0))}" y1="0" y2="${bottom}"/>${[...lines, ...tickValues(margin, largest / 1.08).map(tick)].join("\n")}</svg>`;
  const table = figures(
    ["", `estimate, ${unit}`, "low", "high", ""],
    rows.map(({ label, low, estimate, high, text }) => [
      label,
      ...[estimate, low, high].map((value) => String(Number(value.toPrecision(4)))),
      text,
    ]),
  );
  return figure(title, drawing, table, true);
};
