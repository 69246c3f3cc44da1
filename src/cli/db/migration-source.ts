// Reading migrations from disk: a folder in any runner's layout, or one file of it with its way back.
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import { joinPath, splitPath } from "../../kernel/paths.ts";
import type { Chain, Tool } from "../../pg/migrations/model.ts";
import { readChain } from "../../pg/migrations/read-chain.ts";
import type { SchemaFile } from "../../pg/prepare.ts";
import type { ParseSql } from "../../pg/tree.ts";

const deepest = 4;

/** Files whose text matters. */
const isRead = (path: string): boolean => /\.(sql|sql\.conf)$|(^|\/)(meta\/_journal\.json|metadata\.toml)$/i.test(path);

/** Files that say something by being there. */
const isSeen = (path: string): boolean =>
  /(^|\/)(snapshot\.json|migration_lock\.toml)$|(^|\/)[VUR]?\d[^/]*\.(ts|js|mjs|cjs|rb|py|java|go|php)$/i.test(path);

const filesBelow = async (io: Io, root: string, inside = "", depth = 0): Promise<readonly SchemaFile[]> => {
  const names = (await io.files.list(joinPath(root, inside))).filter(
    (name) => !name.startsWith(".") && name !== "node_modules",
  );
  const found: SchemaFile[] = [];
  for (const name of names) {
    const below = inside === "" ? name : `${inside}/${name}`;
    const path = joinPath(root, below);
    // A folder may be called like a file: Prisma takes any name.
    const isFolder = (await io.files.kind(path)) === "folder";
    if (isFolder) found.push(...(depth < deepest ? await filesBelow(io, root, below, depth + 1) : []));
    else if (isRead(below)) found.push({ path, text: await io.files.readText(path) });
    else if (isSeen(below)) found.push({ path, text: "" });
  }
  return found;
};

/** Names under which the way back of a file may stand beside it. */
const partners = (name: string): readonly string[] => [
  ...(/\.sql$/i.test(name) ? [name.replace(/([-_.]up)?\.sql$/i, ".down.sql")] : []),
  name.replace(/([-_])up\.sql$/i, "$1down.sql"),
  name.replace(/^V/, "U"),
  "down.sql",
  "metadata.toml",
  `${name}.conf`,
];

/** `20240101_x/up.sql` has its version in the folder's name. */
const isNamedByFolder = (name: string): boolean => /^(up|migration)\.sql$/i.test(name);

const oneFile = async (io: Io, path: string): Promise<{ readonly root: string; readonly files: SchemaFile[] }> => {
  const { folder, name } = splitPath(path);
  const root = isNamedByFolder(name) ? splitPath(folder).folder : folder;
  const files = [{ path, text: await io.files.readText(path) }];
  for (const partner of new Set(partners(name))) {
    if (partner === name || (partner === "down.sql" && !isNamedByFolder(name))) continue;
    const beside = folder === "." ? partner : joinPath(folder, partner);
    if ((await io.files.kind(beside)) === "file") files.push({ path: beside, text: await io.files.readText(beside) });
  }
  return { root, files };
};

const nothing = (path: string, tool: Tool): Fault =>
  new Fault("input.not-found", `no migration in ${path}, read as those of ${tool}`, {
    help: "name a migration file or the folder of them; --format says for which runner they were written",
  });

/** The chain of a folder, or of one file. Throws a Fault when there is nothing to read. */
export const readMigrations = async (io: Io, path: string, parse: ParseSql, format?: Tool): Promise<Chain> => {
  const isFolder = (await io.files.kind(path)) === "folder";
  const { root, files } = isFolder ? { root: path, files: await filesBelow(io, path) } : await oneFile(io, path);
  const chain = readChain(files, { root, parse, ...(format === undefined ? {} : { format }) });
  if (chain.migrations.length === 0) throw nothing(path, chain.tool);
  return chain;
};
