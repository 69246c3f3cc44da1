// The self-test says what is right and what is wrong; the manifests are what their readers take.
import { expect, test } from "bun:test";
import { YAML } from "bun";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import type { Selftest } from "../load/selftest.ts";
import { selftestCases, selftestReport } from "../load/selftest.ts";
import { memoryIo } from "../testing/memory-io.ts";
import type { LoadRegistry } from "./call.ts";
import { runSenior } from "./run.ts";

const registry: LoadRegistry = () =>
  Promise.resolve(mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]));
const senior = (...argv: readonly string[]) => runSenior(["load", ...argv], memoryIo(), registry);

test("servers that reset and fail are reported to the request", async () => {
  const { stdout, exit } = await senior("selftest", "--only", "resets", "--only", "errors", "--json");
  const { cases } = (JSON.parse(stdout) as { readonly data: Selftest }).data;
  expect(cases.map(({ name }) => name)).toEqual(["resets", "errors"]);
  for (const { rows } of cases) for (const row of rows) expect(row).toMatchObject({ right: true });
  expect(exit).toBe(0);
});

test("a wrong figure is an error", () => {
  const row = { what: "p99", expected: "960 ms", reported: "2.00 ms", right: false };
  const { findings, checks } = selftestReport([
    { name: "freeze", about: "x", stamp: "valid", boundBy: [], rows: [row] },
  ]);
  expect(findings[0]).toMatchObject({ severity: "error", message: "freeze: p99 should be 960 ms, was 2.00 ms" });
  expect(checks?.[0]).toMatchObject({ verdict: "failed" });
  expect(new Set(selftestCases.map(({ name }) => name)).size).toBe(selftestCases.length);
});

const hostile = ["http://127.0.0.1/", "--rate", "8", "-H", `X: a "b" $(c) 'd'\n: e`, "--", "--threshold=p99<1s"];

test("the Indexed Job hands each pod its part, whatever the words hold", async () => {
  const words = hostile.filter((word) => word !== "--");
  const { stdout, exit } = await senior("k8s", "--shards", "3", "--", ...words);
  expect(exit).toBe(0);
  const job = YAML.parse(stdout) as {
    readonly spec: {
      readonly completions: number;
      readonly completionMode: string;
      readonly template: { readonly spec: { readonly containers: readonly [{ readonly args: readonly string[] }] } };
    };
  };
  expect(job.spec).toMatchObject({ completions: 3, parallelism: 3, completionMode: "Indexed", backoffLimit: 0 });
  const { args } = job.spec.template.spec.containers[0];
  expect(args.slice(0, words.length + 1)).toEqual(["load", ...words]);
  expect(args.slice(words.length + 1)).toEqual([
    "--shard",
    "auto",
    "--start-at",
    "2026-01-02T03:06:05.000Z",
    "--json",
    "--fail-on",
    "never",
  ]);
});

test("the workflow's shell gets every word as it is", async () => {
  const words = hostile.filter((word) => word !== "--" && !word.includes("\n"));
  const { stdout } = await senior(
    "github",
    "--shards",
    "2",
    "--",
    ...words.filter((word) => word !== "-H"),
    "-H",
    `X: 'a' $(b)`,
  );
  const flow = YAML.parse(stdout) as {
    readonly jobs: {
      readonly load: {
        readonly strategy: { readonly matrix: object };
        readonly steps: readonly [{ readonly run: string }];
      };
    };
  };
  expect(flow.jobs.load.strategy.matrix).toEqual({ shard: [1, 2] });
  const { run } = flow.jobs.load.steps[0];
  const script = `senior() { printf '%s\\n' "$@"; }; SHARD=1/2; START_AT=9; ${run}`;
  const shell = Bun.spawnSync(["sh", "-c", script]);
  expect(shell.stdout.toString().split("\n").slice(0, -1)).toEqual([
    "load",
    "http://127.0.0.1/",
    "--rate",
    "8",
    "--threshold=p99<1s",
    "-H",
    "X: 'a' $(b)",
    ...["--shard", "1/2", "--start-at", "9", "--fail-on", "never", "--output", "part.json"],
  ]);
});

test.each([
  [["--shards", "2", "--", "http://127.0.0.1/", "--rat", "8"], "unknown flag --rat; did you mean --rate?"],
  [["--shards", "2", "--", "http://127.0.0.1/", "--rate", "x"], '--rate got "x"'],
  [["--shards", "2", "--", "http://127.0.0.1/", "--shard", "1/2"], "--shard and --start-at are added by this command"],
  [["--name", "No Good", "--", "http://127.0.0.1/"], '--name got "No Good"'],
])("what senior load would refuse is refused before it is written: %j", async (argv, message) => {
  const { stderr, exit } = await senior("k8s", ...argv);
  expect(exit).toBe(2);
  expect(stderr).toContain(message);
});
