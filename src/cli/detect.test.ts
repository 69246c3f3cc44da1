// `senior detect`: packages below a folder, the lines that show their stacks, and folders that are nobody's.
import { expect, test } from "bun:test";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { runSenior } from "./run.ts";

const files = {
  "/project/api/package.json": '{\n  "dependencies": {\n    "express": "5.0.0"\n  }\n}\n',
  "/project/api/node_modules/koa/package.json": '{"dependencies": {"koa": "2"}}',
  "/project/tools/go.mod": "module tools\n",
};

const call = (...argv: readonly string[]) => {
  const registry = mergePlugins([{ sdk: 1, name: "senior", provides: reporters }]);
  return runSenior(["detect", ...argv], memoryIo({ files }), () => Promise.resolve(registry));
};

test("names each package with its evidence, and what is unknown", async () => {
  const { stdout, exit } = await call();
  expect(exit).toBe(0);
  expect(stdout).toContain("2 packages");
  expect(stdout).toMatch(/api +TypeScript or JavaScript +Express \(package\.json:3\) +unknown/);
  expect(stdout).toMatch(/tools +Go +unknown +unknown/);
  expect(stdout).not.toContain("Koa");
});

test("prints the searches with this year, and the same as data", async () => {
  const { stdout } = await call("api", "--research-queries", "--json");
  const { data } = JSON.parse(stdout) as { data: { queries: readonly string[]; packages: readonly unknown[] } };
  expect(data.queries).toContain("Express REST API best practices 2026");
  expect(data.packages).toHaveLength(1);
});

test("a folder that is not there is exit 3", async () => expect((await call("nowhere")).exit).toBe(3));
