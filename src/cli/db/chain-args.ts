// What lint and verify share: which migrations are meant, what stands before them, and what they need to run at all.
import type { Needs } from "../../io/embedded/shadow.ts";
import { changedBelow } from "../../io/git.ts";
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import { joinPath, splitPath } from "../../kernel/paths.ts";
import type { Chain, Migration, Tool, Way } from "../../pg/migrations/model.ts";
import { tools } from "../../pg/migrations/model.ts";
import { roleCreated, rolesNamed } from "../../pg/roles.ts";
import { tablespacesNamed } from "../../pg/tablespaces.ts";
import type { ParseSql, Statement } from "../../pg/tree.ts";
import { textOf } from "../../pg/tree.ts";
import { choice, maybe } from "../flags.ts";
import { readMigrations } from "./migration-source.ts";

/** Words that can only be a revision; others have to be joined to the flag: `--changed=my-branch`. */
const isRevision = (word: string): boolean =>
  /^(HEAD|main|master|develop|trunk)\b|^(origin|upstream|refs|tags)\/|[~^@]|^[0-9a-f]{7,40}$|^v\d/.test(word);

export const chainFlags = {
  format: choice(tools, "For which runner the files were written; told by their names and marks where it is left out"),
  changed: maybe("Only migrations that differ from a revision, or from HEAD; all others still run before them", {
    value: "REV",
    takes: isRevision,
    scope: "user",
  }),
};

export interface Chosen {
  readonly chain: Chain;
  /** Those that are meant. */
  readonly isMeant: (migration: Migration) => boolean;
  /** Runs before everything else: whatever the chosen ones stand on. */
  readonly earlier: readonly Migration[];
}

const folderOf = (path: string): string => {
  const { folder, name } = splitPath(path);
  return /^(up|down|migration)\.sql$/i.test(name) ? splitPath(folder).folder : folder;
};

/** A lone file without a number has no place among its neighbours. */
const isInOrder = ({ tool, migrations }: Chain, path: string): boolean =>
  migrations.some(({ up }) => up.file.path === path) &&
  (tool !== "plain" || /^\d/.test(splitPath(path).name)) &&
  migrations.length > 1;

const around = async (io: Io, path: string, parse: ParseSql, format: Tool | undefined): Promise<Chain | undefined> => {
  try {
    const chain = await readMigrations(io, folderOf(path), parse, format);
    return isInOrder(chain, path) ? chain : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
};

const changedIn = async (io: Io, chain: Chain, path: string, changed: string | true): Promise<ReadonlySet<string>> => {
  const root = (await io.files.kind(path)) === "folder" ? path : folderOf(path);
  const names = await changedBelow(joinPath(io.cwd, root), changed === true ? "HEAD" : changed);
  return new Set([...names].map((name) => (root === "." ? name : joinPath(chain.root, name))));
};

const filesOf = ({ up, down }: Migration): readonly string[] =>
  [up, down].flatMap((way) => (way === undefined ? [] : [way.file.path]));

/** `alone`: the state before comes from elsewhere, so that neighbours of a file do not count. */
export const chooseMigrations = async (
  io: Io,
  path: string,
  parse: ParseSql,
  {
    format,
    changed,
    alone,
  }: { readonly format: Tool | undefined; readonly changed: string | true | undefined; readonly alone: boolean },
): Promise<Chosen> => {
  const isFolder = (await io.files.kind(path)) === "folder";
  const own = await readMigrations(io, path, parse, format);
  const whole = isFolder || alone ? undefined : await around(io, path, parse, format);
  const chain = whole ?? own;
  const named = (migration: Migration): boolean => isFolder || whole === undefined || filesOf(migration).includes(path);
  const differing = changed === undefined ? undefined : await changedIn(io, chain, path, changed);
  const isMeant = (migration: Migration): boolean =>
    named(migration) && (differing === undefined || filesOf(migration).some((file) => differing.has(file)));
  const first = chain.migrations.findIndex(isMeant);
  const last = chain.migrations.findLastIndex(isMeant);
  return {
    chain: { ...chain, migrations: chain.migrations.slice(0, last + 1) },
    isMeant,
    earlier: first < 0 ? [] : chain.migrations.slice(0, first),
  };
};

const statementsOf = ({ migrations }: Chain): readonly Statement[] =>
  migrations.flatMap(({ up, down }) => [up, down].flatMap((way: Way | undefined) => way?.statements ?? []));

const extensionOf = ({ kind, fields }: Statement): readonly string[] => {
  const name = kind === "CreateExtensionStmt" ? textOf(fields["extname"]) : undefined;
  return name === undefined || name === "plpgsql" ? [] : [name];
};

/** Roles that are named and never made, extensions, and tablespaces. */
export const needsOf = (chain: Chain): Required<Needs> => {
  const statements = statementsOf(chain);
  const created = new Set(statements.flatMap((statement) => roleCreated(statement) ?? []));
  const roles = [...new Set(statements.flatMap(rolesNamed))].filter((name) => !created.has(name)).sort();
  const extensions = [...new Set(statements.flatMap(extensionOf))].sort();
  return { roles, extensions, tablespaces: [...new Set(statements.flatMap(tablespacesNamed))].sort() };
};
