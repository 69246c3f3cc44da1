// Bars, sparklines and heat maps in text.
import type { Block, Look } from "../kernel/report.ts";
import type { Paint } from "./paint.ts";
import { oneLine } from "./plain.ts";

interface Pen {
  readonly look: Look;
  readonly paint: Paint;
}
type Of<K extends Block["kind"]> = Extract<Block, { kind: K }>;

const eighths = " ▏▎▍▌▋▊▉█";
const levels = "▁▂▃▄▅▆▇█";
const asciiLevels = "_.-~=+*#";
const shades = " ░▒▓█";
const asciiShades = " .:+#";

const barText = (share: number, width: number, unicode: boolean): string => {
  const filled = Math.max(0, Math.min(1, share)) * width;
  if (!unicode) return "#".repeat(Math.round(filled));
  const rest = eighths[Math.floor((filled % 1) * 8)] ?? "";
  return "█".repeat(Math.floor(filled)) + rest.trim();
};

const padEnd = (value: string, width: number): string =>
  value + " ".repeat(Math.max(0, width - Bun.stringWidth(value)));
const padStart = (value: string, width: number): string =>
  " ".repeat(Math.max(0, width - Bun.stringWidth(value))) + value;
const widest = (values: readonly string[]): number => Math.max(0, ...values.map((value) => Bun.stringWidth(value)));

/** Horizontal bars scaled to the largest value. */
export const drawBars = (block: Of<"bars">, { look, paint }: Pen): string => {
  const labels = block.bars.map(({ label }) => oneLine(label));
  const texts = block.bars.map(({ text }) => oneLine(text));
  const [labelWidth, textWidth] = [widest(labels), widest(texts)];
  const room = Math.max(8, Math.min(48, look.width - labelWidth - textWidth - 8));
  const largest = Math.max(...block.bars.map(({ value }) => value), Number.MIN_VALUE);
  const lines = block.bars.map(({ value }, i) => {
    const bar = barText(value / largest, room, look.unicode);
    const [label, text] = [padStart(labels[i] ?? "", labelWidth), padStart(texts[i] ?? "", textWidth)];
    return `  ${label}  ${text}  ${paint("accent", bar)}`.trimEnd();
  });
  return [paint("dim", oneLine(block.title)), ...lines].join("\n");
};

const spark = (values: readonly number[], largest: number, unicode: boolean): string => {
  const ramp = unicode ? levels : asciiLevels;
  return values.map((value) => ramp[Math.min(7, Math.floor((value / largest) * 7.999))] ?? " ").join("");
};

/** At most `columns` points: the largest of each group, so that peaks survive. */
const squeeze = (values: readonly number[], columns: number): readonly number[] => {
  if (values.length <= columns) return values;
  const at = (i: number): number => Math.floor((i * values.length) / columns);
  return Array.from({ length: columns }, (_, i) => Math.max(...values.slice(at(i), Math.max(at(i) + 1, at(i + 1)))));
};

/** One sparkline per series, on one scale. */
export const drawLines = (block: Of<"lines">, { look, paint }: Pen): string => {
  const series = block.series.map(({ label, y }) => ({ label, y: y.map((value) => value ?? 0) }));
  const largest = Math.max(...series.flatMap(({ y }) => y), Number.MIN_VALUE);
  const labelWidth = widest(series.map(({ label }) => oneLine(label)));
  const room = Math.max(10, Math.min(80, look.width - labelWidth - 6));
  const lines = series.map(
    ({ label, y }) =>
      `  ${padEnd(oneLine(label), labelWidth)}  ${paint("accent", spark(squeeze(y, room), largest, look.unicode))}`,
  );
  const peak = `${oneLine(block.title)} (highest ${largest === Number.MIN_VALUE ? 0 : largest} ${oneLine(block.unit)})`;
  return [paint("dim", peak), ...lines].join("\n");
};

/** Counts as shades, darkest at the largest count. */
export const drawHeatmap = (block: Of<"heatmap">, { look, paint }: Pen): string => {
  const ramp = look.unicode ? shades : asciiShades;
  const largest = Math.max(...block.counts.flat(), 1);
  const labelWidth = widest(block.rows);
  const cell = (count: number): string =>
    count === 0 ? " " : (ramp[Math.max(1, Math.ceil((count / largest) * (ramp.length - 1)))] ?? " ");
  const lines = block.rows.map((row, i) => {
    const cells = (block.counts[i] ?? []).map(cell).join("");
    return `  ${padStart(oneLine(row), labelWidth)} ${paint("accent", cells)}`.trimEnd();
  });
  return [paint("dim", oneLine(block.title)), ...lines].join("\n");
};

/** Label and value side by side, a note behind. */
export const drawFigures = (block: Of<"figures">, { paint }: Pen): string => {
  const labels = block.figures.map(({ label }) => oneLine(label));
  const values = block.figures.map(({ value }) => oneLine(value));
  const [labelWidth, valueWidth] = [widest(labels), widest(values)];
  return block.figures
    .map(({ note = "", tone = "plain" }, i) => {
      const value = paint(tone, padStart(values[i] ?? "", valueWidth));
      return `  ${padEnd(labels[i] ?? "", labelWidth)}  ${value}  ${paint("dim", oneLine(note))}`.trimEnd();
    })
    .join("\n");
};

/** Intervals as `├──●──┤` around a line at zero. */
export const drawRanges = (block: Of<"ranges">, { look, paint }: Pen): string => {
  const labels = block.rows.map(({ label }) => oneLine(label));
  const labelWidth = widest(labels);
  const room = Math.max(21, Math.min(61, look.width - labelWidth - 30));
  const largest = Math.max(block.margin, ...block.rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  const marks = look.unicode ? "─├┤●│" : "-[]o|";
  const place = (value: number): number => Math.round(((value / largest + 1) / 2) * (room - 1));
  const lines = block.rows.map(({ low, estimate, high, text, tone }, i) => {
    const [from, at, to] = [place(low), place(estimate), place(high)];
    const cell = (column: number): string => {
      if (column === at) return marks[3] ?? "";
      if (column === from) return marks[1] ?? "";
      if (column === to) return marks[2] ?? "";
      if (column > from && column < to) return marks[0] ?? "";
      return column === place(0) ? (marks[4] ?? "") : " ";
    };
    const drawn = Array.from({ length: room }, (_, column) => cell(column)).join("");
    return `  ${padEnd(labels[i] ?? "", labelWidth)}  ${paint(tone, drawn)}  ${oneLine(text)}`;
  });
  return [paint("dim", oneLine(block.title)), ...lines].join("\n");
};
