// What a decision is made from: the answers, their vocabulary, and the question of the seven that owns each of them.

export const tenancies = ["single-tenant", "shared-multi-tenant", "isolated-multi-tenant"] as const;
export type Tenancy = (typeof tenancies)[number];

/** From harmless to strictest. */
export const sensitivities = ["public", "internal", "pii", "phi", "pci", "regulated"] as const;
export type Sensitivity = (typeof sensitivities)[number];

export const patterns = [
  "monolith",
  "modular-monolith",
  "domain-bounded-services",
  "microservices",
  "serverless",
] as const;
export type Pattern = (typeof patterns)[number];

export const languages = ["typescript", "python", "go", "rust", "java", "kotlin", "dotnet"] as const;
export type Language = (typeof languages)[number];

export const communications = ["sync", "async", "event-driven"] as const;
export type Communication = (typeof communications)[number];

/** Everything that may be known about a product. An absent answer was not given. */
export interface Answers {
  /** Engineers who will own the service. */
  readonly teamSize?: number | undefined;
  /** Requests per second that the service meets 99 % of the time, one year from now. */
  readonly qpsP99?: number | undefined;
  /** Reads per write. */
  readonly readWriteRatio?: number | undefined;
  readonly tenancy?: Tenancy | undefined;
  readonly dataSensitivity?: Sensitivity | undefined;
  readonly pattern?: Pattern | undefined;
  readonly languagePreference?: Language | undefined;
  readonly platformTeam?: boolean | undefined;
  readonly needsAdminPanel?: boolean | undefined;
  readonly communication?: Communication | undefined;
  /** Availability as a fraction: 0.999. */
  readonly slo?: number | undefined;
  /** The team that spends the error budget. */
  readonly sloConsumer?: string | undefined;
  readonly rpoMinutes?: number | undefined;
  readonly rtoMinutes?: number | undefined;
}

export type AnswerKey = keyof Answers;

/** The seven forcing questions, by number from 1. */
export const questions = [
  "How many reads per write, and what p99 load one year from now?",
  "Single tenant, shared, or isolated tenants?",
  "Synchronous, asynchronous or event-driven: the default, and its exceptions?",
  "What is the most sensitive data in it?",
  "Monolith, modular monolith or services, for a team of what size?",
  "How much data may be lost, and how long may recovery take (RPO, RTO)?",
  "Which SLO, and who spends its error budget?",
] as const;

export type QuestionNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export const questionText = (number: QuestionNumber): string => questions[number - 1] ?? "";

interface AnswerKind {
  readonly label: string;
  /** The flag, without dashes, and the key in an answers file. */
  readonly flag: string;
  readonly question: QuestionNumber;
  /** Without it no profile is recommended. */
  readonly needed: boolean;
}

/** Every answer, in the order reports show them. */
export const answerKinds = {
  readWriteRatio: { label: "Reads per write", flag: "read-write-ratio", question: 1, needed: true },
  qpsP99: { label: "p99 load in one year", flag: "qps-p99", question: 1, needed: true },
  tenancy: { label: "Tenancy", flag: "tenancy", question: 2, needed: true },
  communication: { label: "Communication", flag: "communication", question: 3, needed: false },
  dataSensitivity: { label: "Data sensitivity", flag: "data-sensitivity", question: 4, needed: true },
  pattern: { label: "Pattern", flag: "pattern", question: 5, needed: true },
  teamSize: { label: "Team size", flag: "team-size", question: 5, needed: true },
  platformTeam: { label: "Platform team", flag: "platform-team", question: 5, needed: false },
  languagePreference: { label: "Language", flag: "language-preference", question: 5, needed: false },
  needsAdminPanel: { label: "Admin panel needed", flag: "needs-admin-panel", question: 5, needed: false },
  rpoMinutes: { label: "RPO", flag: "rpo", question: 6, needed: false },
  rtoMinutes: { label: "RTO", flag: "rto", question: 6, needed: false },
  slo: { label: "SLO", flag: "slo", question: 7, needed: false },
  sloConsumer: { label: "Error-budget consumer", flag: "slo-consumer", question: 7, needed: false },
} as const satisfies Record<AnswerKey, AnswerKind>;

export const answerKeys = Object.keys(answerKinds) as readonly AnswerKey[];

/** The needed answers that were not given, in the order of their questions. */
export const missingAnswers = (answers: Answers): readonly AnswerKey[] =>
  answerKeys.filter((key) => answerKinds[key].needed && answers[key] === undefined);

/** 0.999 as "99.9 %", with the digits that matter and no rounding noise. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(6))} %`;

/** 90 minutes as "90 min", 1440 as "24 h". */
export const minutes = (value: number): string =>
  value >= 120 && value % 60 === 0 ? `${value / 60} h` : `${Number(value.toFixed(2))} min`;

const shown = {
  readWriteRatio: (ratio: number) => `${ratio} to 1`,
  qpsP99: (qps: number) => `${qps.toLocaleString("en-US")} requests/s`,
  teamSize: (size: number) => `${size} ${size === 1 ? "engineer" : "engineers"}`,
  rpoMinutes: minutes,
  rtoMinutes: minutes,
  slo: percent,
};

/** One answer as people read it; "not given" where there is none. */
export const answerText = (answers: Answers, key: AnswerKey): string => {
  const value = answers[key];
  if (value === undefined) return "not given";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" && key in shown ? shown[key as keyof typeof shown](value) : String(value);
};

/** The example of the documentation: a TypeScript team of eight with a shared-tenancy SaaS. */
export const sampleAnswers: Answers = {
  teamSize: 8,
  qpsP99: 50,
  readWriteRatio: 20,
  tenancy: "shared-multi-tenant",
  dataSensitivity: "pii",
  pattern: "modular-monolith",
  languagePreference: "typescript",
};
