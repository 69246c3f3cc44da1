// A chain of migrations as it stands in a folder, whoever's runner it was written for.
import type { Finding } from "../../kernel/finding.ts";
import type { SchemaFile } from "../prepare.ts";
import type { Removed } from "../psql.ts";
import type { Statement } from "../tree.ts";

export const tools = [
  "plain",
  "dbmate",
  "goose",
  "sql-migrate",
  "golang-migrate",
  "flyway",
  "prisma",
  "drizzle",
  "node-pg-migrate",
  "knex",
  "diesel",
] as const;

/** Whose conventions a folder follows. `plain` is ours: `20240115_name.sql` beside `20240115_name.down.sql`. */
export type Tool = (typeof tools)[number];

/**
 * What the file asks of its runner: `whole` one transaction around all, `none` no transaction, each statement by itself, `file` what the
 * file says itself with BEGIN and COMMIT, and one transaction around what they leave.
 */
export type Wrapping = "whole" | "none" | "file";

/** One direction of a migration. */
export interface Way {
  readonly file: SchemaFile;
  /** As long as the file's text with all that is not this way blanked out: indexes are those of the file. */
  readonly text: string;
  readonly wrapping: Wrapping;
  /** Lines for psql alone, and rows of COPY: they are blanked out, and a runner must not pass over them. */
  readonly psql: readonly Removed[];
  /** In order; `start` and `end` are UTF-16 indexes into the file's text. Empty when it cannot be parsed. */
  readonly statements: readonly Statement[];
  /** What PostgreSQL's parser says, and the UTF-16 index where. */
  readonly error?: { readonly message: string; readonly index: number };
}

export interface Migration {
  /** As the tool keeps it in its history: `20240115093000`, `2.1`, `0003_add_users`. Of repeatables the name. */
  readonly version: string;
  readonly name: string;
  /** Runs after all others, again whenever its text changes (Flyway's `R__`). */
  readonly repeatable: boolean;
  readonly up: Way;
  readonly down?: Way;
  /** SHA-256 of what the way forward runs: comments, blanks and line ends do not count. */
  readonly checksum: string;
}

export interface Chain {
  readonly tool: Tool;
  /** As the user named it: a folder or a file. */
  readonly root: string;
  /** In the order in which the tool runs them. */
  readonly migrations: readonly Migration[];
  /** Of the folder as a whole: versions twice, gaps, ways back that are missing, files that belong to nothing. */
  readonly findings: readonly Finding[];
}
