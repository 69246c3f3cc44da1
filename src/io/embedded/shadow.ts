// A shadow: a throw-away PostgreSQL that runs schemas and migrations, each inside a transaction that is rolled back.
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import { listed, milliseconds } from "../../kernel/words.ts";
import type { CatalogReading } from "../../pg/catalog.ts";
import type { Origins } from "../../pg/origins.ts";
import { originsOf } from "../../pg/origins.ts";
import { characterIndex } from "../../pg/positions.ts";
import type { PreparedSchema, PreparedStatement, SchemaFile, WantedExtension } from "../../pg/prepare.ts";
import { faultIn, prepareSchema } from "../../pg/prepare.ts";
import { quoteName } from "../../pg/quote.ts";
import type { CatalogScope } from "../../pg/read-catalog.ts";
import { readCatalogWith } from "../../pg/read-catalog.ts";
import type { ParseSql } from "../../pg/tree.ts";
import type { NewExtension, Ran, SqlError } from "./protocol.ts";
import type { SqlServer } from "./server.ts";

export interface LoadedSchema {
  readonly reading: CatalogReading;
  /** Where the files make what the catalog holds. */
  readonly origins: () => Origins;
  /** What was left out of the files. */
  readonly notes: readonly Finding[];
}

/** A database for as long as a piece of work lasts, inside one transaction: no CONCURRENTLY, no transaction control. */
export interface Scratch {
  /** Runs statements one by one until one fails. After a failure only `back` helps. */
  run(statements: readonly string[]): Promise<Ran>;
  /** Runs one statement and keeps it when it works; otherwise it leaves no trace but its error. */
  attempt(statement: string): Promise<SqlError | undefined>;
  /** Runs group after group of statements until one fails, which leaves no trace; gives how many worked. */
  attemptGroups(groups: readonly (readonly string[])[]): Promise<number>;
  /** The rows of a query of one text column. */
  rows(sql: string): Promise<readonly string[]>;
  /** The catalog as it is now. */
  read(scope?: CatalogScope): Promise<CatalogReading>;
  /** A point to come back to: what runs inside `work` is undone after it, failed or not. */
  aside<T>(work: () => Promise<T>): Promise<T>;
}

export interface Needs {
  /** Roles that must be there. They go away with the rest. */
  readonly roles?: readonly string[];
  /** Extensions that will be created. */
  readonly extensions?: readonly string[];
}

export interface Shadow {
  /** The catalog of schema files, run in the order given. Throws Faults that name file, line and column. */
  load(files: readonly SchemaFile[], scope: CatalogScope): Promise<LoadedSchema>;
  /** Loads schema files as `load` does, then does `work` in the database that they made. Nothing of it is left afterwards. */
  loaded<T>(
    files: readonly SchemaFile[],
    scope: CatalogScope,
    work: (scratch: Scratch, schema: LoadedSchema) => Promise<T>,
  ): Promise<T>;
  /** Makes extensions ready that later statements may create. */
  extend(extensions: readonly string[]): Promise<void>;
  /** Does `work` in an empty database. Nothing of it is left afterwards. */
  within<T>(needs: Needs, work: (scratch: Scratch) => Promise<T>): Promise<T>;
}

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

/** Runs the files, and so owns what they give to nobody. */
const loader = "senior loader";

/** A rollback goes back to the user that was set before; the embedded server begins with none set. */
const prologue = (roles: Iterable<string>): readonly string[] => [
  "set session authorization postgres",
  "begin",
  ...[...roles].map((role) => `create role ${quoteName(role)}`),
  `create role ${quoteName(loader)} superuser`,
  `set session authorization ${quoteName(loader)}`,
];

/** After a reading, which is the superuser's. */
const asLoader: readonly string[] = [`set session authorization ${quoteName(loader)}`, "reset search_path"];

const mustRun = async (server: SqlServer, statements: readonly string[]): Promise<void> => {
  const { error } = await server.run(statements);
  if (error !== undefined) throw new Error(`the shadow refused its own statement: ${error.message}`);
};

const missingExtension = ({ sqlstate, message }: SqlError): string | undefined =>
  sqlstate === "0A000" ? /^extension "(.+)" is not available$/s.exec(message)?.[1] : undefined;

/** What is missing may be in a later file: relation, column, type, function, schema. */
const isMissing = ({ sqlstate }: SqlError): boolean => ["42P01", "42703", "42704", "42883", "3F000"].includes(sqlstate);

