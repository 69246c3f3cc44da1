// What stops a grill: the kill criteria of a decision, those that only a conversation can check, and contradictions.
import type { Answers, QuestionNumber } from "./answers.ts";
import type { Kill, KillId } from "./kills.ts";
import { kills } from "./kills.ts";
import { budgetMinutes } from "./levels.ts";

/** `contradicts`: the other question whose answer cannot hold beside this one's. */
export interface Stop extends Kill {
  readonly contradicts?: QuestionNumber;
}

/** They trip as soon as the last answer that they need is given. */
const conversational = [
  {
    id: "single-tenant-without-enterprise-price",
    question: 2,
    trips: ({ tenancy, tenantRevenue = 0 }: Answers) => tenancy === "single-tenant" && tenantRevenue < 100_000,
    why: "a deployment for each customer who pays less than $100,000 a year (or nobody said how much): running it costs more than it brings",
    instead: "share or isolate tenants inside one deployment, or state the price: tenant-revenue=150000",
    canon: "AWS, SaaS Tenant Isolation Strategies; Tunguz on SaaS economics (2019)",
  },
  {
    id: "event-driven-small-team",
    question: 3,
    trips: ({ communication, teamSize = Infinity }: Answers) => communication === "event-driven" && teamSize < 20,
    why: "event-driven as the default with fewer than 20 engineers: flows that no call stack shows, debugged by too few",
    instead: "make synchronous calls the default, and name the asynchronous lane (email, webhooks, reports)",
    canon: 'Fowler, What do you mean by "Event-Driven"? (2017); Helland (2007)',
  },
  {
    id: "sensitive-data-without-owner",
    question: 4,
    trips: ({ dataSensitivity, complianceOwner, encryptionPlan }: Answers) =>
      ["phi", "pci"].includes(dataSensitivity ?? "") && (complianceOwner === undefined || encryptionPlan === undefined),
    why: "health or card data, and nobody is named who answers for it, or nobody has planned its encryption",
    instead: "name both (compliance-owner and encryption-plan), or keep the data out with a certified provider",
    canon: "HIPAA 45 CFR 164.308 and 164.312; PCI DSS 4.0.1 requirements 3 and 12",
  },
  {
    id: "microservices-without-independent-releases",
    question: 5,
    trips: ({ pattern, independentReleases }: Answers) => pattern === "microservices" && independentReleases !== true,
    why: "microservices whose parts need no pace of their own: the price is paid, and nothing is bought with it",
    instead: "build a modular monolith, or say which parts must be released alone: independent-releases=yes",
    canon: "Newman, Building Microservices 2e (2021), ch. 3; Fowler, MonolithFirst (2015)",
  },
] as const satisfies readonly Stop[];

const contradictions = [
  {
    id: "sensitive-data-in-shared-tables",
    question: 2,
    contradicts: 4,
    trips: ({ tenancy, dataSensitivity }: Answers) =>
      tenancy === "shared-multi-tenant" && ["phi", "pci", "regulated"].includes(dataSensitivity ?? ""),
    why: "shared tables (question 2) and the strictest kinds of data (question 4): one missing condition shows a tenant another's records",
    instead: "isolate the tenants, or keep that data out",
    canon: "AWS, SaaS Tenant Isolation Strategies; NIST SP 800-53, SC-4",
  },
  {
    id: "recovery-beyond-error-budget",
    question: 6,
    contradicts: 7,
    trips: ({ slo, rtoMinutes }: Answers) =>
      slo !== undefined && rtoMinutes !== undefined && rtoMinutes > budgetMinutes(slo),
    why: "one recovery may take longer (question 6) than the SLO allows in all of 28 days (question 7)",
    instead: "make recovery faster than the budget, or lower the SLO",
    canon: "The Site Reliability Workbook (2018), ch. 2 and 3",
  },
  {
    id: "four-nines-small-rotation",
    question: 7,
    contradicts: 5,
    trips: ({ slo = 0, teamSize = Infinity }: Answers) => slo >= 0.9999 && teamSize < 6,
    why: "99.99 % or more (question 7) with fewer than six engineers (question 5): four minutes in 28 days, and no on-call rotation that people can bear",
    instead: "promise 99.9 % or less, or staff the rotation first",
    canon: "Site Reliability Engineering (2016), ch. 11: six to eight engineers for each rotation",
  },
] as const satisfies readonly Stop[];

export type StopId = KillId | (typeof conversational)[number]["id"] | (typeof contradictions)[number]["id"];

const all = [...kills, ...conversational, ...contradictions].toSorted((a, b) => a.question - b.question);

/** In the order of the questions they go back to. */
export const stops: readonly Stop[] = all;

export const stopIds: readonly StopId[] = all.map(({ id }) => id);
