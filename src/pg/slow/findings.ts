// Slow statements as findings, and as a table.
import type { Finding } from "../../kernel/finding.ts";
import type { Block } from "../../kernel/report.ts";
import { heading } from "../../kernel/report.ts";
import { bytes, milliseconds } from "../../kernel/words.ts";
import type { Planned } from "./explain.ts";
import type { PlanContext, Trouble } from "./plan-words.ts";
import { troublesIn } from "./plan-words.ts";
import type { Slow } from "./rank.ts";

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const count = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US"));

const helps: Readonly<Record<Trouble["kind"], string>> = {
  scan: "an index on these columns: `senior db suggest-indexes` tries candidates on the planner before anything is built",
  loop: "an index on the joined column: `senior db suggest-indexes` tries candidates on the planner before anything is built",
  sort: "an index in the order of the sort, fewer rows or columns before it, or more work_mem for this role",
};

const longest = 300;

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

const measured = ({ rowsPerCall, missShare, readPerCall = 0, spillPerCall = 0 }: Slow): readonly string[] => [
  ...(rowsPerCall === undefined ? [] : [`${count(rowsPerCall)} rows a call`]),
  ...(missShare !== undefined && missShare >= 0.05 && readPerCall >= 8192
    ? [`${bytes(readPerCall)} a call from outside the cache (${percent(missShare)} of its blocks)`]
    : []),
  ...(spillPerCall >= 8192 ? [`${bytes(spillPerCall)} a call to temporary files`] : []),
];

/** What ran once was a load or a migration; seldom and short is nobody's trouble, whatever its plan looks like. */
const isWorth = ({ share, meanMs, statement }: Slow): boolean =>
  statement.calls >= 5 && ((share >= 0.03 && meanMs >= 1) || meanMs >= 1000);

const troubleText = (troubles: readonly Trouble[]): string =>
  troubles.length === 0 ? "" : `; its plan ${troubles.map(({ text }) => text).join(", and ")}`;

const spills = ({ spillPerCall = 0 }: Slow): boolean => spillPerCall >= 1024 ** 2;

/** A warning where the plan, or what was measured, shows what to mend; else a note that names the cost. */
export const slowFindings = (
  ranked: readonly Slow[],
  plans: ReadonlyMap<string, Planned>,
  context: PlanContext,
): readonly Finding[] =>
  ranked.filter(isWorth).map((slow): Finding => {
    const { statement, share, meanMs } = slow;
    const planned = plans.get(statement.queryId);
    const troubles = planned?.kind === "plan" ? troublesIn(context, planned.plan) : [];
    const [first] = troubles;
    const help = first === undefined ? (spills(slow) ? helps.sort : undefined) : helps[first.kind];
    return {
      rule: "db/slow-query",
      severity: first !== undefined || spills(slow) ? "warning" : "info",
      message: `${percent(share)} of all statement time: ${whole(statement.calls)} calls of ${milliseconds(meanMs)}${troubleText(troubles)}`,
      at: { kind: "object", type: "statement", name: statement.queryId },
      help:
        help ??
        (planned?.kind === "plan"
          ? "nothing in its plan stands out: ask less often, for fewer rows, or keep the answer"
          : "look at one call with EXPLAIN (ANALYZE, BUFFERS), inside a transaction that is rolled back"),
      evidence: {
        note: [
          cut(statement.text),
          ...measured(slow),
          ...(planned?.kind === "unknown" ? [`no plan: ${planned.why}`] : []),
        ].join("\n"),
        data: { queryId: statement.queryId, calls: statement.calls, totalMs: slow.totalMs, meanMs, share },
      },
    };
  });

export const slowTable = (ranked: readonly Slow[]): readonly Block[] =>
  ranked.length === 0
    ? []
    : [
        heading("Costliest statements"),
        {
          kind: "table",
          columns: [
            { title: "time", align: "right" },
            { title: "calls", align: "right" },
            { title: "mean", align: "right" },
            { title: "rows", align: "right" },
            { title: "missed", align: "right" },
            { title: "statement" },
          ],
          rows: ranked.map(({ statement, share, meanMs, rowsPerCall, missShare }) => [
            percent(share),
            whole(statement.calls),
            milliseconds(meanMs),
            rowsPerCall === undefined ? "" : count(rowsPerCall),
            missShare === undefined ? "" : percent(missShare),
            cut(statement.text),
          ]),
        },
      ];
