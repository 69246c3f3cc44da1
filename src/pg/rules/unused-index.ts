// Rule: indexes that no query has read since the counters began.
import { bytes } from "../../kernel/words.ts";
import { nameKey } from "../catalog/object.ts";
import type { ForeignKey, Index } from "../catalog/tables.ts";
import { countedSeconds, indexHealth, settingOf, writesPerSecond } from "../health/measures.ts";
import type { Health } from "../health/model.ts";
import { dropIndex } from "./drop-index.ts";
import type { Holder } from "./duplicate-index.ts";
import { holders, keeperOf, neededByOthers } from "./duplicate-index.ts";
import { covers } from "./foreign-key-without-index.ts";
import { at, graded, pathText, serverRule } from "./rule.ts";

const day = 86_400;

/** Less is no evidence: a job may run once a week. */
const leastDays = 7;
const smallest = 1024 ** 2;

/** The foreign keys that only this index keeps from scanning the table. */
const guarded = (holder: Holder, index: Index): readonly ForeignKey[] =>
  (holder.table?.constraints ?? []).filter(
    (one): one is ForeignKey =>
      one.kind === "foreign-key" &&
      holder.table !== undefined &&
      covers(holder.table, index, one.columns) &&
      !holder.table.indexes.some(
        (other) => other !== index && holder.table !== undefined && covers(holder.table, other, one.columns),
      ),
  );

const elsewhere = ({ activity, server }: Health): string =>
  server.inRecovery
    ? "this is a replica: the primary may use it"
    : activity.replicas.length > 0
      ? `ask the ${activity.replicas.length === 1 ? "replica" : `${activity.replicas.length} replicas`} first: each counts its own reads`
      : "a report that runs once a month or a year may need it";

/**
 * A warning where it costs much, else a note. Unique indexes and those of constraints work at every write; one that guards a foreign
 * key serves the day a parent is deleted. Expression indexes also give the planner statistics, which counts as no scan.
 */
export const unusedIndex = serverRule({
  id: "db/unused-index",
  severity: "info",
  about: "Indexes that nothing has read for a week or more",
  help: "drop it once every server that reads was asked; concurrently, it blocks no writes",
  *check(health, { catalog }) {
    const seconds = countedSeconds(health);
    if (seconds === undefined || seconds < leastDays * day || settingOf(health, "track_counts")?.value === "off")
      return;
    const measured = indexHealth(health);
    for (const holder of holders(catalog)) {
      const table = measured.relation(holder);
      for (const index of holder.indexes) {
        const seen = measured.index({ schema: holder.schema, name: index.name });
        if (seen === undefined || seen.scans > 0 || seen.bytes < smallest || !index.valid) continue;
        if (index.unique || index.constraint !== undefined || neededByOthers(catalog, holder, index)) continue;
        if (index.clustered || keeperOf(catalog, holder, index) !== undefined || guarded(holder, index).length > 0)
          continue;
        const writes = table === undefined ? 0 : (writesPerSecond(health, table) ?? 0);
        yield {
          severity: graded(["warning", seen.bytes >= 100 * 1024 ** 2 || writes >= 10]) ?? "info",
          message: `index ${index.name} on ${pathText(holder)} was not read once in ${Math.floor(seconds / day)} days, and every write to the table pays for it`,
          at: at("index", { schema: holder.schema, name: index.name }),
          help: `${elsewhere(health)}; then drop it, concurrently`,
          fix: dropIndex(holder, index),
          evidence: {
            note: `it holds ${bytes(seen.bytes)}; the table is written ${writes.toFixed(writes < 10 ? 2 : 0)} times a second`,
            data: {
              bytes: seen.bytes,
              days: Math.floor(seconds / day),
              writesPerSecond: writes,
              key: nameKey(holder).replace("\0", "."),
            },
          },
        };
      }
    }
  },
});
