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
});
