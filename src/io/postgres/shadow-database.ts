// A disposable database on a real server: made for one piece of work, dropped with it, and swept up by the next when that was killed.
import { Fault } from "../../kernel/fault.ts";
import type { Target } from "../../pg/connection.ts";
import { targetText } from "../../pg/connection.ts";
import type { Connection } from "../../pg/migrations/server.ts";
import { quoteName, quoteText } from "../../pg/quote.ts";
import type { Ground } from "../embedded/ground.ts";
import type { EmbeddedOptions, SqlServer } from "../embedded/server.ts";
import { sqlServerOn } from "./sql-server.ts";
import { connectWriter } from "./writer.ts";

export interface ShadowServer {
  /** Where databases may be made, or one that is empty. */
  readonly target: Target;
  /** The databases that are compared: it must be another. */
  readonly apart: readonly Target[];
  /** Tells a person what is worth knowing. */
  readonly note: (line: string) => void;
}

export interface ShadowDatabase {
  readonly server: SqlServer;
  readonly ground: Ground;
  /** Of the server, as in `server_version_num`. */
  readonly version: number;
  /** Who is connected. */
  readonly user: string;
  /** A role that the work made after all: it goes with the rest, unless it was there before. */
  readonly made: (role: string) => void;
}

interface Facts {
  readonly user: string;
  readonly superuser: boolean;
  readonly createdb: boolean;
  readonly createrole: boolean;
  readonly version: number;
  /** Told apart by when the server started, which no two servers do in the same microsecond. */
  readonly instance: string;
  readonly database: string;
  readonly empty: boolean;
}

const factsQuery = `select json_build_object(
    'user', current_user, 'superuser', r.rolsuper, 'createdb', r.rolcreatedb or r.rolsuper, 'createrole', r.rolcreaterole or r.rolsuper,
    'version', current_setting('server_version_num')::int, 'instance', extract(epoch from pg_catalog.pg_postmaster_start_time())::text,
    'database', (select d.oid::text from pg_catalog.pg_database d where d.datname = current_database()),
    'empty', not exists (select from pg_catalog.pg_class c where c.oid >= 16384 and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)')
         and not exists (select from pg_catalog.pg_namespace n where n.oid >= 16384 and n.nspname !~ '^pg_')
         and not exists (select from pg_catalog.pg_proc p where p.oid >= 16384)
         and not exists (select from pg_catalog.pg_type t where t.oid >= 16384))::text as facts
  from pg_catalog.pg_roles r where r.rolname = current_user`;

const ask = async (connection: Connection, sql: string): Promise<readonly (string | null)[]> => {
  const outcome = await connection.run(sql);
  if (outcome.kind === "done") return outcome.rows.map((row) => Object.values(row)[0] ?? null);
  const message = outcome.kind === "lost" ? outcome.message : outcome.error.message;
  throw new Fault("world.database", `the shadow's server refuses: ${message}`);
};

// The shape is that of the query.
const factsOf = async (connection: Connection): Promise<Facts> =>
  JSON.parse((await ask(connection, factsQuery))[0] ?? "{}") as Facts;

const oldest = 140000;

/** Schema files are never run in the database that is compared. */
const refuseSame = async (facts: Facts, { target, note }: ShadowServer, compared: Target): Promise<void> => {
  const other = await connectWriter(compared);
  try {
    const { instance, database } = await factsOf(other);
    if (instance !== facts.instance) return;
    if (database === facts.database)
      throw new Fault("guard.target", `the shadow ${targetText(target)} is the database that is compared`, {
        help: "name another server, or another database of this one for --shadow, such as postgres",
      });
    note("the shadow is on the server that is compared: schemas are run there, in a database of their own");
  } finally {
    await other.close();
  }
};

const marker = "A throw-away database of senior; it may be dropped whenever nobody is connected to it.";

/** What killed runs left: marked, a minute old by its name, and without a session; and the roles that came with it. */
const stale = `select json_build_object('name', d.datname, 'mark', pg_catalog.shobj_description(d.oid, 'pg_database'))::text from pg_catalog.pg_database d
  where d.datname ~ '^senior_shadow_[0-9]+_[0-9a-f]{8}$' and starts_with(pg_catalog.shobj_description(d.oid, 'pg_database'), ${quoteText(marker)})
    and extract(epoch from now()) - split_part(d.datname, '_', 3)::bigint > 60
    and not exists (select from pg_catalog.pg_stat_activity a where a.datid = d.oid)`;

const markOf = (roles: readonly string[]): string =>
  roles.length === 0 ? marker : `${marker} Its roles: ${JSON.stringify(roles)}`;

const rolesIn = (mark: string): readonly string[] => {
  const list = mark.slice(marker.length + " Its roles: ".length);
  const value: unknown = list.startsWith("[") ? JSON.parse(list) : [];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
};

/** A role that something else uses by now is refused by the server, and stays. */
const drop = async (admin: Connection, name: string, roles: Iterable<string>): Promise<void> => {
  const { kind } = await admin.run(`DROP DATABASE IF EXISTS ${quoteName(name)}`);
  if (kind === "done") for (const role of roles) await admin.run(`DROP ROLE IF EXISTS ${quoteName(role)}`);
};

const sweep = async (admin: Connection): Promise<void> => {
  for (const row of await ask(admin, stale)) {
    const { name, mark } = JSON.parse(row ?? "{}") as { readonly name: string; readonly mark: string };
    await drop(admin, name, rolesIn(mark));
  }
};

