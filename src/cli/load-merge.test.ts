// Four processes send one schedule; their results are merged by the command.
import { expect, test } from "bun:test";
import type { LoadSummary } from "../load/summary.ts";
import { behaviours, faultServer } from "../testing/fault-server.ts";
import { temporaryFolder } from "../testing/temporary.ts";

const main = new URL("../main.ts", import.meta.url).pathname;

const senior = async (args: readonly string[], cwd: string) => {
  const child = Bun.spawn([process.execPath, main, ...args], {
    cwd,
    env: { HOME: cwd },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout, stderr, exit };
};

test("four processes sharing one schedule send exactly its arrivals, and merge into one result", async () => {
  using server = faultServer(behaviours.ok);
  const cwd = await temporaryFolder();
  const startAt = new Date(Date.now() + 2500).toISOString();
  const load = ["load", server.url, "--rate", "333", "-d", "1s", "-c", "9", "--threshold", "errors<1%,rate>300"];
  const ran = await Promise.all(
    [1, 2, 3, 4].map((number) =>
      senior([...load, "--start-at", startAt, "--shard", `${number}/4`, "-o", `part-${number}.json`], cwd),
    ),
  );
  expect(ran.map(({ exit }) => exit)).toEqual([0, 0, 0, 0]);
  const files = [3, 1, 4, 2].map((number) => `part-${number}.json`);
  const { stdout } = await senior(["load", "merge", ...files, "--json"], cwd);
  const { data } = JSON.parse(stdout) as { readonly data: LoadSummary };
  // A machine too busy to begin in time says what it missed: nothing is lost without a word.
  const missed = data.merged?.parts.reduce((sum, part) => sum + part.missed, 0) ?? 0;
  expect(data.requests.scheduled + missed).toBe(333);
  expect(server.seen.requests).toBe(data.requests.sent);
  expect(data.merged).toMatchObject({ of: 4, missing: [] });
  expect(data.asked).toMatchObject({ concurrency: 9, ratePerSecond: 333, durationMs: 1000 });
  expect(data.latency.all?.count).toBe(data.requests.scheduled);
  expect(data.thresholds.map(({ text }) => text)).toEqual(["errors<1%", "rate>300"]);

  const partial = await senior(["load", "merge", "part-1.json", "part-3.json"], cwd);
  expect(partial.exit).toBe(1);
  expect(partial.stdout).toContain("PARTIAL: 2 of 4 parts are here; shard 2 and 4 are missing");
  const twice = await senior(["load", "merge", "part-1.json", "part-1.json"], cwd);
  expect(twice.exit).toBe(3);
  expect(twice.stderr).toContain("shard 1 was given more than once");
}, 30_000);
