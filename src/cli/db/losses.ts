// Rows and values that a migration would take for good, counted on the server before anything runs.
import { Fault } from "../../kernel/fault.ts";
import type { Way } from "../../pg/migrations/model.ts";
import { isManyRows, questionSql, takenBy } from "../../pg/migrations/losses.ts";
import type { RunnerSession } from "../../pg/migrations/session.ts";
import { locationText } from "../../kernel/finding.ts";
import { placeIn } from "../../pg/prepare.ts";

export interface Loss {
  /** `column public.users.name`. */
  readonly what: string;
  readonly rows: number;
  /** The file and line that take it. */
  readonly at: string;
}

const countMs = 20_000;

/** What the ways would take from tables that hold something now; what is empty, or made by the same run, is no loss. */
export const countLosses = async (session: RunnerSession, ways: readonly Way[]): Promise<readonly Loss[]> => {
  const losses: Loss[] = [];
  await session.run(`set statement_timeout = ${countMs}`);
  for (const way of ways) {
    for (const taken of way.statements.flatMap(takenBy)) {
      const sql = way.text.slice(taken.statement.start, taken.statement.end);
      const at = locationText(placeIn(way.file, taken.statement.start + sql.length - sql.trimStart().length));
      for (const { what, question } of await session.rows(questionSql(taken))) {
        const outcome = await session.run(question ?? "");
        if (outcome.kind === "lost") throw new Fault("world.database", `the connection was lost: ${outcome.message}`);
        // Too large to count in time is not nothing.
        const rows = outcome.kind === "done" ? Number(Object.values(outcome.rows[0] ?? {})[0] ?? 0) : Number.NaN;
        if (rows !== 0) losses.push({ what: what ?? "", rows, at });
      }
    }
  }
  await session.run("reset statement_timeout");
  return losses;
};

const rowsText = (rows: number): string =>
  Number.isNaN(rows)
    ? "not counted in time"
    : isManyRows(rows)
      ? "more than a million rows"
      : `${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}`;

export const lossText = ({ what, rows, at }: Loss): string => `${what}: ${rowsText(rows)} (${at})`;

export const refuseLosses = (losses: readonly Loss[], accepted: boolean): void => {
  if (losses.length === 0 || accepted) return;
  throw new Fault("guard.data-loss", `these would be lost:\n${losses.map((one) => `  ${lossText(one)}`).join("\n")}`, {
    data: { losses: losses.map(({ what, rows, at }) => ({ what, rows: Number.isNaN(rows) ? null : rows, at })) },
  });
};
