// The load command in the compiled binary: its worker starts there, from any folder, and signals keep the report.
import { describe, expect, test } from "bun:test";
import type { LoadSummary } from "../load/summary.ts";
import { binaryPath, hasBinary, senior } from "../testing/binary.ts";
import { behaviours, every, faultServer } from "../testing/fault-server.ts";
import { temporaryFolder } from "../testing/temporary.ts";

interface Envelope {
  readonly exit: number;
  readonly data: LoadSummary;
}

describe.skipIf(!hasBinary)("senior load, compiled", () => {
  test("sends from its worker, whatever the folder", async () => {
    using server = faultServer(every(5, behaviours.reset));
    const cwd = await temporaryFolder();
    const { stdout, stderr, exit } = await senior(["load", server.url, "--requests", "50", "--json"], { cwd });
    expect({ stderr, exit }).toEqual({ stderr: `loading 127.0.0.1 port ${server.port}\n`, exit: 1 });
    const { data } = JSON.parse(stdout) as Envelope;
    expect(data.requests).toMatchObject({ scheduled: 50, sent: 50, answered: 40, failed: 10 });
    expect(server.seen.requests).toBe(50);
  });

  test("saves what it prints as JSON where --output says so", async () => {
    using server = faultServer(behaviours.ok);
    const cwd = await temporaryFolder();
    const { stdout } = await senior(["load", server.url, "--requests", "5", "--output", "run.json"], { cwd });
    expect(stdout).toContain("Response time");
    const saved = (await Bun.file(`${cwd}/run.json`).json()) as Envelope;
    expect(saved.data.requests.answered).toBe(5);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends the run early, with everything measured until then", async (signal, status) => {
    using server = faultServer(behaviours.ok);
    const child = Bun.spawn([binaryPath, "load", server.url, "--duration", "1m", "--rate", "200", "--json"], {
      cwd: await temporaryFolder(),
      env: {},
      stdout: "pipe",
      stderr: "ignore",
    });
    while (server.seen.requests < 20) await Bun.sleep(5);
    child.kill(signal);
    const { exit, data } = JSON.parse(await child.stdout.text()) as Envelope;
    expect([await child.exited, exit, data.ending]).toEqual([status, status, "interrupted"]);
    expect(data.requests.answered).toBeGreaterThanOrEqual(20);
    expect(data.requests.scheduled).toBe(data.requests.sent + data.requests.neverSent);
  });

  test("suspended and resumed, it holds the schedule, and blames itself for the gap", async () => {
    using server = faultServer(behaviours.ok);
    const argv = ["load", server.url, "--duration", "2s", "--rate", "100", "--json"];
    const child = Bun.spawn([binaryPath, ...argv], {
      cwd: await temporaryFolder(),
      env: {},
      stdout: "pipe",
      stderr: "ignore",
    });
    while (server.seen.requests < 50) await Bun.sleep(5);
    child.kill("SIGSTOP");
    await Bun.sleep(500);
    child.kill("SIGCONT");
    const { data } = JSON.parse(await child.stdout.text()) as Envelope;
    expect(data.requests).toMatchObject({ scheduled: 200, sent: 200, answered: 200 });
    expect(data.client.stamp).toBe("client-bound");
    expect(data.client.maxLagMs).toBeGreaterThanOrEqual(400);
    expect(data.latency.all?.maxMs).toBeGreaterThanOrEqual(400);
  });

  test("sends from two threads, and within a small limit of open files", async () => {
    using server = faultServer(behaviours.ok);
    const cwd = await temporaryFolder();
    const limited = (argv: string) =>
      senior(["-c", `ulimit -n 64; exec "${binaryPath}" load ${server.url} --json --requests 90 ${argv}`], {
        cwd,
        program: "/bin/sh",
      });
    const { data } = JSON.parse((await limited("-c 6 --workers 2")).stdout) as Envelope;
    expect(data.requests).toMatchObject({ scheduled: 90, answered: 90, errors: 0 });
    expect([data.asked.workers, data.connections.opened]).toEqual([2, 6]);
    const refused = await limited("-c 60");
    expect([refused.exit, server.seen.requests]).toEqual([4, 90]);
    expect(refused.stderr).toContain("this process may have 64");
  });
});
