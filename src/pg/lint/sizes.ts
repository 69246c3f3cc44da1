// Sizes and rates of tables, from what a server knows of itself.
import type { Health } from "../health/model.ts";
import type { TableSize } from "./model.ts";

/** Rates are averages since the server's counters began; of a server that does not say when, or of a replica, there are none. */
export const sizesOf = ({ at, database, relations, server }: Health): readonly TableSize[] => {
  const since = database.countersSince ?? server.startedAt;
  const seconds = (Date.parse(at) - Date.parse(since)) / 1000;
  const isKnown = seconds >= 60 && !server.inRecovery;
  return relations.map(({ schema, name, heapBytes, toastBytes, indexBytes, rows, ...counted }) => ({
    schema,
    name,
    bytes: heapBytes + toastBytes,
    indexBytes,
    ...(rows === undefined ? {} : { rows }),
    ...(isKnown
      ? {
          writesPerSecond: (counted.inserted + counted.updated + counted.deleted) / seconds,
          readsPerSecond: (counted.sequentialScans + counted.indexScans) / seconds,
        }
      : {}),
  }));
};
