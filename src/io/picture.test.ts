// A picture on a screen that understands as much as it needs: what stands there after drawing, shrinking and clearing.
import { expect, test } from "bun:test";
import { Picture } from "./picture.ts";

/** Rows of cells with wrapping, carriage return, line feed, cursor up and erase below. */
class Emulator {
  readonly isTTY = true;
  rows = 10;
  columns: number;
  #cells: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): void {
    for (const [part, up] of text.matchAll(/\u001b\[(\d+)A|\u001b\[J|\u001b\[[\d;]*m|[^]/g)) {
      if (up !== undefined) this.#row -= Number(up);
      else if (part === "\u001b[J") this.#erase();
      else if (part === "\r") this.#column = 0;
      else if (part === "\n") this.#feed();
      else if (!part.startsWith("\u001b")) this.#put(part);
    }
  }

  #erase(): void {
    this.#cells = this.#cells.slice(0, this.#row + 1);
    this.#cells[this.#row] = (this.#cells[this.#row] ?? []).slice(0, this.#column);
  }
  #feed(): void {
    this.#row++;
    this.#column = 0;
    this.#cells[this.#row] ??= [];
  }
  #put(char: string): void {
    if (this.#column === this.columns) this.#feed();
    const row = (this.#cells[this.#row] ??= []);
    row[this.#column++] = char;
  }
  get text(): string {
    return this.#cells.map((row) => row.join("")).join("\n");
  }
}

test("each picture takes the place of the one before, longer or shorter, and nothing above is touched", () => {
  const screen = new Emulator(40);
  const picture = new Picture(screen);
  screen.write("a note\n");
  for (const lines of [["one", "two", "three"], ["\u001b[31mred\u001b[39m"], ["a", "b"]]) {
    picture.draw(lines);
    expect(screen.text).toBe(["a note", ...lines.map((line) => Bun.stripANSI(line))].join("\n"));
  }
  picture.clear();
  picture.clear();
  screen.write("results\n");
  expect(screen.text).toBe("a note\nresults\n");
});

test("lines are cut to the window, and as many as it has room for are drawn", () => {
  const screen = new Emulator(30);
  screen.rows = 4;
  new Picture(screen).draw(Array.from({ length: 9 }, () => "x".repeat(100)));
  expect(screen.text.split("\n")).toEqual(Array.from({ length: 3 }, () => "x".repeat(29)));
});
