// Rule: indexes that were never finished: every write maintains them, no query reads them.
import { keeperOf } from "./duplicate-index.ts";
import { holders } from "./duplicate-index.ts";
import { quotePath } from "../quote.ts";
import { dropIndex } from "./drop-index.ts";
import type { DatabaseReading, DatabaseRule } from "./rule.ts";
import { at, pathText } from "./rule.ts";

/** A build that is running is no leftover. */
const building = ({ health }: DatabaseReading, table: string): boolean =>
  health?.activity.progress.some(({ command, relation }) => /INDEX$/.test(command) && relation === table) === true;

/**
 * A warning: a failed CREATE INDEX CONCURRENTLY leaves it behind. A unique one refuses duplicates all the same, which is one more
 * surprise. What REINDEX CONCURRENTLY leaves ends in _ccnew or _ccold and only needs dropping.
 */
export const invalidIndex: DatabaseRule = {
  id: "db/invalid-index",
  severity: "warning",
  about: "Indexes that a failed concurrent build left behind",
  help: "drop what is left over, or build it again; neither blocks writes",
  *check(reading) {
    for (const holder of holders(reading.catalog)) {
      if (building(reading, pathText(holder))) continue;
      for (const index of holder.indexes.filter(({ valid }) => !valid)) {
        const path = { schema: holder.schema, name: index.name };
        if (holder.partitioned) {
          yield {
            message: `index ${index.name} of the partitioned table ${pathText(holder)} is not valid: some partitions have no index attached to it`,
            at: at("index", path),
            help: "build the missing indexes on the partitions, each concurrently, and attach them with ALTER INDEX … ATTACH PARTITION",
          };
          continue;
        }
        const leftover =
          /_cc(new|old)\d*$/.test(index.name) ||
          keeperOf(reading.catalog, holder, { ...index, valid: true }) !== undefined;
        yield {
          message: `index ${index.name} on ${pathText(holder)} is not valid: writes maintain it and no query can use it`,
          at: at("index", path),
          fix: leftover
            ? dropIndex(holder, index)
            : { kind: "sql", up: `REINDEX INDEX CONCURRENTLY ${quotePath(path)};`, transactional: false },
        };
      }
    }
  },
};
