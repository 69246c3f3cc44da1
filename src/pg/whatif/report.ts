// What was found for a workload, as findings and a page: which indexes, what they save, what they cost, and what that rests on.
import type { Finding, Fix } from "../../kernel/finding.ts";
import type { Json } from "../../kernel/json.ts";
import type { Block, Report } from "../../kernel/report.ts";
import { heading, list, text } from "../../kernel/report.ts";
import { bytes, plural } from "../../kernel/words.ts";
import { nameKey } from "../catalog/object.ts";
import { quotePath } from "../quote.ts";
import type { NamedIndex } from "./index-names.ts";
import type { Known } from "./index-shape.ts";
import { costText, planLines } from "./plan-words.ts";
import type { PlannedStatement } from "./planned.ts";
import type { Provenance } from "./provenance.ts";
import type { Advice, Chosen } from "./search.ts";
import { buildSeconds } from "./sizes.ts";

export interface Suggestion {
  readonly advice: Advice;
  readonly statements: readonly PlannedStatement[];
  /** In the order of `advice.chosen`. */
  readonly named: readonly NamedIndex[];
  readonly known: Known;
  readonly provenance: Provenance;
  readonly source: string;
  readonly workload: string;
  /** Statements that have no plan, with the reason. */
  readonly unplanned: readonly string[];
  /** Indexes to drop, and notes. */
  readonly others: readonly Finding[];
  /** Show the plans of every statement before and after. */
  readonly showPlans: boolean;
  /** Why there is no migration file, where there is none. */
  readonly unproven?: string;
}

const share = (part: number, whole: number): string => {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
};

const short = (sql: string): string => (sql.length > 90 ? `${sql.slice(0, 89)}…` : sql);

const totals = ({ advice, statements }: Suggestion): { readonly before: number; readonly after: number } => {
  const sum = (costs: Advice["before"]): number =>
    costs.reduce((all, one, i) => all + (one?.cost ?? 0) * (statements[i]?.statement.calls ?? 0), 0);
  return { before: sum(advice.before), after: sum(advice.after) };
};

const duration = (seconds: number): string =>
  seconds < 1
    ? "less than a second"
    : seconds < 90
      ? `about ${Math.round(seconds)} s`
      : `about ${Math.round(seconds / 60)} min`;

const fixOf = ({ candidate, name, statement }: NamedIndex): Fix => ({
  kind: "sql",
  up: `${statement.replace(/^CREATE INDEX /, "CREATE INDEX CONCURRENTLY ")};`,
  down: `DROP INDEX CONCURRENTLY ${quotePath({ schema: candidate.schema, name })};`,
  transactional: false,
});

interface Effect {
  readonly sql: string;
  readonly queryId: string;
  readonly calls: number;
  readonly before: number;
  readonly after: number;
}

const effectsOf = ({ queries }: Chosen, { advice, statements }: Suggestion): readonly Effect[] =>
  queries
    .flatMap((query) => {
      const [one, before, after] = [statements[query], advice.before[query], advice.after[query]];
      if (one === undefined || before === undefined || after === undefined || after.cost >= before.cost) return [];
      const { text: sql, queryId, calls } = one.statement;
      return [{ sql, queryId, calls, before: before.cost, after: after.cost }];
    })
    .sort((a, b) => (b.before - b.after) * b.calls - (a.before - a.after) * a.calls);

const seconds = (chosen: Chosen, known: Known): number => {
  const { schema, table } = chosen.candidate;
  const blocks = known.relations.get(nameKey({ schema, name: table }))?.blocks ?? 0;
  return buildSeconds(blocks, chosen.tried.rows, chosen.tried.blocks);
};

const findingOf = (chosen: Chosen, index: NamedIndex, given: Suggestion): Finding => {
  const { candidate, tried } = chosen;
  const whole = totals(given).before;
  const effects = effectsOf(chosen, given);
  const build = seconds(chosen, given.known);
  const costs = effects
    .slice(0, 3)
    .map(({ sql, before, after }) => `${short(sql)}: cost ${costText(before)} → ${costText(after)}`);
  const { definition } = candidate;
  return {
    rule: "db/suggested-index",
    severity: chosen.saves > whole * 0.05 ? "warning" : "info",
    message: `an index ${definition.replace(/^ON /, "on ")} saves ${share(chosen.saves, whole)} of the workload's cost`,
    at: { kind: "object", type: "table", schema: candidate.schema, name: candidate.table },
    help: chosen.endsHot
      ? "build it concurrently; updates of its columns that were HOT until now will write to every index of the table"
      : "build it concurrently, then look at the statements again",
    fix: fixOf(index),
    evidence: {
      note: [...costs, `${bytes(tried.blocks * 8192)}, ${duration(build)} to build`].join("; "),
      data: {
        name: index.name,
        method: candidate.method,
        bytes: tried.blocks * 8192,
        buildSeconds: Math.round(build * 10) / 10,
        savesCost: Math.round(chosen.saves),
        keepsCost: Math.round(chosen.keeps),
        endsHotUpdates: chosen.endsHot,
        statements: effects.map(({ sql, queryId, calls, before, after }) => ({ queryId, sql, calls, before, after })),
      },
    },
  };
};

