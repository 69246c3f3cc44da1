// What became of a statement outside of any transaction whose end nobody saw: asked of the catalog, so that it can be finished.
import { quoteText } from "../quote.ts";
import type { Fields, Statement } from "../tree.ts";
import { listOf, nameParts, only, textOf } from "../tree.ts";

/** How to find out, and what follows. */
export interface Inquiry {
  /** A query of one row and one text column: `done`, `clean` (nothing is left of it), `broken` (what `repair` mends), or `busy`. */
  readonly ask: string;
  /** Statements for `broken`; each runs by itself. */
  readonly repair: readonly string[];
  /** After `broken`: is it finished by the repair (`done`), or to be run again? */
  readonly then: "done" | "again";
}

/** A statement that may have run or not, and of which the catalog tells nothing. */
export type Recovery = Inquiry | "repeat" | "unknown";

/** Always quoted, with nothing escaped: `to_regclass` reads no `U&"…"`. */
const pathOf = (names: readonly (string | undefined)[]): string =>
  names
    .filter((name) => name !== undefined)
    .map((name) => `"${name.replaceAll('"', '""')}"`)
    .join(".");

const rangePath = (range: unknown): readonly (string | undefined)[] => {
  const { schemaname, relname } = (range ?? {}) as Fields;
  return [textOf(schemaname), textOf(relname)];
};

/** An index that somebody else is building is invalid too. */
const indexState = (path: string): string =>
  `select coalesce((select case when i.indisvalid and i.indisready then 'done' when exists (select 1
  from pg_catalog.pg_stat_progress_create_index p where p.index_relid = i.indexrelid and p.pid <> pg_backend_pid()) then 'busy' else 'broken' end
from pg_catalog.pg_index i where i.indexrelid = to_regclass(${quoteText(path)})), 'clean') as state`;

/** An index lies in the schema of its table. Without a name of its own it cannot be told from others. */
const created = ({ idxname, relation }: Fields): Recovery => {
  const name = textOf(idxname);
  if (name === undefined) return "unknown";
  const [schema] = rangePath(relation);
  const path = pathOf([schema, name]);
  return { ask: indexState(path), repair: [`drop index concurrently if exists ${path}`], then: "again" };
};

const dropped = ({ objects }: Fields): Recovery => {
  const paths = listOf(objects).map((node) => pathOf(nameParts(only(node, "List")?.["items"])));
  const [path] = paths;
  if (path === undefined) return "unknown";
  return {
    ask: `select case when to_regclass(${quoteText(path)}) is null then 'done' else 'clean' end as state`,
    repair: [],
    then: "again",
  };
};

/** An interrupted rebuild leaves copies called …_ccnew and …_ccold, which are invalid and used by nobody. */
export const leftoversOf = `select coalesce(string_agg(format('%I.%I', n.nspname, c.relname), E'\\n' order by 1), '') as leftovers
from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$'`;

const detached = ({ relation, cmds }: Fields): Recovery => {
  const command = only(listOf(cmds)[0], "AlterTableCmd");
  const child = pathOf(rangePath(only(command?.["def"], "PartitionCmd")?.["name"]));
  const parent = pathOf(rangePath(relation));
  return {
    ask: `select coalesce((select case when inhdetachpending then 'broken' else 'clean' end from pg_catalog.pg_inherits
where inhrelid = to_regclass(${quoteText(child)}) and inhparent = to_regclass(${quoteText(parent)})), 'done') as state`,
    repair: [`alter table ${parent} detach partition ${child} finalize`],
    then: "done",
  };
};

const byKind: Readonly<Record<string, (fields: Fields) => Recovery>> = {
  IndexStmt: created,
  DropStmt: dropped,
  AlterTableStmt: detached,
  ReindexStmt: () => "repeat",
  VacuumStmt: () => "repeat",
  ClusterStmt: () => "repeat",
  AlterSystemStmt: () => "repeat",
};

export const recoveryOf = ({ kind, fields }: Statement): Recovery =>
  Object.hasOwn(byKind, kind) ? (byKind[kind]?.(fields) ?? "unknown") : "unknown";

/** Building an index waits for every older transaction: a lock timeout would only make it start again and again. */
export const isIndexBuild = ({ kind }: Statement): boolean => ["IndexStmt", "ReindexStmt", "DropStmt"].includes(kind);
