// Histories that other runners keep: read as the truth about what is applied, and kept up in the same transaction as ours.
import { Fault } from "../../kernel/fault.ts";
import type { Json } from "../../kernel/json.ts";
import { isObject } from "../../kernel/json.ts";
import { quotePath, quoteText } from "../quote.ts";
import { flywayChecksum } from "./checksum.ts";
import type { Chain, Migration, Tool } from "./model.ts";
import { versionOrder } from "./naming.ts";

/** A table in which another runner keeps its history. */
export interface Book {
  readonly tool: Tool;
  readonly schema: string;
  readonly name: string;
}

export const findBooks = `select json_build_object('schema', n.nspname, 'name', c.relname, 'columns', (select json_agg(a.attname::text order by a.attnum)
  from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))::text as book
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relname in ('schema_migrations', 'flyway_schema_history') and n.nspname !~ '^pg_' order by 1`;

/** Rails' table looks as dbmate's does. */
const toolOf = (name: string, columns: readonly unknown[]): Tool =>
  name === "flyway_schema_history" ? "flyway" : columns.includes("dirty") ? "golang-migrate" : "dbmate";

/** The book of a chain's own tool, if the database has one. */
export const bookOf = (rows: readonly Json[], tool: Tool): Book | undefined =>
  rows
    .flatMap((row): readonly Book[] => {
      if (!isObject(row)) return [];
      const { schema, name, columns } = row;
      if (typeof schema !== "string" || typeof name !== "string") return [];
      return [{ schema, name, tool: toolOf(name, Array.isArray(columns) ? (columns as unknown[]) : []) }];
    })
    .find((book) => book.tool === tool);

type Versioned = Pick<Migration, "version">;

interface Keeper {
  /** A query of one text column of JSON. */
  readonly read: (path: string) => string;
  /** Versions of the chain that are applied. Throws a Fault where the tool itself would refuse to go on. */
  readonly applied: (rows: readonly Json[], migrations: readonly Migration[]) => readonly Adopted[];
  readonly up: (path: string, migration: Migration) => readonly string[];
  readonly down: (path: string, migration: Versioned, before: Versioned | undefined) => readonly string[];
}

export interface Adopted {
  readonly migration: Migration;
  /** The other tool's own checksum says that the file was changed since. */
  readonly edited: boolean;
}

const text = (row: Json, key: string): string => {
  const value = isObject(row) ? row[key] : undefined;
  return typeof value === "string" ? value : "";
};

const same = (migration: Migration): Adopted => ({ migration, edited: false });

const dbmate: Keeper = {
  read: (path) => `select json_build_object('version', version::text)::text from ${path} order by version`,
  applied: (rows, migrations) => {
    const versions = new Set(rows.map((row) => text(row, "version")));
    return migrations.filter(({ version }) => versions.has(version)).map(same);
  },
  up: (path, { version }) => [`insert into ${path} (version) values (${quoteText(version)}) on conflict do nothing`],
  down: (path, { version }) => [`delete from ${path} where version = ${quoteText(version)}`],
};

const golang: Keeper = {
  read: (path) => `select json_build_object('version', version::text, 'dirty', dirty::text)::text from ${path}`,
  applied: ([row], migrations) => {
    if (row === undefined) return [];
    const version = text(row, "version");
    if (text(row, "dirty") === "true")
      throw new Fault("guard.lock", `golang-migrate stopped halfway in version ${version} (dirty)`, {
        help: `find out what of it is in, undo or finish it by hand, then run: migrate force ${version} (or the version before)`,
      });
    return migrations.filter((one) => versionOrder["golang-migrate"](one.version, version) <= 0).map(same);
  },
  // One row: the highest version.
  up: (path, { version }) => [
    `delete from ${path} where version < ${Number(version)}`,
    `insert into ${path} (version, dirty) select ${Number(version)}, false where not exists (select 1 from ${path})`,
  ],
  down: (path, _, before) => [
    `delete from ${path}`,
    ...(before === undefined ? [] : [`insert into ${path} (version, dirty) values (${Number(before.version)}, false)`]),
  ],
};

interface FlywayRow {
  readonly version: string;
  readonly type: string;
  readonly script: string;
  readonly checksum: number | undefined;
  readonly success: boolean;
}

const flywayRow = (row: Json): FlywayRow => {
  const checksum = isObject(row) ? row["checksum"] : undefined;
  return {
    version: text(row, "version"),
    type: text(row, "type"),
    script: text(row, "script"),
    checksum: typeof checksum === "number" ? checksum : undefined,
    success: isObject(row) && row["success"] === true,
  };
};

const scriptOf = ({ up }: Migration): string => up.file.path.slice(up.file.path.lastIndexOf("/") + 1);

const flyway: Keeper = {
  read: (
    path,
  ) => `select json_build_object('version', version, 'type', type, 'script', script, 'checksum', checksum, 'success', success)::text
from ${path} order by installed_rank`,
  applied: (given, migrations) => {
    const rows = given.map(flywayRow);
    const failed = rows.find(({ success }) => !success);
    if (failed !== undefined)
      throw new Fault("guard.lock", `Flyway's history says that ${failed.script} failed`, {
        help: "undo what it left by hand, then run `flyway repair`",
      });
    const baseline = rows.findLast(({ type }) => type === "BASELINE")?.version;
    return migrations.flatMap((migration): readonly Adopted[] => {
      const own = rows.findLast((row) =>
        migration.repeatable
          ? row.version === "" && row.script.endsWith(scriptOf(migration))
          : row.version !== "" && versionOrder.flyway(row.version, migration.version) === 0,
      );
      const below =
        baseline !== undefined && !migration.repeatable && versionOrder.flyway(migration.version, baseline) <= 0;
      if (own === undefined) return below ? [same(migration)] : [];
      if (own.type.startsWith("UNDO") || own.type === "DELETE") return [];
      const edited = own.checksum !== undefined && own.checksum !== flywayChecksum(migration.up.file.text);
      // A repeatable with another text is simply due again.
      return migration.repeatable && edited ? [] : [{ migration, edited }];
    });
  },
  up: (path, migration) => [
    `insert into ${path} (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
select coalesce(max(installed_rank), 0) + 1, ${migration.repeatable ? "null" : quoteText(migration.version)}, ${quoteText(migration.name.slice(0, 200))}, 'SQL',
  ${quoteText(scriptOf(migration))}, ${flywayChecksum(migration.up.file.text)}, session_user, 0, true from ${path}`,
  ],
  down: (path, { version }) => [`delete from ${path} where version = ${quoteText(version)}`],
};

const keepers: Partial<Record<Tool, Keeper>> = { dbmate, "golang-migrate": golang, flyway };

const keeperOf = ({ tool }: Book): Keeper => keepers[tool] ?? dbmate;

export const readBook = (book: Book): string => keeperOf(book).read(quotePath(book));

export const appliedIn = (
  book: Book,
  rows: readonly Json[],
  { migrations }: Pick<Chain, "migrations">,
): readonly Adopted[] => keeperOf(book).applied(rows, migrations);

export const bookUp = (book: Book | undefined, migration: Migration): readonly string[] =>
  book === undefined ? [] : keeperOf(book).up(quotePath(book), migration);

export const bookDown = (
  book: Book | undefined,
  migration: Versioned,
  before: Versioned | undefined,
): readonly string[] => (book === undefined ? [] : keeperOf(book).down(quotePath(book), migration, before));
