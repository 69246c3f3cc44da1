// What travels with its table: parts that CREATE TABLE holds, and parts that go when something else is dropped.
import { keyOf, sameName } from "../catalog/object.ts";
import type { Change } from "./change.ts";
import { comes, goes } from "./node.ts";
import { isLetGo } from "./parentage.ts";
import { namesOf } from "./shared-names.ts";
import type { ConstraintPart, Kind, Part, Parts } from "./part.ts";
import { isShell, typeOfShell } from "./take-apart/types.ts";

/** What CREATE TABLE can hold. Keys of partitioned tables and of partitions are made apart. */
const holdable = (part: Part): boolean =>
  part.kind === "column" ||
  (part.kind === "default" && !part.value.view) ||
  (part.kind === "constraint" &&
    part.value.tableKind !== "partitioned" &&
    part.value.partOf === undefined &&
    part.value.keyIndex === undefined &&
    part.value.validated);

/** The table of a column, default or constraint. */
export const tableOf = (part: Part): string | undefined =>
  part.kind === "column" || part.kind === "default" || part.kind === "constraint"
    ? keyOf("table", part.value.table)
    : undefined;

/** The column of a default that is to be made. */
export const defaultColumn = (change: Change | undefined): string | undefined =>
  change?.verb === "create" && change.to.kind === "default" ? change.to.of : undefined;

const heldBy = (part: Part, changes: ReadonlyMap<string, Change>): boolean =>
  part.kind === "domain constraint" && part.value.validated && part.of !== undefined && makes(changes.get(part.of));

const makes = (change: Change | undefined): boolean => comes(change) || change?.verb === "swap";

/** PostgreSQL makes one key of two over the same columns where CREATE TABLE holds both: the second is made afterwards. */
const doubled = (held: ReadonlySet<string>, changes: ReadonlyMap<string, Change>): readonly string[] => {
  const keys = [...held].flatMap((key) => {
    const change = changes.get(key);
    const part = change?.verb === "create" && change.to.kind === "constraint" ? change.to.value : undefined;
    if (part === undefined || !("index" in part)) return [];
    const over = `${keyOf("table", part.table)} ${part.columns.join("\0")}`;
    return [{ key, over, first: part.kind === "primary-key" }];
  });
  return [...Map.groupBy(keys, ({ over }) => over).values()].flatMap((group) => {
    const stays = group.find(({ first }) => first) ?? group[0];
    return group.filter((one) => one !== stays).map(({ key }) => key);
  });
};

export const heldParts = (changes: ReadonlyMap<string, Change>, out: ReadonlySet<string>): ReadonlySet<string> => {
  const held = new Set<string>();
  for (const change of changes.values()) {
    if (out.has(change.key)) continue;
    // A type that is in use takes no more constraints where a container holds it.
    if (makes(change) && "to" in change && heldBy(change.to, changes)) held.add(change.key);
    if (!comes(change) || !("to" in change)) continue;
    const table = holdable(change.to) ? tableOf(change.to) : undefined;
    const made = table === undefined ? undefined : changes.get(table);
    const column = change.to.kind === "default" && change.to.of !== undefined ? changes.get(change.to.of) : undefined;
    if (table !== undefined && (comes(made) || comes(column))) held.add(change.key);
  }
  for (const key of doubled(held, changes)) held.delete(key);
  // A default whose column is out cannot be in.
  for (const key of held) {
    const column = defaultColumn(changes.get(key));
    if (column !== undefined && !held.has(column) && !comes(changes.get(column))) held.delete(key);
  }
  return held;
};

/** A key or index of a partition goes with the one of its parent. */
const parentIndex = (parts: Parts, part: Part | undefined): string | undefined => {
  const name = part?.kind === "constraint" || part?.kind === "index" ? part.value.partOf : undefined;
  return name === undefined ? undefined : parts.partKeyOf(keyOf("index", name));
};

/** The base type that takes its functions, and its shell, along. */
const baseType = (parts: Parts, key: string): string | undefined => {
  const shell = isShell(key) ? key : [...(parts.needs.get(key) ?? [])].find(isShell);
  const type = shell === undefined ? undefined : typeOfShell(shell);
  return type === key ? undefined : type;
};

const isComing = (names: readonly string[], changes: ReadonlyMap<string, Change>): boolean =>
  [...changes.values()].some(
    (change) => change.verb !== "drop" && namesOf(change.to).some((name) => names.includes(name)),
  );

