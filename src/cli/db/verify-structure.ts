// db verify on a Rails application: its structure.sql is loaded, and held against the files of db/migrate.
import { withDisposable } from "../../io/embedded/disposable.ts";
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import { joinPath, splitPath } from "../../kernel/paths.ts";
import type { Report } from "../../kernel/report.ts";
import type { PreparedSchema } from "../../pg/prepare.ts";
import { prepareSchema } from "../../pg/prepare.ts";
import type { ParseSql } from "../../pg/tree.ts";
import type { RubyMigration } from "../../pg/verify/structure.ts";
import { listedVersions, rubyMigration, versionFindings } from "../../pg/verify/structure.ts";
import { structureReport } from "../../pg/verify/structure-report.ts";
import { needsWith, runSchema } from "./state-before.ts";

const isStructure = (name: string): boolean => /(^|_)structure\.sql$/.test(name);

/** `animals_structure.sql` belongs to `animals_migrate`; `structure.sql` to `migrate` and `post_migrate`. */
const foldersOf = (structure: string): readonly string[] => {
  const prefix = structure.replace(/structure\.sql$/, "");
  return [`${prefix}migrate`, `${prefix}post_migrate`];
};

/** The dump that a path stands for: itself, the one in the folder or in its `db`, or the one beside a folder of Ruby migrations. */
export const structureOf = async (io: Io, path: string): Promise<string | undefined> => {
  const { folder, name } = splitPath(path.replace(/\/+$/, ""));
  if ((await io.files.kind(path)) !== "folder") return isStructure(name) ? path : undefined;
  const inside = await io.files.list(path);
  if (inside.some((one) => /^\d.*\.sql$/i.test(one))) return undefined;
  const beside = inside.some((one) => rubyMigration(one) !== undefined)
    ? joinPath(folder, name.replace(/(post_)?migrate$/, "structure.sql"))
    : undefined;
  const below = (one: string): string => (path === "." ? one : joinPath(path, one));
  for (const candidate of [below("structure.sql"), below("db/structure.sql"), beside])
    if (candidate !== undefined && (await io.files.kind(candidate)) === "file") return candidate;
  return undefined;
};

const migrationsBeside = async (io: Io, structure: string): Promise<readonly RubyMigration[]> => {
  const { folder, name } = splitPath(structure);
  const found: RubyMigration[] = [];
  const read = async (below: string, depth: number): Promise<void> => {
    for (const one of await io.files.list(below)) {
      const path = joinPath(below, one);
      const migration = rubyMigration(path);
      if (migration !== undefined) found.push(migration);
      else if (depth > 0 && (await io.files.kind(path)) === "folder") await read(path, depth - 1);
    }
  };
  for (const one of foldersOf(name)) {
    const below = folder === "." ? one : joinPath(folder, one);
    if ((await io.files.kind(below)) === "folder") await read(below, 2);
  }
  return found;
};

interface Loaded {
  readonly schema?: PreparedSchema;
  readonly tables?: number;
  readonly refused?: Finding;
}

/** What PostgreSQL refuses of a file is a finding of that file; anything else goes on as it came. */
const refusal = (error: unknown): Loaded => {
  if (!(error instanceof Fault) || error.at?.kind !== "file") throw error;
  return {
    refused: {
      rule: "verify/structure-refused",
      severity: "error",
      message: error.message,
      at: error.at,
      help: "bin/rails db:schema:load fails in the same way: dump it anew, or mend the migration behind it",
    },
  };
};

const load = async (io: Io, structure: string, parse: ParseSql, deadlineMs: number): Promise<Loaded> => {
  const file = { path: structure, text: await io.files.readText(structure) };
  let schema: PreparedSchema;
  try {
    schema = prepareSchema([file], parse);
  } catch (error) {
    return refusal(error);
  }
  try {
    const tables = await withDisposable(needsWith({}, schema), { deadlineMs, signal: io.signal }, async (database) => {
      await runSchema(database, schema);
      return (await database.read()).catalog.tables.length;
    });
    return { schema, tables };
  } catch (error) {
    return { ...refusal(error), schema };
  }
};

export const verifyStructure = async (
  io: Io,
  {
    source,
    structure,
    parse,
    deadlineMs,
  }: { readonly source: string; readonly structure: string; readonly parse: ParseSql; readonly deadlineMs: number },
): Promise<Report> => {
  io.terminal.progress(`loading ${structure}`);
  const { schema, tables, refused } = await load(io, structure, parse, deadlineMs);
  const migrations = await migrationsBeside(io, structure);
  const file = schema?.files[0] ?? { path: structure, text: "" };
  const listed = listedVersions(schema?.statements ?? []);
  const found = versionFindings(file, listed, migrations);
  const isTold = found.some(({ rule }) => rule === "verify/structure-refused");
  const findings = [
    ...found,
    ...(refused === undefined || isTold ? [] : [refused]),
    ...(schema?.notes ?? []).filter(({ severity }) => severity !== "info"),
  ];
  return structureReport({ source, structure, tables, listed, migrations, findings });
};
