// Loads schema files into an embedded PostgreSQL, inside one transaction that is rolled back, and reads their catalog.
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import { listed, milliseconds, nearest } from "../../kernel/words.ts";
import type { CatalogReading } from "../../pg/catalog.ts";
import type { Origins } from "../../pg/origins.ts";
import { originsOf } from "../../pg/origins.ts";
import { characterIndex } from "../../pg/positions.ts";
import type { PreparedSchema, PreparedStatement, SchemaFile, WantedExtension } from "../../pg/prepare.ts";
import { faultIn, prepareSchema } from "../../pg/prepare.ts";
import { quoteName } from "../../pg/quote.ts";
import type { CatalogScope } from "../../pg/read-catalog.ts";
import { readCatalogWith } from "../../pg/read-catalog.ts";
import { loadSqlParser } from "../sql-parser.ts";
import { bundledNames, isBundled } from "./extensions.ts";
import type { SqlError } from "./protocol.ts";
import type { EmbeddedServer } from "./server.ts";
import { withEmbeddedServer } from "./server.ts";

export interface LoadOptions extends CatalogScope {
  /** For each of: starting the server, running the files, one query of the catalog. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export interface LoadedSchema {
  readonly reading: CatalogReading;
  /** Where the files make what the catalog holds. */
  readonly origins: Origins;
  /** What was left out of the files. */
  readonly notes: readonly Finding[];
}

const unbundled = (extension: WantedExtension): Fault => {
  const near = nearest(extension.name, bundledNames());
  return new Fault(
    "input.unsupported",
    `the extension "${extension.name}" is not part of the embedded PostgreSQL${near === undefined ? "" : `; did you mean "${near}"?`}`,
    { at: extension.at, help: "read a server that has it with --connection, or leave it out of the file" },
  );
};

/** PostgreSQL's own words: message, SQLSTATE, and what it adds. */
const refusal = ({ message, sqlstate, detail, where }: SqlError): string =>
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

/** Runs the files, and so owns what they give to nobody. */
const loader = "senior loader";

/** A rollback goes back to the user that was set before; the embedded server begins with none set. */
const prologue = (roles: ReadonlySet<string>): readonly string[] => [
  "set session authorization postgres",
  "begin",
  ...[...roles].map((role) => `create role ${quoteName(role)}`),
  `create role ${quoteName(loader)} superuser`,
  `set session authorization ${quoteName(loader)}`,
];

const mustRun = async (server: EmbeddedServer, statements: readonly string[]): Promise<void> => {
  const { error } = await server.run(statements);
  if (error !== undefined) throw new Error(`the embedded PostgreSQL refused to begin: ${error.message}`);
};

/** Runs everything inside a transaction; a role that only the run itself reveals is created, and all is run again. */
const runStatements = async (server: EmbeddedServer, schema: PreparedSchema): Promise<void> => {
  const roles = new Set(schema.roles);
  for (;;) {
    await mustRun(server, prologue(roles));
    const { done, error } = await server.run(schema.statements.map(({ sql }) => sql));
    if (error === undefined) return;
    await server.run(["rollback"]);
    const role = missingRole(error);
    const statement = schema.statements[done];
    if (role !== undefined && !roles.has(role)) roles.add(role);
    else if (statement !== undefined) throw refusedFault(statement, error);
    else throw new Error(`the embedded PostgreSQL failed after the last statement: ${error.message}`);
  }
};

/** A deadline that passed while a statement ran is that statement's fault. */
const blame = (error: unknown, server: EmbeddedServer, schema: PreparedSchema, deadlineMs: number): unknown => {
  if (!(error instanceof Fault) || error.code !== "input.timeout") return error;
  const statement = schema.statements[server.begun()];
  if (statement === undefined) return error;
  const message = `this statement was still running after ${milliseconds(deadlineMs)}; the embedded PostgreSQL was ended`;
  return faultIn("input.timeout", message, statement.file, statement.start);
};

const brokenFault = (files: readonly SchemaFile[]): Fault =>
  new Fault(
    "input.invalid",
    `the embedded PostgreSQL no longer answers after loading ${listed(files.map(({ path }) => path))}`,
    {
      help: "load the file into a server of your own and read that with --connection",
    },
  );

/** Some statements break the server without an error: afterwards queries give no rows. Asked before and after every reading. */
const canary = async (server: EmbeddedServer, files: readonly SchemaFile[]): Promise<void> => {
  const rows = await server.rows("select (count(*) + 40)::text from (values (1), (2)) canary(x)").catch(() => []);
  if (rows.length !== 1 || rows[0] !== "42") throw brokenFault(files);
};

// Whatever the files set must not change what the reading sees or how names are printed.
const settle = [
  "set constraints all immediate",
  "set session authorization postgres",
  "reset role",
  "reset all",
  "set search_path = ''",
];

const readLoaded = async (
  server: EmbeddedServer,
  schema: PreparedSchema,
  scope: CatalogScope,
): Promise<CatalogReading> => {
  await canary(server, schema.files);
  const settled = await server.run(settle);
  if (settled.error !== undefined) throw new Fault("input.invalid", refusal(settled.error));
  const reading = await readCatalogWith((sql) => server.rows(sql), "embedded", { ...scope, loader });
  await canary(server, schema.files);
  await server.run(["rollback"]);
  return reading;
};

/**
 * The catalog of schema files, run in the order given. Nothing survives: not the transaction, not the server.
 * Throws Faults that name file, line and column for what PostgreSQL refuses, for what is refused here, and for what never ends.
 */
export const loadSchema = async (files: readonly SchemaFile[], options: LoadOptions): Promise<LoadedSchema> => {
  const schema = prepareSchema(files, await loadSqlParser());
  const missing = schema.extensions.find(({ name }) => !isBundled(name));
  if (missing !== undefined) throw unbundled(missing);
  const extensions = schema.extensions.map(({ name }) => name);
  const reading = await withEmbeddedServer({ ...options, extensions }, async (server) => {
    try {
      await runStatements(server, schema);
    } catch (error) {
      throw blame(error, server, schema, options.deadlineMs);
    }
    return readLoaded(server, schema, options);
  });
  return { reading, origins: originsOf(schema.statements, reading.catalog), notes: schema.notes };
};
