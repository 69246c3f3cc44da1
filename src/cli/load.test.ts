import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Json } from "../kernel/json.ts";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import { after, behaviours, delayed, every, faultServer, limitedTo } from "../testing/fault-server.ts";
import { memoryIo } from "../testing/memory-io.ts";
import type { LoadComparison } from "../load/compare-view.ts";
import { comparisonSchema, loadSchema } from "../load/load-schema.ts";
import type { LoadSummary } from "../load/summary.ts";
import type { LoadRegistry } from "./call.ts";
import type { Outcome } from "./run.ts";
import { runSenior } from "./run.ts";

const registry: LoadRegistry = () =>
  Promise.resolve(mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]));

interface Ran extends Outcome {
  readonly notes: readonly string[];
  readonly disk: ReadonlyMap<string, string>;
}

const senior = async (argv: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<Ran> => {
  const io = memoryIo({ files });
  const outcome = await runSenior(["load", ...argv], io, registry);
  return { ...outcome, notes: io.notes, disk: io.disk };
};

interface Envelope {
  readonly exit: number;
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly message: string }[];
  readonly data: LoadSummary;
}

const json = async (argv: readonly string[], files?: Readonly<Record<string, string>>): Promise<Envelope> =>
  JSON.parse((await senior([...argv, "--json"], files)).stdout) as Envelope;

describe("a run against a real server", () => {
  test("prints one page: target, requests that add up, latency, distribution", async () => {
    using server = faultServer(behaviours.ok);
    const { stdout, stderr, exit, notes } = await senior([server.url, "--requests", "50", "-c", "3"]);
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(notes).toEqual([`loading 127.0.0.1 port ${server.port}`]);
    for (const part of [
      `GET ${server.url}`,
      "closed loop: 3 connections until 50 requests were sent",
      "= 50 sent + 0 never sent",
      "= 50 answered + 0 failed + 0 unanswered",
      "status 200",
      "p99.9",
      "use --rate to see them",
      "Distribution of response times",
    ]) {
      expect(stdout).toContain(part);
    }
  });

  test("gives the same as data, durations in milliseconds", async () => {
    using server = faultServer(behaviours.ok);
    const { exit, findings, data } = await json([server.url, "--requests", "50", "--rate", "500", "--timeout", "5s"]);
    expect({ exit, errors: findings.filter(({ severity }) => severity === "error") }).toEqual({ exit: 0, errors: [] });
    expect(data.requests).toMatchObject({ scheduled: 50, sent: 50, answered: 50, errors: 0 });
    expect(data.asked).toMatchObject({
      loop: "open",
      ratePerSecond: 500,
      concurrency: 10,
      durationMs: 3_600_000,
      timeoutMs: 5000,
    });
    expect(data.latency.all?.count).toBe(50);
    expect(data.latency.all?.p50Ms).toBeLessThanOrEqual(data.latency.all?.p99Ms ?? 0);
  });

  test("the data is what its schema says, for right and wrong answers", async () => {
    const valid = new Ajv2020({
      strict: true,
      allErrors: true,
      allowUnionTypes: true,
      formats: { "date-time": true },
    }).compile(loadSchema);
    using server = faultServer(every(3, behaviours.reset, every(4, behaviours.error)));
    for (const more of [
      ["--rate", "300"],
      ["-c", "2"],
      ["-d", "1ms"],
    ]) {
      const { data } = await json([server.url, "--requests", "60", ...more]);
      valid(data);
      expect(valid.errors ?? []).toEqual([]);
    }
  });

  test("a name is resolved and shown before it is loaded", async () => {
    using server = faultServer(behaviours.ok);
    const { notes, exit } = await senior([`http://localhost:${server.port}/x`, "--requests", "5"]);
    expect(exit).toBe(0);
    expect(notes[0]).toMatch(/^localhost is .*127\.0\.0\.1.*; loading 127\.0\.0\.1 port \d+$/);
    expect(server.heads[0]).toContain(`Host: localhost:${server.port}`);
  });

  test("errors are counted by kind, and end with exit 1", async () => {
    using server = faultServer(every(10, behaviours.reset));
    const { stdout, exit } = await senior([server.url, "--requests", "50"]);
    expect(exit).toBe(1);
    expect(stdout).toContain("error GET");
    expect(stdout).toContain("5 requests of 50 went wrong (10 %): 5 × connection reset before the answer began");
  });

  test("a status that is expected is none", async () => {
    using server = faultServer(behaviours.error);
    expect((await senior([server.url, "--requests", "5"])).exit).toBe(1);
    expect((await senior([server.url, "--requests", "5", "--expect-status", "500"])).exit).toBe(0);
    expect((await senior([server.url, "--requests", "5", "--expect-status", "4xx"])).exit).toBe(1);
  });

  test("the body comes from the flag or from a file, with POST and its type", async () => {
    using server = faultServer(behaviours.ok);
    await senior([server.url, "--requests", "1", "--body", '{"a":1}']);
    await senior([server.url, "--requests", "1", "--body", "@user.json", "-X", "put"], {
      "/project/user.json": '{"b":22}',
    });
    expect(server.heads.map((head) => head.split("\r\n").filter((line) => /^(P|Content)/.test(line)))).toEqual([
      ["POST / HTTP/1.1", "Content-Type: application/json", "Content-Length: 7"],
      ["PUT / HTTP/1.1", "Content-Type: application/json", "Content-Length: 8"],
    ]);
  });

  test("redirects are answers; nobody follows them", async () => {
    using server = faultServer(behaviours.redirect);
    const { data } = await json([server.url, "--requests", "5"]);
    expect(data.statuses).toEqual([{ status: 302, count: 5, expected: true }]);
  });

  test("IPv6 addresses work where the machine has them", async () => {
    const server = (() => {
      try {
        return faultServer(behaviours.ok, { hostname: "::1" });
      } catch {
        return undefined;
      }
    })();
    if (server === undefined) return;
    const { exit } = await senior([server.url, "--requests", "5"]);
    expect(exit).toBe(0);
    expect(server.heads[0]).toContain(`Host: [::1]:${server.port}`);
    server.stop();
  });
});

