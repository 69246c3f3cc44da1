// The faces of the grill: one question per call for programs, prompts for people, and the decision at the end.
import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { grillSchema } from "../decide/grill-schema.ts";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import type { MemoryIo } from "../testing/memory-io.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { runSenior } from "./run.ts";

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: reporters }]);

const call = (io: MemoryIo, ...argv: readonly string[]) =>
  runSenior(["grill", ...argv], io, () => Promise.resolve(registry));

interface Envelope {
  readonly exit: number;
  readonly findings: readonly { readonly rule: string; readonly message: string; readonly help?: string }[];
  readonly data: {
    readonly turn: string;
    readonly state: string;
    readonly question: { readonly number: number; readonly proposals: readonly unknown[] } | null;
    readonly stops: readonly { readonly id: string }[];
    readonly left: readonly number[];
    readonly decision: { readonly outcome: string; readonly approved: boolean } | null;
  };
}

const valid = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(grillSchema);

const asked = async (io: MemoryIo, ...argv: readonly string[]): Promise<Envelope> => {
  const { stdout, exit } = await call(io, ...argv, "--json");
  const envelope = JSON.parse(stdout) as Envelope;
  expect(envelope.exit).toBe(exit);
  if (!valid(envelope.data)) throw new Error(JSON.stringify(valid.errors));
  return envelope;
};

const answers: readonly string[] = [
  "read-write-ratio=20 qps-p99=50",
  "shared-multi-tenant",
  "sync",
  "pii",
  '{"pattern":"modular-monolith","team-size":8,"language-preference":"typescript"}',
  "rpo=5m rto=60m",
  '{"slo":99.5,"slo-consumer":"payments team"}',
];

const file = "/tmp/backend-grill-2026-01-02.md";

