// `senior decide` from the command line: flags, files, profiles of an organisation, records, exit codes.
import { describe, expect, test } from "bun:test";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import type { Plugin } from "../sdk.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { runSenior } from "./run.ts";

const example =
  "--team-size 8 --qps-p99 50 --read-write-ratio 20 --tenancy shared-multi-tenant --data-sensitivity pii --pattern modular-monolith --language-preference typescript";

const call = async (
  line: string | readonly string[],
  files: Readonly<Record<string, string>> = {},
  plugins: readonly Plugin[] = [],
) => {
  const io = memoryIo({ files });
  const argv = typeof line === "string" ? line.split(" ").filter((word) => word !== "") : line;
  const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }, ...plugins]);
  const outcome = await runSenior(["decide", ...argv], io, () => Promise.resolve(registry));
  return { ...outcome, io };
};

const json = async (line: string, files: Readonly<Record<string, string>> = {}) => {
  const { stdout, exit } = await call(`${line} --json`, files);
  return { exit, report: JSON.parse(stdout) as { data: Record<string, never>; findings: readonly { rule: string }[] } };
};

describe("decide", () => {
  test("the documented example", async () => {
    const { stdout, exit } = await call(example);
    expect(exit).toBe(0);
    expect(stdout.indexOf("Assumptions")).toBeLessThan(stdout.indexOf("Recommended: node-express (score 1.00)"));
    for (const part of [
      "Runner-up: fastapi-python (score 0.91)",
      "80, 250, 600 ms",
      "99.5 %",
      "60 min",
      "4 h",
      "all pending",
      "question 7",
    ])
      expect(stdout).toContain(part);
  });

  test("a fit that misses something says so", async () => {
    const { stdout, exit } = await call("--sample --team-size 21");
    expect(exit).toBe(0);
    expect(stdout).toContain("Recommended: django-monolith (score 0.91)");
    expect(stdout).toContain("It does not meet everything: language is typescript, it wants python (not decisive).");
  });

  test("as JSON: the decision, never approved", async () => {
    const { exit, report } = await json(example);
    expect(exit).toBe(0);
    expect(report.data).toMatchObject({ schema: "senior/decision/1", approved: false, outcome: "recommended" });
    expect(report.findings.map(({ rule }) => rule)).toEqual(["decide/no-error-budget-consumer"]);
  });

  test("missing answers: exit 2, all named on standard error", async () => {
    const { stdout, stderr, exit } = await call("--team-size 8");
    expect([stdout, exit]).toEqual(["", 2]);
    for (const flag of ["--read-write-ratio (question 1", "--tenancy (question 2", "--pattern (question 5"])
      expect(stderr).toContain(flag);
  });

  test("a kill and a missing fit: exit 1, even when findings are not to fail", async () => {
    expect((await call("--sample --qps-p99 6000")).exit).toBe(1);
    expect((await call("--sample --team-size 27 --fail-on never")).exit).toBe(1);
  });

  test("an override needs its reason, and is recorded", async () => {
    const kill = ["--sample", "--qps-p99", "6000", "--override-kill", "high-load-modular-monolith"];
    expect((await call(kill)).exit).toBe(2);
    expect((await call([...kill, "--because", "  "])).exit).toBe(2);
    expect((await call("--sample --because x")).exit).toBe(2);
    expect((await call("--sample --override-kill no-such-kill --because x")).exit).toBe(2);
    const { stdout, exit } = await call([...kill, "--because", "one night a year"]);
    expect(exit).toBe(0);
    expect(stdout).toContain("high-load-modular-monolith was overridden because one night a year");
  });

  test("a project's configuration may answer, and may not override", async () => {
    const config = (line: string) => ({ "/project/senior.config.yaml": `commands:\n  decide:\n    ${line}\n` });
    expect((await call("--sample", config("team-size: 27"))).exit).toBe(1);
    expect((await call("--sample", config("override-kill: tiny-load-large-team"))).exit).toBe(5);
    expect((await call("--sample", config("because: x"))).exit).toBe(5);
  });

  test.each([
    "--team-size 0",
    "--team-size 8.5",
    "--qps-p99 -1",
    "--slo 100",
    "--slo 0",
    "--slo 1",
    "--slo nines",
    "--rpo -5",
    "--rpo 1w",
    "--tenancy shared",
    "--pattern soa",
  ])("%s is wrong usage", async (flags) => {
    expect((await call(`--sample ${flags}`)).exit).toBe(2);
  });

  test.each([
    ["--slo 99.9 --rpo 15 --rto 4h", 0.999, 15, 240],
    ["--slo 99.95% --rpo 30s --rto 1d", 0.9995, 0.5, 1440],
    ["--slo 0.999 --rpo 15m --rto 90", 0.999, 15, 90],
  ])("%s", async (flags, slo, rpo, rto) => {
    const { report } = await json(`--sample ${flags}`);
    expect(report.data).toMatchObject({
      recommendation: { levels: { slo: { value: slo }, rpoMinutes: { value: rpo }, rtoMinutes: { value: rto } } },
    });
  });

  test("yes, no and no answer differ", async () => {
    const score = async (flags: string): Promise<unknown> => (await json(`--sample ${flags}`)).report.data["answers"];
    expect(await score("--no-needs-admin-panel --platform-team")).toMatchObject({
      needsAdminPanel: false,
      platformTeam: true,
    });
    expect(await score("")).not.toHaveProperty("needsAdminPanel");
  });

  test("--explain shows met, violated, unbounded and unused answers with their weights", async () => {
    const { stdout } = await call("--sample --explain --slo 99.9");
    expect(stdout).toMatch(/Language +typescript +python +violated +1\n/);
    expect(stdout).toMatch(/p99 load in one year +50 requests\/s +any +met, no bound +1.5\n/);
    expect(stdout).toMatch(/Team size +8 engineers +at least 30 engineers +violated, decisive +2\n/);
    expect(stdout).toMatch(/Reads per write +20 to 1 +unused +0\n/);
  });
});

