// The seven forcing questions as data: rule, recommended answer, what a good answer looks like, kill criterion, canon.
//
// `references/forcing_questions.md` tells the same at length, in the same sentences; a test holds them together.
import type { JsonObject } from "../kernel/json.ts";
import type { AnswerKey, Answers, QuestionNumber } from "./answers.ts";
import { answerKeys, answerKinds, valueOf } from "./answers.ts";

/** One value that a question asks for. */
export interface Field {
  readonly key: AnswerKey;
  /** Without it the question is not answered. */
  readonly needed: boolean;
  /** Asked only when the other values of the question call for it; its words say when. */
  readonly when?: { readonly says: string; readonly holds: (values: Answers) => boolean };
}

export interface Question {
  readonly number: QuestionNumber;
  readonly title: string;
  readonly asks: string;
  readonly rule: string;
  /** What to answer unless there is a reason not to; `value` is written as `--value` reads it. */
  readonly recommended: { readonly value: string; readonly because: string };
  readonly good: string;
  readonly kill: string;
  readonly canon: string;
  readonly fields: readonly Field[];
}

const needed = (key: AnswerKey): Field => ({ key, needed: true });

const isSingle = ({ tenancy }: Answers): boolean => tenancy === "single-tenant";
const isSensitive = ({ dataSensitivity }: Answers): boolean => ["phi", "pci"].includes(dataSensitivity ?? "");
const isServices = ({ pattern }: Answers): boolean => pattern === "microservices";

const whenSensitive = { says: "with phi or pci", holds: isSensitive };
const whenServices = { says: "with microservices", holds: isServices };

