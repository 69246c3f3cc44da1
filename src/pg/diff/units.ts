// The statements of each node of the order, in runs of one stage: what the scheduler moves about.
import { quoteName, quotePath as path } from "../quote.ts";
import { asideName } from "./aside.ts";
import type { Node } from "./node.ts";
import type { Arranged } from "./order.ts";
import type { Part } from "./part.ts";
import { rangeAside } from "./range-constructors.ts";
import { writerOf } from "./sql/index.ts";
import type { Context, Piece, Stage } from "./sql/writer.ts";

/** `contract` takes away what code of the release before may still use. */
export type SegmentKind = Stage | "contract";

/**
 * An index or key that goes with a rewrite comes back with it: readers wait already, and should not find it missing afterwards.
 * Checks and foreign keys bind new rows at once, and are held against the others later.
 */
const isWithRewrite = ({ change }: Node): boolean =>
  change.verb === "rebuild" &&
  change.forced === true &&
  (change.from.kind === "index" ||
    (change.from.kind === "constraint" && !["check", "foreign-key"].includes(change.from.value.kind)));

const piecesOf = (node: Node, given: Context): readonly Piece[] => {
  const { act, change } = node;
  const context = isWithRewrite(node) ? { ...given, online: false } : given;
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
    ...(from.kind === "range" ? rangeAside(from.value, aside) : []),
    ...writerOf(to.kind).create(to.value, context),
  ];
};

/** A run of pieces of one stage: what the scheduler moves about. */
export interface Unit {
  readonly id: string;
  readonly kind: SegmentKind;
  readonly node: Node;
  readonly statements: readonly string[];
  readonly before: ReadonlySet<string>;
  /** The first of its change, where its hazards are told. */
  readonly first: boolean;
}

/** Units that run together. */
export interface Batch {
  readonly kind: SegmentKind;
  readonly units: readonly Unit[];
}

const stageOf = (piece: Piece): Stage => (typeof piece === "string" ? "main" : piece.stage);
const sqlOf = (piece: Piece): string => (typeof piece === "string" ? piece : piece.sql);

/** Reads all rows under a lock that keeps nobody from reading or writing. */
export const isValidation = (sql: string): boolean => / VALIDATE CONSTRAINT /.test(sql);

/** Pieces in runs of one stage; what runs alone is one statement each, and scans stand apart from what locks. */
const runsOf = (pieces: readonly Piece[]): readonly (readonly [Stage, readonly string[]])[] => {
  const runs: [Stage, string[]][] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    const stage = stageOf(piece);
    const before = last?.[1].at(-1);
    const isApart = stage === "late" && before !== undefined && isValidation(before) !== isValidation(sqlOf(piece));
    if (last?.[0] === stage && stage !== "alone" && !isApart) last[1].push(sqlOf(piece));
    else runs.push([stage, [sqlOf(piece)]]);
  }
  return runs;
};

export const partOf = ({ change }: Node): Part => ("to" in change ? change.to : change.from);

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

export const unitsOf = (
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
    const ids = [...(before.get(node.id) ?? [])];
    // The index of a key that is made again is built beside the old one.
    const isBeside = runs[0]?.[0] === "alone" && partOf(node).kind === "constraint";
    const own = isBeside ? ids.filter((id) => id === `drop ${node.change.key}`) : [];
    const needed = new Set(ids.filter((id) => !own.includes(id)).flatMap(waitsFor));
    const besides = own.flatMap(waitsFor);
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
        before: previous === undefined ? needed : new Set([previous, ...besides]),
        first: at === 0,
      });
      previous = id;
      if (stage === "main") lastMain.set(node.id, id);
    }
    if (previous !== undefined) last.set(node.id, previous);
  }
  return units;
};
