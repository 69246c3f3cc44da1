// Rules: tables that autovacuum does not keep up with: stale statistics, dead rows, or switched off.
import type { RelationHealth } from "../health/model.ts";
import type { Health } from "../health/model.ts";
import { secondsText, vacuumHolders } from "../health/holders.ts";
import { secondsSince, settingNumber } from "../health/measures.ts";
import { quotePath } from "../quote.ts";
import { at, graded, pathText, rowsOf, serverRule } from "./rule.ts";

const count = (value: number): string => Math.round(value).toLocaleString("en-US");

const optionOf = ({ options }: RelationHealth, name: string): string | undefined =>
  options.find((one) => one.name === name)?.value;

/** When autovacuum would come to this table: its own settings before the server's. */
const thresholdOf = (health: Health, table: RelationHealth, kind: "vacuum" | "analyze"): number => {
  const setting = (name: string, otherwise: number): number =>
    Number(optionOf(table, name) ?? settingNumber(health, name) ?? otherwise);
  const base = setting(`autovacuum_${kind}_threshold`, 50);
  const share = setting(`autovacuum_${kind}_scale_factor`, kind === "vacuum" ? 0.2 : 0.1);
  const most = kind === "vacuum" ? setting("autovacuum_vacuum_max_threshold", -1) : -1;
  const threshold = base + share * rowsOf(table);
  return most >= 0 ? Math.min(most, threshold) : threshold;
};

const since = (health: Health, moment: string | undefined): string =>
  moment === undefined ? "never" : `${secondsText(secondsSince(health, moment))} ago`;

/** Autovacuum looks once a minute, and has several tables to do: an hour is its time. */
const isRecent = (health: Health, moment: string | undefined): boolean =>
  moment !== undefined && secondsSince(health, moment) < 3600;

const ordinary = ({ kind }: RelationHealth): boolean => kind !== "partitioned";

/** A warning: the planner decides by what the table once was. */
export const staleStatistics = serverRule({
  id: "db/stale-statistics",
  severity: "warning",
  about: "Tables whose statistics are missing or old, so that the planner guesses",
  help: "ANALYZE reads a sample and blocks nobody; a lower autovacuum_analyze_scale_factor for this table makes it come by itself",
  *check(health) {
    for (const table of health.relations.filter(ordinary)) {
      const rows = rowsOf(table);
      if (rows < 10_000) continue;
      const missing = table.lastAnalyze === undefined && table.rows === undefined;
      const threshold = thresholdOf(health, table, "analyze");
      const old = table.changedSinceAnalyze >= 3 * threshold && !isRecent(health, table.lastAnalyze);
      if (!missing && !old) continue;
      yield {
        message: missing
          ? `${pathText(table)} was never analysed: the planner knows nothing of its ${count(rows)} rows`
          : `${count(table.changedSinceAnalyze)} rows of ${pathText(table)} changed since it was last analysed (${since(health, table.lastAnalyze)}); autovacuum should have come after ${count(threshold)}`,
        at: at("table", table),
        fix: { kind: "sql", up: `ANALYZE ${quotePath(table)};`, transactional: true },
        evidence: {
          note: `about ${count(rows)} rows`,
          data: { rows, changed: table.changedSinceAnalyze, threshold },
        },
      };
    }
  },
});

/** A warning where it is far behind: dead rows are read by every scan, and their space is not used again. */
export const vacuumLag = serverRule({
  id: "db/vacuum-lag",
  severity: "warning",
  about: "Tables with many more dead rows than autovacuum should leave",
  help: "find what holds it back; else lower autovacuum_vacuum_scale_factor for this table, or give autovacuum more workers and cost limit",
  *check(health) {
    const [holder] = vacuumHolders(health);
    for (const table of health.relations.filter(ordinary)) {
      const threshold = thresholdOf(health, table, "vacuum");
      if (table.deadRows < 10_000 || table.deadRows < 2 * threshold || isRecent(health, table.lastVacuum)) continue;
      yield {
        severity: graded(["warning", table.deadRows >= 3 * threshold || table.deadRows >= 1_000_000]) ?? "info",
        message: `${pathText(table)} holds ${count(table.deadRows)} dead rows beside ${count(table.liveRows)} live ones; autovacuum should have come at ${count(threshold)} (last: ${since(health, table.lastVacuum)})`,
        at: at("table", table),
        ...(holder === undefined || holder.age < 1000
          ? {}
          : {
              evidence: {
                note: `the oldest snapshot is held by ${holder.text}, ${count(holder.age)} transactions ago`,
              },
            }),
        fix: { kind: "sql", up: `VACUUM (ANALYZE) ${quotePath(table)};`, transactional: false },
      };
    }
  },
});

/** A warning where rows change: nothing cleans the table until wraparound forces it. */
export const autovacuumOff = serverRule({
  id: "db/autovacuum-off",
  severity: "warning",
  about: "Tables for which autovacuum was switched off",
  help: "switch it on again; a table that is loaded and truncated in one job needs no exception",
  *check(health) {
    for (const table of health.relations) {
      if (!/^(off|false|no|0|of|f|fa|fal|fals|n)$/i.test(optionOf(table, "autovacuum_enabled") ?? "")) continue;
      const changes = table.inserted + table.updated + table.deleted;
      const path = quotePath(table);
      yield {
        severity: changes > 0 || rowsOf(table) >= 10_000 ? "warning" : "info",
        message: `autovacuum is switched off for ${pathText(table)}: dead rows stay, and its statistics grow old`,
        at: at("table", table),
        evidence: {
          note: `${count(changes)} rows written, ${count(table.deadRows)} dead, last vacuumed ${since(health, table.lastVacuum)}`,
        },
        fix: {
          kind: "sql",
          up: `ALTER TABLE ${path} RESET (autovacuum_enabled);`,
          down: `ALTER TABLE ${path} SET (autovacuum_enabled = off);`,
          transactional: true,
        },
      };
    }
  },
});
