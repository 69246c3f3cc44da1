// Indexes that are advised, as findings: with what they save and cost where that rests on measurements, else with what they are for alone.
import type { Finding, Fix } from "../../kernel/finding.ts";
import { bytes, plural } from "../../kernel/words.ts";
import { quotePath } from "../quote.ts";
import type { NamedIndex } from "./index-names.ts";
import { costText } from "./plan-words.ts";
import type { Chosen } from "./search.ts";
import type { Suggestion } from "./suggestion.ts";
import { duration, effectsOf, isUnmeasured, seconds, share, short, totals } from "./suggestion.ts";

const fixOf = ({ candidate, name, statement }: NamedIndex): Fix => ({
  kind: "sql",
  up: `${statement.replace(/^CREATE INDEX /, "CREATE INDEX CONCURRENTLY ")};`,
  down: `DROP INDEX CONCURRENTLY ${quotePath({ schema: candidate.schema, name })};`,
  transactional: false,
});

const measuredFinding = (chosen: Chosen, index: NamedIndex, given: Suggestion): Finding => {
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

/** Nothing is known of the table's values: that an index serves these statements is certain, what it is worth is not. */
const assumedFinding = (chosen: Chosen, index: NamedIndex, given: Suggestion): Finding => {
  const { candidate } = chosen;
  const effects = effectsOf(chosen, given);
  return {
    rule: "db/suggested-index",
    severity: "info",
    message: `an index ${candidate.definition.replace(/^ON /, "on ")} would serve ${plural(effects.length, "statement")} if its table is large: nothing was measured`,
    at: { kind: "object", type: "table", schema: candidate.schema, name: candidate.table },
    help: "ask again with production's statistics (--connection, or --snapshot after ANALYZE) before building it",
    fix: fixOf(index),
    evidence: {
      note: effects
        .slice(0, 3)
        .map(({ sql }) => short(sql))
        .join("; "),
      data: {
        name: index.name,
        method: candidate.method,
        assumed: true,
        statements: effects.map(({ sql, queryId, calls }) => ({ queryId, sql, calls })),
      },
    },
  };
};

export const suggestionFindings = (given: Suggestion): readonly Finding[] =>
  given.advice.chosen.flatMap((chosen, i) => {
    const index = given.named[i];
    if (index === undefined) return [];
    return [isUnmeasured(chosen, given) ? assumedFinding(chosen, index, given) : measuredFinding(chosen, index, given)];
  });