export const questions: readonly Question[] = [
  {
    number: 1,
    title: "load",
    asks: "How many reads are there per write, and which p99 load one year from now?",
    rule: "two numbers decide about indexes, caches, queues and partitions. Without them every choice is taste.",
    recommended: {
      value: "read-write-ratio=20 qps-p99=50",
      because:
        "a young business application reads about twenty times per write, and tens of requests a second are thousands of daily users; put your own count in its place",
    },
    good: "20 reads per write; 12 requests a second at the busiest minute now, four times the customers in a year, so 50 at p99.",
    kill: '"it must scale", without a number. Less than one request a second with more than five engineers, or more than 5,000 on one monolith, needs another conversation first.',
    canon:
      "Kleppmann, Designing Data-Intensive Applications (2017), ch. 1 and 5; Helland, Life beyond Distributed Transactions (2007); Vogels, Eventually Consistent (2008)",
    fields: [needed("readWriteRatio"), needed("qpsP99")],
  },
  {
    number: 2,
    title: "tenancy",
    asks: "Single tenant, shared, or isolated tenants?",
    rule: "tenancy decides where each row lives and what a bug can leak. Changing it later moves all data.",
    recommended: {
      value: "shared-multi-tenant",
      because:
        "the usual answer of B2B SaaS: one schema, a tenant id on every row, row-level security as second line; regulated data asks for isolated or single tenants",
    },
    good: "shared; PII at most; tenants are small; one leak test per release.",
    kill: "a deployment for each customer without enterprise prices. Below some 100,000 dollars of yearly revenue a tenant, operations eat the margin.",
    canon: "AWS, SaaS Tenant Isolation Strategies; Tunguz on SaaS economics (2019)",
    fields: [
      needed("tenancy"),
      { key: "tenantRevenue", needed: false, when: { says: "with single-tenant", holds: isSingle } },
    ],
  },
  {
    number: 3,
    title: "communication",
    asks: "Synchronous, asynchronous or event-driven: which is the default, and what are the exceptions?",
    rule: "a call that you can step through is the cheapest to debug. Events decouple teams, and hide the flow from everybody.",
    recommended: {
      value: "sync",
      because:
        "synchronous by default, and one named asynchronous lane for email and webhooks, is what a small team can debug",
    },
    good: "synchronous by default, one named asynchronous lane (email, webhooks, reports, media) on a queue in the database that you already have, with retries and a dead-letter table that somebody reads.",
    kill: "event-driven everywhere with fewer than 20 engineers.",
    canon:
      'Reinertsen, The Principles of Product Development Flow (2009); Helland (2007); Fowler, What do you mean by "Event-Driven"? (2017)',
    fields: [needed("communication")],
  },
  {
    number: 4,
    title: "data sensitivity",
    asks: "What is the most sensitive data in it?",
    rule: "the highest tier present sets the duties of everything that can reach it. From harmless to strictest: public, internal, PII, PHI, PCI, regulated.",
    recommended: {
      value: "pii",
      because:
        "whoever has user accounts has personal data; keep card and health data out by handing them to a certified provider",
    },
    good: "PII: names and email addresses in two tables; encrypted at rest, access is logged, deletion within 30 days; the head of product answers for it.",
    kill: "health or card data without a compliance owner and an encryption plan, or with fewer than four engineers.",
    canon: "HIPAA, 45 CFR 164; PCI DSS 4.0.1; GDPR articles 5, 25 and 32; NIST SP 800-53",
    fields: [
      needed("dataSensitivity"),
      { key: "complianceOwner", needed: false, when: whenSensitive },
      { key: "encryptionPlan", needed: false, when: whenSensitive },
    ],
  },
  {
    number: 5,
    title: "pattern",
    asks: "Monolith, modular monolith or services, for a team of what size?",
    rule: "an architecture is paid for in people. Services buy independent releases, and cost a platform team, contracts, tracing and on-call for each of them.",
    recommended: {
      value: "pattern=modular-monolith team-size=8",
      because:
        "under 30 engineers module boundaries inside one deployable cost least; put your own team's size in its place",
    },
    good: "a modular monolith for 8 engineers, with module boundaries that a test enforces, and one language that the team knows.",
    kill: 'microservices for any other reason than at least 30 engineers, parts that must be released at their own pace, and a platform team: fashion, résumés, "scale" without question 1\'s numbers.',
    canon:
      "Newman, Building Microservices, 2nd edition (2021), ch. 3; Fowler, MonolithFirst (2015); S. Fowler, Production-Ready Microservices (2017); Skelton and Pais, Team Topologies (2019); Evans on bounded contexts (2003)",
    fields: [
      needed("pattern"),
      needed("teamSize"),
      { key: "platformTeam", needed: false, when: whenServices },
      { key: "independentReleases", needed: false, when: whenServices },
      { key: "languagePreference", needed: false },
      { key: "needsAdminPanel", needed: false },
    ],
  },
  {
    number: 6,
    title: "recovery",
    asks: "How much data may be lost, and how long may recovery take?",
    rule: "RPO and RTO are two numbers for each surface, in writing, signed by whoever loses the money.",
    recommended: {
      value: "rpo=5m rto=60m",
      because:
        "continuous archiving and a restore that is practised reach it without paying for synchronous replication",
    },
    good: "orders: RPO 5 minutes, RTO 30 minutes; reports: 24 hours each; last restore drill took 22 minutes.",
    kill: "a production database without them. A backup that was never restored is a hope.",
    canon: "The Site Reliability Workbook (2018); ISO 22301; AWS, Disaster Recovery of Workloads on AWS",
    fields: [needed("rpoMinutes"), needed("rtoMinutes")],
  },
  {
    number: 7,
    title: "SLO",
    asks: "Which SLO, and who spends its error budget?",
    rule: "an SLO is a measured indicator, a number and a window; it counts only when a named team stops releasing once the budget is spent.",
    recommended: {
      value: 'slo=99.5% slo-consumer="payments team"',
      because:
        "three hours in 28 days are what one region and an on-call without night shifts can keep; name your own team",
    },
    good: "99.9 % of API requests answered below 500 ms without a 5xx, over 28 days; the payments team freezes features when the budget is gone.",
    kill: '"high availability", without a number and somebody who acts on it. One hundred percent is the wrong number for everything.',
    canon: "The Site Reliability Workbook (2018), ch. 2 to 4; Site Reliability Engineering (2016), ch. 3 and 4",
    fields: [needed("slo"), needed("sloConsumer")],
  },
];

export const questionNumbers: readonly QuestionNumber[] = questions.map(({ number }) => number);

export const questionAt = (number: QuestionNumber): Question => {
  const found = questions[number - 1];
  if (found === undefined) throw new Error(`there is no question ${number}`);
  return found;
};

export const questionText = (number: QuestionNumber): string => questionAt(number).asks;

/** JSON Schema (2020-12) of what `--value` takes for a question as a JSON object. */
export const valueSchema = ({ number, fields }: Question): JsonObject => ({
  type: "object",
  additionalProperties: false,
  required: fields.filter((field) => field.needed).map(({ key }) => answerKinds[key].flag),
  properties: Object.fromEntries(
    answerKeys
      .filter((key) => answerKinds[key].question === number)
      .map((key) => [answerKinds[key].flag, { ...valueOf(key).schema, description: answerKinds[key].about }]),
  ),
});
