// What follows from a server's counters: time spans, rates, settings in their units.
import type { ObjectName } from "../catalog/object.ts";
import { nameKey } from "../catalog/object.ts";
import type { Health, IndexHealth, Live, RelationHealth, Setting } from "./model.ts";

export const settingOf = ({ settings }: Pick<Live, "settings">, name: string): Setting | undefined =>
  settings.find((one) => one.name === name);

/** Undefined where the setting is unknown to this version, or no number. */
export const settingNumber = (live: Pick<Live, "settings">, name: string): number | undefined => {
  const value = settingOf(live, name)?.value;
  return value === undefined || !/^-?\d+(\.\d+)?$/.test(value) ? undefined : Number(value);
};

const unitBytes: Readonly<Record<string, number>> = { B: 1, kB: 1024, "8kB": 8192, MB: 1024 ** 2, GB: 1024 ** 3 };

/** A memory setting in bytes. */
export const settingBytes = (live: Pick<Live, "settings">, name: string): number | undefined => {
  const unit = unitBytes[settingOf(live, name)?.unit ?? ""];
  const value = settingNumber(live, name);
  return unit === undefined || value === undefined ? undefined : value * unit;
};

/** Seconds from `moment` to the reading. */
export const secondsSince = ({ at }: Pick<Live, "at">, moment: string): number =>
  Math.max(0, (Date.parse(at) - Date.parse(moment)) / 1000);

/** How long the counters have been counting, in seconds: an upper bound. Undefined where the server does not say. */
export const countedSeconds = (live: Pick<Live, "at" | "database">): number | undefined =>
  live.database.countersSince === undefined ? undefined : secondsSince(live, live.database.countersSince);

/** Rows inserted, updated and deleted per second, on average since the counters began: a lower bound. */
export const writesPerSecond = (
  live: Pick<Live, "at" | "database">,
  { inserted, updated, deleted }: Pick<RelationHealth, "inserted" | "updated" | "deleted">,
): number | undefined => {
  const seconds = countedSeconds(live);
  return seconds === undefined || seconds < 1 ? undefined : (inserted + updated + deleted) / seconds;
};

/** All that a relation holds on disk. */
export const totalBytes = ({ heapBytes, toastBytes, indexBytes }: RelationHealth): number =>
  heapBytes + toastBytes + indexBytes;

/** Looks relations and indexes up by name, in constant time. */
export interface HealthIndex {
  relation(name: ObjectName): RelationHealth | undefined;
  index(name: ObjectName): IndexHealth | undefined;
}

export const indexHealth = ({ relations, indexes }: Pick<Health, "relations" | "indexes">): HealthIndex => {
  const byRelation = new Map(relations.map((one) => [nameKey(one), one]));
  const byIndex = new Map(indexes.map((one) => [nameKey(one), one]));
  return { relation: (name) => byRelation.get(nameKey(name)), index: (name) => byIndex.get(nameKey(name)) };
};
