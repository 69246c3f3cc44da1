// Runs schema files statement by statement inside a transaction: what only the run reveals is made, and refusals name file and line.
import { Fault } from "../../kernel/fault.ts";
import { isObject } from "../../kernel/json.ts";
import { milliseconds } from "../../kernel/words.ts";
import { characterIndex } from "../../pg/positions.ts";
import type { PreparedSchema, PreparedStatement } from "../../pg/prepare.ts";
import { faultIn } from "../../pg/prepare.ts";
import type { Ground } from "./ground.ts";
import { mustRun } from "./ground.ts";
import type { SqlError } from "./protocol.ts";
import type { SqlServer } from "./server.ts";

/** PostgreSQL's own words: message, SQLSTATE, and what it adds. */
export const refusal = ({ message, sqlstate, detail, where }: SqlError): string =>
  [
    `PostgreSQL refused this statement: ${message} (SQLSTATE ${sqlstate})`,
    ...(detail === undefined ? [] : [detail]),
    ...(where === undefined ? [] : [`in ${where.replaceAll("\n", ", ")}`]),
  ].join("\n");

const refusedFault = (statement: PreparedStatement, error: SqlError): Fault => {
  const offset = error.position === undefined ? 0 : characterIndex(statement.sql, error.position - 1);
  return faultIn("input.invalid", refusal(error), statement.file, statement.start + offset, error.hint);
};

const missingRole = ({ sqlstate, message }: SqlError): string | undefined =>
  sqlstate === "42704" ? /^role "(.+)" does not exist$/s.exec(message)?.[1] : undefined;

const missingExtension = ({ sqlstate, message }: SqlError): string | undefined =>
  sqlstate === "0A000" ? /^extension "(.+)" is not available$/s.exec(message)?.[1] : undefined;

/** What is missing may be in a later file: relation, column, type, function, schema. */
const isMissing = ({ sqlstate }: SqlError): boolean => ["42P01", "42703", "42704", "42883", "3F000"].includes(sqlstate);

/** What runs now, for what is said when it never ends. */
export interface Running {
  part: readonly PreparedStatement[];
}

interface Refused {
  readonly statement?: PreparedStatement | undefined;
  readonly error?: SqlError;
}

/**
 * Runs file after file. Files without numbers have no order of their own: one that lacks something waits for the others, and what is
 * left when none gets further is refused.
 */
const runFiles = async (
  server: SqlServer,
  { files, statements }: PreparedSchema,
  running: Running,
): Promise<Refused> => {
  const byFile = Map.groupBy(statements, ({ file }) => file);
  const numbered = files.every(({ path }) => /(^|[/\\])[VR]?\d[^/\\]*$/i.test(path));
  let waiting = files.length < 2 || numbered ? [statements] : files.map((file) => byFile.get(file) ?? []);
  const patient = waiting.length > 1;
  for (;;) {
    const later: (readonly PreparedStatement[])[] = [];
    let first: Refused = {};
    for (const part of waiting) {
      if (patient) await mustRun(server, ["savepoint file"]);
      running.part = part;
      const { done, error } = await server.run(part.map(({ sql }) => sql));
      if (error === undefined) continue;
      const refused = { statement: part[done], error };
      if (!patient || !isMissing(error)) return refused;
      first = first.error === undefined ? refused : first;
      later.push(part);
      await mustRun(server, ["rollback to savepoint file"]);
    }
    if (later.length === 0 || later.length === waiting.length) return first;
    waiting = later;
  }
};

/** Runs everything inside a transaction; roles and extensions that only the run itself reveals are made, and all is run again. */
export const runStatements = async (
  server: SqlServer,
  ground: Ground,
  schema: PreparedSchema,
  running: Running,
): Promise<void> => {
  const roles = new Set(schema.roles);
  const extended = new Set<string>();
  for (;;) {
    await mustRun(server, await ground.begin([...roles]));
    const { statement, error } = await runFiles(server, schema, running);
    if (error === undefined) return;
    await server.run(["rollback"]);
    const role = missingRole(error);
    const extension = missingExtension(error);
    if (role !== undefined && !roles.has(role)) roles.add(role);
    else if (extension !== undefined && !extended.has(extension)) {
      extended.add(extension);
      await server.extend([{ name: extension, versions: [] }]);
    } else if (statement !== undefined) throw refusedFault(statement, error);
    else throw new Error(`the shadow failed after the last statement: ${error.message}`);
  }
};

/** A deadline that passed while a statement ran is that statement's fault. */
export const blame = (error: unknown, server: SqlServer, { part }: Running, deadlineMs: number): unknown => {
  if (!(error instanceof Fault) || error.code !== "input.timeout") return error;
  const statement = part[server.begun()];
  if (statement === undefined) return error;
  const afterMs = isObject(error.data) ? Number(error.data["afterMs"]) : deadlineMs;
  const message =
    afterMs > deadlineMs
      ? `all statements up to this one took ${milliseconds(afterMs)}; the shadow was ended`
      : `this statement was still running after ${milliseconds(deadlineMs)}; the embedded PostgreSQL was ended`;
  return faultIn("input.timeout", message, statement.file, statement.start);
};
