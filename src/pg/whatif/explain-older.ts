// Plans as a planner before PostgreSQL 18 makes them: statements whose plan uses what came later are planned again without it.
import { nameKey } from "../catalog/object.ts";
import { quoteText } from "../quote.ts";
import type { ParseSql } from "../tree.ts";
import type { Answer, Asked } from "./answer.ts";
import type { Known } from "./index-shape.ts";
import type { IndexKeys, SkippedColumn } from "./older-planner.ts";
import {
  foldsFalse,
  indexKeysQuery,
  isFoldedAway,
  skippedColumns,
  skipsColumns,
  withoutContradictions,
} from "./older-planner.ts";
import { indexesIn, nodesOf } from "./plan.ts";
import type { Planner } from "./planner.ts";

type Ask = (statements: readonly Asked[]) => Promise<readonly Answer[]>;

/** Real state: indexes whose columns were looked up. */
export class OlderPlanner {
  readonly #planner: Planner;
  readonly #known: Known;
  readonly #version: number;
  readonly #parse: ParseSql;
  readonly #keys = new Map<string, readonly IndexKeys[]>();

  constructor(planner: Planner, known: Known, version: number, parse: ParseSql) {
    this.#planner = planner;
    this.#known = known;
    this.#version = version;
    this.#parse = parse;
  }

  /** The plans that an older planner makes. */
  async explain(statements: readonly Asked[], ask: Ask): Promise<readonly Answer[]> {
    if (skipsColumns(this.#version)) return ask(statements);
    const asked = foldsFalse(this.#version) ? statements : await this.#unfolded(statements, ask);
    let answers = await ask(asked);
    const relaxed = asked.map((): readonly SkippedColumn[] => []);
    // Without one index to skip through, another may come up.
    for (let round = 0; round < 3; round++) {
      const skipped = await this.#skipped(answers);
      const again = skipped.flatMap((columns, i) => {
        const known = relaxed[i] ?? [];
        const fresh = columns.filter((one) => !known.some((other) => sameColumn(one, other)));
        if (fresh.length === 0) return [];
        relaxed[i] = [...known, ...fresh];
        return [i];
      });
      if (again.length === 0) break;
      answers = await this.#planAgain(again, relaxed, asked, answers, ask);
    }
    return answers;
  }

  async #unfolded(statements: readonly Asked[], ask: Ask): Promise<readonly Asked[]> {
    const answers = await ask(statements);
    return statements.map((one, i) => {
      const answer = answers[i];
      if (answer?.kind !== "plan" || !isFoldedAway(answer.plan)) return one;
      const sql = withoutContradictions(one.sql, this.#parse);
      return sql === undefined ? one : { sql, generic: true };
    });
  }

  async #skipped(answers: readonly Answer[]): Promise<readonly (readonly SkippedColumn[])[]> {
    const plans = answers.map((answer) => (answer.kind === "plan" ? answer.plan : undefined));
    const names = new Set(plans.flatMap((plan) => (plan === undefined ? [] : [...indexesIn(plan)])));
    const unknown = [...names].filter((name) => !this.#keys.has(name));
    if (unknown.length > 0) {
      const found = (await this.#planner.rows(indexKeysQuery(unknown))).map((row) => JSON.parse(row) as IndexKeys);
      for (const name of unknown)
        this.#keys.set(
          name,
          found.filter((one) => one.name === name),
        );
    }
    return plans.map((plan) =>
      plan === undefined
        ? []
        : skippedColumns(
            plan,
            nodesOf(plan).flatMap(({ index }) => (index === undefined ? [] : (this.#keys.get(index) ?? []))),
          ),
    );
  }

  /** Of a column whose number of values is unknown no planner skips through. */
  async #planAgain(
    which: readonly number[],
    relaxed: readonly (readonly SkippedColumn[])[],
    asked: readonly Asked[],
    answers: readonly Answer[],
    ask: Ask,
  ): Promise<readonly Answer[]> {
    const now = [...answers];
    const groups = Map.groupBy(which, (i) => JSON.stringify(relaxed[i]));
    for (const group of groups.values()) {
      const columns = relaxed[group[0] ?? 0] ?? [];
      await this.#planner.run(columns.flatMap((one) => this.#distinct(one, () => 0)));
      const fresh = await ask(group.flatMap((i) => asked[i] ?? []));
      await this.#planner.run(columns.flatMap((one) => this.#distinct(one, (distinct) => distinct)));
      for (const [at, i] of group.entries()) {
        const answer = fresh[at];
        if (answer !== undefined) now[i] = answer;
      }
    }
    return now;
  }

  #distinct({ schema, table, column }: SkippedColumn, value: (distinct: number) => number): readonly string[] {
    const found = this.#known.columns.get(`${nameKey({ schema, name: table })}\0${column}`);
    if (found === undefined) return [];
    return [
      `select pg_catalog.pg_restore_attribute_stats('schemaname', ${quoteText(schema)}, 'relname', ${quoteText(table)}, 'attname', ${quoteText(column)}, 'inherited', ${String(found.inherited)}, 'n_distinct', ${value(found.distinct)}::real)`,
    ];
  }
}

const sameColumn = (a: SkippedColumn, b: SkippedColumn): boolean =>
  a.schema === b.schema && a.table === b.table && a.column === b.column;
