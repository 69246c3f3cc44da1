// The service levels that every recommendation states, and the doubts about them that stay open.
import type { Answers, QuestionNumber } from "./answers.ts";
import { minutes, percent } from "./answers.ts";
import type { Targets } from "./profile.ts";

/** A figure, and whose it is: a person answered it, or the profile's own stands in. */
export interface Level {
  readonly value: number;
  readonly from: "answer" | "profile";
}

export interface Levels {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** What availability is promised, as a fraction. */
  readonly slo: Level;
  /** The least that the profile is meant for. */
  readonly sloFloor: number;
  readonly sloConsumer: string | null;
  readonly rpoMinutes: Level;
  readonly rtoMinutes: Level;
  readonly coverageMin: number;
  readonly scanSeverityMax: string;
  readonly throughputMinRps: number | null;
}

const level = (answer: number | undefined, profile: number): Level =>
  answer === undefined ? { value: profile, from: "profile" } : { value: answer, from: "answer" };

export const levelsOf = (answers: Answers, targets: Targets): Levels => ({
  p50Ms: targets.p50Ms,
  p95Ms: targets.p95Ms,
  p99Ms: targets.p99Ms,
  slo: level(answers.slo, targets.uptime),
  sloFloor: targets.uptime,
  sloConsumer: answers.sloConsumer ?? null,
  rpoMinutes: level(answers.rpoMinutes, targets.rpoMinutes),
  rtoMinutes: level(answers.rtoMinutes, targets.rtoMinutes),
  coverageMin: targets.coverageMin,
  scanSeverityMax: targets.scanSeverityMax,
  throughputMinRps: targets.throughputMinRps ?? null,
});

/** A doubt that does not stop a recommendation; it goes back to the question that owns it. */
export interface Gap {
  readonly id: string;
  readonly question: QuestionNumber;
  readonly severity: "warning" | "info";
  readonly says: string;
  readonly next: string;
}

interface GapRule extends Omit<Gap, "says"> {
  /** What is open, in words; undefined when nothing is. */
  readonly open: (answers: Answers, targets: Targets) => string | undefined;
}

const beyond = (answer: number | undefined, limit: number, name: string): string | undefined =>
  answer !== undefined && answer > limit
    ? `an ${name} of ${minutes(answer)} is looser than the ${minutes(limit)} of the profile`
    : undefined;

/** Minutes of full outage that an SLO allows in 28 days. */
export const budgetMinutes = (slo: number): number => Math.round((1 - slo) * 28 * 24 * 60 * 10) / 10;

const gapRules = [
  {
    id: "no-error-budget-consumer",
    question: 7,
    severity: "warning",
    open: ({ sloConsumer }) =>
      sloConsumer === undefined
        ? "nobody is named who spends the error budget, so no SLO will ever stop a release"
        : undefined,
    next: 'name the team: --slo-consumer "payments team"',
  },
  {
    id: "slo-below-floor",
    question: 7,
    severity: "warning",
    open: ({ slo }, { uptime }) =>
      slo !== undefined && slo < uptime
        ? `an SLO of ${percent(slo)} is below the profile's floor of ${percent(uptime)}`
        : undefined,
    next: "raise the SLO, or say in the decision record why less is enough",
  },
  {
    id: "slo-above-profile",
    question: 7,
    severity: "info",
    open: ({ slo }, { uptime }) =>
      slo !== undefined && slo > uptime
        ? `an SLO of ${percent(slo)} is stricter than the ${percent(uptime)} this profile is run at; redundancy and on-call must be planned for it`
        : undefined,
    next: "write down what the stricter SLO costs, and who asked for it",
  },
  {
    id: "rpo-beyond-profile",
    question: 6,
    severity: "warning",
    open: ({ rpoMinutes }, targets) => beyond(rpoMinutes, targets.rpoMinutes, "RPO"),
    next: "tighten it, or have the product owner accept the loss in writing",
  },
  {
    id: "rto-beyond-profile",
    question: 6,
    severity: "warning",
    open: ({ rtoMinutes }, targets) => beyond(rtoMinutes, targets.rtoMinutes, "RTO"),
    next: "tighten it, or have the product owner accept the outage in writing",
  },
  {
    id: "rto-beyond-error-budget",
    question: 6,
    severity: "warning",
    open: ({ slo, rtoMinutes }) =>
      slo !== undefined && rtoMinutes !== undefined && rtoMinutes > budgetMinutes(slo)
        ? `an SLO of ${percent(slo)} allows ${minutes(budgetMinutes(slo))} of outage in 28 days, but one recovery may take ${minutes(rtoMinutes)}`
        : undefined,
    next: "make recovery faster than the budget, or lower the SLO: both cannot hold",
  },
  {
    id: "sensitive-data-shared-tenancy",
    question: 2,
    severity: "warning",
    open: ({ dataSensitivity, tenancy }) =>
      tenancy === "shared-multi-tenant" && ["phi", "pci", "regulated"].includes(dataSensitivity ?? "")
        ? `${dataSensitivity ?? ""} data in shared tables: one missing condition shows a tenant another's records`
        : undefined,
    next: "isolate the tenants, or enforce row-level security and test it with two tenants",
  },
  {
    id: "event-driven-small-team",
    question: 3,
    severity: "warning",
    open: ({ communication, teamSize }) =>
      communication === "event-driven" && (teamSize ?? Infinity) < 20
        ? "event-driven as the default with fewer than 20 engineers: flows that no call stack shows, debugged by too few"
        : undefined,
    next: "make synchronous calls the default, and name the asynchronous lane (email, webhooks, reports)",
  },
] as const satisfies readonly GapRule[];

/** The doubts that there can be, and the questions that own them. */
export const gapKinds: readonly Pick<Gap, "id" | "question">[] = gapRules;

export const gapsOf = (answers: Answers, targets: Targets): readonly Gap[] =>
  gapRules.flatMap(({ open, id, question, severity, next }) => {
    const says = open(answers, targets);
    return says === undefined ? [] : [{ id, question, severity, says, next }];
  });
