// Asks a server for the generic plans of statements with placeholders: nothing is executed, and nothing but reading is planned.
import { quoteText } from "../quote.ts";
import type { Ask } from "../read-catalog.ts";
import type { ParseSql } from "../tree.ts";
import { walk } from "../tree.ts";
import type { PlanNode } from "../whatif/plan.ts";
import { planOf } from "../whatif/plan.ts";
import type { WorkloadStatement } from "../workload/model.ts";

export type Planned =
  { readonly kind: "plan"; readonly plan: PlanNode } | { readonly kind: "unknown"; readonly why: string };

/** Planning what writes or locks rows takes a writer's lock on its table. */
const onlyReads = (sql: string, parse: ParseSql): boolean => {
  const parsed = parse(sql);
  if (parsed.kind === "error" || parsed.statements.length !== 1 || parsed.statements[0]?.kind !== "SelectStmt")
    return false;
  let reads = true;
  walk(parsed.statements[0].fields, (node) => {
    const changes = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].some((kind) => kind in node);
    if (changes || node["lockingClause"] !== undefined || node["intoClause"] !== undefined) reads = false;
  });
  return reads;
};

const parameters = (sql: string): number =>
  [...sql.matchAll(/\$(\d+)/g)].reduce((most, [, n]) => Math.max(most, Number(n)), 0);

/** The words of a refusal without its quotations, which may repeat a constant. */
const whyOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/: ".*"$/s, "") : "the server refused";

const genericPlan = async (attempt: Ask, sql: string): Promise<string> =>
  (await attempt(`explain (generic_plan, format json) ${sql}`))[0] ?? "";

/** Before PostgreSQL 16: a prepared statement, planned without looking at its values. It outlives the savepoint, and is taken away. */
const preparedPlan = async (attempt: Ask, sql: string): Promise<string> => {
  const count = parameters(sql);
  const values = count === 0 ? "" : `(${Array.from({ length: count }, () => "null").join(", ")})`;
  await attempt(`prepare senior_plan as ${sql}`);
  try {
    return (await attempt(`explain (format json) execute senior_plan${values}`))[0] ?? "";
  } finally {
    await attempt("deallocate senior_plan");
  }
};

const planned = async (attempt: Ask, sql: string, version: number): Promise<Planned> => {
  try {
    const json = await (version >= 160000 ? genericPlan(attempt, sql) : preparedPlan(attempt, sql));
    const plan = planOf(json);
    return plan === undefined ? { kind: "unknown", why: "no plan came back" } : { kind: "plan", plan };
  } catch (error) {
    return { kind: "unknown", why: whyOf(error) };
  }
};

/**
 * Plans by query id. `ask` sets what plans depend on for this transaction alone: the search_path that the user has by default, and
 * generic plans; `attempt` gives back the shared locks of each statement at once.
 */
export const explainStatements = async (
  ask: Ask,
  attempt: Ask,
  statements: readonly WorkloadStatement[],
  parse: ParseSql,
  version: number,
): Promise<ReadonlyMap<string, Planned>> => {
  const plans = new Map<string, Planned>();
  const [path = '"$user", public'] = await ask(
    "select reset_val from pg_catalog.pg_settings where name = 'search_path'",
  );
  await ask(`select pg_catalog.set_config('search_path', ${quoteText(path)}, true)`);
  if (version < 160000) await ask("set local plan_cache_mode = force_generic_plan");
  for (const { queryId, text, readable } of statements) {
    const reads = readable && onlyReads(text, parse);
    const why = "only statements that read are planned";
    plans.set(queryId, reads ? await planned(attempt, text, version) : { kind: "unknown", why });
  }
  await ask("select pg_catalog.set_config('search_path', '', true)");
  return plans;
};