describe("limits", () => {
  // A shared machine may stop the client for a moment, and then no limit may pass: that is asserted, not excluded.
  test("met ones pass, unless the client was bound", async () => {
    using server = faultServer(behaviours.ok);
    const { exit, data } = await json([server.url, "--requests", "200", "--threshold", "p99<20s,errors<0.1%"]);
    const bound = data.client.stamp === "client-bound";
    expect(data.thresholds.map(({ verdict }) => verdict)).toEqual(
      ["p99", "errors"].map(() => (bound ? "unproven" : "met")),
    );
    expect(exit).toBe(bound ? 1 : 0);
  });

  test("each missed one is a finding, and the exit 1", async () => {
    using server = faultServer(delayed(30));
    const argv = [server.url, "--requests", "20", "--threshold", "p50 < 10ms", "--threshold", "rate>100000"];
    const { exit, findings, data } = await json(argv);
    expect(exit).toBe(1);
    const messages = findings.filter(({ rule }) => rule === "load/threshold").map(({ message }) => message);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(/^p50<10ms was missed: [3-9]\d/);
    expect(data.thresholds.map(({ verdict }) => verdict)).toEqual(["missed", "missed"]);
  });

  test("requests without an answer count: a silent server meets no limit on latency", async () => {
    using server = faultServer(after(5, behaviours.silent));
    const argv = [server.url, "--requests", "50", "--rate", "100", "--timeout", "300ms", "-d", "600ms"];
    const { exit, data } = await json([...argv, "--threshold", "p50<100ms,p99<10s,unanswered<1"]);
    expect(exit).toBe(1);
    expect(data.thresholds.map(({ verdict }) => verdict)).not.toContain("met");
    expect(data.thresholds[1]).toMatchObject({ atLeast: true, verdict: "unproven" });
  });

  test("targets by name: the default ones, a built-in profile's, an organisation's, with a limit of one's own in place", async () => {
    using server = faultServer(behaviours.ok);
    const limits = async (argv: readonly string[], files?: Readonly<Record<string, string>>) =>
      (await json([server.url, "--requests", "20", ...argv], files)).data.thresholds.map((one) => one.text);
    expect(await limits(["--targets", "default"])).toEqual([
      "p50<50ms",
      "p95<200ms",
      "p99<500ms",
      "rate>1000",
      "errors<0.1%",
    ]);
    expect(await limits(["--targets", "node-express", "--threshold", "p99<1s"])).toEqual([
      "p50<80ms",
      "p95<250ms",
      "errors<0.1%",
      "p99<1s",
    ]);
    expect(await limits(["--targets", "go-or-rust-microservice"])).toContain("rate>=1000");
  });

  test("the page shows the stamp and every limit", async () => {
    using server = faultServer(behaviours.ok);
    const { stdout } = await senior([server.url, "--requests", "200", "--targets", "default"]);
    expect(stdout).toMatch(/VALID: the client had room|CLIENT-BOUND: /);
    expect(stdout).toMatch(/p95<200ms +\S+ ms +(met|missed|not shown)/);
  });
});

