// Rules: tables and btrees of which much is air, as far as statistics tell without reading them.
import type { Severity } from "../../kernel/finding.ts";
import { bytes } from "../../kernel/words.ts";
import { nameKey } from "../catalog/object.ts";
import type { Index } from "../catalog/tables.ts";
import type { Bloat } from "../health/bloat.ts";
import { indexBloat, tableBloat } from "../health/bloat.ts";
import type { RelationHealth } from "../health/model.ts";
import { quotePath } from "../quote.ts";
import type { DatabaseReading } from "./rule.ts";
import { at, graded, pathText, serverRule } from "./rule.ts";

const mebibyte = 1024 ** 2;

const severityOf = ({ share, wasted }: Bloat, leastShare: number): Severity | undefined =>
  graded(
    ["warning", share >= Math.max(0.5, leastShare) && wasted >= 1024 * mebibyte],
    ["info", share >= leastShare && wasted >= 32 * mebibyte],
  );

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const evidence = ({ actual, expected, wasted, share }: Bloat, rows: number) => ({
  note: `an estimate from column widths and ${Math.round(rows).toLocaleString("en-US")} rows: ${bytes(actual)} where about ${bytes(expected)} would do`,
  data: { actualBytes: actual, expectedBytes: expected, wastedBytes: wasted, share },
});

/** A fifth of a table is what autovacuum leaves by default, and is used again: from two fifths on it is worth a word. */
export const tableBloatRule = serverRule({
  id: "db/table-bloat",
  severity: "info",
  about: "Tables that are much larger than their rows",
  help: "make autovacuum come earlier (autovacuum_vacuum_scale_factor of this table); pg_repack or VACUUM FULL give the space back, the latter under an exclusive lock",
  *check({ relations }) {
    for (const table of relations) {
      const bloat = tableBloat(table);
      const severity = bloat === undefined ? undefined : severityOf(bloat, 0.4);
      if (bloat === undefined || severity === undefined) continue;
      yield {
        severity,
        message: `about ${percent(bloat.share)} of ${pathText(table)} is air: ${bytes(bloat.wasted)} that scans read, caches hold and backups carry`,
        at: at("table", table),
        evidence: evidence(bloat, table.rows ?? 0),
      };
    }
  },
});

const definitions = ({ catalog }: DatabaseReading): ReadonlyMap<string, Index> =>
  new Map(
    [...catalog.tables, ...catalog.views].flatMap(({ schema, indexes }) =>
      indexes.map((index) => [nameKey({ schema, name: index.name }), index] as const),
    ),
  );

/** A btree filled in random order is two thirds full by nature: only what is over half air counts. */
export const indexBloatRule = serverRule({
  id: "db/index-bloat",
  severity: "info",
  about: "Btree indexes that are much larger than their entries",
  help: "REINDEX INDEX CONCURRENTLY builds it anew without blocking writes; it needs the space twice for a while",
  *check({ indexes, relations }, reading) {
    const known = definitions(reading);
    const tables = new Map<string, RelationHealth>(relations.map((one) => [nameKey(one), one]));
    for (const index of indexes) {
      const definition = known.get(nameKey(index));
      const table = tables.get(nameKey({ schema: index.schema, name: index.table }));
      const stale = table !== undefined && table.changedSinceAnalyze > table.liveRows / 2;
      if (definition === undefined || !index.valid || stale) continue;
      const fillFactor = Number(definition.options.find(({ name }) => name === "fillfactor")?.value ?? 90);
      const bloat = indexBloat(index, { fillFactor, included: definition.include.length });
      const severity = bloat === undefined ? undefined : severityOf(bloat, 0.55);
      if (bloat === undefined || severity === undefined) continue;
      yield {
        severity,
        message: `about ${percent(bloat.share)} of index ${index.name} on ${index.schema}.${index.table} is air: ${bytes(bloat.wasted)}`,
        at: at("index", index),
        evidence: evidence(bloat, index.rows ?? 0),
        fix: { kind: "sql", up: `REINDEX INDEX CONCURRENTLY ${quotePath(index)};`, transactional: false },
      };
    }
  },
});
