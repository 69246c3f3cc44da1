// The grill: turns in order, evasions asked again, kills and contradictions when their last answer comes, and its file.
import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import type { Answers, QuestionNumber } from "./answers.ts";
import { answerKeys, answerKinds, sampleAnswers, valueOf } from "./answers.ts";
import { emptyReason, evasion } from "./evasion.ts";
import { proposalsFrom } from "./evidence.ts";
import type { Grill } from "./grill.ts";
import { answersOf, isAnswered, learn, newGrill, override, reply, turnOf } from "./grill.ts";
import { questionAt, questionNumbers, questions } from "./questions.ts";
import { hasProblems, readValue } from "./read-value.ts";
import { stopIds } from "./stops.ts";
import { readTracking, trackingText } from "./tracking.ts";

const begin = newGrill("2026-01-02");

/** Takes every answer in turn; throws when one is asked again. */
const answered = (pairs: readonly (readonly [QuestionNumber, string])[], grill: Grill = begin): Grill =>
  pairs.reduce((so, [number, value]) => {
    const result = reply(so, number, value);
    if (result.kind === "again") throw new Error(result.problems.join("; "));
    return result.grill;
  }, grill);

const fine: Readonly<Record<QuestionNumber, string>> = {
  1: "20:1, qps-p99=50",
  2: "shared",
  3: "sync",
  4: "pii",
  5: "pattern=modular-monolith team-size=8 language-preference=typescript",
  6: "rpo=5m rto=1h",
  7: 'slo=99.5% slo-consumer="payments team"',
};

const upTo = (last: QuestionNumber, change: Partial<Record<QuestionNumber, string>> = {}): Grill =>
  answered(
    questionNumbers.filter((number) => number <= last).map((number) => [number, change[number] ?? fine[number]]),
  );

const stopping = (grill: Grill): readonly string[] => {
  const turn = turnOf(grill);
  return turn.kind === "stopped" ? turn.stops.map(({ id }) => id) : [];
};

const problemsOf = (number: QuestionNumber, value: string): string => {
  const read = readValue(questionAt(number), value);
  return hasProblems(read) ? read.problems.join("; ") : "";
};

describe("turns", () => {
  test("come one after the other, and seven answers make the documented example", () => {
    let grill = begin;
    for (const number of questionNumbers) {
      expect(turnOf(grill)).toMatchObject({ kind: "ask", question: { number } });
      grill = answered([[number, fine[number]]], grill);
    }
    expect(turnOf(grill)).toEqual({ kind: "done" });
    expect(answersOf(grill)).toMatchObject(sampleAnswers);
  });

  test("an answer out of turn is refused, and an earlier one can be changed", () => {
    expect(() => reply(begin, 2, "shared")).toThrow("question 1 comes first");
    const grill = answered([[1, "5 qps-p99=10"]], upTo(3));
    expect(answersOf(grill).qpsP99).toBe(10);
    expect(turnOf(grill)).toMatchObject({ question: { number: 4 } });
  });

  test("only the questions that were named are asked", () => {
    const some = newGrill("2026-01-02", [1, 3]);
    expect(turnOf(answered([[1, fine[1]]], some))).toMatchObject({ question: { number: 3 } });
    expect(() =>
      reply(
        answered(
          [
            [1, fine[1]],
            [3, "sync"],
          ],
          some,
        ),
        2,
        "shared",
      ),
    ).toThrow("not among the questions");
  });

  test("what is known is not asked, and must not contradict what was answered", () => {
    const known = learn(begin, { tenancy: "shared-multi-tenant", qpsP99: 50 }, "known.yaml");
    expect(isAnswered(known, 2)).toBeTrue();
    expect(turnOf(known)).toMatchObject({ question: { number: 1 } });
    expect(() => learn(known, { qpsP99: 60 }, "other.yaml")).toThrow(
      "other.yaml says qps-p99 is 60 requests/s, but 50 requests/s was answered to question 1",
    );
    expect(learn(known, { qpsP99: 50 }, "same.yaml")).toEqual(known);
  });

  test("every recommended answer is an answer, and the seven together stop nowhere", () => {
    const grill = answered(questions.map(({ number, recommended }) => [number, recommended.value]));
    expect(turnOf(grill)).toEqual({ kind: "done" });
  });
});

