// JSON Schema (2020-12) of a decision, as `senior decide --json` carries it. It has no way to say "approved".
import type { Json, JsonObject } from "../kernel/json.ts";
import { answerKeys, communications, languages, patterns, sensitivities, tenancies } from "./answers.ts";
import { decisionVersion } from "./decision.ts";
import { stopIds } from "./stops.ts";

const object = (properties: JsonObject, optional: readonly string[] = []): JsonObject => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  properties,
});
const list = (items: Json): JsonObject => ({ type: "array", items });
const orNull = (schema: Json): JsonObject => ({ anyOf: [schema, { type: "null" }] });

const text = { type: "string" };
const number = { type: "number" };
const share = { type: "number", minimum: 0, maximum: 1 };
const question = { type: "integer", minimum: 1, maximum: 7 };
const level = object({ value: number, from: { enum: ["answer", "profile"] } });

const answers = object(
  {
    teamSize: { type: "integer" },
    qpsP99: number,
    readWriteRatio: number,
    tenancy: { enum: tenancies },
    tenantRevenue: number,
    dataSensitivity: { enum: sensitivities },
    complianceOwner: text,
    encryptionPlan: text,
    pattern: { enum: patterns },
    languagePreference: { enum: languages },
    platformTeam: { type: "boolean" },
    independentReleases: { type: "boolean" },
    needsAdminPanel: { type: "boolean" },
    communication: { enum: communications },
    slo: share,
    sloConsumer: text,
    rpoMinutes: number,
    rtoMinutes: number,
  },
  answerKeys,
);

const mark = object({
  criterion: text,
  answer: { enum: answerKeys },
  given: text,
  weight: number,
  decisive: { type: "boolean" },
  state: { enum: ["met", "unbounded", "violated"] },
  bound: text,
});

const assessment = {
  profile: text,
  description: text,
  version: text,
  origin: text,
  score: share,
  marks: list(mark),
};

const levels = object({
  p50Ms: number,
  p95Ms: number,
  p99Ms: number,
  slo: level,
  sloFloor: share,
  sloConsumer: orNull(text),
  rpoMinutes: level,
  rtoMinutes: level,
  coverageMin: share,
  scanSeverityMax: text,
  throughputMinRps: orNull(number),
});

const recommendation = object({
  ...assessment,
  levels,
  stacks: list(object({ name: text, picks: list(object({ part: text, options: list(text) })) })),
  antiPatterns: list(object({ what: text, verdict: { enum: ["kill", "warn"] }, why: text })),
  approvals: list(object({ change: text, approvers: list(text), state: { const: "pending" } })),
  canon: list(text),
});

const flip = object({
  profile: text,
  score: share,
  changes: list(object({ answer: { enum: answerKeys }, from: text, to: text })),
});

const gap = object({ id: text, question, severity: { enum: ["warning", "info"] }, says: text, next: text });

export const decisionSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://senior-backend.invalid/schema/decision-1.json",
  title: "A decision: recommended, killed, or without a fit; never approved",
  ...object({
    schema: { const: decisionVersion },
    approved: { const: false },
    outcome: { enum: ["recommended", "killed", "no-profile-fits"] },
    assumptions: list(object({ title: text, question, says: text, known: { type: "boolean" } })),
    answers,
    kills: list(object({ id: { enum: stopIds }, question, why: text, instead: text, canon: text })),
    overrides: list(object({ kill: { enum: stopIds }, because: text, tripped: { type: "boolean" } })),
    recommendation: orNull(recommendation),
    runnerUp: orNull(object(assessment)),
    nearest: orNull(object(assessment)),
    flips: list(flip),
    gaps: list(gap),
    considered: list(object(assessment)),
  }),
};
