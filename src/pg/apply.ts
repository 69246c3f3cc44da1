// Runs one way of a migration in a database of one's own as its runner would, without looking at what it does meanwhile.
import { Fault } from "../kernel/fault.ts";
import type { Tool, Way, Wrapping } from "./migrations/model.ts";
import type { MigrationSegment } from "./migrations/segments.ts";
import { segmentsOf, transactionWord } from "./migrations/segments.ts";
import { poison } from "./poison.ts";
import { faultIn } from "./prepare.ts";
import type { Statement } from "./tree.ts";
import type { Trial, TrialError } from "./trial.ts";
import { isPassedOver, supply } from "./trial.ts";

/** Runners that send a file statement by statement; others send it as one text, which the server runs as one transaction. */
const sendsSingly: ReadonlySet<Tool> = new Set(["plain", "goose", "flyway", "sql-migrate", "drizzle"]);

export const isOneMessage = (tool: Tool): boolean => !sendsSingly.has(tool);

/** What is around the statements in truth: several in one message are one transaction, whatever the runner asks for. */
export const wrappingOf = (tool: Tool, { wrapping, statements }: Way): Wrapping =>
  isOneMessage(tool) && statements.length > 1 && statements.every((one) => transactionWord(one) === undefined)
    ? "whole"
    : wrapping;

export interface Stopped {
  readonly statement: Statement;
  readonly error: TrialError;
}

/** Statements that reach outside of the database, or break it, are not run at all; nor is what cannot be parsed. */
export const refuseUnsafe = ({ file, statements, error }: Way): void => {
  if (error !== undefined)
    throw faultIn("input.syntax", `PostgreSQL cannot parse this: ${error.message} (SQLSTATE 42601)`, file, error.index);
  for (const statement of statements) {
    const reason = poison(statement);
    if (reason !== undefined) throw faultIn("input.refused", `${reason}; it was not run`, file, statement.start);
  }
};

/** A COMMIT of the file ends the transaction of its runner: what stands behind it commits statement by statement. */
const segmentsFor = (tool: Tool, way: Way): readonly MigrationSegment[] => {
  const wrapping = wrappingOf(tool, way);
  if (wrapping !== "whole") return segmentsOf({ ...way, wrapping });
  const end = way.statements.findIndex((one) => ["end", "undo"].includes(transactionWord(one) ?? ""));
  const first = end < 0 ? way.statements : way.statements.slice(0, end);
  const rest = end < 0 ? [] : way.statements.slice(end + 1);
  const isPlain = (one: Statement): boolean => transactionWord(one) === undefined;
  return [
    { kind: "transaction", statements: first.filter(isPlain) },
    ...segmentsOf({ ...way, wrapping: "none", statements: rest }),
  ];
};

const runSegment = async (
  trial: Trial,
  way: Way,
  { kind, statements }: MigrationSegment,
): Promise<Stopped | undefined> => {
  const run = statements.filter((statement) => !isPassedOver(statement));
  const texts = run.map(({ start, end }) => way.text.slice(start, end));
  const around = kind === "transaction";
  const last = run.at(-1);
  if (last === undefined) return undefined;
  for (;;) {
    const { done, error } = await trial.run(around ? ["begin", ...texts, "commit"] : texts);
    if (error === undefined) return undefined;
    if (around) await trial.run(["rollback"]);
    if (await supply(trial, error)) continue;
    return { statement: run[around ? done - 1 : done] ?? last, error };
  }
};

/** Runs a way to its end, or to the first statement that is refused; that one's transaction leaves no trace. */
export const applyWay = async (trial: Trial, way: Way, tool: Tool): Promise<Stopped | undefined> => {
  refuseUnsafe(way);
  for (const segment of segmentsFor(tool, way)) {
    try {
      const stopped = await runSegment(trial, way, segment);
      if (stopped !== undefined) return stopped;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "input.timeout") throw error;
      throw faultIn("input.timeout", error.message, way.file, segment.statements[0]?.start ?? 0);
    }
  }
  return undefined;
};

/** Statement by statement, each committed, passing over what is refused: the best that can be had of a way that fails. */
export const applyLoosely = async (trial: Trial, way: Way): Promise<void> => {
  for (const statement of way.statements) {
    if (transactionWord(statement) !== undefined) continue;
    await runSegment(trial, way, { kind: "alone", statements: [statement] });
  }
};
