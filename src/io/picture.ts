// A picture on a terminal: lines that are drawn again and again in the same place, whatever becomes of the window.

/** As much of a terminal as is written to. */
export interface Screen {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

// Erase from the cursor to the end of the screen (ECMA-48 ED), after going back to where the picture began.
const eraseBelow = "\u001b[J";
const upBy = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : "");

/** How many rows a line takes in a window of so many columns: it may have become narrower since it was drawn. */
const rowsOf = (width: number, columns: number): number => Math.max(1, Math.ceil(width / Math.max(1, columns)));

/** What stands on the screen, and how to replace it. */
export class Picture {
  readonly #screen: Screen;
  #widths: readonly number[] = [];

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Back to its first column and row, with nothing left of it. */
  #erasure(): string {
    if (this.#widths.length === 0) return "";
    const rows = this.#widths.reduce((sum, width) => sum + rowsOf(width, this.#screen.columns), 0);
    return `\r${upBy(rows - 1)}${eraseBelow}`;
  }

  draw(lines: readonly string[]): void {
    const width = Math.max(20, this.#screen.columns - 1);
    const fitting = lines.slice(0, Math.max(1, this.#screen.rows - 1)).map((line) => Bun.sliceAnsi(line, 0, width));
    // One write for erasing and drawing: nothing flickers in between.
    this.#screen.write(this.#erasure() + fitting.join("\n"));
    this.#widths = fitting.map((line) => Bun.stringWidth(line));
  }

  clear(): void {
    const erasure = this.#erasure();
    this.#widths = [];
    if (erasure !== "") this.#screen.write(erasure);
  }
}
