// What was found for a workload, as a page: which indexes, what they save, what they cost, and what that rests on.
import type { Json } from "../../kernel/json.ts";
import type { Block, Report } from "../../kernel/report.ts";
import { heading, list, text } from "../../kernel/report.ts";
import { bytes, plural } from "../../kernel/words.ts";
import { costText, planLines, planShape } from "./plan-words.ts";
import type { Chosen } from "./search.ts";
import type { Suggestion } from "./suggestion.ts";
import { duration, effectsOf, isUnmeasured, seconds, share, totals } from "./suggestion.ts";
import { suggestionFindings } from "./suggestion-findings.ts";

const planBlocks = (given: Suggestion): readonly Block[] => {
  const names = new Map(given.advice.chosen.map(({ tried }, i) => [tried.proposed.name, given.named[i]?.name ?? ""]));
  const lines = given.assumed ? planShape : planLines;
  return given.statements.flatMap(({ statement }, i): readonly Block[] => {
    const [before, after] = [given.advice.before[i]?.plans[0], given.advice.after[i]?.plans[0]];
    if (before === undefined || after === undefined) return [];
    const changed = given.advice.chosen.some(({ queries }) => queries.includes(i));
    return [
      text(statement.text),
      heading(changed ? "Now" : "Its plan; no index that was tried makes it cheaper"),
      { kind: "code", language: "text", text: lines(before, names).join("\n") },
      ...(changed
        ? [
            heading("With the indexes below"),
            { kind: "code", language: "text", text: lines(after, names).join("\n") } as const,
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
  if (given.assumed)
    return `${plural(chosen.length, "index", "indexes")} of ${tried} tried would be used if the tables are large. Nothing was measured: what they are worth is not known.`;
  return `${plural(chosen.length, "index", "indexes")} of ${tried} tried: the planner's cost of ${plural(given.statements.length, "statement")} falls from ${costText(before)} to ${costText(after)} (by ${share(before - after, before)}).`;
};

const columns = [
  { title: "index" },
  { title: "statements", align: "right" as const },
  { title: "saves", align: "right" as const },
  { title: "size", align: "right" as const },
  { title: "build", align: "right" as const },
];

/** What rests on assumptions alone has no figures. */
const rowOf = (chosen: Chosen, given: Suggestion): readonly string[] => [
  chosen.candidate.definition.replace(/^ON /, "").replace(" USING btree", ""),
  String(effectsOf(chosen, given).length),
  ...(isUnmeasured(chosen, given)
    ? ["not known", "", ""]
    : [
        share(chosen.saves, totals(given).before),
        bytes(chosen.tried.blocks * 8192),
        duration(seconds(chosen, given.known)),
      ]),
];

const table = (given: Suggestion): readonly Block[] =>
  given.advice.chosen.length === 0
    ? []
    : [
        {
          kind: "table",
          columns: given.assumed ? columns.slice(0, 2) : columns,
          rows: given.advice.chosen.map((chosen) => rowOf(chosen, given).slice(0, given.assumed ? 2 : columns.length)),
        },
      ];

const dataOf = (given: Suggestion): Json => {
  const { before, after } = totals(given);
  const { measured, modelled, assumed, notSeen } = given.provenance;
  return {
    source: given.source,
    workload: given.workload,
    assumed: given.assumed,
    cost: given.assumed ? null : { before, after },
    tried: given.advice.tried,
    indexes: given.advice.chosen.map((chosen, i) => ({
      name: given.named[i]?.name ?? "",
      schema: chosen.candidate.schema,
      table: chosen.candidate.table,
      definition: chosen.candidate.definition,
      ...(isUnmeasured(chosen, given)
        ? { assumed: true }
        : { bytes: chosen.tried.blocks * 8192, saves: chosen.saves, keeps: chosen.keeps }),
    })),
    statements: given.statements.map(({ statement, values }, i) => ({
      queryId: statement.queryId,
      sql: statement.text,
      calls: statement.calls,
      values,
      ...(given.assumed
        ? {}
        : { before: given.advice.before[i]?.cost ?? null, after: given.advice.after[i]?.cost ?? null }),
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
  findings: [...suggestionFindings(given), ...given.others],
  data: dataOf(given),
});
