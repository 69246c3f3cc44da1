// Kill criteria: combinations of answers that end the talk about stacks, because no stack mends them.
import type { Answers, QuestionNumber } from "./answers.ts";
import { shapeOf } from "./criteria.ts";

export interface Kill {
  readonly id: string;
  readonly question: QuestionNumber;
  readonly trips: (answers: Answers) => boolean;
  readonly why: string;
  readonly instead: string;
  readonly canon: string;
}

const asksFor = (answers: Answers, shape: string): boolean =>
  answers.pattern !== undefined && shapeOf[answers.pattern] === shape;

/** Each trips only on answers that were given; an unstated platform team counts as none, since services need one. */
export const kills = [
  {
    id: "microservices-small-team",
    question: 5,
    trips: (answers) => asksFor(answers, "extracted-service") && (answers.teamSize ?? Infinity) < 30,
    why: "microservices with fewer than 30 engineers: the coordination between services costs more than the independence gains",
    instead:
      "build a modular monolith with enforced module boundaries, and extract a service once a second team must own it",
    canon: "Newman, Building Microservices 2e (2021), ch. 3; Fowler, MonolithFirst (2015)",
  },
  {
    id: "microservices-without-platform-team",
    question: 5,
    trips: (answers) => asksFor(answers, "extracted-service") && answers.platformTeam !== true,
    why: "microservices without a platform team: nobody owns the deployment, tracing and on-call paths that each service needs",
    instead: "found the platform team first (then say --platform-team), or stay with a modular monolith",
    canon: "Skelton & Pais, Team Topologies (2019); S. Fowler, Production-Ready Microservices (2017)",
  },
  {
    id: "sensitive-data-tiny-team",
    question: 4,
    trips: (answers) => ["phi", "pci"].includes(answers.dataSensitivity ?? "") && (answers.teamSize ?? Infinity) < 4,
    why: "health or card data with fewer than 4 engineers: access review, incident response and on-call cannot be separated among so few",
    instead:
      "keep the data out (tokenise cards at the payment provider, use a certified data service), or grow the team first",
    canon: "HIPAA 45 CFR 164.308; PCI DSS 4.0.1 requirements 6, 7 and 12",
  },
  {
    id: "high-load-modular-monolith",
    question: 1,
    trips: (answers) => asksFor(answers, "modular-monolith") && (answers.qpsP99 ?? 0) > 5000,
    why: "more than 5,000 requests/s at p99 on one modular monolith: its hottest module sets the size of everything",
    instead: "measure which module carries the load, and plan to extract or cache that one before it is needed",
    canon: "Kleppmann, Designing Data-Intensive Applications (2017), ch. 1",
  },
  {
    id: "tiny-load-large-team",
    question: 1,
    trips: (answers) => (answers.qpsP99 ?? Infinity) < 1 && (answers.teamSize ?? 0) > 5,
    why: "less than one request/s at p99 with more than 5 engineers: either the forecast is missing or the team is building ahead of demand",
    instead: "trace the load to evidence (traffic now × growth × peak), or prove the demand with a smaller team",
    canon: "Reinertsen, The Principles of Product Development Flow (2009)",
  },
] as const satisfies readonly Kill[];

export type KillId = (typeof kills)[number]["id"];

export const killIds: readonly KillId[] = kills.map(({ id }) => id);

export const tripped = (answers: Answers, criteria: readonly Kill[] = kills): readonly Kill[] =>
  criteria.filter(({ trips }) => trips(answers));
