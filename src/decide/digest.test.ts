// Digests: what they hold, and that they never exceed 200 words.
import { describe, expect, test } from "bun:test";
import type { Answers } from "./answers.ts";
import { sampleAnswers } from "./answers.ts";
import { decide } from "./decide.ts";
import { digestOf } from "./digest.ts";
import { profileTable } from "./profiles.ts";

const { profiles } = profileTable([]);
const digest = (change: Answers): string => digestOf(decide({ ...sampleAnswers, ...change }, profiles));

describe("a digest", () => {
  test("of the documented example", () => {
    expect(digest({}).split("\n")).toEqual([
      "Profile: node-express (score 1.00); runner-up fastapi-python (0.91).",
      "Targets: p50, p95, p99 80, 250, 600 ms; uptime 99.5 %.",
      "Recovery: RPO 60 min, RTO 4 h.",
      "Approval pending: schema_change_production by tech-lead + on-call; new-external-service by tech-lead + cfo; auth-or-authz-change by tech-lead + security-owner.",
      "Open: no-error-budget-consumer (question 7).",
      "Next: SLO, SLI, error budget: slo-architect, with questions 6 and 7, load result.",
    ]);
  });

  test("goes on to the contract once the SLO is settled", () => {
    expect(digest({ slo: 0.995, sloConsumer: "payments" })).toEndWith(
      "Next: API contract, breaking changes: `senior scaffold` or api-design-reviewer, with OpenAPI document.",
    );
  });

  test("of a kill and of a missing fit", () => {
    expect(digest({ qpsP99: 6000 })).toStartWith("Stopped by high-load-modular-monolith: ");
    expect(digest({ qpsP99: 6000 })).toContain("Next: question 1: ");
    expect(digest({ teamSize: 27 })).toStartWith("No profile fits; nearest is node-express.\nIt would fit: ");
  });

  test("stays below 200 words whatever a profile and an override say", () => {
    const long = Array.from({ length: 40 }, (_, i) => [
      `change-${i}`,
      "one \u001b[31mperson + another\u202e person + a\nthird person",
    ]);
    const document = {
      profile_name: "acme",
      extends: "node-express",
      named_approver_chain: Object.fromEntries(long) as object,
    };
    const { profiles: all } = profileTable([{ owner: "project", origin: "a.json", document }]);
    const because = "word ".repeat(500);
    const answers: Answers = {
      ...sampleAnswers,
      qpsP99: 6000,
      slo: 0.9999,
      rtoMinutes: 9000,
      rpoMinutes: 9000,
      communication: "event-driven",
    };
    const text = digestOf(decide(answers, all, [{ kill: "high-load-modular-monolith", because }]));
    expect(text.split(/\s+/).length).toBeLessThanOrEqual(200);
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text).toContain("Overridden: high-load-modular-monolith.");
  });
});