describe("an expected rate limit", () => {
  const limits = async (server: { readonly url: string }, ...more: readonly string[]) =>
    json([server.url, "--rate", "200", "-c", "2", "--expect-rate-limit", ...more]);
  const found = ({ findings }: Envelope) => findings.map(({ rule, severity }) => `${rule} ${severity}`);

  test("passes when 429s appear, which are no errors; says when, after how many, and what the headers claim", async () => {
    using server = faultServer(
      limitedTo(30, 60_000, ["Retry-After: 60", "RateLimit-Limit: 30", "RateLimit-Remaining: 0"]),
    );
    const run = await limits(server, "-d", "500ms");
    expect(run.exit).toBe(0);
    expect(run.data.requests).toMatchObject({ errors: 0, answered: 100 });
    expect(run.data.rateLimit).toMatchObject({ firstNumber: 31, burst: 30, limited: 70, sustainedPerSecond: 0 });
    expect(run.data.rateLimit?.firstMs).toBeGreaterThanOrEqual(145);
    expect(run.data.rateLimit?.claims.map(({ header, verdict }) => [header, verdict])).toEqual([
      ["Retry-After", "untested"],
      ["RateLimit-Limit", "true"],
      ["RateLimit-Remaining", "true"],
    ]);
    const page = await senior([server.url, "--rate", "200", "-d", "300ms", "--expect-rate-limit"]);
    expect(page.stdout).toMatch(/Retry-After +60 +not tested/);
  });

  test("fails when none appears", async () => {
    using server = faultServer(behaviours.ok);
    const run = await limits(server, "-d", "200ms");
    expect(run.exit).toBe(1);
    expect(found(run)).toContain("load/rate-limit-missing error");
    expect(run.data.rateLimit).toMatchObject({ limited: 0, accepted: 40, firstNumber: null });
  });

  test("other errors stay errors", async () => {
    using server = faultServer(every(4, behaviours.error, limitedTo(10, 60_000)));
    const run = await limits(server, "-d", "300ms");
    expect(run.exit).toBe(1);
    expect(found(run)).toContain("load/errors error");
    expect(found(run)).toContain("load/rate-limit-headers warning");
  });

  test("without the flag 429s are errors, and nothing is watched", async () => {
    using server = faultServer(limitedTo(10, 60_000));
    const run = await json([server.url, "--requests", "40"]);
    expect([run.exit, run.data.requests.errors, run.data.rateLimit]).toEqual([1, 30, null]);
  });

  test("the data is what its schema says", async () => {
    using server = faultServer(limitedTo(10, 200, ["Retry-After: 30", "X-RateLimit-Limit: 500"]));
    const run = await limits(server, "-d", "600ms");
    const options = { strict: true, allErrors: true, allowUnionTypes: true, formats: { "date-time": true } } as const;
    const valid = new Ajv2020(options).compile(loadSchema);
    valid(run.data);
    expect(valid.errors ?? []).toEqual([]);
    // It lets requests through again long before it says, and fewer than it says.
    expect(run.data.rateLimit?.claims.map(({ verdict }) => verdict)).toEqual(["false", "false"]);
    expect(run.exit).toBe(0);
  });
});