describe("answers from a file", () => {
  const yaml =
    "team_size: 8\nqps-p99: 50\nreadWriteRatio: 20\ntenancy: shared-multi-tenant\ndata-sensitivity: pii\npattern: modular-monolith\nslo: 99.9\nrpo: 30s\nplatform-team: false\n";

  test("YAML under any spelling; flags win", async () => {
    const { report, exit } = await json("--answers a.yaml --team-size 9", { "/project/a.yaml": yaml });
    expect(exit).toBe(0);
    expect(report.data["answers"]).toEqual({
      ...{
        teamSize: 9,
        qpsP99: 50,
        readWriteRatio: 20,
        tenancy: "shared-multi-tenant",
        dataSensitivity: "pii",
        pattern: "modular-monolith",
      },
      ...{ slo: 0.999, rpoMinutes: 0.5, platformTeam: false },
    } as never);
  });

  test.each([
    ["team-sise: 8", 'a.yaml:1:1 (#/team-sise): unknown answer "team-sise"; did you mean "team-size"?'],
    [
      "tenancy: shared-multi-tenant\nteam-size: many",
      'a.yaml:2:1 (#/team-size): "team-size" got "many", expected a whole number',
    ],
    ["platform-team: perhaps", 'a.yaml:1:1 (#/platform-team): "platform-team" got "perhaps", expected true or false'],
    ["team-size: [8]", 'a.yaml:1:1 (#/team-size): "team-size" must be a text, a number, true or false'],
    ["approved: true", 'a.yaml:1:1 (#/approved): unknown answer "approved"'],
    ["- 8", "an answers file must be a mapping"],
    ["a: [", "a.yaml:1:5"],
  ])("%p is exit 3, with its place", async (text, message) => {
    const { stderr, exit } = await call("--answers a.yaml", { "/project/a.yaml": text });
    expect(exit).toBe(3);
    expect(stderr).toContain(message);
  });

  test("a missing file is exit 3", async () => {
    expect((await call("--answers nowhere.yaml")).exit).toBe(3);
  });
});

