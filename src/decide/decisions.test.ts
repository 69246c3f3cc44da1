// The table of decisions that a person can check: `fixtures/decisions.md`, row by row what comes out of which answers.
import { expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import type { AnswerKey, Answers } from "./answers.ts";
import {
  answerKeys,
  answerKinds,
  answerText,
  languages,
  patterns,
  sampleAnswers,
  sensitivities,
  tenancies,
} from "./answers.ts";
import { decide } from "./decide.ts";
import type { Decision, Override } from "./decision.ts";
import { profileTable } from "./profiles.ts";
import { scoreText } from "./view.ts";

const { profiles } = profileTable([]);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(3, ...all.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n");
};

const missed = (marks: readonly { state: string; answer: AnswerKey; bound: string; decisive: boolean }[]): string =>
  marks
    .filter(({ state }) => state === "violated")
    .map(
      ({ answer, bound, decisive }) =>
        `${answerKinds[answer].label.toLowerCase()}: ${bound}${decisive ? "" : " (not decisive)"}`,
    )
    .join("; ");

/** What comes out, what runs it up, and what speaks against it or stays open. */
const outcomeOf = (answers: Answers, overrides: readonly Override[] = []): readonly [string, string, string] => {
  let decision: Decision;
  try {
    decision = decide(answers, profiles, overrides);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const asked = [...error.message.split("and, as")[0]!.matchAll(/--(\S+) \(question (\d)/g)];
    return ["**asked again**", "", asked.map(([, flag, question]) => `${flag} (question ${question})`).join("; ")];
  }
  const { outcome, recommendation: best, runnerUp, kills, nearest, gaps } = decision;
  if (outcome === "killed") return ["**killed**", "", kills.map(({ id }) => id).join("; ")];
  if (best === null)
    return [
      "**no fit**",
      `nearest ${nearest?.profile} ${scoreText(nearest?.score ?? 0)}`,
      missed(nearest?.marks ?? []),
    ];
  const open = gaps.map(({ id }) => id).filter((id) => id !== "no-error-budget-consumer");
  return [
    `${best.profile} ${scoreText(best.score)}`,
    runnerUp === null ? "" : `${runnerUp.profile} ${scoreText(runnerUp.score)}`,
    [missed(best.marks), ...open].filter((part) => part !== "").join("; "),
  ];
};

const changeText = (change: Answers): string =>
  answerKeys
    .filter((key) => Object.hasOwn(change, key))
    .map((key) => `${answerKinds[key].label.toLowerCase()} ${answerText(change, key)}`)
    .join(", ") || "nothing";

const cases = (rows: readonly (readonly [Answers, (readonly Override[])?])[]): string =>
  table(
    ["Changed against the example", "Outcome", "Runner-up or nearest", "Missed, tripped, or open"],
    rows.map(([change, overrides]) => [
      changeText(change) +
        (overrides === undefined ? "" : `; overridden: ${overrides.map(({ kill }) => kill).join(", ")}`),
      ...outcomeOf({ ...sampleAnswers, ...change }, overrides),
    ]),
  );

const short = ([outcome, second]: readonly [string, string, string]): string =>
  outcome.startsWith("**")
    ? `${outcome}${second === "" ? "" : ` (${second.replace(/ [\d.]+$/, "")})`}`
    : outcome.replace(/ [\d.]+$/, "");

const grid = <Row, Column>(
  title: string,
  rows: readonly (readonly [string, Row])[],
  columns: readonly (readonly [string, Column])[],
  answersOf: (row: Row, column: Column) => Answers,
): string =>
  table(
    [title, ...columns.map(([name]) => name)],
    rows.map(([name, row]) => [
      name,
      ...columns.map(([, column]) => short(outcomeOf({ ...sampleAnswers, ...answersOf(row, column) }))),
    ]),
  );

const named = <Item extends string | number>(items: readonly Item[]): readonly (readonly [string, Item])[] =>
  items.map((item) => [String(item), item]);

const services: Answers = { pattern: "microservices", platformTeam: true, languagePreference: "go", qpsP99: 2000 };
const because = "a reason";

const document = (): string =>
  [
    "# Decisions",
    `The documented example: ${changeText(sampleAnswers)}. Scores stand behind the names; an error-budget consumer is missing throughout.`,
    "## Kill criteria, at their bounds and beside them",
    cases([
      [{}],
      [{ ...services, teamSize: 29 }],
      [{ ...services, teamSize: 30 }],
      [{ ...services, teamSize: 30, platformTeam: undefined }],
      [{ ...services, teamSize: 30, platformTeam: false }],
      [{ dataSensitivity: "phi", teamSize: 3 }],
      [{ dataSensitivity: "pci", teamSize: 3 }],
      [{ dataSensitivity: "phi", teamSize: 4 }],
      [{ dataSensitivity: "regulated", teamSize: 3 }],
      [{ qpsP99: 5000 }],
      [{ qpsP99: 5001 }],
      [{ qpsP99: 5001, pattern: "monolith" }],
      [{ qpsP99: 5001, pattern: "domain-bounded-services", languagePreference: "python" }],
      [{ qpsP99: 0.9, teamSize: 5 }],
      [{ qpsP99: 0.9, teamSize: 6 }],
      [{ qpsP99: 1, teamSize: 6 }],
      [{ ...services, teamSize: 2, dataSensitivity: "pci", platformTeam: undefined }],
      [{ qpsP99: 6000 }, [{ kill: "high-load-modular-monolith", because }]],
      [{ ...services, teamSize: 10 }, [{ kill: "microservices-small-team", because }]],
    ]),
    "## Gaps between the profiles",
    cases([
      ...[25, 26, 27, 29, 30].map((teamSize): readonly [Answers] => [{ teamSize }]),
      [{ tenancy: "single-tenant" }],
      [{ tenancy: "isolated-multi-tenant" }],
      [{ dataSensitivity: "phi" }],
      [{ dataSensitivity: "regulated" }],
      [{ pattern: "serverless" }],
      [{ languagePreference: "java" }],
      [{ ...services, teamSize: 40, tenancy: "isolated-multi-tenant", dataSensitivity: "phi" }],
      [{ ...services, teamSize: 40, dataSensitivity: "pci" }],
      [{ ...services, teamSize: 40, qpsP99: 100 }],
    ]),
    "## Ties: the language, then the declared order",
    cases([
      [{ languagePreference: undefined }],
      [{ languagePreference: "python" }],
      [{ languagePreference: "python", needsAdminPanel: true }],
      [{ needsAdminPanel: true }],
      [{ needsAdminPanel: false }],
      [{ languagePreference: "go" }],
    ]),
    "## Missing answers",
    cases([
      ...(["readWriteRatio", "qpsP99", "tenancy", "dataSensitivity", "pattern", "teamSize"] as const).map(
        (key): readonly [Answers] => [{ [key]: undefined }],
      ),
      [{ tenancy: undefined, pattern: "microservices" }],
    ]),
    "## Service levels that stay open",
    cases([
      [{ slo: 0.99 }],
      [{ slo: 0.9999 }],
      [{ rpoMinutes: 61 }],
      [{ rtoMinutes: 241 }],
      [{ slo: 0.995, rtoMinutes: 202 }],
      [{ communication: "event-driven" }],
      [{ tenancy: "shared-multi-tenant", dataSensitivity: "pci", ...services, teamSize: 40 }],
    ]),
    "## Team size and what is wanted",
    grid<number, Answers>(
      "Team",
      named([1, 2, 3, 4, 8, 15, 16, 20, 21, 25, 26, 29, 30, 100]),
      [
        ["typescript, modular", {}],
        ["python, modular", { languagePreference: "python" }],
        ["python, modular, admin", { languagePreference: "python", needsAdminPanel: true }],
        ["python, domain-bounded", { languagePreference: "python", pattern: "domain-bounded-services" }],
        ["go, microservices, platform", services],
      ],
      (teamSize, wish) => ({ ...wish, teamSize }),
    ),
    "## Tenancy and data, on a modular monolith of 8",
    grid("Data", named(sensitivities), named(tenancies), (dataSensitivity, tenancy) => ({ dataSensitivity, tenancy })),
    "## Tenancy and data, as services of 40 with a platform team",
    grid("Data", named(sensitivities), named(tenancies), (dataSensitivity, tenancy) => ({
      ...services,
      teamSize: 40,
      dataSensitivity,
      tenancy,
    })),
    "## Pattern and load, for 8 engineers",
    grid("Requests/s", named([0.5, 1, 50, 1000, 5000, 5001]), named(patterns), (qpsP99, pattern) => ({
      qpsP99,
      pattern,
    })),
    "## Language and pattern, for 8 engineers",
    grid("Language", named(languages), named(patterns), (languagePreference, pattern) => ({
      languagePreference,
      pattern,
    })),
    "",
  ]
    .join("\n\n")
    .trimEnd() + "\n";

test("the decisions are those of the table: to change it, check every row, then write it anew", async () => {
  const golden = Bun.file(new URL("fixtures/decisions.md", import.meta.url));
  const now = document();
  if (process.env["UPDATE_GOLDEN"] === "1") await Bun.write(golden, now);
  expect(now).toBe(await golden.text());
});
