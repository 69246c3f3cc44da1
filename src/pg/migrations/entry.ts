// One SQL file of a chain: what its name says, and the ways that it holds.
import { stripPsql } from "../psql.ts";
import type { SchemaFile } from "../prepare.ts";
import type { ParseSql } from "../tree.ts";
import { markedWays } from "./markers.ts";
import type { Tool, Way, Wrapping } from "./model.ts";
import type { Named } from "./naming.ts";
import { naming } from "./naming.ts";
import type { Inside } from "./recognise.ts";

/** A file with what its name says, and its ways. */
export interface Entry extends Named {
  readonly file: Inside;
  readonly up?: Way;
  readonly down?: Way;
  /** Indexes of marks that the file repeats. */
  readonly again: readonly number[];
  /** Whose marks it has. */
  readonly marked?: Tool;
}

/** Files that tell their runner to leave the transaction out stand beside the scripts. */
const turnedOff = (entry: Inside, files: readonly Inside[]): boolean => {
  const folder = entry.inside.slice(0, entry.inside.lastIndexOf("/") + 1);
  return files.some(
    ({ inside, text }) =>
      (inside === `${folder}metadata.toml` && /^\s*run_in_transaction\s*=\s*false/m.test(text)) ||
      (inside === `${entry.inside}.conf` && /^\s*executeInTransaction\s*=\s*false/im.test(text)),
  );
};

/** The mark of the npm package postgres-migrations, whose files are otherwise plain. */
const saysNone = ({ text }: Inside): boolean => /^\s*--\s*postgres-migrations\s+disable-transaction\b/m.test(text);

/** What each tool does around a script that says nothing itself. */
const wrappings: Readonly<Record<Tool, Wrapping>> = {
  plain: "file",
  dbmate: "whole",
  goose: "whole",
  "sql-migrate": "whole",
  "golang-migrate": "file",
  flyway: "whole",
  prisma: "file",
  drizzle: "whole",
  "node-pg-migrate": "whole",
  knex: "whole",
  diesel: "whole",
};

export const wayOf = (file: SchemaFile, part: string, wrapping: Wrapping, parse: ParseSql): Way => {
  const { text, removed } = stripPsql(part);
  const parsed = parse(text);
  if (parsed.kind === "statements") return { file, text, wrapping, psql: removed, statements: parsed.statements };
  const { message, index } = parsed;
  return { file, text, wrapping, psql: removed, statements: [], error: { message, index } };
};

/** `3_roll_down.sql` goes forth when `3_roll_down.down.sql` stands beside it, whatever its last word. */
const nameIn = (file: Inside, tool: Tool, files: readonly Inside[]): Named | undefined => {
  const named = naming[tool](file.inside);
  const back = file.inside.replace(/\.sql$/i, ".down.sql");
  const paired = named?.way === "down" && files.some(({ inside }) => inside === back);
  return paired ? { ...named, name: file.inside.slice(named.version.length + 1, -".sql".length), way: "both" } : named;
};

export const entryOf = (file: Inside, tool: Tool, files: readonly Inside[], parse: ParseSql): Entry | undefined => {
  const named = nameIn(file, tool, files);
  if (named === undefined) return undefined;
  const marked = named.way === "both" ? markedWays(file.text) : undefined;
  const wrapping = turnedOff(file, files) || saysNone(file) ? "none" : wrappings[tool];
  const entry = { ...named, file, again: marked?.again ?? [] };
  if (marked === undefined) {
    const way = wayOf(file, file.text, wrapping, parse);
    return named.way === "down" ? { ...entry, down: way } : { ...entry, up: way };
  }
  const { up, down } = marked;
  return {
    ...entry,
    marked: marked.tool,
    ...(up === undefined ? {} : { up: wayOf(file, up.text, up.wrapping, parse) }),
    ...(down === undefined ? {} : { down: wayOf(file, down.text, down.wrapping, parse) }),
  };
};
