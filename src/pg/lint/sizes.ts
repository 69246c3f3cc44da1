// Sizes and rates of tables, from what a server knows of itself.
import { plural } from "../../kernel/words.ts";
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

/** `taken 12 days ago`: sizes and rates grow old, and a clock may be wrong. */
export const ageText = (takenAt: string, now: Date): string => {
  const minutes = (now.getTime() - Date.parse(takenAt)) / 60_000;
  if (Number.isNaN(minutes)) return "taken nobody knows when";
  if (minutes < -5) return `taken ${takenAt}, which this machine's clock has not reached yet`;
  if (minutes < 90) return `taken ${plural(Math.max(0, Math.round(minutes)), "minute")} ago`;
  const hours = minutes / 60;
  return hours < 48
    ? `taken ${plural(Math.round(hours), "hour")} ago`
    : `taken ${plural(Math.round(hours / 24), "day")} ago`;
};
