// Runs schema files statement by statement inside a transaction: what only the run reveals is made, and refusals name file and line.
import { Fault } from "../../kernel/fault.ts";
import { isObject } from "../../kernel/json.ts";
import { milliseconds } from "../../kernel/words.ts";
import { characterIndex } from "../../pg/positions.ts";
import type { PreparedSchema, PreparedStatement, SchemaFile } from "../../pg/prepare.ts";
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

const runPart = async (server: SqlServer, part: readonly PreparedStatement[], running: Running): Promise<Refused> => {
  running.part = part;
  const { done, error } = await server.run(part.map(({ sql }) => sql));
  return error === undefined ? {} : { statement: part[done], error };
};

const hasNumbers = ({ path }: SchemaFile): boolean => /(^|[/\\])[VR]?\d[^/\\]*$/i.test(path);

/** Files without numbers have no order of their own. */
const isInOrder = ({ files }: PreparedSchema): boolean => files.length < 2 || files.every(hasNumbers);

/** How many statements two schemas begin with in common, run by the same roles in the order given. */
export const sharedStart = (one: PreparedSchema, other: PreparedSchema): number => {
  if (!isInOrder(one) || !isInOrder(other)) return 0;
  const needs = ({ roles, tablespaces }: PreparedSchema): string => [...roles, "", ...tablespaces].join("\0");
  if (needs(one) !== needs(other)) return 0;
  const parting = one.statements.findIndex(({ sql }, at) => sql !== other.statements[at]?.sql);
  return parting < 0 ? one.statements.length : parting;
};

const parting = "savepoint parting";

/** Behind the first statements, which another schema shares, is a point to come back to. */
const runShared = async (
  server: SqlServer,
  { statements }: PreparedSchema,
  running: Running,
  shared: number,
): Promise<Refused> => {
  const start = await runPart(server, statements.slice(0, shared), running);
  if (start.error !== undefined) return start;
  await mustRun(server, [parting]);
  return runPart(server, statements.slice(shared), running);
};

/** Comes back to where another schema parted, and runs what this one goes on with; false where it does not work like that. */
export const runFromParting = async (
  server: SqlServer,
  { statements }: PreparedSchema,
  running: Running,
  shared: number,
): Promise<boolean> => {
  const { error } = await server.run([`rollback to ${parting}`, `release ${parting}`]);
  if (error !== undefined) return false;
  return (await runPart(server, statements.slice(shared), running)).error === undefined;
};

/**
 * Runs file after file. Files without numbers have no order of their own: one that lacks something waits for the others, and what is
 * left when none gets further is refused.
 */
const runFiles = async (server: SqlServer, schema: PreparedSchema, running: Running): Promise<Refused> => {
  const { files, statements } = schema;
  if (isInOrder(schema)) return runPart(server, statements, running);
  const byFile = Map.groupBy(statements, ({ file }) => file);
  let waiting: readonly (readonly PreparedStatement[])[] = files.map((file) => byFile.get(file) ?? []);
  for (;;) {
    const later: (readonly PreparedStatement[])[] = [];
    let first: Refused = {};
    for (const part of waiting) {
      await mustRun(server, ["savepoint file"]);
      const refused = await runPart(server, part, running);
      if (refused.error === undefined) continue;
      if (!isMissing(refused.error)) return refused;
      first = first.error === undefined ? refused : first;
      later.push(part);
      await mustRun(server, ["rollback to savepoint file"]);
    }
    if (later.length === 0 || later.length === waiting.length) return first;
    waiting = later;
  }
};

/**
 * Runs everything inside a transaction; roles and extensions that only the run itself reveals are made, and all is run again. Gives how many
 * statements of those that are shared can be come back to: none where something was refused, since it may work in one run alone.
 */
export const runStatements = async (
  server: SqlServer,
  ground: Ground,
  schema: PreparedSchema,
  running: Running,
  wanted = 0,
): Promise<number> => {
  let shared = wanted;
  const roles = new Set(schema.roles);
  const extended = new Set<string>();
  for (;;) {
    await mustRun(server, await ground.begin([...roles]));
    const { statement, error } = await (shared > 0
      ? runShared(server, schema, running, shared)
      : runFiles(server, schema, running));
    if (error === undefined) return shared;
    await server.run(["rollback"]);
    if (shared > 0) {
      shared = 0;
      continue;
    }
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
