// Rule: tables whose indexes weigh more than they can be worth: many of them, large, and written all the time.
import { bytes, plural } from "../../kernel/words.ts";
import { indexHealth, writesPerSecond } from "../health/measures.ts";
import { at, pathText, serverRule } from "./rule.ts";

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`;

/** A note: which of them goes is for the rules on single indexes to say; here the sum is what is wrong. */
export const overIndexed = serverRule({
  id: "db/over-indexed",
  severity: "info",
  about: "Tables with many indexes that are written more than they are read",
  help: "drop what is not read, merge what shares a prefix, and look for one index on a column that every update changes",
  *check(health, { catalog }) {
    const measured = indexHealth(health);
    for (const table of catalog.tables) {
      const size = measured.relation(table);
      if (size === undefined || table.indexes.length < 7 || size.indexBytes < 64 * 1024 ** 2) continue;
      const writes = size.inserted + size.updated + size.deleted;
      const reads = size.indexScans + size.sequentialScans;
      if (size.indexBytes < size.heapBytes + size.toastBytes || writes < 10_000 || writes < reads) continue;
      const rate = writesPerSecond(health, size);
      yield {
        message: `${pathText(table)} has ${plural(table.indexes.length, "index", "indexes")} of together ${bytes(size.indexBytes)}, more than its rows (${bytes(size.heapBytes + size.toastBytes)}), and is written more often than read`,
        at: at("table", table),
        evidence: {
          note: [
            `${writes.toLocaleString("en-US")} rows written, ${reads.toLocaleString("en-US")} scans${rate === undefined ? "" : `, ${rate.toFixed(1)} writes a second`}`,
            ...(size.updated > 1000
              ? [`${percent(size.hotUpdated, size.updated)} of the updates wrote no index (HOT)`]
              : []),
          ].join("; "),
          data: {
            indexes: table.indexes.length,
            indexBytes: size.indexBytes,
            heapBytes: size.heapBytes,
            writes,
            reads,
          },
        },
      };
    }
  },
});
