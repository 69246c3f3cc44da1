// The way back of every run, the last one first: planned from what is there to what was there before, run, and looked at.
import { Fault } from "../../kernel/fault.ts";
import type { Catalog } from "../catalog.ts";
import type { Approach, Run } from "./approach.ts";
import { approach, wordsOfPlan } from "./approach.ts";
import { backInPlace } from "./back-in-place.ts";
import { withBoundEnums } from "./bound-enums.ts";
import type { IndexState } from "./index-states.ts";
import { ownInverse } from "./cast/expression.ts";
import type { PlanOptions, Segment } from "./plan.ts";
import { plainOptions, plan, planParts, statementsOf } from "./plan.ts";
import { literal } from "./sql/text.ts";
import type { Rehearsal } from "./stage.ts";

/** A segment of the way with its own way back. */
export interface Leg {
  readonly segment: Segment;
  readonly down: readonly string[];
  /** Differences that the way back leaves, in words. */
  readonly unrestored: readonly string[];
}

interface Back {
  readonly legs: readonly Leg[];
  readonly end: Catalog;
}

/** Of the expressions that were given for the way forth only those serve that are their own way back. */
const backwards = ({ version, using, beyond, fitting }: PlanOptions, online: boolean): PlanOptions => ({
  ...plainOptions,
  version,
  online,
  isReturn: true,
  ...(beyond === undefined ? {} : { beyond }),
  ...(fitting === undefined ? {} : { fitting }),
  using: new Map([...using].filter(([, expression]) => ownInverse(expression, "") !== undefined)),
});

const downOf = ({ runs }: Approach): readonly string[] =>
  statementsOf({ segments: runs.flatMap((run) => run.segments) });

/** An index that was made alone is dropped alone. */
const backOfIndexes = async (
  rehearsal: Rehearsal,
  { segments, before }: Run,
  states: readonly IndexState[],
  options: PlanOptions,
): Promise<Back> => {
  const downs = states.map((state) => statementsOf(plan(state.after, state.before, backwards(options, true))));
  for (const down of downs.toReversed()) for (const sql of down) await rehearsal.step(sql);
  const end = await rehearsal.read();
  const left = wordsOfPlan(planParts(rehearsal.parts.of(end), rehearsal.parts.of(before), backwards(options, false)));
  return {
    legs: segments.map((segment, at) => ({ segment, down: downs[at] ?? [], unrestored: at === 0 ? left : [] })),
    end,
  };
};

const constraintOf = /^ALTER TABLE (.+) (?:ADD|VALIDATE) CONSTRAINT ("(?:[^"]|"")+"|[^\s"]+)/s;

/** Checks and references that rows cannot meet any more, since values that they speak of were lost on the way forth: they bind new rows alone. */
const bindingNewRows = (down: readonly string[], refused: ReadonlySet<string>) => {
  const isMet = (sql: string): boolean => !refused.has(sql) || !/ (ADD|VALIDATE) CONSTRAINT /.test(sql);
  const canWait = (sql: string): boolean => /^ALTER TABLE \S.* ADD CONSTRAINT .*? (CHECK|FOREIGN KEY) \(/s.test(sql);
  const softened = down.filter((sql) => !isMet(sql) && (canWait(sql) || / VALIDATE CONSTRAINT /.test(sql)));
  return {
    down: down.flatMap((sql) => (!softened.includes(sql) ? [sql] : canWait(sql) ? [`${sql} NOT VALID`] : [])),
    notes: softened.map((sql) => {
      const [, table = "", name = ""] = constraintOf.exec(sql) ?? [];
      return `${table}.${name} is back for new rows only: rows whose values were lost may not meet it`;
    }),
  };
};

/** All of a run is undone by the way back of its last segment. */
const backOfRun = async (rehearsal: Rehearsal, run: Run, now: Catalog, options: PlanOptions): Promise<Back> => {
  if (run.states !== undefined) return backOfIndexes(rehearsal, run, run.states, options);
  const alone = run.segments.some(({ kind }) => kind === "alone");
  const known = rehearsal.refused.length;
  const home = withBoundEnums(run.before, now);
  const returned = backInPlace(now, home.catalog);
  for (const sql of returned.statements) await rehearsal.step(sql);
  const back = await approach(rehearsal, rehearsal.parts.of(home.catalog), backwards(options, alone), returned.catalog);
  const refused = new Set(rehearsal.refused.slice(known).map(({ statement }) => statement));
  const { down, notes } = bindingNewRows([...returned.statements, ...downOf(back)], refused);
  const legs = run.segments.map((segment, at): Leg => {
    const isLast = at === run.segments.length - 1;
    return { segment, down: isLast ? down : [], unrestored: isLast ? [...back.left, ...home.notes, ...notes] : [] };
  });
  return { legs, end: back.end };
};

/** There is no way back that keeps the values: the migration says so, and does nothing. */
const deadEnd = ({ segments }: Run, reason: string): readonly Leg[] =>
  segments.map((segment) => ({
    segment,
    down: [
      `DO $$ BEGIN RAISE EXCEPTION ${literal(`no way back: ${reason.replaceAll("$$", "$ $")}`.replaceAll("%", "%%"))}; END $$`,
    ],
    unrestored: [reason],
  }));

/** Planned, not run. */
const unproven = ({ segments, states, before, after }: Run, options: PlanOptions): readonly Leg[] =>
  segments.map((segment, at) => {
    const state = states?.[at] ?? (at === segments.length - 1 ? { before, after } : { before, after: before });
    return { segment, down: statementsOf(plan(state.after, state.before, backwards(options, false))), unrestored: [] };
  });

/** All the way back, run by run. From a dead end on, the runs before it are planned and not run. */
export const allBack = async (
  rehearsal: Rehearsal,
  runs: readonly Run[],
  end: Catalog,
  given: PlanOptions,
): Promise<Back & { readonly isBack: boolean }> => {
  const options = { ...given, ...(runs[0] === undefined ? {} : { beyond: rehearsal.parts.of(runs[0].before) }) };
  let now = end;
  let isBack = true;
  const legs: Leg[] = [];
  for (const run of runs.toReversed()) {
    if (!isBack) {
      legs.unshift(...unproven(run, options));
      continue;
    }
    try {
      const back = await backOfRun(rehearsal, run, now, options);
      legs.unshift(...back.legs);
      now = back.end;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "input.unsupported") throw error;
      isBack = false;
      legs.unshift(...deadEnd(run, error.message.split("\n")[0] ?? ""));
    }
  }
  return { legs, end: now, isBack };
};