describe("comparisons", () => {
  const comparison = async (argv: readonly string[], files?: Readonly<Record<string, string>>) => {
    const text = (await senior([...argv, "--json"], files)).stdout;
    return JSON.parse(text) as Omit<Envelope, "data"> & { readonly data: LoadComparison };
  };
  const ajv = () =>
    new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, formats: { "date-time": true } });

  test("a second URL that is far slower is an error, with its figures", async () => {
    using fast = faultServer(delayed(1));
    using slow = faultServer(delayed(12));
    const argv = ["--compare", "-d", "2s", "-c", "5", "--seed", "7"];
    const slower = await comparison([fast.url, slow.url, ...argv]);
    expect(slower.exit).toBe(1);
    expect(slower.data).toMatchObject({ method: "interleaved", verdict: "slower", seed: 7, sliceMs: 100 });
    expect(slower.data.first.slices).toBe(20);
    expect(slower.findings.find(({ rule }) => rule === "load/slower")?.message).toContain(
      `${slow.url} is slower than ${fast.url}: p50 +`,
    );
    const valid = ajv().compile(comparisonSchema);
    valid(slower.data);
    expect(valid.errors ?? []).toEqual([]);
  }, 30_000);

  test("a run too short to tell anything is inconclusive, exit 0, and says how long to run", async () => {
    using server = faultServer(behaviours.ok);
    const { stdout, exit } = await senior([server.url, `${server.url}b`, "--compare", "-d", "500ms", "-c", "2"]);
    expect(exit).toBe(0);
    expect(stdout).toContain("second is inconclusive: run longer");
    expect(stdout).toContain("run longer: --duration");
  });

  test("a second URL that never answers ends it early, as an error", async () => {
    using server = faultServer(behaviours.ok);
    using silent = faultServer(behaviours.silent);
    const argv = [server.url, silent.url, "--compare", "-d", "2s", "-c", "2", "--timeout", "100ms"];
    // Whichever of the two has the first turn.
    for (const seed of ["1", "2", "3", "4"]) {
      const { exit, data, findings } = await comparison([...argv, "--seed", seed]);
      expect([seed, exit, data.verdict]).toEqual([seed, 1, "inconclusive"]);
      expect(findings.map(({ rule }) => rule)).toContain("load/errors");
    }
    expect(silent.seen.requests).toBeLessThan(80);
  }, 30_000);

  test("an earlier run's output is a baseline; other conditions are said", async () => {
    using server = faultServer(delayed(2));
    const saved = (await senior([server.url, "-d", "1500ms", "-c", "2", "--json"])).stdout;
    const run = JSON.parse(saved) as { data: LoadSummary };
    const [slice] = run.data.intervals;
    const environment = { ...run.data.environment, kernel: "0.0.1" };
    const quick = Array.from({ length: 12 }, (_, i) => ({ ...slice, p50Ms: 0.1 + i / 1000 }));
    const old = JSON.stringify({ ...run, data: { ...run.data, environment, intervals: quick } });
    const argv = [server.url, "-d", "1500ms", "-c", "2", "--compare", "old.json"];
    const { data, findings, exit } = await comparison(argv, { "/project/old.json": old });
    expect(data).toMatchObject({ method: "baseline", verdict: "inconclusive", first: { slices: 12 } });
    expect(data.runs).toHaveLength(1);
    expect(exit).toBe(0);
    expect(findings.find(({ rule }) => rule === "load/different-conditions")?.message).toMatch(/instead of 0\.0\.1/);
    const page = await senior(argv, { "/project/old.json": saved });
    expect(page.stdout).toContain("Distribution of response times");
    expect(page.stdout).toContain("Against the baseline");
  }, 30_000);
});

describe("secrets never leave", () => {
  const strings = (value: Json): readonly string[] =>
    typeof value === "string"
      ? [value]
      : typeof value === "object" && value !== null
        ? Object.values(value).flatMap(strings)
        : [];

  test("neither in text, notes, data nor the saved report", async () => {
    using server = faultServer(every(2, behaviours.reset));
    const url = `http://ada:s3cret-password@127.0.0.1:${server.port}/x?api_key=s3cret-key&page=1`;
    const argv = [
      url,
      "--requests",
      "4",
      "-H",
      "X-Api-Key: s3cret-header",
      "-H",
      "Cookie: s3cret-cookie",
      "--body",
      '{"password":"s3cret-body"}',
    ];
    const human = await senior([...argv, "--verbose", "--output", "report.json"]);
    const machine = await senior([...argv, "--json"]);
    const all = [human.stdout, human.stderr, machine.stdout, machine.stderr, ...human.notes, ...human.disk.values()];
    expect(server.heads[0]).toContain("X-Api-Key: s3cret-header");
    for (const output of all) expect(output).not.toContain("s3cret");
    expect(strings(JSON.parse(machine.stdout) as Json)).toContain("*** (13 characters)");
    expect(human.stdout).toContain("/x?api_key=***&page=1");
  });
});