describe("values", () => {
  test.each<[QuestionNumber, string, Answers]>([
    [1, "read-write-ratio=20 qps-p99=50", { readWriteRatio: 20, qpsP99: 50 }],
    [1, '{"readWriteRatio": 20, "qps_p99": "1.2k rps"}', { readWriteRatio: 20, qpsP99: 1200 }],
    [1, "80/20, qps-p99 = 90,000 requests/day", { readWriteRatio: 4, qpsP99: 90_000 / 86_400 }],
    [1, "20 to 1; qps-p99=300/min", { readWriteRatio: 20, qpsP99: 5 }],
    [2, "Shared multi-tenant", { tenancy: "shared-multi-tenant" }],
    [2, "single tenant-revenue=250,000", { tenancy: "single-tenant", tenantRevenue: 250_000 }],
    [3, "event driven", { communication: "event-driven" }],
    [
      4,
      'phi compliance-owner="Dr. Ada, privacy" encryption-plan=AES-256 in KMS, keys held by security',
      {
        dataSensitivity: "phi",
        complianceOwner: "Dr. Ada, privacy",
        encryptionPlan: "AES-256 in KMS, keys held by security",
      },
    ],
    [
      5,
      "modular-monolith team-size=8 platform-team=no",
      { pattern: "modular-monolith", teamSize: 8, platformTeam: false },
    ],
    [6, "30s rto=1d", { rpoMinutes: 0.5, rtoMinutes: 1440 }],
    [7, "slo=99.95 slo-consumer=payments team", { slo: 0.9995, sloConsumer: "payments team" }],
  ])("question %d: %p", (number, text, values) => {
    expect(readValue(questionAt(number), text)).toEqual({ values });
  });

  test.each<[QuestionNumber, string, string]>([
    [1, "must scale", '"must scale" names no number'],
    [1, "20", "qps-p99 is missing"],
    [1, "twenty qps-p99=50", '"twenty" holds no number'],
    [1, "20 qps-p99=50 qps-p99=60", "qps-p99 is given twice"],
    [1, "20 qps=50", '"qps" is no part of question 1: its parts are read-write-ratio and qps-p99'],
    [1, "20 qps-p99=50 tenancy=shared", "tenancy belongs to question 2: one question at a time"],
    [1, "{", "this is no JSON"],
    [1, '{"qps-p99": [50]}', '"qps-p99" must be a text, a number, true or false'],
    [1, "20 qps-p99=-5", "expected a number such as"],
    [1, "20:0 qps-p99=5", "expected a number such as"],
    [2, "", "nothing was said"],
    [2, "it depends on the customer", "puts the answer off"],
    [2, "multi", "expected one of single-tenant, shared-multi-tenant, isolated-multi-tenant"],
    [2, "shared-multi-tennant", "did you mean shared-multi-tenant?"],
    [5, "monolith team-size=as needed", '"as needed" puts the answer off'],
    [5, "monolith team-size=2.5", "expected a whole number"],
    [6, "rpo=later rto=1h", '"later" names no number'],
    [7, "high availability", '"high availability" names no number'],
    [7, "slo=100% slo-consumer=payments", "from 50 % to less than 100 %"],
    [7, "slo=99.9 slo-consumer=everybody", '"everybody" names no number, no choice and nobody'],
    [7, "slo=99.9 slo-consumer=TBD", '"TBD" puts the answer off'],
  ])("question %d: %p is asked again", (number, text, problem) => {
    expect(problemsOf(number, text)).toContain(problem);
    const result = reply(upTo((number - 1) as QuestionNumber), number, text);
    expect(result).toMatchObject({ kind: "again", question: { number } });
  });

  test("what is written is read back as the same value", () => {
    const some: Readonly<Record<string, readonly unknown[]>> = {
      number: [0, 1, 0.5, 0.016667, 59, 60, 240, 1440, 90.5],
      share: [0.5, 0.9, 0.99, 0.995, 0.9995, 0.99999, 0.999999999999],
      text: ["payments team", "Dr. Ada"],
      yes: [true, false],
    };
    for (const key of answerKeys) {
      const { kind, choices, read, write } = valueOf(key);
      const samples = key === "slo" ? some["share"] : (choices ?? some[kind] ?? some["yes"]);
      const fitting = key === "teamSize" ? [1, 8, 100_000] : (samples ?? []);
      for (const value of fitting) expect([key, read(write(value))]).toEqual([key, value]);
    }
  });
});

