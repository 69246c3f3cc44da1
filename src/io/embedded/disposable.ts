// A disposable database: an embedded PostgreSQL that really commits, for what a transaction around everything would hide.
import { Fault } from "../../kernel/fault.ts";
import type { CatalogReading } from "../../pg/catalog.ts";
import { quoteName } from "../../pg/quote.ts";
import type { CatalogScope } from "../../pg/read-catalog.ts";
import { readCatalogWith } from "../../pg/read-catalog.ts";
import type { ShadowServer } from "../postgres/shadow-database.ts";
import { withShadowDatabase } from "../postgres/shadow-database.ts";
import { isBundled } from "./extensions.ts";
import type { Ran, Traced } from "./protocol.ts";
import type { EmbeddedOptions, SqlServer } from "./server.ts";
import { withEmbeddedServer } from "./server.ts";
import { refusal } from "./run-schema.ts";
import type { Needs } from "./shadow.ts";
import { Tablespaces } from "./tablespaces.ts";

/** An empty database of one's own, with one session, outside of any transaction. Locks, commits and CONCURRENTLY are real. */
export interface Disposable {
  /** Runs statements one by one until one fails. */
  run(statements: readonly string[]): Promise<Ran>;
  /** Runs one statement, and gives what the server said meanwhile. */
  trace(statement: string): Promise<Traced>;
  /** The rows of a query of one text column. */
  rows(sql: string): Promise<readonly string[]>;
  /** The catalog as it is now; to be asked outside of a transaction. Settings of the session stay as they are. */
  read(scope?: CatalogScope): Promise<CatalogReading>;
  /** Makes extensions ready to be created; what is not bundled becomes a shell. */
  extend(extensions: readonly string[]): Promise<void>;
  /** Is this extension only a shell here? */
  isOpaque(extension: string): boolean;
}

/** Who runs everything, and so owns what is given to nobody. */
const loader = "senior loader";

const mustRun = async (server: SqlServer, statements: readonly string[]): Promise<void> => {
  const { error } = await server.run(statements);
  if (error !== undefined) throw new Fault("input.invalid", refusal(error));
};

/** Who runs everything, and how a session is set right: what was set must not change what a reading sees; a rollback sets it again. */
interface House {
  readonly loader: string;
  readonly settle: readonly string[];
  readonly isOpaque: (extension: string) => boolean;
}

const embedded: House = {
  loader,
  settle: ["begin", "set session authorization postgres", "reset role", "reset all", "set search_path = ''"],
  isOpaque: (extension) => !isBundled(extension),
};

const onServer = (user: string): House => ({
  loader: user,
  settle: ["begin", "reset session authorization", "reset role", "reset all", "set search_path = ''", "set jit = off"],
  isOpaque: () => false,
});

/** Tells of roles that are made because a migration turned out to need them; extensions cannot be had that are not there. */
const telling = (server: SqlServer, made: (role: string) => void): SqlServer => ({
  ...server,
  extend: ([first]) =>
    Promise.reject(
      new Fault("input.unsupported", `the shadow's server does not have the extension "${first?.name ?? ""}"`, {
        help: "install its package there, or leave --shadow out: the embedded PostgreSQL makes a shell of it",
      }),
    ),
  run: (statements) => {
    for (const sql of statements) {
      const name = /^create role (?:"((?:[^"]|"")+)"|(\w+))$/i.exec(sql);
      if (name !== null) made(name[1]?.replaceAll('""', '"') ?? name[2] ?? "");
    }
    return server.run(statements);
  },
});

const on = (server: SqlServer, { loader, settle, isOpaque }: House): Disposable => ({
  run: (statements) => server.run(statements),
  trace: (statement) => server.trace(statement),
  rows: (sql) => server.rows(sql),
  async read(scope = { schemas: [] }) {
    await mustRun(server, settle);
    try {
      return await readCatalogWith((sql) => server.rows(sql), server.kind, { ...scope, loader });
    } finally {
      await server.run(["rollback"]);
    }
  },
  extend: (extensions) => server.extend(extensions.map((name) => ({ name, versions: [] }))),
  isOpaque,
});

export interface DisposableOptions extends EmbeddedOptions {
  /** A real server instead of the embedded one. */
  readonly shadow?: ShadowServer;
  /** Roles that the work itself makes: on a real server they must go with the rest. */
  readonly makes?: readonly string[];
}

/**
 * Starts an embedded server with what is needed in it, or makes a database on a real one, does `work` and ends it. A call that takes longer
 * than the deadline ends it too.
 */
export const withDisposable = <T>(
  { roles = [], extensions = [], tablespaces = [] }: Needs,
  { shadow, makes = [], ...options }: DisposableOptions,
  work: (database: Disposable) => Promise<T>,
): Promise<T> => {
  if (shadow !== undefined)
    return withShadowDatabase(
      shadow,
      options,
      ({ server, user, made }) => work(on(telling(server, made), onServer(user))),
      {
        roles,
        makes,
      },
    );
  return withEmbeddedServer(options, async (server) => {
    await server.extend(extensions.map((name) => ({ name, versions: [] })));
    await new Tablespaces(server).make(tablespaces);
    await mustRun(server, [
      ...roles.map((role) => `create role ${quoteName(role)}`),
      `create role ${quoteName(loader)} superuser`,
      `set session authorization ${quoteName(loader)}`,
    ]);
    return work(on(server, embedded));
  });
};