const planBlocks = (given: Suggestion): readonly Block[] => {
  const names = new Map(given.advice.chosen.map(({ tried }, i) => [tried.proposed.name, given.named[i]?.name ?? ""]));
  return given.statements.flatMap(({ statement }, i): readonly Block[] => {
    const [before, after] = [given.advice.before[i]?.plans[0], given.advice.after[i]?.plans[0]];
    if (before === undefined || after === undefined) return [];
    const changed = given.advice.chosen.some(({ queries }) => queries.includes(i));
    return [
      text(statement.text),
      heading(changed ? "Now" : "Its plan; no index that was tried makes it cheaper"),
      { kind: "code", language: "text", text: planLines(before, names).join("\n") },
      ...(changed
        ? [
            heading("With the indexes below"),
            { kind: "code", language: "text", text: planLines(after, names).join("\n") } as const,
          ]
        : []),
    ];
  });
};

const provenanceItems = ({ provenance: { measured, modelled, assumed, notSeen } }: Suggestion): readonly string[] => [
  ...measured.map((one) => `measured: ${one}`),
  ...modelled.map((one) => `modelled: ${one}`),
  ...assumed.map((one) => `assumed: ${one}`),
  ...notSeen.map((one) => `not seen: ${one}`),
];

const summary = (given: Suggestion): string => {
  const { before, after } = totals(given);
  const { chosen, tried } = given.advice;
  if (chosen.length === 0)
    return `None of ${plural(tried, "index", "indexes")} tried is worth its keep for ${plural(given.statements.length, "statement")}.`;
  return `${plural(chosen.length, "index", "indexes")} of ${tried} tried: the planner's cost of ${plural(given.statements.length, "statement")} falls from ${costText(before)} to ${costText(after)} (by ${share(before - after, before)}).`;
};

const table = (given: Suggestion): readonly Block[] =>
  given.advice.chosen.length === 0
    ? []
    : [
        {
          kind: "table",
          columns: [
            { title: "index" },
            { title: "saves", align: "right" },
            { title: "statements", align: "right" },
            { title: "size", align: "right" },
            { title: "build", align: "right" },
          ],
          rows: given.advice.chosen.map((chosen) => [
            chosen.candidate.definition.replace(/^ON /, "").replace(" USING btree", ""),
            share(chosen.saves, totals(given).before),
            String(effectsOf(chosen, given).length),
            bytes(chosen.tried.blocks * 8192),
            duration(seconds(chosen, given.known)),
          ]),
        },
      ];

const dataOf = (given: Suggestion): Json => {
  const { before, after } = totals(given);
  const { measured, modelled, assumed, notSeen } = given.provenance;
  return {
    source: given.source,
    workload: given.workload,
    cost: { before, after },
    tried: given.advice.tried,
    indexes: given.advice.chosen.map(({ candidate, tried, saves, keeps }, i) => ({
      name: given.named[i]?.name ?? "",
      schema: candidate.schema,
      table: candidate.table,
      definition: candidate.definition,
      bytes: tried.blocks * 8192,
      saves,
      keeps,
    })),
    statements: given.statements.map(({ statement, values }, i) => ({
      queryId: statement.queryId,
      sql: statement.text,
      calls: statement.calls,
      values,
      before: given.advice.before[i]?.cost ?? null,
      after: given.advice.after[i]?.cost ?? null,
    })),
    unplanned: [...given.unplanned],
    provenance: { measured: [...measured], modelled: [...modelled], assumed: [...assumed], notSeen: [...notSeen] },
  };
};

export const suggestionReport = (given: Suggestion): Report => ({
  command: "db suggest-indexes",
  blocks: [
    heading(`Indexes for ${given.workload}, on ${given.source}`),
    ...(given.showPlans ? planBlocks(given) : []),
    text(summary(given), given.advice.chosen.length === 0 ? "plain" : "good"),
    ...table(given),
    ...(given.unplanned.length === 0
      ? []
      : [
          heading("Not planned"),
          list(given.unplanned.slice(0, 10)),
          ...(given.unplanned.length > 10 ? [text(`and ${given.unplanned.length - 10} more`)] : []),
        ]),
    ...(given.unproven === undefined ? [] : [text(`No migration file was written: ${given.unproven}`, "warn")]),
    heading("What this rests on"),
    list(provenanceItems(given)),
  ],
  findings: [
    ...given.advice.chosen.flatMap((chosen, i) => {
      const index = given.named[i];
      return index === undefined ? [] : [findingOf(chosen, index, given)];
    }),
    ...given.others,
  ],
  data: dataOf(given),
});
