// The report of db analyze: what was read, what was found, and the SQL that mends it, in one piece.
import type { Finding } from "../kernel/finding.ts";
import { sortFindings } from "../kernel/finding.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import type { Block, Report } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { bytes, plural } from "../kernel/words.ts";
import type { CatalogReading } from "./catalog.ts";
import type { DatabaseReading, DatabaseRule } from "./rules/rule.ts";

export interface AnalyzeInput {
  readonly reading: DatabaseReading;
  readonly findings: readonly Finding[];
  /** What was read, as people name it: a path, or a URL without its password. */
  readonly source: string;
  readonly rules: readonly DatabaseRule[];
  /** Blocks of what else was looked at. */
  readonly more?: readonly Block[];
  /** And its data. */
  readonly data?: JsonObject;
}

interface Counts {
  readonly [kind: string]: number;
}

const countsOf = ({ catalog }: CatalogReading): Counts => {
  const constraints = catalog.tables.flatMap((table) => table.constraints);
  return {
    schemas: catalog.schemas.length,
    tables: catalog.tables.length,
    columns: catalog.tables.reduce((sum, table) => sum + table.columns.length, 0),
    foreignKeys: constraints.filter(({ kind }) => kind === "foreign-key").length,
    indexes: [...catalog.tables, ...catalog.views].reduce((sum, one) => sum + one.indexes.length, 0),
    views: catalog.views.length,
    enums: catalog.enums.length,
  };
};

const countText = (counts: Counts): string =>
  [
    plural(counts["tables"] ?? 0, "table"),
    plural(counts["columns"] ?? 0, "column"),
    plural(counts["foreignKeys"] ?? 0, "foreign key"),
    plural(counts["indexes"] ?? 0, "index", "indexes"),
    plural(counts["views"] ?? 0, "view"),
    plural(counts["enums"] ?? 0, "enum"),
  ].join(", ");

const serverText = ({ server, statistics }: CatalogReading): string => {
  const size = statistics.reduce((sum, table) => sum + table.bytes + indexBytes(table.indexes), 0);
  return server.kind === "embedded"
    ? `loaded into the embedded PostgreSQL ${server.text}`
    : `PostgreSQL ${server.text}, ${bytes(size)} in tables and indexes`;
};

const indexBytes = (indexes: readonly { readonly bytes: number }[]): number =>
  indexes.reduce((sum, one) => sum + one.bytes, 0);

/** The fixes of problems, each once: several findings may share one. What is only noted is for each to decide. */
const fixesOf = (findings: readonly Finding[]) => {
  const problems = findings.filter(({ severity }) => severity !== "info");
  const fixes = sortFindings(problems).flatMap(({ fix }) => (fix?.kind === "sql" ? [fix] : []));
  return [...new Map(fixes.map((fix) => [fix.up, fix])).values()];
};

const sqlBlocks = (findings: readonly Finding[]): readonly Block[] => {
  const fixes = fixesOf(findings);
  if (fixes.length < 2) return [];
  const concurrent = fixes.some(({ transactional }) => !transactional);
  return [
    heading(`All ${fixes.length} fixes in one piece`),
    ...(concurrent
      ? [text("CONCURRENTLY cannot run inside a transaction: run the statements one by one.", "dim")]
      : []),
    { kind: "code", language: "sql", text: fixes.map(({ up }) => up).join("\n") },
  ];
};

const verdict = (findings: readonly Finding[]): Block => {
  const problems = findings.filter(({ severity }) => severity !== "info");
  return problems.length === 0
    ? text("Nothing found that needs mending.", "good")
    : text(`${plural(problems.length, "problem")} found.`, "warn");
};

/** What was not looked at, and why: silence must not be taken for health. */
const unseen = ({ health }: DatabaseReading, rules: readonly DatabaseRule[]): readonly Block[] => {
  const names = rules.filter(({ needs }) => needs === "server").map(({ id }) => id.replace("db/", ""));
  if (health === undefined) {
    return [
      text(
        `${plural(names.length, "rule")} of ${rules.length} need a running server (--connection): ${names.join(", ")}.`,
        "dim",
      ),
    ];
  }
  return health.gaps.length === 0
    ? []
    : [heading("Not seen"), { kind: "list", items: health.gaps.map(({ what, why }) => `${what}: ${why}`) }];
};

/** `data` holds the server, the counts, and the catalog itself, so that a program needs no second call. */
export const analyzeReport = ({ reading, findings, source, rules, more = [], data = {} }: AnalyzeInput): Report => {
  const counts = countsOf(reading);
  return {
    command: "db analyze",
    blocks: [
      heading(source),
      text(`${serverText(reading)}\n${countText(counts)}`, "dim"),
      verdict(findings),
      ...more,
      ...unseen(reading, rules),
      ...sqlBlocks(findings),
    ],
    findings,
    data: {
      source,
      server: reading.server,
      counts,
      fixes: fixesOf(findings).map(({ up, down, transactional }) => ({ up, down: down ?? null, transactional })),
      // Models are plain JSON by design; optional fields that are not set are left out.
      catalog: reading.catalog as unknown as Json,
      statistics: reading.statistics as unknown as Json,
      ...data,
      health: (reading.health ?? null) as unknown as Json,
    },
  };
};