describe("what cannot be loaded is one clear error", () => {
  const cases: Readonly<Record<string, readonly [argv: readonly string[], exit: number, part: string]>> = {
    "no URL": [[], 2, "missing URL"],
    "no scheme": [["localhost:3000"], 2, "lacks its scheme"],
    "a file URL": [["file:///etc/passwd"], 2, "only http:// and https:// can"],
    "a metadata service": [["http://169.254.169.254/latest/meta-data/"], 5, "never load-tested"],
    "a refused connection": [["http://127.0.0.1:1/"], 4, "refused"],
    "a name that does not resolve": [["http://does-not-exist.invalid/"], 4, "does not resolve"],
    "a header without a colon": [["http://localhost/", "-H", "nope"], 2, "has no colon"],
    "an injected header": [["http://localhost/", "-H", "X: a\r\nY: b"], 2, "line break"],
    "a body file that is missing": [["http://localhost/", "--body", "@missing.json"], 3, "missing.json"],
    "a wrong status": [["http://localhost/", "--expect-status", "ok"], 2, "expected a status"],
    "a wrong duration": [["http://localhost/", "-d", "soon"], 2, "--duration"],
    "no connections": [["http://localhost/", "-c", "0"], 2, "--concurrency"],
    "a billion connections": [["http://localhost/", "-c", "1000000000"], 5, "--i-know"],
    "a billion seconds": [["http://localhost/", "-d", "1000000000"], 5, "--i-know"],
    "more connections than descriptors": [["http://localhost/", "-c", "1000000000", "--i-know"], 4, "open files"],
    "a limit without its unit": [["http://localhost/", "--threshold", "p99<500"], 2, "500ms or 2s"],
    "targets that nobody has": [["http://localhost/", "--targets", "node-expres"], 2, "did you mean node-express?"],
    "two URLs without --compare": [["http://localhost/", "http://localhost/b"], 2, "add --compare"],
    "three URLs": [["http://a/", "http://b/", "http://c/", "--compare"], 2, "two at a time"],
    "nothing to compare with": [["http://localhost/", "--compare"], 2, "lacks what to compare with"],
    "limits on two URLs": [["http://a/", "http://b/", "--compare", "--targets", "default"], 2, "run of its own"],
    "a rate limit and a comparison": [["http://a/", "http://b/", "--compare", "--expect-rate-limit"], 2, "one by one"],
    "a baseline that is missing": [["http://localhost/", "--compare", "missing.json"], 3, "missing.json"],
    "a minimum effect of nothing": [["http://a/", "http://b/", "--compare", "--min-effect", "0"], 2, "such as 5%"],
    "an unknown flag": [["http://localhost/", "--concurency", "5"], 2, "did you mean --concurrency?"],
  };
  for (const [name, [argv, exit, part]] of Object.entries(cases)) {
    test(name, async () => {
      const outcome = await senior(argv);
      expect(outcome.stdout).toBe("");
      expect(outcome.stderr).toContain(part);
      expect(outcome.exit).toBe(exit as Outcome["exit"]);
    });
  }

  test("a certificate that nobody vouches for, with the way around it", async () => {
    const fixture = (name: string) => Bun.file(new URL(`../testing/fixtures/${name}`, import.meta.url)).text();
    const tls = { cert: await fixture("test-only-cert.pem"), key: await fixture("test-only-key.pem") };
    using server = faultServer(behaviours.ok, { tls });
    const refused = await senior([server.url, "--requests", "5"]);
    expect(refused).toMatchObject({ exit: 4 });
    expect(refused.stderr).toContain("--no-verify-ssl");
    const trusted = await senior([server.url, "--requests", "5", "--no-verify-ssl"]);
    expect(trusted.exit).toBe(0);
    expect(trusted.stdout).toContain("certificates not verified");
  });

  test("https where http is spoken", async () => {
    using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    const { exit, stderr } = await senior([`https://127.0.0.1:${server.port}/`, "--requests", "5"]);
    expect(exit).toBe(4);
    expect(stderr).toContain("does not speak TLS");
  });
});
