// The rehearsal: a plan is run on a throw-away copy of the old side with rows in it, forth and back, before anything is written.
import { Fault } from "../../kernel/fault.ts";
import type { Catalog } from "../catalog.ts";
import { approach, wordsOfPlan } from "./approach.ts";
import type { Contents } from "./contents.ts";
import { changedContents, readContents } from "./contents.ts";
import { fittingValues } from "./fitting.ts";
import { partsOf } from "./parts.ts";
import type { PlanOptions, Step } from "./plan.ts";
import { plainOptions, planParts, statementsOf } from "./plan.ts";
import type { Renaming } from "./renaming.ts";
import type { RefusedRows, Stage } from "./stage.ts";
import { sameJson } from "./sql/text.ts";
import { Rehearsal, fillStage } from "./stage.ts";
import type { Leg } from "./way-back.ts";
import { allBack } from "./way-back.ts";

export interface RowProof {
  readonly tables: number;
  readonly rows: number;
  /** Tables whose invented rows a step refused: real rows may be refused too. */
  readonly refused: readonly RefusedRows[];
}

export interface Rehearsed {
  readonly legs: readonly Leg[];
  readonly proof: RowProof;
  /** Commands that carry rows over, to be run after the first migration. */
  readonly backfills?: readonly string[];
}

export interface RehearsalOptions extends PlanOptions {
  readonly renamings: readonly Renaming[];
  /** All that is on the stage, where that is more than what is compared: rows refer to rows there. */
  readonly beneath?: Catalog;
}

/** What makes a catalog in an empty database. */
export const buildStatements = (catalog: Catalog, empty: Catalog, version: number): readonly string[] =>
  statementsOf(planParts(partsOf(empty), partsOf(catalog), { ...plainOptions, version }));

const renameStep = (renaming: Renaming): Step => ({
  title: renaming.title,
  statements: renaming.up,
  hazards: renaming.breaks.map((message) => ({ kind: "breaking", message })),
  change: renaming.change,
});

export const withRenames = (legs: readonly Leg[], renamings: readonly Renaming[]): readonly Leg[] => {
  if (renamings.length === 0) return legs;
  const steps = renamings.map(renameStep);
  const down = renamings.toReversed().flatMap((one) => one.down);
  const [first, ...rest] = legs;
  if (first?.segment.kind !== "main") return [{ segment: { kind: "main", steps }, down, unrestored: [] }, ...legs];
  return [
    { ...first, segment: { kind: "main", steps: [...steps, ...first.segment.steps] }, down: [...first.down, ...down] },
    ...rest,
  ];
};

/** Contents from before the step that renamed them have the old names. */
export const renamedKeys = (contents: Contents, renamings: readonly Renaming[]): Contents =>
  new Map([...contents].map(([key, content]) => [renamings.reduce((text, one) => one.rekey(text), key), content]));

export const missedFault = (left: readonly string[]): Fault =>
  new Fault("input.unsupported", `the way was run and does not lead there; it leaves: ${left.join(", ")}`, {
    help: "split the change in two, or write this part by hand",
  });

const lostFault = (lost: readonly string[]): Fault =>
  new Fault("input.unsupported", `the way was run and changes rows that it should keep: ${lost.join(", ")}`);

/**
 * Steps are told from what they changed, the last one as `told`. Where the way ends everything is looked at: what differs from what was
 * wanted, if it was overlooked.
 */
const overlooked = async (
  rehearsal: Rehearsal,
  told: Catalog,
  wanted: Catalog,
  options: PlanOptions,
): Promise<{ readonly now: Catalog; readonly left: readonly string[] }> => {
  const now = await rehearsal.read({ whole: true });
  const lists = Object.keys(now) as readonly (keyof Catalog)[];
  if (lists.every((list) => sameJson(told[list], now[list]))) return { now: told, left: [] };
  return { now, left: wordsOfPlan(planParts(rehearsal.parts.of(now), rehearsal.parts.of(wanted), options)) };
};

/** Back where the renames had led: these are undone, and all of it is looked at. */
const atHome = async (
  rehearsal: Rehearsal,
  end: Catalog,
  from: Catalog,
  { renamings, version }: RehearsalOptions,
): Promise<{ readonly left: readonly string[] }> => {
  for (const { down } of renamings.toReversed()) for (const sql of down) await rehearsal.step(sql);
  const told = renamings.length === 0 ? end : await rehearsal.read();
  return overlooked(rehearsal, told, from, { ...plainOptions, version });
};

const unrestoredToo = (legs: readonly Leg[], left: readonly string[]): readonly Leg[] =>
  legs.map((leg, at) => (at === 0 && left.length > 0 ? { ...leg, unrestored: [...leg.unrestored, ...left] } : leg));

/**
 * Runs all of it. The stage already holds the old side, whose catalog is `from`. Throws Faults for what cannot be expressed, proven, or
 * kept.
 */
export const rehearse = async (
  stage: Stage,
  from: Catalog,
  target: Catalog,
  given: RehearsalOptions,
): Promise<Rehearsed> => {
  const { renamings } = given;
  const rehearsal = new Rehearsal(stage);
  const filled = await fillStage(stage, given.beneath ?? from);
  const before = await readContents(stage, from);
  for (const { up } of renamings) for (const sql of up) await rehearsal.step(sql);
  const begin = renamings.length === 0 ? from : await rehearsal.read();
  const wanted = rehearsal.parts.of(target);
  rehearsal.between(begin, target);
  const options = { ...given, fitting: await fittingValues(stage, rehearsal.parts.of(begin), wanted) };
  const forth = await approach(rehearsal, wanted, options, begin);
  const end = await overlooked(rehearsal, forth.end, target, options);
  const left = [...forth.left, ...end.left];
  if (left.length > 0) throw missedFault(left);
  const there = await readContents(stage, end.now);
  const lost = rehearsal.madeRoom ? [] : changedContents([renamedKeys(before, renamings), from], [there, end.now]);
  const back = await allBack(rehearsal, forth.runs, end.now, options);
  const home = back.isBack ? await atHome(rehearsal, back.end, from, given) : undefined;
  if (lost.length > 0) throw lostFault(lost);
  return {
    legs: withRenames(unrestoredToo(back.legs, home?.left ?? []), renamings),
    proof: { ...filled, refused: rehearsal.refused },
  };
};
