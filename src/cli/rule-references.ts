// Which section of the references explains each rule, and the findings of a report with that link.
import { kills } from "../decide/kills.ts";
import { gapKinds } from "../decide/levels.ts";
import { questionAt } from "../decide/questions.ts";
import { stops } from "../decide/stops.ts";
import type { QuestionNumber } from "../decide/answers.ts";
import type { Finding, ReadMore } from "../kernel/finding.ts";

/** Topic, then heading, then the rules that it explains. */
const explained: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  api_design_patterns: {
    "The document": [
      "api/adjacent-variables",
      "api/bad-enum",
      "api/bad-media-type",
      "api/bad-method",
      "api/bad-parameter",
      "api/bad-path",
      "api/bad-reference",
      "api/bad-schema",
      "api/bad-status",
      "api/bad-value",
      "api/circular-reference",
      "api/dangling-reference",
      "api/duplicate-operation",
      "api/external-reference",
      "api/missing-file",
      "api/no-operations",
      "api/no-responses",
      "api/old-nullable",
      "api/refused-property",
      "api/undeclared-parameter",
      "api/unsatisfiable-schema",
      "api/unsupported-reference",
      "api/unused-parameter",
    ],
    Validation: ["api/slow-pattern", "api/unchecked-body"],
    "Generated code": [
      "scaffold/absent",
      "scaffold/conflict",
      "scaffold/file-moved",
      "scaffold/handler-moved",
      "scaffold/kept",
      "scaffold/operation-moved",
      "scaffold/operation-removed",
      "scaffold/operation-renamed",
      "scaffold/put-back",
      "scaffold/replaced",
      "scaffold/rough-merge",
      "scaffold/stale",
      "scaffold/still-used",
    ],
  },
  database_optimization_guide: {
    "Connection pooling": ["db/connections", "db/pooled-connection", "db/unverified-connection"],
    "Index strategy": ["db/foreign-key-without-index"],
    "Linting migrations": [
      "lint/allow-without-reason",
      "lint/cascade-drops",
      "lint/check-scans",
      "lint/concurrently-in-transaction",
      "lint/drop-column",
      "lint/drop-table",
      "lint/foreign-key-scans",
      "lint/index-blocks-writes",
      "lint/missing-lock-timeout",
      "lint/nested-transaction",
      "lint/new-enum-value-used",
      "lint/not-repeatable",
      "lint/rebuild-blocks",
      "lint/refused",
      "lint/rename",
      "lint/required-column",
      "lint/scan-blocks",
      "lint/set-local-without-transaction",
      "lint/set-not-null-scans",
      "lint/several-exclusive-locks",
      "lint/table-rewrite",
      "lint/truncate",
      "lint/type-change-rewrites",
      "lint/unknown-rule",
      "lint/unused-allow",
      "lint/update-everything",
      "lint/volatile-default",
      "lint/work-under-lock",
    ],
    "Schema choices": [
      "lint/char-column",
      "lint/identifier-too-long",
      "lint/json-column",
      "lint/serial-column",
      "lint/small-key",
      "lint/timestamp-without-time-zone",
      "db/table-without-primary-key",
      "db/unlogged-table",
    ],
    "Locks and open transactions": [
      "db/blocked-session",
      "db/deadlocks",
      "db/idle-in-transaction",
      "db/long-transaction",
    ],
    Migrations: ["db/constraint-not-valid", "db/disabled-trigger"],
    "Over-indexing": ["db/duplicate-index", "db/invalid-index", "db/over-indexed", "db/unused-index"],
    Partitions: ["db/default-partition-rows", "db/partition-gap", "db/partitions-end"],
    "Replicas and caches": ["db/archive-fails", "db/replica-lag", "db/slot-holds-log"],
    "Rights and row-level security": [
      "db/open-table",
      "db/policies-without-row-security",
      "db/policy-calls-per-row",
      "db/public-create",
      "db/row-security-without-policy",
      "db/security-definer-search-path",
    ],
    "Running out of numbers": ["db/number-exhaustion", "db/sequence-type"],
    "Server settings": [
      "db/cache-hit",
      "db/checkpoint-pace",
      "db/checksum-failures",
      "db/dangerous-setting",
      "db/temporary-files",
    ],
    "Types and time": ["db/column-type", "db/foreign-key-type", "db/timestamp-without-zone"],
    "Vacuum and statistics": [
      "db/autovacuum-off",
      "db/index-bloat",
      "db/multixact-wraparound",
      "db/stale-statistics",
      "db/table-bloat",
      "db/transaction-wraparound",
      "db/vacuum-lag",
    ],
    "Schema files": ["db/extension-shell", "db/left-out"],
    "Migration folders": [
      "migration/duplicate-version",
      "migration/gap",
      "migration/journal",
      "migration/marks",
      "migration/no-way-back",
      "migration/no-way-forward",
      "migration/not-named",
      "migration/not-sql",
      "migration/placeholder",
      "migration/psql",
      "migration/schema-dump",
      "migration/takes-back",
      "migration/transaction",
    ],
    "Running migrations": [
      "migrate/adopted",
      "migrate/drift",
      "migrate/edited",
      "migrate/failed",
      "migrate/halfway",
      "migrate/invalid-index",
      "migrate/late",
      "migrate/losses",
      "migrate/missing",
      "migrate/not-tried",
      "migrate/not-undone",
      "migrate/stopped",
    ],
    "Hazards of a change": [
      "diff/breaking",
      "diff/data-loss",
      "diff/invented-values",
      "diff/lock",
      "diff/may-fail",
      "diff/out-of-scope",
      "diff/rebuild",
      "diff/rewrite",
    ],
  },
  load_testing: {
    "Open and closed loops": ["load/rate-missed"],
    Percentiles: ["load/threshold"],
    Errors: ["load/check", "load/errors", "load/redirected", "load/stalled", "load/unreached", "load/interrupted"],
    "Is it me or the server": ["load/client-bound"],
    "Several machines": ["load/selftest", "load/shards-apart", "load/shards-late", "load/shards-missing"],
    "Finding the limit": ["load/aborted", "load/no-capacity", "load/scaling"],
    Comparing: ["load/slower", "load/faster", "load/same", "load/inconclusive", "load/different-conditions"],
    "Rate limits": ["load/rate-limit", "load/rate-limit-missing", "load/rate-limit-headers", "load/rate-limit-differs"],
  },
  forcing_questions: {
    "How to use them": ["decide/no-profile-fits", "grill/no-answer", "grill/answers-missing"],
    "Kill criteria": ["decide/kill-overridden", "decide/override-without-kill"],
  },
};

const ofQuestion = (rule: string, number: QuestionNumber): readonly [string, ReadMore] => [
  rule,
  { topic: "forcing_questions", section: `Question ${number}: ${questionAt(number).title}` },
];

/** Every rule with the section that explains it. */
export const ruleReferences: ReadonlyMap<string, ReadMore> = new Map([
  ...Object.entries(explained).flatMap(([topic, sections]) =>
    Object.entries(sections).flatMap(([section, rules]) => rules.map((rule) => [rule, { topic, section }] as const)),
  ),
  ...[...kills, ...gapKinds].map(({ id, question }) => ofQuestion(`decide/${id}`, question)),
  ...stops.map(({ id, question }) => ofQuestion(`grill/${id}`, question)),
]);

/** The findings, each with where to read more about its rule. */
export const withReferences = (findings: readonly Finding[]): readonly Finding[] =>
  findings.map((finding) => {
    const readMore = ruleReferences.get(finding.rule);
    return readMore === undefined ? finding : { ...finding, readMore };
  });