describe("profiles of an organisation", () => {
  const acme = (more: object = {}): string =>
    JSON.stringify({ profile_name: "acme", extends: "node-express", ...more }, null, 2);

  test("are found in the project without code changes, and win ties", async () => {
    const { stdout, exit } = await call(example, {
      "/project/profiles/acme.json": acme({ constraints: { team_size_max: 29 } }),
    });
    expect(exit).toBe(0);
    expect(stdout).toContain("Recommended: acme (score 1.00)");
    const { stdout: listed } = await call("--list-profiles", { "/project/profiles/acme.json": acme() });
    expect(listed).toMatch(/acme +1–15 .*profiles\/acme\.json/s);
    expect(listed).toContain("go-or-rust-microservice");
  });

  test("are found from a folder further down, up to the repository's root, and in the user's folder", async () => {
    const files = {
      "/home/user/.config/senior/profiles/mine.json": acme({ profile_name: "mine" }),
      "/project/.git/HEAD": "",
      "/profiles/x.json": acme(),
    };
    const { stdout } = await call("--list-profiles", files);
    expect(stdout).toContain("mine");
    expect(stdout).not.toContain("acme");
  });

  test("come from a plugin as well", async () => {
    const plugin: Plugin = {
      sdk: 1,
      name: "acme",
      provides: [{ kind: "profile", profile: JSON.parse(acme()) as unknown }],
    };
    expect((await call(example, {}, [plugin])).stdout).toContain("Recommended: acme");
  });

  test("somebody else's JSON is left alone", async () => {
    const files = {
      "/project/profiles/prod.json": '{"region": "eu"}',
      "/project/profiles/b.json": "{not json",
      "/project/profiles/c.json": '["profile_name"]',
    };
    expect((await call(example, files)).exit).toBe(0);
  });

  test("every problem of every file is listed at once, with file, line and pointer", async () => {
    const files = {
      "/project/profiles/a.json": acme({ approved: true, named_approver_chain: {} }),
      "/project/profiles/b.json":
        '{"profile_name":"b","extends":"node-express","constraints":{"team_size_max":1e300},"colour":"red"}',
    };
    const { stderr, exit } = await call(example, files);
    expect(exit).toBe(3);
    expect(stderr).toContain("4 problems in 2 profiles:");
    expect(stderr).toContain('profiles/a.json:4:3 (#/approved): unknown key "approved"');
    expect(stderr).toContain("profiles/a.json:5:3 (#/named_approver_chain): must not be empty");
    expect(stderr).toContain("profiles/b.json:1:61 (#/constraints/team_size_max): must be at most 100000");
    expect(stderr).toContain('profiles/b.json:1:84 (#/colour): unknown key "colour"');
  });

  test("hostile documents are refused without exhausting anything", async () => {
    const deep = (levels: number, close: string): string =>
      `{"profile_name":"x","extends":"node-express","canon_references":${"[".repeat(levels)}${close.repeat(levels)}}`;
    expect((await call(example, { "/project/profiles/a.json": deep(100_000, "]") })).exit).toBe(3);
    expect((await call(example, { "/project/profiles/a.json": deep(30, "]") })).stderr).toContain("nested too deeply");
    expect((await call(example, { "/project/profiles/a.json": deep(100_000, "") })).exit).toBe(3);
    const bomb = [
      "a: &a [x,x]",
      ..."bcdefg".split("").map((name, i) => `${name}: &${name} [${`*${"abcdef"[i] ?? ""},`.repeat(9)}]`),
    ];
    expect((await call("--answers a.yaml", { "/project/a.yaml": bomb.join("\n") })).exit).toBe(3);
  });

  test("broken JSON that means to be a profile is exit 3", async () => {
    const { stderr, exit } = await call(example, {
      "/project/profiles/a.json": '{\n  "profile_name": "acme",\n  "extends" "x"\n}',
    });
    expect(exit).toBe(3);
    expect(stderr).toContain("profiles/a.json:3:");
  });

  test("a built-in profile can be printed, renamed and used", async () => {
    const { stdout } = await call("--print-profile node-express");
    const copy = { ...(JSON.parse(stdout) as object), profile_name: "acme" };
    expect((await call(example, { "/project/profiles/acme.json": JSON.stringify(copy) })).exit).toBe(0);
    expect((await call(example, { "/project/profiles/acme.json": stdout })).exit).toBe(0);
    const taken = JSON.stringify({ ...copy, profile_name: "node-express", version: "9.0.0" });
    expect((await call(example, { "/project/profiles/acme.json": taken })).stderr).toContain(
      'add "extends": "node-express"',
    );
  });
});

describe("the decision record", () => {
  test("is proposed, names its approvers as pending, and is dated", async () => {
    const { io, exit } = await call(`${example} --adr docs/adr/0001-backend.md`);
    expect(exit).toBe(0);
    const text = io.disk.get("/project/docs/adr/0001-backend.md") ?? "";
    expect(text).toStartWith("---\nstatus: proposed\ndate: 2026-01-02\n");
    for (const title of [
      "# Build on",
      "## Context and Problem Statement",
      "## Considered Options",
      "## Decision Outcome",
      "### Consequences",
      "### Confirmation",
      "## Pros and Cons of the Options",
      "## More Information",
    ])
      expect(text).toContain(`\n${title}`);
    expect(text).toContain("| pending |");
    expect(text).not.toMatch(/accepted|\bapproved\b(?! anything)/);
  });

  test("foreign text cannot become markup", async () => {
    const evil = "x\n---\n# Approved\n<script>alert(1)</script> [a](b) \u001b[31m\u202e";
    const { io } = await call(["--sample", "--slo-consumer", evil, "--adr", "r.md"]);
    const text = io.disk.get("/project/r.md") ?? "";
    expect(text).not.toMatch(/^# Approved|<script>|\u001b|\u202e|\[a\]\(b\)/mu);
  });

  test("a folder is no file", async () => {
    expect((await call("--sample --adr docs/")).exit).toBe(2);
  });

  test("nothing is written when nothing is recommended", async () => {
    const { io, exit } = await call("--sample --team-size 27 --adr r.md");
    expect([exit, io.disk.has("/project/r.md")]).toEqual([1, false]);
  });
});
