// What a real server says about a statement: its locks in pg_locks, tables with another file, what DEBUG1 tells; then rolled back.
import postgres from "postgres";
import type { TestServer } from "./postgres-server.ts";

export interface Observed {
  /** `table MODE`, sorted: user tables, views and sequences that stood before; without ACCESS SHARE. */
  readonly locks: readonly string[];
  /** `rewrite t`, `scan t`, `scan t for constraint`, `build index on t`, sorted. */
  readonly works: readonly string[];
  readonly error?: string;
}

export const lintFixture = (name: string): Promise<string> =>
  Bun.file(new URL(`../pg/fixtures/lint/${name}.sql`, import.meta.url)).text();

export const lintStatements = async (): Promise<readonly string[]> =>
  (await lintFixture("statements")).split(";\n").filter((statement) => statement.trim() !== "");

const relations = `select c.oid::int8 as oid, c.relname as name, c.relkind::text as kind, c.relfilenode::int8 as file, i.indrelid::int8 as "of"
  from pg_class c left join pg_index i on i.indexrelid = c.oid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public'`;
const locks = `select relation::int8 as oid, replace(mode, 'Lock', '') as mode from pg_locks
  where pid = pg_backend_pid() and locktype = 'relation' and mode <> 'AccessShareLock'`;

const scans =
  "select relname as name, seq_scan::int as scans from pg_stat_xact_user_tables where schemaname = 'public'";

type Scans = readonly { readonly name: string; readonly scans: number }[];

interface Relation {
  readonly oid: string;
  readonly name: string;
  readonly kind: string;
  readonly file: string;
  readonly of: string | null;
}

const worksOf = (
  statement: string,
  before: readonly Relation[],
  after: readonly Relation[],
  notices: readonly string[],
) => {
  const old = new Map(before.map((one) => [one.oid, one]));
  const isTruncate = /^truncate/i.test(statement);
  const rewritten = after.filter(
    ({ oid, file, kind }) => !isTruncate && "rm".includes(kind) && old.has(oid) && old.get(oid)?.file !== file,
  );
  const built = after.filter(
    ({ oid, file, kind, of, name }) =>
      !isTruncate &&
      kind === "i" &&
      old.has(of ?? "") &&
      rewritten.every((table) => table.oid !== of) &&
      (old.has(oid) ? old.get(oid)?.file !== file : notices.some((one) => one.startsWith(`building index "${name}"`))),
  );
  const scanned = notices.flatMap((one) => /^verifying table "(.+)"$/.exec(one)?.[1] ?? []);
  const checked = notices.flatMap((one) => /^validating foreign key constraint "(.+)"$/.exec(one)?.[1] ?? []);
  return [
    ...rewritten.map(({ oid }) => `rewrite ${old.get(oid)?.name ?? ""}`),
    ...built.map(({ name, of }) => `build ${name} on ${old.get(of ?? "")?.name ?? ""}`),
    ...scanned.filter((name) => before.some((one) => one.name === name)).map((name) => `scan ${name}`),
    ...checked.map((name) => `check ${name}`),
  ].sort();
};

/** Each statement in a transaction of its own, on the same state. */
export const observe = async (
  server: Pick<TestServer, "url">,
  database: string,
  statements: readonly string[],
): Promise<readonly Observed[]> => {
  const notices: string[] = [];
  const sql = postgres(server.url(database), { max: 1, onnotice: ({ message }) => notices.push(message ?? "") });
  const found: Observed[] = [];
  try {
    for (const statement of statements) {
      await sql.unsafe("begin");
      const before = (await sql.unsafe(relations)) as unknown as readonly Relation[];
      const scanned = (await sql.unsafe(scans)) as unknown as Scans;
      await sql.unsafe("set local client_min_messages = debug1");
      notices.length = 0;
      try {
        await sql.unsafe(statement);
        const read = ((await sql.unsafe(scans)) as unknown as Scans).filter(
          ({ name, scans: count }) => count > (scanned.find((one) => one.name === name)?.scans ?? 0),
        );
        // ALTER DOMAIN says nothing of the tables that it reads: their counters do.
        if (/^alter domain/i.test(statement)) notices.push(...read.map(({ name }) => `verifying table "${name}"`));
        const names = new Map(before.map(({ oid, name, kind }) => [oid, { name, kind }]));
        const held = (await sql.unsafe(locks)) as unknown as readonly { oid: string; mode: string }[];
        const after = (await sql.unsafe(relations)) as unknown as readonly Relation[];
        const shown = held.flatMap(({ oid, mode }) => {
          const one = names.get(oid);
          return one === undefined || "iI".includes(one.kind) ? [] : [`${one.name} ${mode}`];
        });
        found.push({ locks: [...new Set(shown)].sort(), works: worksOf(statement, before, after, notices) });
      } catch (error) {
        found.push({ locks: [], works: [], error: error instanceof Error ? error.message : String(error) });
      }
      await sql.unsafe("rollback");
    }
  } finally {
    await sql.end();
  }
  return found;
};
