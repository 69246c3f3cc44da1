// Whose conventions a folder of migrations follows, told by its files' names and marks.
import type { SchemaFile } from "../prepare.ts";
import { markedWays } from "./markers.ts";
import type { Tool } from "./model.ts";

/** A file by its path below the folder. */
export interface Inside extends SchemaFile {
  readonly inside: string;
}

const some = (files: readonly Inside[], shape: RegExp): boolean => files.some(({ inside }) => shape.test(inside));

/** Ruby's and Rails' dump of a whole schema: an end state, not a chain. */
export const isSchemaDump = ({ inside, text }: Inside): boolean =>
  /(^|\/)structure\.sql$/.test(inside) || /INSERT INTO "?schema_migrations"? \(version\) VALUES\s*\n?\s*\('/.test(text);

type Judge = (files: readonly Inside[]) => boolean;

const sameMark = (tool: Tool): Judge => {
  return (files) => files.some(({ text }) => markedWays(text)?.tool === tool);
};

/** In this order: what says most about a folder comes first. */
const judges: readonly (readonly [Tool, Judge])[] = [
  ["drizzle", (files) => some(files, /^meta\/_journal\.json$/) || some(files, /^[^/]+\/snapshot\.json$/)],
  ["prisma", (files) => some(files, /^[^/]+\/migration\.sql$/) || some(files, /^migration_lock\.toml$/)],
  ["diesel", (files) => some(files, /^(?:.*\/)?[\d-]+_[^/]*\/up\.sql$/)],
  ["dbmate", sameMark("dbmate")],
  ["goose", sameMark("goose")],
  ["sql-migrate", sameMark("sql-migrate")],
  ["node-pg-migrate", sameMark("node-pg-migrate")],
  ["flyway", (files) => some(files, /(^|\/)(V\d[\d._]*__?|R__)[^/]*\.sql$/)],
  ["golang-migrate", (files) => some(files, /^\d+_[^/]*\.up\.sql$/)],
  ["knex", (files) => some(files, /^(?:sqls?\/)?\d+[-_][^/]*[-_]up\.sql$/)],
];

export const recogniseTool = (files: readonly Inside[]): Tool =>
  judges.find(([, judge]) => judge(files))?.[0] ?? "plain";
