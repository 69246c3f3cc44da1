// What a check of plans found, as findings, blocks and data: which statements a migration breaks or makes dearer, with both plans.
import type { Finding, Location } from "../../kernel/finding.ts";
import type { Json } from "../../kernel/json.ts";
import type { Block } from "../../kernel/report.ts";
import { heading, list, text } from "../../kernel/report.ts";
import { plural } from "../../kernel/words.ts";
import type { Step } from "./culprit.ts";
import { culpritOf } from "./culprit.ts";
import type { Identities } from "./identity.ts";
import type { PlanNode } from "./plan.ts";
import { nodesOf } from "./plan.ts";
import type { ChangedStatement, PlanChange } from "./plan-change.ts";
import { costText, nodeText, planLines } from "./plan-words.ts";

export interface PlanCheck {
  readonly changed: readonly ChangedStatement[];
  readonly before: Identities;
  readonly steps: readonly Step[];
  readonly ratio: number;
  /** Sizes and values were assumed: nothing was measured. */
  readonly assumed: boolean;
  /** Where statistics and statements come from, in words. */
  readonly source: string;
  readonly workload: string;
  /** What it rests on. */
  readonly rests: readonly string[];
}

type Of<K extends PlanChange["kind"]> = ChangedStatement & { readonly change: Extract<PlanChange, { kind: K }> };

const of = <K extends PlanChange["kind"]>({ changed }: PlanCheck, kind: K): readonly Of<K>[] =>
  changed.filter((one): one is Of<K> => one.change.kind === kind);

const short = (sql: string): string => (sql.length > 110 ? `${sql.slice(0, 109)}…` : sql);

/** `2,510 ×`, `3.4 ×`. */
const times = (factor: number): string =>
  `${factor >= 10 ? Math.round(factor).toLocaleString("en-US") : factor.toFixed(1)} ×`;

const factorOf = ({ before, after }: { readonly before: PlanNode; readonly after: PlanNode }): number =>
  after.cost / Math.max(before.cost, 0.01);

/** What is read how, without what is done with it. */
const readsOf = (plan: PlanNode): readonly string[] =>
  nodesOf(plan)
    .filter(({ relation, index, type }) => (relation !== undefined || index !== undefined) && type !== "ModifyTable")
    .map(nodeText);

/** How reading differs; where only joins and sorts do, all nodes. */
const differences = (before: PlanNode, after: PlanNode): string => {
  const only = (a: readonly string[], b: readonly string[]): string =>
    [...new Set(a.filter((one) => !b.includes(one)))].join(", ");
  const [was, is] = [readsOf(before), readsOf(after)];
  const all = (plan: PlanNode): readonly string[] => nodesOf(plan).map(nodeText);
  const differs = only(was, is) !== "" || only(is, was) !== "";
  const [from, to] = differs ? [was, is] : [all(before), all(after)];
  return `before: ${only(from, to) || "the same nodes"}; after: ${only(to, from) || "the same nodes"}`;
};

const noNames: ReadonlyMap<string, string> = new Map();

const placeOf = (path: string | undefined): Location =>
  path === undefined ? { kind: "project" } : { kind: "file", path };

const dearer = (check: PlanCheck, { statement, change }: Of<"dearer">): Finding => {
  const { path, lost } = culpritOf(change.before, check.before, check.steps);
  const { text: sql, queryId, calls } = statement.statement;
  const { before, after } = change;
  return {
    rule: "db/plan-regression",
    severity: check.assumed ? "warning" : "error",
    message: `a statement gets ${times(factorOf(change))} dearer${check.assumed ? " if its tables are large" : ""}: ${short(sql)}`,
    at: placeOf(path),
    help:
      lost.length === 0
        ? "compare both plans; --max-plan-ratio sets how much dearer a plan may get"
        : `${lost.join(", ")}: keep what the plan needs, or make its successor first`,
    evidence: {
      note: `planner's cost ${costText(before.cost)} → ${costText(after.cost)}; ${differences(before, after)}`,
      data: {
        queryId,
        calls,
        costBefore: before.cost,
        costAfter: after.cost,
        before: [...planLines(before, noNames)],
        after: [...planLines(after, noNames)],
      },
    },
  };
};