/** What runs now, for what is said when it never ends. */
interface Running {
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
const runStatements = async (server: SqlServer, schema: PreparedSchema, running: Running): Promise<void> => {
  const roles = new Set(schema.roles);
  const extended = new Set<string>();
  for (;;) {
    await mustRun(server, prologue(roles));
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
const blame = (error: unknown, server: SqlServer, { part }: Running, deadlineMs: number): unknown => {
  if (!(error instanceof Fault) || error.code !== "input.timeout") return error;
  const statement = part[server.begun()];
  if (statement === undefined) return error;
  const message = `this statement was still running after ${milliseconds(deadlineMs)}; the embedded PostgreSQL was ended`;
  return faultIn("input.timeout", message, statement.file, statement.start);
};

const brokenFault = (what: string): Fault =>
  new Fault("input.invalid", `the embedded PostgreSQL no longer answers after ${what}`, {
    help: "load the file into a server of your own and read that with --connection",
  });

/** Some statements break the server without an error: afterwards queries give no rows. Asked before and after every reading. */
const canary = async (server: SqlServer, what: string): Promise<void> => {
  const rows = await server.rows("select (count(*) + 40)::text from (values (1), (2)) canary(x)").catch(() => []);
  if (rows.length !== 1 || rows[0] !== "42") throw brokenFault(what);
};

// Whatever the files set must not change what the reading sees or how names are printed.
const settle = [
  "set constraints all immediate",
  "set session authorization postgres",
  "reset role",
  "reset all",
  "set search_path = ''",
];

const read = async (server: SqlServer, what: string, scope: CatalogScope): Promise<CatalogReading> => {
  await canary(server, what);
  const settled = await server.run(settle);
  if (settled.error !== undefined) throw new Fault("input.invalid", refusal(settled.error));
  const reading = await readCatalogWith((sql) => server.rows(sql), server.kind, { ...scope, loader });
  await canary(server, what);
  return reading;
};

const everything: CatalogScope = { schemas: [] };

/** The group that a statement belongs to, each with one before and one after it. */
const groupAt = (groups: readonly (readonly string[])[], statement: number): number => {
  let end = 0;
  return groups.findIndex((group) => statement < (end += group.length + 2));
};

const scratchOn = (server: SqlServer, isOpaque: ShadowSettings["isOpaque"]): Scratch => ({
  run: (statements) => server.run(statements),
  async attempt(statement) {
    const { error } = await server.run(["savepoint attempt", statement, "release savepoint attempt"]);
    if (error !== undefined) await mustRun(server, ["rollback to savepoint attempt", "release savepoint attempt"]);
    return error;
  },
  async attemptGroups(groups) {
    const [begin, end] = ["savepoint attempt", "release savepoint attempt"];
    const { done, error } = await server.run(groups.flatMap((group) => [begin, ...group, end]));
    if (error === undefined) return groups.length;
    await mustRun(server, [`rollback to ${begin}`, end]);
    return groupAt(groups, done);
  },
  rows: (sql) => server.rows(sql),
  async read(scope = everything) {
    const reading = withVersions(await read(server, "the last statements", scope), [], isOpaque);
    await mustRun(server, asLoader);
    return reading;
  },
  async aside(work) {
    await mustRun(server, ["savepoint aside"]);
    try {
      return await work();
    } finally {
      await mustRun(server, ["rollback to savepoint aside", "release savepoint aside"]);
    }
  },
});

export interface ShadowSettings {
  /** PostgreSQL's parser. */
  readonly parse: ParseSql;
  readonly deadlineMs: number;
  /** What is said about extensions that are only shells here. Throws for those that cannot be had. */
  readonly checkExtensions: (wanted: readonly WantedExtension[]) => readonly Finding[];
  readonly isOpaque: (name: string) => boolean;
}

/** A version counts only where the files ask for one; what is a shell says so. */
const withVersions = (
  reading: CatalogReading,
  wanted: readonly WantedExtension[],
  isOpaque: (name: string) => boolean,
): CatalogReading => {
  const asked = new Map(wanted.map(({ name, version }) => [name, version]));
  const extensions = reading.catalog.extensions.map(({ name, schema, comment }) => {
    const version = asked.get(name);
    return {
      name,
      schema,
      ...(version === undefined ? {} : { version }),
      ...(isOpaque(name) ? { opaque: true as const } : {}),
      ...(comment === undefined ? {} : { comment }),
    };
  });
  return { ...reading, catalog: { ...reading.catalog, extensions } };
};

const byName = (wanted: readonly WantedExtension[]): readonly NewExtension[] =>
  [...Map.groupBy(wanted, ({ name }) => name)].map(([name, group]) => ({
    name,
    versions: [...new Set(group.flatMap(({ version }) => version ?? []))],
  }));

export const shadowOn = (
  server: SqlServer,
  { parse, deadlineMs, checkExtensions, isOpaque }: ShadowSettings,
): Shadow => {
  let open = false;
  // What was left open goes when the next work begins: after the last one the server itself goes.
  const clear = async (): Promise<void> => {
    if (open) await server.run(["rollback"]);
    open = true;
  };
  const loaded: Shadow["loaded"] = async (files, scope, work) => {
    const schema = prepareSchema(files, parse);
    const shells = checkExtensions(schema.extensions);
    await server.extend(byName(schema.extensions));
    const running: Running = { part: [] };
    await clear();
    try {
      await runStatements(server, schema, running);
    } catch (error) {
      throw blame(error, server, running, deadlineMs);
    }
    const all = await read(server, `loading ${listed(files.map(({ path }) => path))}`, scope);
    const reading = withVersions(all, schema.extensions, isOpaque);
    await mustRun(server, asLoader);
    const origins = (): Origins => originsOf(schema.statements, reading.catalog);
    return work(scratchOn(server, isOpaque), { reading, origins, notes: [...schema.notes, ...shells] });
  };
  const extend: Shadow["extend"] = (names) => server.extend(names.map((name) => ({ name, versions: [] })));
  return {
    loaded,
    extend,
    load: (files, scope) => loaded(files, scope, (_, schema) => Promise.resolve(schema)),
    async within({ roles = [], extensions = [] }, work) {
      await extend(extensions);
      await clear();
      await mustRun(server, prologue(roles));
      return work(scratchOn(server, isOpaque));
    },
  };
};
