// The way from what is there to what is wanted: planned, run, looked at, and planned again until nothing is left.
import { Fault } from "../../kernel/fault.ts";
import type { Catalog } from "../catalog.ts";
import type { IndexState } from "./index-states.ts";
import { indexStates } from "./index-states.ts";
import type { Kind, Part, Parts } from "./part.ts";
import type { Plan, PlanOptions, Segment } from "./plan.ts";
import { planParts, statementsOf } from "./plan.ts";
import type { Rehearsal } from "./stage.ts";
import { sameJson } from "./sql/text.ts";
import { partText } from "./words.ts";

/** Segments that were run one after the other, with what was there before and after them. */
export interface Run {
  readonly segments: readonly Segment[];
  readonly before: Catalog;
  readonly after: Catalog;
  /** Of several segments: what each of them began with and led to. */
  readonly states?: readonly IndexState[];
}

export interface Approach {
  readonly runs: readonly Run[];
  /** What could not be reached, in words. */
  readonly left: readonly string[];
  readonly end: Catalog;
}

/** What a plan would change, in words. */
export const wordsOfPlan = (plan: Plan): readonly string[] =>
  [...plan.changes.values()].map((change) => `${change.verb} ${partText("to" in change ? change.to : change.from)}`);

const isIndexAlone = (segment: Segment): boolean => {
  const statements = statementsOf({ segments: [segment] });
  return segment.kind === "alone" && statements.length === 1 && / INDEX CONCURRENTLY /.test(statements[0] ?? "");
};

/** Segments that make or drop one index each stay together: there is one look at what they did. */
const batches = (segments: readonly Segment[]): readonly (readonly Segment[])[] => {
  const found: Segment[][] = [];
  for (const segment of segments) {
    const last = found.at(-1);
    if (last?.[0] !== undefined && isIndexAlone(segment) && isIndexAlone(last[0])) last.push(segment);
    else found.push([segment]);
  }
  return found;
};

const runBatch = async (rehearsal: Rehearsal, segments: readonly Segment[], before: Catalog): Promise<Run> => {
  const statements = statementsOf({ segments });
  for (const sql of statements) await rehearsal.step(sql);
  const after = await rehearsal.read();
  const states = segments.length > 1 ? indexStates(before, after, statements) : undefined;
  return { segments, before, after, ...(states === undefined ? {} : { states }) };
};

/** All of them at once: nobody wants to meet them one by one. */
const refuse = ({ refusals }: Plan): void => {
  if (refusals.length === 0) return;
  const helps = [...new Set(refusals.map(({ help }) => help))];
  throw new Fault("input.unsupported", refusals.map(({ refused }) => refused).join("\n"), { help: helps.join("\n") });
};

/** What holds expressions, which a server prints in words of its own: twice read, they may be other words than once read. */
const worded: readonly Kind[] = [
  "view",
  "rule",
  "policy",
  "default",
  "constraint",
  "domain constraint",
  "index",
  "statistics",
  "trigger",
  "routine",
];

/** Fields that hold an expression, or all of a definition. */
const expressions: readonly string[] = ["definition", "expression", "using", "check", "predicate", "text"];

const withoutWords = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, field]): readonly [string, unknown] => [
          key,
          typeof field === "string" && expressions.includes(key) ? "" : (field as unknown),
        ]),
      )
    : value;

const isSameButWords = (from: Part, to: Part): boolean =>
  JSON.stringify(from.value, withoutWords) === JSON.stringify(to.value, withoutWords);

const isWording = ({ changes }: Plan): boolean =>
  [...changes.values()].every(
    (change) =>
      (change.verb === "alter" || change.verb === "rebuild") &&
      worded.includes(change.to.kind) &&
      isSameButWords(change.from, change.to),
  );

const isSame = (a: Catalog, b: Catalog): boolean =>
  (Object.keys(a) as readonly (keyof Catalog)[]).every((list) => a[list] === b[list] || sameJson(a[list], b[list]));

/**
 * Plans, runs, looks, and plans again what is left: a server does at times more than it is told. What was run and changed nothing was the
 * same in other words, and is left out.
 */
export const approach = async (
  rehearsal: Rehearsal,
  to: Parts,
  options: PlanOptions,
  begin: Catalog,
): Promise<Approach> => {
  const runs: Run[] = [];
  let now = begin;
  for (let round = 0; round < 3; round++) {
    const plan = planParts(rehearsal.parts.of(now), to, options);
    refuse(plan);
    if (plan.segments.length === 0) return { runs, left: [], end: now };
    const [before, done] = [now, runs.length];
    for (const batch of batches(plan.segments)) {
      const run = await runBatch(rehearsal, batch, now);
      runs.push(run);
      now = run.after;
    }
    if (isWording(plan) && isSame(before, now)) return { runs: runs.slice(0, done), left: [], end: now };
  }
  return { runs, left: wordsOfPlan(planParts(rehearsal.parts.of(now), to, options)), end: now };
};