describe("for programs", () => {
  test("one question per call, and the decision after the seventh, never approved", async () => {
    const io = memoryIo();
    let turn = await asked(io, "next");
    for (const [i, value] of answers.entries()) {
      expect(turn.data).toMatchObject({ turn: "ask", state: file, question: { number: i + 1 } });
      turn = await asked(io, "answer", String(i + 1), "--value", value, "--because", `evidence ${i + 1}`);
      expect(turn.exit).toBe(0);
    }
    expect(turn.data).toMatchObject({
      turn: "done",
      left: [],
      decision: { outcome: "recommended", approved: false, recommendation: { profile: "node-express" } },
    });
    expect((await asked(io, "next")).data).toEqual(turn.data);
    expect(io.disk.get(file)).toContain("- because: evidence 7\n");
  });

  test("the decision record is written at the end, and only then", async () => {
    const io = memoryIo();
    for (const [i, value] of answers.entries())
      await asked(io, "answer", String(i + 1), "--value", value, "--adr", "adr/0001.md");
    expect(io.disk.get("/project/adr/0001.md")).toContain("status: proposed");
    expect([...io.disk.keys()].sort()).toEqual(["/project/adr/0001.md", file]);
  });

  test.each<[string, readonly string[], string]>([
    ["a second value", ["answer", "1", "--value", "20 qps-p99=5", "--value", "shared"], "one answer per turn"],
    ["a second question", ["answer", "1", "2", "--value", "20 qps-p99=5"], 'unexpected argument "2"'],
    ["a question out of turn", ["answer", "3", "--value", "sync"], "question 1 comes first"],
    ["a question that there is not", ["answer", "8", "--value", "x"], "expected a question from 1 to 7"],
    ["no value", ["answer", "1"], "missing --value"],
    ["an odd list", ["next", "--ask", "1,9"], "expected numbers of questions"],
    ["an override without a reason", ["next", "--override-kill", "tiny-load-large-team"], "belong together"],
    ["an override of nothing", ["next", "--override-kill", "tiny-load-large-team", "--because", "x"], "does not stand"],
  ])("%s is refused, and nothing is recorded", async (_, argv, message) => {
    const io = memoryIo();
    await call(io, "next");
    const before = io.disk.get(file);
    const { stderr, exit } = await call(io, ...argv);
    expect([exit, io.disk.get(file)]).toEqual([2, before]);
    expect(stderr).toContain(message);
  });

  test("an evasion is asked again with what a good answer looks like, and not recorded", async () => {
    const io = memoryIo();
    const again = await asked(io, "answer", "1", "--value", "it must scale");
    expect(again.exit).toBe(2);
    expect(again.data).toMatchObject({ turn: "ask", question: { number: 1 }, answered: [] });
    expect(again.findings).toMatchObject([{ rule: "grill/no-answer" }]);
    expect(again.findings[0]?.help).toStartWith("a good answer: 20 reads per write;");
  });

  test("a kill stops until an answer changes", async () => {
    const io = memoryIo();
    for (const i of [0, 1]) await asked(io, "answer", String(i + 1), "--value", answers[i] ?? "");
    await asked(io, "answer", "3", "--value", "event-driven");
    await asked(io, "answer", "4", "--value", "pii");
    const killed = await asked(io, "answer", "5", "--value", answers[4] ?? "");
    expect([killed.exit, killed.data.turn, killed.data.stops[0]?.id]).toEqual([
      1,
      "stopped",
      "event-driven-small-team",
    ]);
    expect((await asked(io, "status")).exit).toBe(1);
    expect((await call(io, "answer", "6", "--value", "rpo=5m rto=5m")).exit).toBe(2);
    const resolved = await asked(io, "answer", "3", "--value", "sync");
    expect([resolved.exit, resolved.data.question?.number]).toEqual([0, 6]);
  });

  test("an override is recorded in the file and in the decision", async () => {
    const io = memoryIo();
    for (const [i, value] of answers.slice(0, 5).entries())
      await asked(io, "answer", String(i + 1), "--value", i === 2 ? "event-driven" : value);
    const because = "the platform team runs the broker";
    await asked(io, "next", "--override-kill", "event-driven-small-team", "--because", because);
    for (const i of [5, 6]) await asked(io, "answer", String(i + 1), "--value", answers[i] ?? "");
    expect(io.disk.get(file)).toContain(`## Overridden\n\n- event-driven-small-team: ${because}\n`);
    expect((await asked(io, "next")).data.decision).toMatchObject({
      outcome: "recommended",
      overrides: [{ kill: "event-driven-small-team", because, tripped: true }],
    });
  });

  test("with --ask and --answers only the rest is asked", async () => {
    const io = memoryIo({
      files: {
        "/project/known.yaml":
          "tenancy: shared-multi-tenant\ndata-sensitivity: pii\npattern: modular-monolith\nteam-size: 8\n",
      },
    });
    expect((await asked(io, "next", "--ask", "1,6", "--answers", "known.yaml")).data.left).toEqual([1, 6]);
    await asked(io, "answer", "1", "--value", answers[0] ?? "");
    const done = await asked(io, "answer", "6", "--value", answers[5] ?? "");
    expect(done.data).toMatchObject({ turn: "done", decision: { outcome: "recommended" } });
  });

  test("without what the engine needs, --ask ends with what is missing", async () => {
    const io = memoryIo();
    await asked(io, "next", "--ask", "1");
    const done = await asked(io, "answer", "1", "--value", answers[0] ?? "");
    expect([done.exit, done.data.decision]).toEqual([0, null]);
    expect(done.findings[0]?.message).toBe("no decision without tenancy, data-sensitivity, pattern and team-size");
    expect(done.findings[0]?.help).toContain("--ask 2,4,5");
  });

  test("evidence is proposed and never taken", async () => {
    const run = { kind: "load", throughput: { answersPerSecond: 40 }, requests: { errorRate: 0 }, latency: {} };
    const io = memoryIo({
      files: { "/project/r.json": JSON.stringify(run), "/project/go.mod": "module x", "/project/x.json": "{}" },
    });
    const turn = await asked(io, "next", "--evidence", "r.json");
    expect(turn.data.question?.proposals).toMatchObject([{ name: "qps-p99", value: "40" }]);
    expect(io.disk.get(file)).not.toContain("40");
    expect((await call(io, "next", "--evidence", "x.json")).stderr).toContain("x.json is no result of a load test");
    for (const [i, value] of answers.slice(0, 4).entries()) await asked(io, "answer", String(i + 1), "--value", value);
    expect((await asked(io, "next")).data.question?.proposals).toMatchObject([
      { name: "language-preference", value: "go" },
    ]);
  });

  test("a dry run keeps nothing", async () => {
    const io = memoryIo();
    const turn = await asked(io, "answer", "1", "--value", answers[0] ?? "", "--dry-run");
    expect([turn.data.question?.number, io.disk.size]).toEqual([2, 0]);
  });

  test("a file that was edited into nonsense is exit 3, with its line", async () => {
    const io = memoryIo({ files: { "/project/g.md": "# Backend grill of 2026-01-02\n\nhello\n" } });
    const { stderr, exit } = await call(io, "next", "--state", "g.md");
    expect(exit).toBe(3);
    expect(stderr).toContain("g.md:3: only");
    expect((await call(memoryIo(), "status")).exit).toBe(3);
  });
});