/** A dropped column takes its indexes and constraints along, unless something takes their names before it goes. */
const columnOf = (parts: Parts, changes: ReadonlyMap<string, Change>, part: Part | undefined): string | undefined => {
  if (part?.kind !== "constraint" && part?.kind !== "index") return undefined;
  // Expressions of an exclusion hold their columns.
  if (part.kind === "constraint" && part.value.kind === "exclusion") return undefined;
  if (changes.get(part.key)?.verb !== "drop" || part.value.partOf !== undefined) return undefined;
  // Columns that a foreign key refers to are only needed, be they of the same table.
  const isOwn = (name: string): boolean =>
    part.kind === "index" || part.value.kind !== "foreign-key" || part.value.columns.includes(name);
  const column = [...(parts.needs.get(part.key) ?? [])].find((need) => {
    const needed = changes.get(need)?.verb === "drop" ? parts.byKey.get(need) : undefined;
    return needed?.kind === "column" && needed.of === part.of && isOwn(needed.value.name);
  });
  return column === undefined || isComing(namesOf(part), changes) ? undefined : column;
};

const attributes: readonly Kind[] = ["comment", "grants", "owner", "domain constraint"];

/** The part whose DROP takes this one along. */
export const dropOwner = (parts: Parts, changes: ReadonlyMap<string, Change>, key: string): string => {
  for (let at = key; ;) {
    const owned = parts.byKey.get(`owner column of ${at}`);
    const column =
      owned?.kind === "owned by"
        ? [...(parts.needs.get(owned.key) ?? [])].find((need) => need.startsWith("column "))
        : undefined;
    const part = parts.byKey.get(at);
    const parent = isLetGo(part, (one) => changes.get(one)?.verb) ? undefined : parentIndex(parts, part);
    const isTaken = (owner: string | undefined): owner is string =>
      owner !== undefined &&
      (goes(changes.get(owner)) ||
        (changes.get(owner)?.verb === "swap" && part !== undefined && attributes.includes(part.kind)));
    // The last one looks through all changes.
    const near = [part?.of ?? column, parent, baseType(parts, at)].find(isTaken);
    const of = near ?? [columnOf(parts, changes, part)].find(isTaken);
    if (of === undefined) return at;
    at = of;
  }
};

/**
 * Keys of partitions over the columns of one that belongs to their parent's: were both there, PostgreSQL might tie the wrong one to the
 * parent's when the partition is attached. These come after that.
 */
export const rivalKeys = (changes: ReadonlyMap<string, Change>): ReadonlySet<string> => {
  const keys = [...changes.values()].flatMap((change) =>
    change.verb === "create" &&
    change.to.kind === "constraint" &&
    change.to.value.partition &&
    "index" in change.to.value
      ? [
          {
            key: change.key,
            ...change.to.value,
            over: `${keyOf("table", change.to.value.table)} ${change.to.value.columns.join()}`,
          },
        ]
      : [],
  );
  const tied = new Set(keys.filter(({ partOf }) => partOf !== undefined).map(({ over }) => over));
  return new Set(keys.filter(({ partOf, over }) => partOf === undefined && tied.has(over)).map(({ key }) => key));
};

const primaryKey = (part: Part | undefined): ConstraintPart | undefined =>
  part?.kind === "constraint" && part.value.kind === "primary-key" ? part.value : undefined;

/** Primary keys that another takes the place of: they do not wait until a column of theirs goes. */
export const replacedKeys = (changes: ReadonlyMap<string, Change>): readonly string[] => {
  const all = [...changes.values()];
  const next = all.flatMap((change) => (change.verb === "create" ? (primaryKey(change.to) ?? []) : []));
  return all.flatMap((change) => {
    const old = change.verb === "drop" ? primaryKey(change.from) : undefined;
    const stays = old !== undefined && !goes(changes.get(keyOf("table", old.table)));
    return stays && next.some(({ table }) => sameName(table, old.table)) ? [change.key] : [];
  });
};

/** Partitions whose table goes, perhaps much later, while their parent gets others: those may need their bounds. */
export const boundsInTheWay = (changes: ReadonlyMap<string, Change>): readonly string[] => {
  const all = [...changes.values()];
  const came = all.flatMap((change) =>
    comes(change) && "to" in change && change.to.kind === "partition" ? [change.to.value] : [],
  );
  return all.flatMap((change) => {
    if (change.verb !== "drop" || change.from.kind !== "partition") return [];
    const { parent } = change.from.value;
    const stays = !goes(changes.get(keyOf("table", parent)));
    return stays && came.some((one) => sameName(one.parent, parent)) ? [change.key] : [];
  });
};
