// Reading what commands work on: a connection, a schema file or a folder of them, to a catalog.
import { keptKey, readOutcome, writeOutcome } from "../io/embedded/kept-catalogs.ts";
import { loadSchema } from "../io/embedded/load-schema.ts";
import type { Io } from "../io/io.ts";
import { resolveTarget } from "../io/postgres/resolve.ts";
import { withSession } from "../io/postgres/session.ts";
import { Fault } from "../kernel/fault.ts";
import type { Finding, Location } from "../kernel/finding.ts";
import { joinPath } from "../kernel/paths.ts";
import type { CatalogReading } from "../pg/catalog.ts";
import type { Target } from "../pg/connection.ts";
import { targetText } from "../pg/connection.ts";
import { isManaged } from "../pg/diff/platform.ts";
import { within } from "../pg/diff/scope.ts";
import { readHealth } from "../pg/health/read-health.ts";
import { atTheirOrigin } from "../pg/origins.ts";
import type { SchemaFile } from "../pg/prepare.ts";
import { readCatalogWith } from "../pg/read-catalog.ts";
import type { DatabaseReading } from "../pg/rules/rule.ts";

export interface CatalogOptions {
  /** Only these schemas; all of the user's when empty. */
  readonly schemas: readonly string[];
  readonly deadlineMs: number;
  /** Of a server, also what it measured; schemas that a platform keeps for itself are left out unless they are asked for. */
  readonly health?: boolean;
}

export interface ReadCatalog {
  readonly reading: DatabaseReading;
  /** What was read, as people may see it. */
  readonly source: string;
  /** The server that was read, if it was one. */
  readonly target?: Target;
  /** What was left out of schema files. */
  readonly notes: readonly Finding[];
  /** Findings on database objects, moved to the file and line that make them where those are known. */
  locate(findings: readonly Finding[]): readonly Finding[];
}

export type CatalogSource =
  /** libpq's connection string or URL; empty for what the environment says. */
  { readonly kind: "server"; readonly connection: string } | { readonly kind: "files"; readonly path: string };

export const isConnection = (word: string): boolean => /^postgres(ql)?:\/\//.test(word);

const byNumber = new Intl.Collator("en", { numeric: true }).compare;

/** Flyway runs its repeatable migrations after the others. */
const isRepeatable = (name: string): number => (/^R__/.test(name) ? 1 : 0);

/** `2_b.sql` before `10_a.sql`: folders are read as people number them. */
const naturally = (a: string, b: string): number => isRepeatable(a) - isRepeatable(b) || byNumber(a, b);

/** `x.down.sql`, and Flyway's `U2__x.sql`. */
const isWayBack = (name: string): boolean => /([._-](down|undo|rollback)\.sql$|^U\d[\d._]*__)/i.test(name);

const deepest = 4;

/** The .sql files of a folder and the folders in it, in order; the way back of a migration is not part of a schema. */
const sqlFiles = async (io: Io, folder: string, depth = 0): Promise<readonly string[]> => {
  const names = (await io.files.list(folder)).filter((name) => !name.startsWith(".") && name !== "node_modules");
  const found = await Promise.all(
    names.toSorted(naturally).map(async (name) => {
      const path = joinPath(folder, name);
      const isFolder = depth < deepest && (await io.files.kind(path)) === "folder";
      if (isFolder) return sqlFiles(io, path, depth + 1);
      return /\.sql$/i.test(name) && !isWayBack(name) ? [path] : [];
    }),
  );
  return found.flat();
};

export const readSchemaFiles = async (io: Io, path: string): Promise<readonly SchemaFile[]> => {
  if ((await io.files.kind(path)) !== "folder") return [{ path, text: await io.files.readText(path) }];
  const paths = await sqlFiles(io, path);
  if (paths.length === 0) {
    throw new Fault("input.not-found", `no .sql file in ${path}`, { help: "name a schema file, or a folder of them" });
  }
  return Promise.all(paths.map(async (one) => ({ path: one, text: await io.files.readText(one) })));
};

/** What a platform's own schemas hold is not for its users to mend; those of this program need no word. */
const leftOut = (schemas: readonly string[]): readonly Finding[] => {
  const names = schemas.filter((name) => name !== "senior");
  if (names.length === 0) return [];
  return [
    {
      rule: "db/not-seen",
      severity: "info",
      message: `schemas that a platform keeps for itself were not looked at: ${names.join(", ")}`,
      at: { kind: "project" },
      help: `--schema ${names[0] ?? ""} looks at one of them`,
    },
  ];
};

const readServer = async (io: Io, connection: string, options: CatalogOptions): Promise<ReadCatalog> => {
  const target = await resolveTarget(io, connection);
  const source = targetText(target);
  io.terminal.progress(`reading ${source}`);
  const session = { deadlineMs: options.deadlineMs, signal: io.signal };
  const kept: string[] = [];
  const reading = await withSession(target, session, async (ask, attempt): Promise<DatabaseReading> => {
    const found = await readCatalogWith(ask, "server", options);
    if (options.health !== true) return found;
    io.terminal.progress(`reading the counters of ${source}`);
    const schemas = found.catalog.schemas.map(({ name }) => name);
    if (options.schemas.length === 0) kept.push(...schemas.filter(isManaged));
    const own = kept.length === 0 ? options.schemas : schemas.filter((name) => !isManaged(name));
    const catalog = kept.length === 0 ? found.catalog : within(found.catalog, (name) => !isManaged(name));
    return { ...found, catalog, health: await readHealth(attempt, found.server.version, own) };
  });
  return { reading, source, target, notes: leftOut(kept), locate: (findings) => findings };
};

/** What loading schema files gave, in plain values. */
interface FilesRead {
  readonly reading: CatalogReading;
  readonly origins: readonly (readonly [string, Location])[];
  readonly notes: readonly Finding[];
}

/** The same files hold the same: what was loaded once is kept in the user's cache folder. */
const loadOrTake = async (io: Io, files: readonly SchemaFile[], options: CatalogOptions): Promise<FilesRead> => {
  const key = keptKey(["reading", ...options.schemas, "of", ...files.flatMap(({ path, text }) => [path, text])]);
  const kept = await readOutcome<FilesRead>(io.cache, key);
  if (kept !== undefined) return kept;
  const { reading, origins, notes } = await loadSchema(files, { ...options, signal: io.signal });
  const read: FilesRead = { reading, origins: [...origins()], notes };
  await writeOutcome(io.cache, key, read);
  return read;
};

const readFiles = async (io: Io, path: string, options: CatalogOptions): Promise<ReadCatalog> => {
  const files = await readSchemaFiles(io, path);
  io.terminal.progress(`loading ${path}`);
  const { reading, origins, notes } = await loadOrTake(io, files, options);
  return { reading, source: path, notes, locate: (findings) => atTheirOrigin(findings, new Map(origins)) };
};

/** The one way to a catalog: a server is read as it is, files are run in the embedded server. */
export const readCatalog = async (io: Io, source: CatalogSource, options: CatalogOptions): Promise<ReadCatalog> => {
  const read =
    source.kind === "server"
      ? await readServer(io, source.connection, options)
      : await readFiles(io, source.path, options);
  const missing = options.schemas.find((name) => !read.reading.catalog.schemas.some((schema) => schema.name === name));
  if (missing === undefined) return read;
  throw new Fault("usage.bad-value", `there is no schema "${missing}" in ${read.source}`, {
    help: "check --schema; names are as the server stores them, without quotes",
  });
};