const breaks = (check: PlanCheck, { statement, change }: Of<"breaks">): Finding => {
  const { path, lost } = culpritOf(change.before, check.before, check.steps);
  const { text: sql, queryId, calls } = statement.statement;
  return {
    rule: "db/statement-breaks",
    severity: "error",
    message: `a statement of the workload fails after the migration: ${change.reason}: ${short(sql)}`,
    at: placeOf(path),
    help: `${lost.length === 0 ? "" : `${lost.join(", ")}: `}release code that does not need it first, then migrate (expand, migrate, contract)`,
    evidence: {
      note: `it ran ${plural(calls, "time")} in ${check.workload}`,
      data: { queryId, calls, reason: change.reason, before: [...planLines(change.before, noNames)] },
    },
  };
};

const extra = ({ change, statement }: Of<"dearer">): number =>
  (change.after.cost - change.before.cost) * statement.statement.calls;

export const planFindings = (check: PlanCheck): readonly Finding[] => [
  ...of(check, "breaks").map((one) => breaks(check, one)),
  ...of(check, "dearer")
    .toSorted((a, b) => extra(b) - extra(a))
    .map((one) => dearer(check, one)),
];

const countText = (check: PlanCheck): string =>
  [
    `${of(check, "breaks").length} fail`,
    `${of(check, "dearer").length} at least ${check.ratio} × dearer`,
    `${of(check, "cheaper").length} as much cheaper`,
    `${of(check, "same").length} about as before`,
    ...(of(check, "unknown").length === 0 ? [] : [`${of(check, "unknown").length} on new tables, of unknown cost`]),
    ...(of(check, "unplanned").length === 0 ? [] : [`${of(check, "unplanned").length} have no plan before it either`]),
  ].join(", ");

const mostRows = 20;

const table = (check: PlanCheck): readonly Block[] => {
  const moved = [...of(check, "dearer"), ...of(check, "cheaper")].toSorted(
    (a, b) => factorOf(b.change) - factorOf(a.change),
  );
  const broken = of(check, "breaks");
  if (moved.length + broken.length === 0) return [];
  const cell = (plan: PlanNode): string => costText(plan.cost);
  const rows = [
    ...broken.map(({ statement, change }) => ({
      cells: [cell(change.before), "fails", "", String(statement.statement.calls), short(statement.statement.text)],
      tone: "bad" as const,
    })),
    ...moved.map(({ statement, change }) => ({
      cells: [
        cell(change.before),
        cell(change.after),
        `${times(change.kind === "dearer" ? factorOf(change) : 1 / factorOf(change))} ${change.kind}`,
        statement.statement.calls.toLocaleString("en-US"),
        short(statement.statement.text),
      ],
      tone: change.kind === "dearer" ? ("bad" as const) : ("good" as const),
    })),
  ].slice(0, mostRows);
  return [
    {
      kind: "table",
      columns: [
        { title: "cost before", align: "right" },
        { title: "after", align: "right" },
        { title: "", align: "right" },
        { title: "calls", align: "right" },
        { title: "statement" },
      ],
      rows: rows.map(({ cells }) => cells),
      tones: rows.map(({ tone }) => tone),
    },
  ];
};

const mostPlans = 3;

const plans = (check: PlanCheck): readonly Block[] =>
  of(check, "dearer")
    .toSorted((a, b) => extra(b) - extra(a))
    .slice(0, mostPlans)
    .flatMap(({ statement, change }): readonly Block[] => [
      text(short(statement.statement.text)),
      {
        kind: "code",
        language: "text",
        text: ["before", ...planLines(change.before, noNames, 1), "after", ...planLines(change.after, noNames, 1)].join(
          "\n",
        ),
      },
    ]);

export const planBlocks = (check: PlanCheck): readonly Block[] => [
  heading(`Plans of ${plural(check.changed.length, "statement")} of ${check.workload}, before and after`),
  text(countText(check), planFindings(check).length === 0 ? "good" : "bad"),
  ...table(check),
  ...plans(check),
  ...(check.rests.length === 0 ? [] : [heading("What the plans rest on"), list(check.rests)]),
];

const sideData = (change: PlanChange): Json =>
  "after" in change
    ? { before: change.before.cost, after: change.after.cost }
    : "reason" in change
      ? { reason: change.reason }
      : {};

export const planData = (check: PlanCheck): Json => ({
  source: check.source,
  workload: check.workload,
  maxPlanRatio: check.ratio,
  assumed: check.assumed,
  statements: check.changed.map(({ statement: { statement }, change }) => ({
    queryId: statement.queryId,
    sql: statement.text,
    calls: statement.calls,
    outcome: change.kind,
    cost: sideData(change),
  })),
  rests: [...check.rests],
});
