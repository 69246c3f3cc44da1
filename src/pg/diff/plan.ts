// From two catalogs to a plan: steps in an order that can be run, in segments that each fit one transaction or none.
import type { Catalog } from "../catalog.ts";
import { apartFromLong } from "./apart.ts";
import { asideName } from "./aside.ts";
import type { Change, Refused } from "./change.ts";
import { differ } from "./change.ts";
import { hazardsOf } from "./hazard.ts";
import type { Hazard } from "./hazard.ts";
import type { Node } from "./node.ts";
import type { Arranged } from "./order.ts";
import { gathered, withOneRewrite } from "./one-rewrite.ts";
import { arrange } from "./order.ts";
import type { Part, Parts } from "./part.ts";
import { partsOf } from "./parts.ts";
import type { Platform } from "./platform.ts";
import { writerOf } from "./sql/index.ts";
import { quoteName, quotePath as path } from "../quote.ts";
import type { Context, Piece, Stage } from "./sql/writer.ts";
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

/** `contract` takes away what code of the release before may still use. */
export type SegmentKind = Stage | "contract";

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
  ...(options.beyond === undefined ? {} : { beyond: options.beyond }),
  ...(options.fitting === undefined ? {} : { fitting: options.fitting }),
  isNew: (key) => !from.byKey.has(key),
  holds: () => false,
});

const piecesOf = ({ act, change }: Node, context: Context): readonly Piece[] => {
  if (change.verb === "alter") return change.pieces;
  if (change.verb === "swap") return swapPieces(act, change, context);
  if (act === "drop" && "from" in change) return writerOf(change.from.kind).drop(change.from.value, context);
  return "to" in change ? writerOf(change.to.kind).create(change.to.value, context) : [];
};

/** The old type steps aside under another name until no column uses it. */
const swapPieces = (
  act: Node["act"],
  { from, to }: { readonly from: Part; readonly to: Part },
  context: Context,
): readonly Piece[] => {
  const { schema, name } = from.value as { readonly schema: string; readonly name: string };
  const aside = { schema, name: asideName(name) };
  if (act === "drop") return writerOf(from.kind).drop({ ...from.value, ...aside }, context);
  const noun = from.kind === "domain" ? "DOMAIN" : "TYPE";
  return [
    `ALTER ${noun} ${path({ schema, name })} RENAME TO ${quoteName(aside.name)}`,
    ...writerOf(to.kind).create(to.value, context),
  ];
};

/** A run of pieces of one stage: what the scheduler moves about. */
interface Unit {
  readonly id: string;
  readonly kind: SegmentKind;
  readonly node: Node;
  readonly statements: readonly string[];
  readonly before: ReadonlySet<string>;
  /** The first of its change, where its hazards are told. */
  readonly first: boolean;
}

const stageOf = (piece: Piece): Stage => (typeof piece === "string" ? "main" : piece.stage);
const sqlOf = (piece: Piece): string => (typeof piece === "string" ? piece : piece.sql);

/** Pieces in runs of one stage; what runs alone is one statement each. */
const runsOf = (pieces: readonly Piece[]): readonly (readonly [Stage, readonly string[]])[] => {
  const runs: [Stage, string[]][] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    const stage = stageOf(piece);
    if (last?.[0] === stage && stage !== "alone") last[1].push(sqlOf(piece));
    else runs.push([stage, [sqlOf(piece)]]);
  }
  return runs;
};

const partOf = ({ change }: Node): Part => ("to" in change ? change.to : change.from);

/** What needs a column only as it is: it does not wait until the column is proven to hold no NULL. */
const shapeSuffices: readonly Part["kind"][] = [
  "default",
  "view",
  "rule",
  "trigger",
  "policy",
  "routine",
  "publication",
];

