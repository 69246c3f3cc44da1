// A shadow: a throw-away PostgreSQL that runs schemas and migrations, each inside a transaction that is rolled back.
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import { listed } from "../../kernel/words.ts";
import type { CatalogReading } from "../../pg/catalog.ts";
import type { Origins } from "../../pg/origins.ts";
import { originsOf } from "../../pg/origins.ts";
import type { SchemaFile, WantedExtension } from "../../pg/prepare.ts";
import type { CatalogScope } from "../../pg/read-catalog.ts";
import { CatalogReader } from "../../pg/reread-catalog.ts";
import type { ParseSql } from "../../pg/tree.ts";
import type { Ground } from "./ground.ts";
import { mustRun } from "./ground.ts";
import { Loader } from "./load-files.ts";
import type { Ran, SqlError } from "./protocol.ts";
import { refusal } from "./run-schema.ts";
import type { SqlServer } from "./server.ts";

export interface LoadedSchema {
  readonly reading: CatalogReading;
  /** Where the files make what the catalog holds. */
  readonly origins: () => Origins;
  /** What was left out of the files. */
  readonly notes: readonly Finding[];
}

export interface ReadOptions {
  readonly whole?: boolean;
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
  /** The catalog as it is now. What did not change since the last reading is not asked for again, unless all of it is to be. */
  read(options?: ReadOptions): Promise<CatalogReading>;
  /** A point to come back to: what runs inside `work` is undone after it, failed or not. */
  aside<T>(work: () => Promise<T>): Promise<T>;
}

export interface Needs {
  /** Roles that must be there. They go away with the rest. */
  readonly roles?: readonly string[];
  /** Tablespaces that must be there. */
  readonly tablespaces?: readonly string[];
  /** Extensions that will be created. */
  readonly extensions?: readonly string[];
}

export interface Loading extends CatalogScope {
  /** What will be loaded next: statements that it begins with too are run once for both. */
  readonly next?: readonly SchemaFile[];
}

export interface Shadow {
  /** Of the server, as in `server_version_num`. */
  readonly version: number;
  /** The catalog of schema files, run in the order given. Throws Faults that name file, line and column. */
  load(files: readonly SchemaFile[], scope: Loading): Promise<LoadedSchema>;
  /** Loads schema files as `load` does, then does `work` in the database that they made. Nothing of it is left afterwards. */
  loaded<T>(
    files: readonly SchemaFile[],
    scope: Loading,
    work: (scratch: Scratch, schema: LoadedSchema) => Promise<T>,
  ): Promise<T>;
  /** Makes extensions ready that later statements may create. */
  extend(extensions: readonly string[]): Promise<void>;
  /** Makes tablespaces that later work needs. To be asked before that work begins. */
  space(tablespaces: readonly string[]): Promise<void>;
  /** Does `work` in an empty database. Nothing of it is left afterwards. */
  within<T>(needs: Needs, work: (scratch: Scratch) => Promise<T>): Promise<T>;
}

const brokenFault = (what: string): Fault =>
  new Fault("input.invalid", `the shadow no longer answers after ${what}`, {
    help: "load the file into a server of your own and read that with --connection",
  });

/** Some statements break the server without an error: afterwards queries give no rows. Asked before and after every reading. */
const canary = async (server: SqlServer, what: string): Promise<void> => {
  const rows = await server.rows("select (count(*) + 40)::text from (values (1), (2)) canary(x)").catch(() => []);
  if (rows.length !== 1 || rows[0] !== "42") throw brokenFault(what);
};

/** A transaction and what is known of its catalog. */
interface Session {
  readonly server: SqlServer;
  readonly ground: Ground;
  readonly isOpaque: ShadowSettings["isOpaque"];
  readonly reader: CatalogReader;
}

const read = async (
  { server, ground, reader }: Session,
  what: string,
  { whole = false }: ReadOptions = {},
): Promise<CatalogReading> => {
  await canary(server, what);
  const settled = await server.run(ground.settle);
  if (settled.error !== undefined) throw new Fault("input.invalid", refusal(settled.error));
  const reading = await (whole ? reader.readWhole() : reader.read());
  await canary(server, what);
  return reading;
};

/** The group that a statement belongs to, each with one before and one after it. */
const groupAt = (groups: readonly (readonly string[])[], statement: number): number => {
  let end = 0;
  return groups.findIndex((group) => statement < (end += group.length + 2));
};

const scratchOn = (session: Session): Scratch => {
  const { server, ground, isOpaque } = session;
  return {
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
    async read(options) {
      const reading = withVersions(await read(session, "the last statements", options), [], isOpaque);
      await mustRun(server, ground.resume);
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
  };
};

export interface ShadowSettings {
  /** PostgreSQL's parser. */
  readonly parse: ParseSql;
  readonly deadlineMs: number;
  /** What is said about extensions that are only shells here. Throws for those that cannot be had. */
  readonly checkExtensions: (wanted: readonly WantedExtension[]) => readonly Finding[];
  readonly isOpaque: (name: string) => boolean;
  readonly ground: Ground;
  readonly version: number;
  readonly mostRenewed?: number;
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

export const shadowOn = (
  server: SqlServer,
  { parse, deadlineMs, checkExtensions, isOpaque, ground, version, mostRenewed }: ShadowSettings,
): Shadow => {
  const sessionOf = (scope: CatalogScope): Session => ({
    server,
    ground,
    isOpaque,
    reader: new CatalogReader((sql) => server.rows(sql), server.kind, {
      ...scope,
      loader: ground.loader,
      ...(mostRenewed === undefined ? {} : { most: mostRenewed }),
    }),
  });
  const loader = new Loader({ server, ground, parse, deadlineMs });
  const loaded: Shadow["loaded"] = async (files, { next, ...scope }, work) => {
    const { schema, checked: shells } = await loader.load(files, next, ({ extensions }) => checkExtensions(extensions));
    const session = sessionOf(scope);
    const all = await read(session, `loading ${listed(files.map(({ path }) => path))}`);
    const reading = withVersions(all, schema.extensions, isOpaque);
    await mustRun(server, ground.resume);
    const origins = (): Origins => originsOf(schema.statements, reading.catalog);
    return work(scratchOn(session), { reading, origins, notes: [...schema.notes, ...shells] });
  };
  const extend: Shadow["extend"] = (names) => server.extend(names.map((name) => ({ name, versions: [] })));
  return {
    version,
    loaded,
    extend,
    space: (tablespaces) => loader.space(tablespaces),
    load: (files, scope) => loaded(files, scope, (_, schema) => Promise.resolve(schema)),
    async within({ roles = [], extensions = [], tablespaces = [] }, work) {
      await extend(extensions);
      await loader.clear();
      await loader.space(tablespaces);
      await mustRun(server, await ground.begin(roles));
      return work(scratchOn(sessionOf({ schemas: [] })));
    },
  };
};
