// What a decision is made from: the answers, their vocabulary, and the question of the seven that owns each of them.
import { nearest } from "../kernel/words.ts";
import type { Value } from "./values.ts";
import { amount, choice, minuteSpan, rate, ratio, share, whole, words, yesOrNo } from "./values.ts";

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
  /** What the smallest tenant pays a year, in dollars. */
  readonly tenantRevenue?: number | undefined;
  readonly dataSensitivity?: Sensitivity | undefined;
  /** The person who answers for health or card data. */
  readonly complianceOwner?: string | undefined;
  /** How such data is encrypted, and who holds the keys. */
  readonly encryptionPlan?: string | undefined;
  readonly pattern?: Pattern | undefined;
  readonly languagePreference?: Language | undefined;
  readonly platformTeam?: boolean | undefined;
  /** Parts must be released at their own pace. */
  readonly independentReleases?: boolean | undefined;
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

export type QuestionNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7;

interface AnswerKind<T> {
  readonly label: string;
  readonly about: string;
  /** The flag, without dashes, and the key in an answers file. */
  readonly flag: string;
  readonly question: QuestionNumber;
  /** Without it no profile is recommended. */
  readonly needed: boolean;
  readonly value: Value<T>;
}

/** Every answer, in the order reports show them. */
export const answerKinds = {
  readWriteRatio: {
    label: "Reads per write",
    about: "Reads per write",
    flag: "read-write-ratio",
    question: 1,
    needed: true,
    value: ratio({ min: 0, max: 1_000_000_000 }),
  },
  qpsP99: {
    label: "p99 load in one year",
    about: "Requests per second at p99, one year from now",
    flag: "qps-p99",
    question: 1,
    needed: true,
    value: rate({ min: 0, max: 100_000_000 }),
  },
  tenancy: {
    label: "Tenancy",
    about: "How customers share the system",
    flag: "tenancy",
    question: 2,
    needed: true,
    value: choice(tenancies, "MODEL"),
  },
  tenantRevenue: {
    label: "Revenue per tenant",
    about: "Dollars a year that the smallest tenant pays, when each gets a deployment of its own",
    flag: "tenant-revenue",
    question: 2,
    needed: false,
    value: amount({ min: 0, max: 1_000_000_000 }),
  },
  communication: {
    label: "Communication",
    about: "The default between parts",
    flag: "communication",
    question: 3,
    needed: false,
    value: choice(communications, "KIND"),
  },
  dataSensitivity: {
    label: "Data sensitivity",
    about: "The most sensitive data in it",
    flag: "data-sensitivity",
    question: 4,
    needed: true,
    value: choice(sensitivities, "TIER"),
  },
  complianceOwner: {
    label: "Compliance owner",
    about: "Who answers for health or card data, by name or role",
    flag: "compliance-owner",
    question: 4,
    needed: false,
    value: words("PERSON"),
  },
  encryptionPlan: {
    label: "Encryption plan",
    about: "How health or card data is encrypted, and who holds the keys",
    flag: "encryption-plan",
    question: 4,
    needed: false,
    value: words("PLAN"),
  },
  pattern: {
    label: "Pattern",
    about: "How it is to be cut",
    flag: "pattern",
    question: 5,
    needed: true,
    value: choice(patterns, "PATTERN"),
  },
  teamSize: {
    label: "Team size",
    about: "Engineers who will own it",
    flag: "team-size",
    question: 5,
    needed: true,
    value: whole({ min: 1, max: 100_000 }),
  },
  platformTeam: {
    label: "Platform team",
    about: "There is a platform team",
    flag: "platform-team",
    question: 5,
    needed: false,
    value: yesOrNo,
  },
  independentReleases: {
    label: "Independent releases",
    about: "Parts must be released at their own pace",
    flag: "independent-releases",
    question: 5,
    needed: false,
    value: yesOrNo,
  },
  languagePreference: {
    label: "Language",
    about: "The language the team knows best",
    flag: "language-preference",
    question: 5,
    needed: false,
    value: choice(languages, "LANGUAGE"),
  },
  needsAdminPanel: {
    label: "Admin panel needed",
    about: "Staff need an admin panel",
    flag: "needs-admin-panel",
    question: 5,
    needed: false,
    value: yesOrNo,
  },
  rpoMinutes: {
    label: "RPO",
    about: "Data that may be lost: minutes, or 30s, 15m, 4h",
    flag: "rpo",
    question: 6,
    needed: false,
    value: minuteSpan,
  },
  rtoMinutes: {
    label: "RTO",
    about: "Time that recovery may take: minutes, or 30s, 15m, 4h",
    flag: "rto",
    question: 6,
    needed: false,
    value: minuteSpan,
  },
  slo: {
    label: "SLO",
    about: "Availability promised: 99.9 or 0.999",
    flag: "slo",
    question: 7,
    needed: false,
    value: share,
  },
  sloConsumer: {
    label: "Error-budget consumer",
    about: "The team that spends the error budget",
    flag: "slo-consumer",
    question: 7,
    needed: false,
    value: words("TEAM"),
  },
} as const satisfies { readonly [Key in AnswerKey]: AnswerKind<Answers[Key] & {}> };

export const answerKeys = Object.keys(answerKinds) as readonly AnswerKey[];

/** How an answer is read and written, whatever its type. */
export const valueOf = (key: AnswerKey): Value<unknown> => answerKinds[key].value as Value<unknown>;

/** What a text that is no such answer should have been. */
export const wantedText = (key: AnswerKey, text: string): string => {
  const { wanted, choices = [] } = valueOf(key);
  const near = nearest(text, choices);
  return near === undefined ? wanted : `${wanted}; did you mean ${near}?`;
};

/** The key that a flag names; `team_size` and `teamSize` are `team-size`. */
export const answerKeyOf = (name: string): AnswerKey | undefined => {
  const flag = name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
  return answerKeys.find((key) => answerKinds[key].flag === flag || key === name);
};

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
  qpsP99: (qps: number) => `${qps.toLocaleString("en-US")} ${qps === 1 ? "request" : "requests"}/s`,
  tenantRevenue: (dollars: number) => `$${dollars.toLocaleString("en-US")} a year`,
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