const unitsOf = (
  { nodes, before }: Arranged,
  context: Context,
  kindOf: (node: Node) => SegmentKind | undefined,
): readonly Unit[] => {
  const [last, lastMain] = [new Map<string, string>(), new Map<string, string>()];
  const columns = new Set(nodes.flatMap((node) => (partOf(node).kind === "column" ? [node.id] : [])));
  const units: Unit[] = [];
  const open = new Map<string, ReadonlySet<string>>();
  for (const node of nodes) {
    const runs = runsOf(piecesOf(node, context));
    const isQuick = shapeSuffices.includes(partOf(node).kind);
    const waitsFor = (id: string): readonly string[] => {
      const one = (isQuick && columns.has(id) ? lastMain.get(id) : undefined) ?? last.get(id);
      return one === undefined ? [...(open.get(id) ?? [])] : [one];
    };
    const needed = new Set([...(before.get(node.id) ?? [])].flatMap(waitsFor));
    // A node without statements hands on what it waits for.
    if (runs.length === 0) open.set(node.id, needed);
    let previous: string | undefined;
    for (const [at, [stage, statements]] of runs.entries()) {
      const id = `${node.id} ${at}`;
      units.push({
        id,
        kind: (stage === "main" ? kindOf(node) : undefined) ?? stage,
        node,
        statements,
        before: previous === undefined ? needed : new Set([previous]),
        first: at === 0,
      });
      previous = id;
      if (stage === "main") lastMain.set(node.id, id);
    }
    if (previous !== undefined) last.set(node.id, previous);
  }
  return units;
};

const kinds: readonly SegmentKind[] = ["early", "main", "alone", "late", "contract"];

/** Fills a segment of one kind with all that is ready, then turns to the next kind that has something ready. */
const schedule = (units: readonly Unit[]): readonly (readonly Unit[])[] => {
  const done = new Set<string>();
  const known = new Set(units.map(({ id }) => id));
  const segments: Unit[][] = [];
  let left = units;
  const ready = (unit: Unit): boolean => [...unit.before].every((id) => done.has(id) || !known.has(id));
  while (left.length > 0) {
    const kind = kinds.find((one) => left.some((unit) => unit.kind === one && ready(unit)));
    const segment: Unit[] = [];
    for (let found = true; found;) {
      const next = left.filter((unit) => unit.kind === kind && ready(unit)).slice(0, kind === "alone" ? 1 : undefined);
      for (const unit of next) done.add(unit.id);
      segment.push(...next);
      left = left.filter((unit) => !done.has(unit.id));
      found = next.length > 0 && kind !== "alone";
    }
    // A circle that could not be opened: in the given order, so that PostgreSQL can say what is wrong.
    if (segment.length === 0) return [...segments, [...left]];
    segments.push(segment);
  }
  return segments;
};

const sortedAs = (units: readonly Unit[], order: readonly Unit[]): readonly Unit[] => {
  const at = new Map(order.map(({ id }, index) => [id, index]));
  return units.toSorted((a, b) => (at.get(a.id) ?? 0) - (at.get(b.id) ?? 0));
};

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

export const planParts = (from: Parts, given: Parts, options: PlanOptions): Plan => {
  const to = options.keepOwners ? withUnsaid(from, given, options.platform) : given;
  const context = contextOf(from, to, options);
  const { changes, implied, refusals } = differ(context);
  const arranged = arrange({ changes, implied }, from, to);
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
  const scheduled = schedule(units).flatMap((segment) =>
    options.online && segment[0]?.kind === "main" ? apartFromLong(segment, isLong) : [segment],
  );
  const segments = scheduled.map((segment): Segment => ({
    kind: segment[0]?.kind ?? "main",
    steps: withOneRewrite(
      gathered(sortedAs(segment, units)).map(({ id, node, statements }) => ({
        title: titleOf(node),
        statements,
        hazards: hazards.get(id) ?? [],
        change: node.change,
      })),
    ),
  }));
  return { segments, refusals, changes };
};

export const plan = (from: Catalog, to: Catalog, options: PlanOptions): Plan =>
  planParts(partsOf(from), partsOf(to), options);

/** All statements of a plan, in order. */
export const statementsOf = ({ segments }: Pick<Plan, "segments">): readonly string[] =>
  segments.flatMap(({ steps }) => steps.flatMap(({ statements }) => statements));