const random = (): string => crypto.randomUUID().slice(0, 8);

/** What work wants that commits: no transaction takes it back. */
export interface Committing {
  /** Roles that must be there. */
  readonly roles: readonly string[];
  /** Roles that the work itself makes. */
  readonly makes: readonly string[];
}

interface Place {
  readonly name: string;
  /** Made for this, and dropped after it. */
  readonly own: boolean;
  /** Roles that come and go with it. */
  readonly roles: Set<string>;
  /** Roles that were there before. */
  readonly there: ReadonlySet<string | null>;
}

/** Makes the database, or takes an empty one where none may be made: there everything is undone with its transaction. */
const place = async (
  admin: Connection,
  facts: Facts,
  target: Target,
  committing: Committing | undefined,
): Promise<Place> => {
  if (!facts.createdb) {
    if (facts.empty && committing === undefined)
      return { name: target.database, own: false, roles: new Set(), there: new Set() };
    throw new Fault("guard.target", `${facts.user} may not create databases on ${targetText(target)}`, {
      help: `allow it with ALTER ROLE ${quoteName(facts.user)} CREATEDB${committing === undefined ? ", or name an empty database" : ""}`,
    });
  }
  await sweep(admin);
  const there = new Set(await ask(admin, "select rolname::text from pg_catalog.pg_roles"));
  const missing = (committing?.roles ?? []).filter((role) => !there.has(role));
  if (missing.length > 0 && !facts.createrole) throw roleFault(facts, missing);
  const [second] = await ask(admin, "select extract(epoch from now())::bigint::text");
  const name = `senior_shadow_${second ?? "0"}_${random()}`;
  const roles = [...missing, ...(committing?.makes ?? []).filter((role) => !there.has(role))];
  await ask(admin, `CREATE DATABASE ${quoteName(name)} TEMPLATE template0`);
  // A mark that cannot be set leaves a database that is only dropped by this very run.
  await admin.run(`COMMENT ON DATABASE ${quoteName(name)} IS ${quoteText(markOf(roles))}`);
  for (const role of missing) await ask(admin, `CREATE ROLE ${quoteName(role)}`);
  return { name, own: true, roles: new Set(roles), there };
};

const roleFault = (facts: Facts, roles: readonly string[]): Fault =>
  new Fault("world.database", `the schema names roles that the shadow does not have: ${roles.join(", ")}`, {
    help: `create them there, or allow it with ALTER ROLE ${quoteName(facts.user)} CREATEROLE; they are taken away again`,
  });

/** A superuser works as a role of the transaction's own, so that what files give to somebody is told from what they give to nobody. */
const groundOn = (server: SqlServer, facts: Facts): Ground => {
  const loader = facts.superuser ? `senior loader ${random()}` : facts.user;
  const become = facts.superuser ? [`set session authorization ${quoteName(loader)}`] : [];
  return {
    loader,
    async begin(roles) {
      const there = new Set(await server.rows("select rolname::text from pg_catalog.pg_roles"));
      const missing = roles.filter((role) => !there.has(role));
      if (missing.length > 0 && !facts.createrole) throw roleFault(facts, missing);
      return [
        "begin",
        ...missing.map((role) => `create role ${quoteName(role)}`),
        ...(facts.superuser ? [`create role ${quoteName(loader)} superuser`] : []),
        ...become,
      ];
    },
    settle: [
      "set constraints all immediate",
      "reset session authorization",
      "reset role",
      "reset all",
      "set search_path = ''",
      // Compiling the queries takes far longer than running them.
      "set jit = off",
    ],
    resume: [...become, "reset search_path"],
  };
};

/** Does `work` in a database of its own on a real server. Whatever happens, the database is dropped. */
export const withShadowDatabase = async <T>(
  shadow: ShadowServer,
  options: EmbeddedOptions,
  work: (database: ShadowDatabase) => Promise<T>,
  committing?: Committing,
): Promise<T> => {
  const admin = await connectWriter(shadow.target);
  try {
    const facts = await factsOf(admin);
    if (facts.version < oldest)
      throw new Fault("world.database", "the shadow is older than PostgreSQL 14, the oldest that can be read");
    for (const compared of shadow.apart) await refuseSame(facts, shadow, compared);
    const { name, own, roles, there } = await place(admin, facts, shadow.target, committing);
    const made = (role: string): void => {
      if (!there.has(role)) roles.add(role);
    };
    try {
      const target = { ...shadow.target, database: name };
      return await inDatabase(admin, target, facts, options, (database) => work({ ...database, made }));
    } finally {
      if (own) {
        await admin.run(
          `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where datname = ${quoteText(name)}`,
        );
        await drop(admin, name, roles);
      }
    }
  } finally {
    await admin.close();
  }
};

const inDatabase = async <T>(
  admin: Connection,
  target: Target,
  facts: Facts,
  options: EmbeddedOptions,
  work: (database: Omit<ShadowDatabase, "made">) => Promise<T>,
): Promise<T> => {
  const connection = await connectWriter(target);
  const end = async (): Promise<void> => {
    await admin.run(`select pg_catalog.pg_terminate_backend(${connection.pid})`);
  };
  try {
    // So that the server ends what runs when this process is killed; some systems cannot.
    await connection.run("set client_connection_check_interval = '1s'");
    const server = sqlServerOn(connection, end, options);
    return await work({ server, ground: groundOn(server, facts), version: facts.version, user: facts.user });
  } finally {
    await connection.close();
  }
};
