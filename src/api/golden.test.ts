// The bookshop's service, byte for byte: SENIOR_UPDATE_GOLDEN=1 writes what is emitted now.
import { expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { express } from "../../plugins/express.ts";
import { isFixed } from "../testing/emitted-project.ts";
import { emitFor } from "../testing/framework-contract.ts";

const fixture = new URL("fixtures/bookshop/", import.meta.url).pathname;

const text = await Bun.file(`${fixture}openapi.yaml`).text();
const emitted = (await emitFor(express, text)).filter(({ path }) => !isFixed(path));

if (process.env["SENIOR_UPDATE_GOLDEN"] === "1") {
  await rm(`${fixture}express`, { recursive: true, force: true });
  for (const { path, text } of emitted) await Bun.write(`${fixture}express/${path}`, text);
}

test("the emitted files are those of the fixture", async () => {
  const golden = await Array.fromAsync(new Bun.Glob("**/*.ts").scan({ cwd: `${fixture}express` }));
  expect(emitted.map(({ path }) => path).sort()).toEqual(golden.sort());
});

test.each(emitted.map(({ path, text }) => [path, text] as const))("%s", async (path, text) => {
  expect(text).toBe(await Bun.file(`${fixture}express/${path}`).text());
});

test("the order of keys in the document's maps of schemas does not matter to their names", async () => {
  const [head = "", schemas = ""] = text.split("  schemas:\n");
  const blocks = schemas.split(/^(?= {4}\w)/m).toReversed();
  const shuffled = await emitFor(express, `${head}  schemas:\n${blocks.join("")}`);
  expect(shuffled.find(({ path }) => path === "types/models.ts")?.text).toBe(
    emitted.find(({ path }) => path === "types/models.ts")?.text ?? "",
  );
});