describe("evasions", () => {
  test.each([
    ...[
      "",
      "  ",
      "?",
      "...",
      "later",
      "Later!",
      "it depends",
      "It depends on the load.",
      "TBD",
      "tba",
      "to be decided",
    ],
    ...[
      "as needed",
      "don't know",
      "I don’t know yet",
      "not sure",
      "no idea",
      "we'll see",
      "N/A",
      "maybe",
      "must scale",
    ],
    ...[
      "it needs to scale to millions",
      "web scale",
      "high availability",
      "highly available",
      "always on",
      "zero downtime",
    ],
    ...[
      "best effort",
      "industry standard",
      "a lot",
      "lots of users",
      "high",
      "very high",
      "as fast as possible",
      "unlimited",
    ],
    ...["the team", "everyone", "nobody", "we", "us", "management", "unknown", "undecided", "we decide that later"],
  ])("%p", (text) => expect(evasion(text)).toBeDefined());

  test.each([
    ...["50", "payments team", "High Availability team", "SRE", "Ada Lovelace", "AES-256, keys in KMS", "99.9 %"],
    ...["platform team", "the team around Ada", "Later Payments GmbH", "TBDesign Ltd", "no-reply team"],
  ])("%p is none", (text) => expect(evasion(text)).toBeUndefined());

  test("a text made to keep a pattern busy is judged at once", () => {
    const hostile = "see ".repeat(50_000);
    for (const number of questionNumbers) expect(problemsOf(number, hostile)).not.toBe("");
    expect(reply(begin, 1, fine[1], hostile)).toMatchObject({ kind: "again" });
  });

  test("a reason may speak of anything, but must be one", () => {
    expect(emptyReason("the contract says high availability, later renewed")).toBeUndefined();
    expect(emptyReason("later")).toBe('"later" gives no reason');
    expect(reply(begin, 1, fine[1], "TBD")).toMatchObject({ kind: "again" });
  });
});

