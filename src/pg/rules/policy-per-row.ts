// Rule: policies that call a function once for every row, where once for each statement would do.
import type { Routine } from "../catalog/routines.ts";
import type { Policy, Table } from "../catalog/tables.ts";
import type { Catalog } from "../catalog.ts";
import { listed } from "../../kernel/words.ts";
import { indexHealth } from "../health/measures.ts";
import { codeOnly } from "../lexer.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";
import { partAt, pathText, rowsOf } from "./rule.ts";

/** Calls of which the result cannot differ between rows: no arguments, or constants alone. */
const call =
  /(?<![\w."$])((?:[a-z_][\w$]*\.)?[a-z_][\w$]*)\((?:\s*'(?:[^']|'')*'(?:::[\w ]+)?\s*(?:,\s*(?:true|false|'(?:[^']|'')*'(?:::[\w ]+)?)\s*)*)?\)/g;

interface Call {
  readonly text: string;
  readonly name: string;
  readonly start: number;
}

/** The places that stand inside a sub-select: those run once. */
const insideSelect = (expression: string): ((index: number) => boolean) => {
  const code = codeOnly(expression);
  const ranges: (readonly [number, number])[] = [];
  for (const match of code.matchAll(/\(\s*SELECT\b/gi)) {
    let depth = 0;
    for (let i = match.index; i < code.length; i++) {
      if (code[i] === "(") depth++;
      if (code[i] === ")" && --depth === 0) {
        ranges.push([match.index, i]);
        break;
      }
    }
  }
  return (index) => ranges.some(([from, to]) => index > from && index < to);
};

/** Functions of the server that are stable, take part in policies, and are not cheap to call a million times. */
const known = new Set(["current_setting"]);

/** What the planner may inline or fold is no cost: immutable functions, and simple ones in SQL that are not SECURITY DEFINER. */
const costly = (catalog: Catalog): ((name: string) => boolean) => {
  const routines = new Map<string, Routine>(
    catalog.routines.map((routine) => [`${routine.schema}.${routine.name}`, routine] as const),
  );
  const hosted = new Set(["auth.uid", "auth.jwt", "auth.role", "auth.email"]);
  return (name) => {
    const routine = routines.get(name) ?? routines.get(`public.${name}`);
    if (routine === undefined) return known.has(name) || hosted.has(name);
    return (
      routine.kind === "function" &&
      routine.volatility === "stable" &&
      routine.parameters.every(({ mode }) => mode !== "table")
    );
  };
};

const callsIn = (expression: string | undefined, isCostly: (name: string) => boolean): readonly Call[] => {
  if (expression === undefined) return [];
  const inside = insideSelect(expression);
  return [...expression.matchAll(call)]
    .map((match) => ({ text: match[0], name: match[1] ?? "", start: match.index }))
    .filter(({ name, start }) => isCostly(name) && !inside(start));
};

const wrapped = (expression: string, calls: readonly Call[]): string =>
  calls.reduceRight(
    (text, { text: own, start }) => `${text.slice(0, start)}(SELECT ${own})${text.slice(start + own.length)}`,
    expression,
  );

const alter = (table: Table, policy: Policy, using: string | undefined, check: string | undefined): string =>
  [
    `ALTER POLICY ${quoteName(policy.name)} ON ${quotePath(table)}`,
    ...(using === undefined ? [] : [`USING (${using})`]),
    ...(check === undefined ? [] : [`WITH CHECK (${check})`]),
  ].join(" ") + ";";

/** Below this many rows nobody notices. */
const fewRows = 1000;

/** A warning: what is wrapped in a sub-select runs once for each statement (an InitPlan), and an index can be searched for its result. */
export const policyPerRow: DatabaseRule = {
  id: "db/policy-calls-per-row",
  severity: "warning",
  about: "Policies that call a function for every row",
  help: "wrap the call in a sub-select, which runs once for each statement",
  *check({ catalog, health }) {
    const isCostly = costly(catalog);
    const measured = health === undefined ? undefined : indexHealth(health);
    for (const table of catalog.tables) {
      for (const policy of table.policies) {
        const [using, check] = [callsIn(policy.using, isCostly), callsIn(policy.check, isCostly)];
        // WITH CHECK alone looks at the few rows that are written.
        if (using.length === 0) continue;
        const size = measured?.relation(table);
        const names = [...new Set(using.map(({ text }) => text))];
        const next = (expression: string | undefined, calls: readonly Call[]): string | undefined =>
          expression === undefined || calls.length === 0 ? undefined : wrapped(expression, calls);
        yield {
          ...(size !== undefined && rowsOf(size) < fewRows ? { severity: "info" as const } : {}),
          message: `policy ${policy.name} on ${pathText(table)} calls ${listed(names)} for every row that a query looks at`,
          at: partAt("policy", table, policy.name),
          ...(size === undefined
            ? {}
            : { evidence: { note: `${pathText(table)} holds about ${rowsOf(size).toLocaleString("en-US")} rows` } }),
          fix: {
            kind: "sql",
            up: alter(table, policy, next(policy.using, using), next(policy.check, check)),
            down: alter(table, policy, policy.using, check.length === 0 ? undefined : policy.check),
            transactional: true,
          },
        };
      }
    }
  },
};
