// Who does what: each concern with our own command where there is one, the specialist elsewhere, and what is handed over.

export interface Concern {
  readonly concern: string;
  /** A command line of ours; undefined where nothing is built in. */
  readonly own?: string;
  /** Specialists by the names of their agent skills. */
  readonly specialists: readonly string[];
  readonly handOver: string;
}

/** In the order of work; `references/composition_map.md` shows the same table. */
export const concerns = {
  backend: {
    concern: "Which backend to build",
    own: "senior decide",
    specialists: ["grill-me"],
    handOver: "decision record",
  },
  answers: {
    concern: "The seven answers",
    own: "senior grill",
    specialists: ["grill-me"],
    handOver: "answers file",
  },
  slo: {
    concern: "SLO, SLI, error budget",
    specialists: ["slo-architect"],
    handOver: "questions 6 and 7, load result",
  },
  api: {
    concern: "API contract, breaking changes",
    own: "senior scaffold",
    specialists: ["api-design-reviewer"],
    handOver: "OpenAPI document",
  },
  schema: {
    concern: "Schema, relations, indexes",
    own: "senior db analyze",
    specialists: ["database-designer"],
    handOver: "schema file and findings",
  },
  migration: {
    concern: "Migration without downtime",
    own: "senior reference database_optimization_guide",
    specialists: ["migration-architect"],
    handOver: "old and new schema",
  },
  load: { concern: "Latency, throughput", own: "senior load", specialists: [], handOver: "JSON result" },
  signals: {
    concern: "Metrics, traces, golden signals",
    specialists: ["observability-designer"],
    handOver: "SLO, list of endpoints",
  },
  pipeline: {
    concern: "Pipeline",
    specialists: ["ci-cd-pipeline-builder"],
    handOver: "commands and exit codes",
  },
  security: {
    concern: "Threat model, security review",
    own: "senior reference backend_security_practices",
    specialists: ["senior-security", "adversarial-reviewer"],
    handOver: "OpenAPI document, data tiers",
  },
  compliance: {
    concern: "Compliance evidence",
    specialists: ["ra-qm-team"],
    handOver: "tier of question 4, decision record",
  },
  review: {
    concern: "Review before a commit",
    own: "senior reference backend_security_practices",
    specialists: ["karpathy-coder"],
    handOver: "the change",
  },
} as const satisfies Readonly<Record<string, Concern>>;