describe("for people", () => {
  const people = [
    ...["twenty", "20:1", "50", ""],
    ...["shared", ""],
    ...["it depends", "sync", "later", "email is sent by a worker"],
    ...["pii", ""],
    ...["modular-monolith", "8", "take", "none", ""],
    ...["5m", "1h", ""],
    ...["99.5", "everyone", "payments team", ""],
  ];

  test("each value is asked until it is one, a proposal is taken by a word, and the decision follows", async () => {
    const io = memoryIo({ typed: people, files: { "/project/package.json": "{}" } });
    const { stdout, exit } = await call(io);
    expect(exit).toBe(0);
    expect(stdout).toContain("Recommended: node-express (score 1.00)");
    for (const note of [
      '  read-write-ratio: "twenty" holds no number; expected a number such as 20 or 20:1, from 0 to 1,000,000,000',
      '  communication: "it depends" puts the answer off; expected one of sync, async, event-driven',
      '  "later" gives no reason',
      'Language (type "take" for typescript), Enter for none: ',
      '  slo-consumer: "everyone" names no number, no choice and nobody; expected the team that spends the error budget',
    ])
      expect(io.notes).toContain(note);
    expect(io.disk.get(file)).toContain("- because: email is sent by a worker\n");
    expect(io.notes.filter((note) => note.startsWith("Platform team"))).toEqual([]);
  });

  test("what was answered survives the end of input, and is not asked again", async () => {
    const io = memoryIo({ typed: people.slice(0, 7) });
    const { stdout, exit } = await call(io);
    expect(exit).toBe(0);
    expect(stdout).toContain(`\`senior grill --state ${file}\` goes on.`);
    const next = memoryIo({
      typed: people.slice(7),
      files: { ...Object.fromEntries(io.disk), "/project/package.json": "{}" },
    });
    expect((await call(next)).stdout).toContain("Recommended: node-express");
    expect(next.notes.some((note) => note.includes("Question 2 of 7"))).toBeFalse();
  });

  test("a kill asks which answer changes, and ends with exit 1 when none does", async () => {
    const killed = [...people.slice(0, 4), "single-tenant", "none", ""];
    expect((await call(memoryIo({ typed: [...killed, ""] }))).exit).toBe(1);
    const io = memoryIo({ typed: [...killed, "9", "2", "isolated", ""] });
    expect((await call(io)).exit).toBe(0);
    expect(io.disk.get(file)).toContain("- tenancy: isolated-multi-tenant\n");
  });

  test("without a terminal it says what to use instead", async () => {
    const { stderr, exit } = await call(memoryIo());
    expect(exit).toBe(2);
    expect(stderr).toContain("senior grill next --json");
  });
});
