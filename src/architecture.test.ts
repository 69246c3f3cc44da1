// The floors of the house, held: no upward import, no circle, no unlisted package, nothing that acts in a pure room.
import { describe, expect, test } from "bun:test";
import { judge, productSources } from "./testing/architecture.ts";

const root = new URL("..", import.meta.url).pathname;
const sources = await productSources(root);

const plant = (files: Readonly<Record<string, string>>): readonly string[] =>
  judge(new Map([...sources, ...Object.entries(files)])).filter((problem) => !judge(sources).includes(problem));

describe("architecture", () => {
  test("the house stands", () => {
    expect(judge(sources)).toEqual([]);
  });

  test("an upward import is found, type-only ones included", () => {
    expect(plant({ "src/kernel/planted.ts": 'import type { Io } from "../io/io.ts"; export type X = Io;' })).toEqual([
      "src/kernel/planted.ts imports upwards: src/io/io.ts",
    ]);
  });

  test("a circle inside a room is found", () => {
    const planted = plant({
      "src/pg/one.ts": 'import { two } from "./two.ts"; export const one = (): number => two();',
      "src/pg/two.ts": 'import { one } from "./one.ts"; export const two = (): number => one();',
    });
    expect(planted).toHaveLength(1);
    expect(planted[0]).toStartWith("circle: ");
    expect(planted[0]).toContain("src/pg/one.ts");
  });

  test("another room of the same floor is out of bounds", () => {
    expect(plant({ "src/decide/planted.ts": 'export { plain } from "../report/plain.ts";' })).toEqual([
      "src/decide/planted.ts imports another room of its floor: src/report/plain.ts",
    ]);
  });

  test("an unlisted package is found, and so is acting in a pure room", () => {
    expect(
      plant({ "src/load/planted.ts": 'import "left-pad";\nexport const now = (): number => Date.now();' }),
    ).toEqual([
      "src/load/planted.ts imports the package left-pad, which its room does not list",
      "src/load/planted.ts:2 uses Date.now",
    ]);
  });

  test("a bundled plugin sees the sdk alone, like a stranger's script", () => {
    expect(
      plant({ "plugins/planted.ts": 'import { words } from "../src/kernel/words.ts"; export default words;' }),
    ).toEqual(["plugins/planted.ts may not import src/kernel/words.ts"]);
  });
});
