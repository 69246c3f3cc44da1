// From two catalogs to a plan: steps in an order that can be run, in segments that each fit one transaction or none.
import type { Catalog } from "../catalog.ts";
import type { Change, Difference, Refused } from "./change.ts";
import { differ } from "./differ.ts";
import { hazardsOf, missingFor } from "./hazard.ts";
import type { Hazard } from "./hazard-kinds.ts";
import type { Arranged } from "./order.ts";
import { detachedFirst } from "./bounds.ts";
import { gathered, withOneRewrite } from "./one-rewrite.ts";
import { missingBetween } from "./closer.ts";
import { addedBy, withListsInPlace } from "./listed-columns.ts";
import { arrange } from "./order.ts";
import type { Kind, Parts } from "./part.ts";
import { partsOf } from "./parts.ts";
import type { Platform } from "./platform.ts";
import { withQuietUpdates } from "./quiet.ts";
import { schedule } from "./schedule.ts";
import type { Context } from "./sql/writer.ts";
import type { SegmentKind, Unit } from "./units.ts";
import { partOf, unitsOf } from "./units.ts";
import { withUnsaid } from "./unsaid.ts";
import { titleOf } from "./words.ts";

/** One statement, or a few that belong together, with what they do and what they may do besides. */
export interface Step {
  /** As people say it: `add column email to public.users`. */
  readonly title: string;
  /** Without semicolons; none where the next step's statement does this one's work too. */
  readonly statements: readonly string[];
  readonly hazards: readonly Hazard[];
  readonly change: Change;
}

/** Steps that run together: in one transaction, or, `alone`, as one statement outside of any. */
export interface Segment {
  readonly kind: SegmentKind;
  readonly steps: readonly Step[];
  /** What whoever applies it has to know, for the head of its file. */
  readonly notes?: readonly string[];
  /** What it is called, where its steps do not say it. */
  readonly name?: string;
}

export interface Plan {
  readonly segments: readonly Segment[];
  readonly refusals: readonly Refused[];
  readonly changes: ReadonlyMap<string, Change>;
}

export interface PlanOptions {
  readonly online: boolean;
  /** Columns and tables are dropped with everything else, not in a segment of their own at the end. */
  readonly contract: boolean;
  /** Of the server that will run it; of the oldest one supported where nothing is known. */
  readonly version: number;
  /** Expressions for changed or new columns, by `schema.table.column`. */
  readonly using: ReadonlyMap<string, string>;
  /** The old side is a server: what the new one says nothing of stays whose it is. */
  readonly keepOwners: boolean;
  /** The way back of a migration. */
  readonly isReturn?: boolean;
  /** Values that the checks of new columns let in, by `schema.table.column`. */
  readonly fitting?: ReadonlyMap<string, string>;
  /** Where later migrations lead, when it is not there that this one ends. */
  readonly beyond?: Parts;
  /** Whose server it is: rights of its roles that the new side does not speak of stay. */
  readonly platform?: Platform;
}

export const plainOptions: PlanOptions = {
  online: false,
  contract: true,
  version: 140000,
  using: new Map(),
  keepOwners: false,
};

const contextOf = (from: Parts, to: Parts, options: PlanOptions): Context => ({
  online: options.online,
  version: options.version,
  from,
  to,
  using: options.using,
  isReturn: options.isReturn === true,
  ...(options.beyond === undefined ? {} : { beyond: options.beyond }),
  ...(options.fitting === undefined ? {} : { fitting: options.fitting }),
  isNew: (key) => !from.byKey.has(key),
  holds: () => false,
});

/** What holds rows, or a place in a row of numbers. */
const isContract = (change: Change): boolean =>
  change.verb === "drop" && ["column", "table", "sequence"].includes(change.from.kind);

/**
 * What code of the release before may use goes last: dropped columns, tables and sequences, and what is dropped only because it needs them. Where
 * something else waits for it, it goes with the rest.
 */
