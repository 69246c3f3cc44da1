// Every lint rule against its cases: what it finds, what it lets pass, and that its fixes lint clean and lead to the same catalog.
import { describe, expect, test } from "bun:test";
import { withDisposable } from "../../../io/embedded/disposable.ts";
import type { Disposable } from "../../../io/embedded/disposable.ts";
import { loadSqlParser } from "../../../io/sql-parser.ts";
import type { Finding, Fix } from "../../../kernel/finding.ts";
import { lintFixture } from "../../../testing/lock-oracle.ts";
import { readChain } from "../../migrations/read-chain.ts";
import type { State } from "../../verify/state.ts";
import { Watch, differencesOf } from "../../verify/state.ts";
import type { LintFinding } from "../rule.ts";
import { measureMigration } from "../measure.ts";
import { runLint } from "../rule.ts";
import { lintRules } from "./index.ts";

const parse = await loadSqlParser();
const state = await lintFixture("state");
const path = "m/2_case.sql";

interface Linted {
  readonly found: readonly LintFinding[];
  readonly end: State;
}

/** The case as a migration on the state of the fixtures, in a database that is made anew for it. */
const lint = async (database: Disposable, text: string): Promise<Linted> => {
  const reset = ["rollback", "reset all", "drop schema if exists public cascade", "create schema public", state];
  await database.run(reset.slice(0, 1));
  const { error } = await database.run(reset.slice(1));
  if (error !== undefined) throw new Error(error.message);
  const chain = readChain([{ path, text }], { root: "m", parse });
  const migrations = [];
  for (const migration of chain.migrations) migrations.push(await measureMigration(database, migration, chain.tool));
  const subject = { tool: chain.tool, migrations, sizes: [], bytesPerSecond: 1 };
  return { found: runLint(lintRules, subject), end: await new Watch(database).look() };
};

const applied = (text: string, on: LintFinding["on"], fix: Fix): string => {
  if (fix.kind === "edit") return text.slice(0, fix.start) + fix.text + text.slice(fix.end);
  if (fix.kind !== "sql") return text;
  const { start, end } = on.statement;
  return text.slice(0, start) + `commit;\n${fix.up.replace(/;$/, "")}` + text.slice(end);
};

const rulesOf = (found: readonly LintFinding[], ...without: readonly string[]): readonly string[] =>
  found.map(({ finding }) => finding.rule).filter((rule) => !without.includes(rule));

const casesOf = async (id: string, kind: string): Promise<readonly string[]> => {
  const text = await lintFixture(`rules/${id.replace("lint/", "")}`);
  return text.split(/^(?=-- (?:found|clean)$)/m).flatMap((one) => (one.startsWith(`-- ${kind}\n`) ? [one] : []));
};

const work = <T>(run: (database: Disposable) => Promise<T>): Promise<T> =>
  withDisposable({}, { deadlineMs: 60_000, signal: new AbortController().signal }, run);

const isMine =
  (id: string) =>
  ({ finding }: { readonly finding: Finding }) =>
    finding.rule === id;

// Styles of their own, which a safe form may have too.
const beside = ["lint/not-repeatable", "lint/small-key", "lint/serial-column"];

/** It is found; its fix takes it away, brings nothing that was not there, and leads to the same catalog. */
const judge = async (database: Disposable, id: string, text: string): Promise<void> => {
  const first = await lint(database, text);
  const [mine] = first.found.filter(isMine(id));
  expect([text, mine?.finding.rule]).toEqual([text, id]);
  if (mine?.finding.fix === undefined) return;
  const mended = applied(text, mine.on, mine.finding.fix);
  const second = await lint(database, mended);
  expect([mended, rulesOf(second.found.filter(isMine(id)))]).toEqual([mended, []]);
  expect([mended, rulesOf(second.found, ...rulesOf(first.found), ...beside)]).toEqual([mended, []]);
  expect([mended, differencesOf(first.end, second.end)]).toEqual([mended, []]);
};

describe("lint rules", () => {
  test(
    "find their cases, let the others pass, and mend what they can",
    () =>
      work(async (database) => {
        for (const { id } of lintRules) {
          for (const text of await casesOf(id, "clean"))
            expect([id, text, rulesOf((await lint(database, text)).found.filter(isMine(id)))]).toEqual([id, text, []]);
          const cases = await casesOf(id, "found");
          expect([id, cases.length > 0]).toEqual([id, true]);
          for (const text of cases) await judge(database, id, text);
        }
      }),
    120_000,
  );
});