describe("kills and contradictions", () => {
  test.each<[string, Partial<Record<QuestionNumber, string>>, QuestionNumber, readonly string[]]>([
    ["single tenants who pay nothing said", { 2: "single-tenant" }, 2, ["single-tenant-without-enterprise-price"]],
    ["single tenants at 99,999", { 2: "single tenant-revenue=99999" }, 2, ["single-tenant-without-enterprise-price"]],
    ["single tenants at 100,000", { 2: "single tenant-revenue=100000" }, 2, []],
    ["event-driven waits for the team's size", { 3: "event-driven" }, 4, []],
    ["and is checked when it comes", { 3: "event-driven" }, 5, ["event-driven-small-team"]],
    ["event-driven with 20", { 3: "event-driven", 5: "modular-monolith team-size=20" }, 5, []],
    ["health data without an owner", { 2: "isolated", 4: "phi" }, 4, ["sensitive-data-without-owner"]],
    [
      "cards with an owner and no plan",
      { 2: "isolated", 4: "pci compliance-owner=Ada" },
      4,
      ["sensitive-data-without-owner"],
    ],
    [
      "an owner who is nobody",
      { 2: "isolated", 4: "pci compliance-owner=none encryption-plan=KMS" },
      4,
      ["sensitive-data-without-owner"],
    ],
    ["health data with both", { 2: "isolated", 4: "phi compliance-owner=Ada encryption-plan=KMS" }, 4, []],
    [
      "health data in shared tables contradicts",
      { 4: "phi compliance-owner=Ada encryption-plan=KMS" },
      4,
      ["sensitive-data-in-shared-tables"],
    ],
    ["regulated data in shared tables", { 4: "regulated" }, 4, ["sensitive-data-in-shared-tables"]],
    [
      "microservices for fashion",
      { 5: "microservices team-size=8" },
      5,
      ["microservices-small-team", "microservices-without-platform-team", "microservices-without-independent-releases"],
    ],
    [
      "microservices for a reason",
      { 5: "microservices team-size=40 platform-team=yes independent-releases=yes" },
      5,
      [],
    ],
    [
      "too few for health data",
      { 2: "isolated", 4: "phi compliance-owner=Ada encryption-plan=KMS", 5: "modular-monolith team-size=3" },
      5,
      ["sensitive-data-tiny-team"],
    ],
    ["6,000 on one monolith", { 1: "20 qps-p99=6000" }, 5, ["high-load-modular-monolith"]],
    ["nothing to do for ten", { 1: "20 qps-p99=0.5", 5: "modular-monolith team-size=10" }, 5, ["tiny-load-large-team"]],
    [
      "recovery longer than the budget",
      { 6: "rpo=5m rto=4h", 7: "slo=99.9 slo-consumer=payments" },
      7,
      ["recovery-beyond-error-budget"],
    ],
    [
      "four nines with five people",
      { 5: "modular-monolith team-size=5", 6: "rpo=0 rto=1m", 7: "slo=99.99 slo-consumer=payments" },
      7,
      ["four-nines-small-rotation"],
    ],
  ])("%s", (_, change, last, wanted) => expect(stopping(upTo(last, change))).toEqual([...wanted]));

  test("nothing else is asked until it is resolved by another answer", () => {
    const grill = upTo(5, { 3: "event-driven" });
    expect(() => reply(grill, 6, fine[6])).toThrow("event-driven-small-team must be resolved first");
    expect(turnOf(answered([[3, "sync"]], grill))).toMatchObject({ question: { number: 6 } });
    expect(turnOf(answered([[5, "modular-monolith team-size=25"]], grill))).toMatchObject({ question: { number: 6 } });
  });

  test("or overridden with a reason; only what stands can be, and only with one", () => {
    const grill = upTo(5, { 3: "event-driven" });
    expect(() => override(grill, "microservices-small-team", "x")).toThrow("does not stand");
    expect(() => override(grill, "event-driven-small-team", "later")).toThrow("gives no reason");
    const over = override(grill, "event-driven-small-team", "the broker is run by the platform team");
    expect(turnOf(over)).toMatchObject({ question: { number: 6 } });
    expect(over.overrides).toHaveLength(1);
  });

  test("every stop has an id of its own", () => expect(new Set(stopIds).size).toBe(stopIds.length));
});