const contractIds = (arranged: Arranged, from: Parts): ReadonlySet<string> => {
  const ids = new Set<string>();
  const gone = new Set(
    arranged.nodes.filter(({ act, change }) => act === "drop" && isContract(change)).map(({ change }) => change.key),
  );
  const outlives = (type: string): boolean => [...gone].some((key) => usesType(from, key, type));
  for (const { id, act, change } of arranged.nodes) {
    if (act !== "drop") continue;
    if (change.verb === "swap" && outlives(change.key)) ids.add(id);
    if (change.verb === "drop" && (gone.has(change.key) || reaches(from, change.key, gone))) ids.add(id);
  }
  // Nodes stand in order: a type, a function or a schema goes with the last of what used it.
  for (const { id, act, change } of arranged.nodes)
    if (act === "drop" && change.verb === "drop" && [...(arranged.before.get(id) ?? [])].some((one) => ids.has(one)))
      ids.add(id);
  for (let found = true; found;) {
    found = false;
    for (const { id } of arranged.nodes) {
      if (ids.has(id)) continue;
      for (const first of arranged.before.get(id) ?? []) if (ids.delete(first)) found = true;
    }
  }
  return ids;
};

/** A dropped column, or one of a dropped table, has the type to the end. */
const usesType = (from: Parts, key: string, type: string): boolean =>
  [key, ...from.childrenOf(key).map((child) => child.key)].some((one) => from.needs.get(one)?.has(type) === true);

const reaches = (parts: Parts, key: string, targets: ReadonlySet<string>, seen = new Set<string>()): boolean => {
  if (seen.has(key)) return false;
  seen.add(key);
  return [...(parts.needs.get(key) ?? [])].some((need) => targets.has(need) || reaches(parts, need, targets, seen));
};

/** What holds no rows, and may be dropped and made again to open a circle. */
const tearable: readonly Kind[] = ["view", "routine", "policy", "rule", "trigger"];

const tornBy = ({ circles }: Arranged): readonly string[] =>
  circles
    .flat()
    .filter((node) => node.act === "alter" && tearable.includes(partOf(node).kind))
    .map(({ change }) => change.key);

/** What is in a circle with its own change is dropped and made again instead. */
const arrangedWay = (
  context: Context,
  torn: ReadonlySet<string> = new Set(),
): Difference & { readonly arranged: Arranged } => {
  const difference = differ(context, torn);
  const arranged = arrange(difference, context.from, context.to);
  const more = tornBy(arranged);
  return more.every((key) => torn.has(key))
    ? { ...difference, arranged }
    : arrangedWay(context, new Set([...torn, ...more]));
};

export const planParts = (from: Parts, given: Parts, options: PlanOptions): Plan => {
  const to = options.keepOwners ? withUnsaid(from, given, options.platform) : given;
  const plan = planTo(from, to, options);
  // Where queries list the columns of a table, it takes a plan to know in which order these come.
  const listed = withListsInPlace(from.catalog, to.catalog, addedBy(statementsOf(plan)));
  return listed === to.catalog ? plan : planTo(from, partsOf(listed), options);
};

const planTo = (from: Parts, to: Parts, options: PlanOptions): Plan => {
  const context = contextOf(from, to, options);
  const { changes, refusals, arranged } = arrangedWay(context);
  const late = options.contract ? new Set<string>() : contractIds(arranged, from);
  const isMade = (key: string): boolean => {
    const verb = changes.get(key)?.verb;
    return verb === "create" || verb === "rebuild" || verb === "swap";
  };
  const writing: Context = { ...context, isNew: isMade, holds: (key) => arranged.held.has(key) };
  const units = unitsOf(arranged, writing, ({ id }) => (late.has(id) ? "contract" : undefined));
  const hazards = new Map(
    units.map((unit) => [unit.id, unit.first ? hazardsOf(unit.node, writing, unit.statements) : []]),
  );
  const isLong = ({ id }: Unit): boolean => hazards.get(id)?.some(({ kind }) => kind === "rewrite") === true;
  const batches = schedule(units, { online: options.online, isLong });
  const missing = missingBetween(batches);
  const segments = batches.map(({ kind, units: batch }): Segment => ({
    kind,
    steps: withOneRewrite(
      detachedFirst(
        gathered(batch).map(({ id, node, statements }) => ({
          title: titleOf(node),
          statements,
          hazards: (hazards.get(id) ?? []).map((hazard) =>
            hazard.kind === "rebuild" && missing.has(node.change.key) ? missingFor(partOf(node)) : hazard,
          ),
          change: node.change,
        })),
      ),
    ),
  }));
  return { segments: withQuietUpdates(segments, from), refusals, changes };
};

export const plan = (from: Catalog, to: Catalog, options: PlanOptions): Plan =>
  planParts(partsOf(from), partsOf(to), options);

/** All statements of a plan, in order. */
export const statementsOf = ({ segments }: Pick<Plan, "segments">): readonly string[] =>
  segments.flatMap(({ steps }) => steps.flatMap(({ statements }) => statements));
