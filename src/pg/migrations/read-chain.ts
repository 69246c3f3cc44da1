// Files of a folder, or one file, to an ordered chain of migrations with findings about what does not fit together.
import type { SchemaFile } from "../prepare.ts";
import type { ParseSql } from "../tree.ts";
import { checksumOf } from "./checksum.ts";
import type { Entry } from "./entry.ts";
import { entryOf } from "./entry.ts";
import { findingsOf } from "./findings.ts";
import { inJournalOrder, journalOf } from "./journal.ts";
import type { Chain, Migration, Tool } from "./model.ts";
import { versionOrder } from "./naming.ts";
import type { Inside } from "./recognise.ts";
import { isSchemaDump, recogniseTool } from "./recognise.ts";

export interface ChainOptions {
  /** The folder as the user named it; paths of files begin with it. */
  readonly root: string;
  readonly parse: ParseSql;
  /** Wins over what is recognised. */
  readonly format?: Tool;
}

const migrationOf = (tool: Tool, entry: Entry, entries: readonly Entry[]): readonly Migration[] => {
  const { version, name, up } = entry;
  if (up === undefined) return [];
  const repeatable = entry.way === "repeatable";
  const other = repeatable
    ? undefined
    : entries.find((one) => one.way === "down" && versionOrder[tool](one.version, version) === 0);
  const down = entry.down ?? other?.down;
  return [
    {
      version,
      name,
      repeatable,
      up,
      ...(down === undefined ? {} : { down }),
      checksum: checksumOf(up),
    },
  ];
};

const byPath = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const inOrder = (tool: Tool, migrations: readonly Migration[]): readonly Migration[] =>
  migrations.toSorted(
    (a, b) =>
      Number(a.repeatable) - Number(b.repeatable) ||
      (a.repeatable ? byPath(a.version, b.version) : versionOrder[tool](a.version, b.version)) ||
      byPath(a.up.file.path, b.up.file.path),
  );

const insideOf = (root: string, { path, text }: SchemaFile): Inside => {
  const prefix = root === "." ? "" : `${root.replace(/\/+$/, "")}/`;
  const inside = path.startsWith(prefix) ? path.slice(prefix.length) : path.slice(path.lastIndexOf("/") + 1);
  return { path, text, inside: inside.replace(/^\.\//, "") };
};

/**
 * Reads a chain: `files` are all that stand below the root and may matter (SQL, Drizzle's journal, diesel's and Flyway's settings).
 * Never throws for what the files hold: a way that cannot be parsed says so itself.
 */
export const readChain = (given: readonly SchemaFile[], { root, parse, format }: ChainOptions): Chain => {
  const files = given.map((file) => insideOf(root, file)).toSorted((a, b) => byPath(a.inside, b.inside));
  const tool = format ?? recogniseTool(files);
  const sql = files.filter((file) => /\.sql$/i.test(file.inside) && !isSchemaDump(file));
  const entries = sql.flatMap((file) => entryOf(file, tool, files, parse) ?? []);
  const all = inOrder(
    tool,
    entries.flatMap((entry) => migrationOf(tool, entry, entries)),
  );
  const journal = tool === "drizzle" ? journalOf(files) : undefined;
  const migrations = journal === undefined ? all : inJournalOrder(all, journal);
  return { tool, root, migrations, findings: findingsOf({ tool, root, files, entries, migrations, journal }) };
};
