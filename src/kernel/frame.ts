// Code frames: a few source lines with a caret under the place that is wrong.

/** Two lines before and one after; `line` and `column` count from 1. Long lines are cut around the column. */
export const codeFrame = (source: string, line: number, column: number, width = 100): string => {
  const all = source.split(/\r\n|\n|\r/);
  const first = Math.max(1, line - 2);
  const last = Math.min(all.length, line + 1);
  const digits = String(last).length;
  const cut = Math.max(0, column - Math.floor(width * 0.7));
  const shown = (text: string): string =>
    text
      .slice(cut, cut + width)
      .replaceAll("\t", " ")
      .trimEnd();
  const lines = [];
  for (let number = first; number <= last; number++) {
    lines.push(`${number === line ? ">" : " "} ${String(number).padStart(digits)} | ${shown(all[number - 1] ?? "")}`);
    if (number === line) lines.push(`  ${" ".repeat(digits)} | ${" ".repeat(Math.max(0, column - 1 - cut))}^`);
  }
  return lines.map((text) => text.trimEnd()).join("\n");
};