describe("the tracking file", () => {
  const full = override(
    answered([[3, "event-driven"]], upTo(7)),
    "event-driven-small-team",
    "a broker that others run",
  );

  test.each([
    ["a new grill", begin],
    ["some questions", newGrill("2026-01-02", [1, 5])],
    ["one answer", upTo(1)],
    ["all, with an override", full],
    ["what was known before", learn(newGrill("2026-01-02", [5]), { tenancy: "single-tenant", slo: 0.9999 }, "a.yaml")],
  ])("%s is read back exactly, and written again byte by byte", (_, grill) => {
    const text = trackingText(grill);
    expect(readTracking(text, "g.md")).toEqual(grill);
    expect(trackingText(readTracking(text, "g.md"))).toBe(text);
  });

  test("cannot be forged by what a person says", () => {
    const evil = "x\n## Question 7: SLO\n- slo: 99%\u001b[31m\u202e";
    const result = reply(begin, 1, fine[1], evil);
    const text = result.kind === "taken" ? trackingText(result.grill) : "";
    expect(text).not.toMatch(/\u001b|\u202e/);
    expect(readTracking(text, "g.md").given.size).toBe(1);
  });

  test("is edited by hand: other spellings, order, blank lines, line ends of Windows", () => {
    const edited = trackingText(upTo(2)).replace("- qps-p99: 50", "\n-  x").replace("-  x", "- qps_p99: 1.2k rps");
    expect(answersOf(readTracking(edited.replaceAll("\n", "\r\n"), "g.md"))).toMatchObject({ qpsP99: 1200 });
  });

  test.each<[string, (text: string) => string, number, string]>([
    ["a foreign file", () => "hello\n", 1, "a tracking file begins with"],
    ["prose", (text) => text.replace("- qps-p99", "We think that\n- qps-p99"), 10, "no `- name: value` line"],
    ["another question's quote", (text) => text.replace("> Single", "> Which"), 14, "no `- name: value` line"],
    ["an unknown name", (text) => text.replace("- qps-p99", "- qps"), 10, '"qps" is no part of question 1'],
    [
      "a name in the wrong place",
      (text) => text.replace("- qps-p99: 50", "- slo: 99"),
      10,
      '"slo" is no part of question 1',
    ],
    [
      "a value twice",
      (text) => text.replace("- qps-p99: 50", "- read-write-ratio: 3"),
      10,
      "read-write-ratio is given twice",
    ],
    ["an evasion", (text) => text.replace("qps-p99: 50", "qps-p99: TBD"), 10, '"TBD" puts the answer off'],
    ["a choice misspelt", (text) => text.replace("shared-multi-tenant", "shraed"), 16, "expected one of single-tenant"],
    [
      "a heading",
      (text) => text.replace("## Question 2: tenancy", "## Question 9: more"),
      12,
      "no heading of a question",
    ],
    ["a section twice", (text) => `${text}\n## Question 2: tenancy\n`, 38, "stands twice"],
    ["questions that there are not", (text) => text.replace("\n## Q", "Asked: 1, 9\n## Q"), 4, 'only "Asked: 1, 3"'],
    [
      "an unknown override",
      (text) => `${text}\n## Overridden\n\n- nothing: because\n`,
      40,
      '"nothing" is no kill criterion',
    ],
    [
      "an override for no reason",
      (text) => `${text}\n## Overridden\n\n- tiny-load-large-team: later\n`,
      40,
      "gives no reason",
    ],
  ])("%s is named with its line", (_, edit, line, message) => {
    try {
      readTracking(edit(trackingText(upTo(2))), "g.md");
      throw new Error("it was read");
    } catch (error) {
      expect(error).toBeInstanceOf(Fault);
      expect((error as Fault).message).toContain(message);
      expect((error as Fault).at).toEqual({ kind: "file", path: "g.md", line });
    }
  });

  test("every line taken away is missed or named, never turned into another answer", () => {
    const text = trackingText(full);
    const lines = text.split("\n");
    for (const [i, line] of lines.entries()) {
      let read: Grill | undefined;
      try {
        read = readTracking(lines.toSpliced(i, 1).join("\n"), "g.md");
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
      if (read === undefined) continue;
      const [now, before] = [answersOf(read), answersOf(full)] as const;
      for (const key of answerKeys) expect([line, now[key] ?? before[key]]).toEqual([line, before[key]]);
    }
  });
});

describe("proposals from evidence", () => {
  const run = (errorRate: number): string =>
    JSON.stringify({
      kind: "load",
      throughput: { answersPerSecond: 812.4 },
      requests: { errorRate },
      latency: { all: { p99Ms: 41.23 } },
    });

  test("a load result proposes what was held and what was kept, and says how far that reaches", () => {
    expect(proposalsFrom([], [{ name: "r.json", text: run(0.0004) }])).toEqual([
      {
        answer: "qpsP99",
        value: "812",
        from: "r.json: 812 answers/s were measured with a p99 of 41.2 ms; that is what it held, not what will be asked of it",
      },
      {
        answer: "slo",
        value: "99.95%",
        from: "r.json: 99.96 % of the requests were answered as expected; one run is not 28 days",
      },
    ]);
    expect(proposalsFrom([], [{ name: "r.json", text: run(0.3) }]).map(({ answer }) => answer)).toEqual(["qpsP99"]);
    expect(proposalsFrom([], [{ name: "r.json", text: `{"data":${run(0)}}` }])).toHaveLength(2);
  });

  test("package files propose the language, each with its file", () => {
    expect(proposalsFrom(["app.csproj", "go.mod", "package.json"], []).map(({ value, from }) => [value, from])).toEqual(
      [
        ["typescript", "package.json is here"],
        ["go", "go.mod is here"],
        ["dotnet", "app.csproj is here"],
      ],
    );
  });

  test("what is proposed can be answered", () => {
    for (const { answer, value } of proposalsFrom(["Cargo.toml"], [{ name: "r", text: run(0) }]))
      expect(valueOf(answer).read(value)).toBeDefined();
  });
});

test("every answer belongs to one question, as the fields say", () => {
  for (const key of answerKeys)
    expect(
      questions.filter(({ fields }) => fields.some((field) => field.key === key)).map(({ number }) => number),
    ).toEqual([answerKinds[key].question]);
});
