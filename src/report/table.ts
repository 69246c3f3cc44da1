// Tables for the terminal: columns aligned by display width, the last one wrapped to the window.
import type { Block, Look } from "../kernel/report.ts";
import type { Paint } from "./paint.ts";
import { oneLine } from "./plain.ts";

type Table = Extract<Block, { kind: "table" }>;

const gap = "  ";

const pad = (cell: string, width: number, align: "left" | "right"): string => {
  const space = " ".repeat(Math.max(0, width - Bun.stringWidth(cell)));
  return align === "right" ? space + cell : cell + space;
};

const widthsOf = (rows: readonly (readonly string[])[], columns: number): readonly number[] =>
  Array.from({ length: columns }, (_, i) => Math.max(0, ...rows.map((row) => Bun.stringWidth(row[i] ?? ""))));

/** A long last cell goes on below itself, under its own column. */
const wrapLast = (cell: string, before: number, look: Look): string => {
  const room = look.width - before;
  if (room < 24 || Bun.stringWidth(cell) <= room) return cell;
  return Bun.wrapAnsi(cell, room, { trim: true }).replaceAll("\n", `\n${" ".repeat(before)}`);
};

const columnsText = (table: Table, look: Look, widths: readonly number[], cells: readonly string[]): string => {
  const last = table.columns.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + gap.length, 2);
  return cells
    .map((cell, i) => {
      const align = table.columns[i]?.align ?? "left";
      return i === last && align === "left" ? wrapLast(cell, before, look) : pad(cell, widths[i] ?? 0, align);
    })
    .join(gap)
    .trimEnd();
};

/** A titled table with two spaces of indent; columns without titles get no header line. */
export const drawTable = (table: Table, look: Look, paint: Paint): string => {
  const rows = table.rows.map((row) => table.columns.map((_, i) => oneLine(row[i] ?? "")));
  const titles = table.columns.map(({ title }) => oneLine(title));
  const titled = titles.some((title) => title !== "");
  const widths = widthsOf(titled ? [titles, ...rows] : rows, titles.length);
  const lines = rows.map((row, i) => paint(table.tones?.[i] ?? "plain", `  ${columnsText(table, look, widths, row)}`));
  return [...(titled ? [paint("dim", `  ${columnsText(table, look, widths, titles)}`)] : []), ...lines].join("\n");
};
