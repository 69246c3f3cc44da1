// What a statement did, read from the server's own views: locks of this session, files of relations, what DEBUG1 says.
import { listOf } from "../tree.ts";
import type { Lock, LockMode, Relation, Work } from "./model.ts";
import { isTable, lockModes } from "./model.ts";

/** A relation as pg_class has it. */
export interface Entry extends Relation {
  readonly oid: number;
  /** Another number after a rewrite. */
  readonly filenode: number;
  /** Of an index: the relation that it belongs to. */
  readonly of: number | null;
}

/** First object id that is not the server's own. */
const firstUserOid = 16384;

const entryColumns = "c.relname, n.nspname, c.relkind, c.relfilenode::int8, i.indrelid::int8";
const joins = "left join pg_namespace n on n.oid = c.relnamespace left join pg_index i on i.indexrelid = c.oid";

/** All relations of users, without TOAST. */
export const relationsSql = `select json_build_array(c.oid::int8, ${entryColumns})::text from pg_class c ${joins}
  where c.oid >= ${firstUserOid} and c.relkind <> 't' and n.nspname <> 'pg_toast'`;

/** Every lock of this session on a relation but those that only reading takes, and `lock_timeout` in a row of its own. */
export const effectsSql = `select json_build_array(l.relation::int8, ${entryColumns}, l.mode)::text from pg_locks l
  left join pg_class c on c.oid = l.relation ${joins}
  where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.relation >= ${firstUserOid} and l.mode <> 'AccessShareLock'
  union all select json_build_array(current_setting('lock_timeout'))::text`;

const entryOf = (row: readonly unknown[]): Entry | undefined => {
  const [oid, name, schema, kind, filenode, of] = row;
  if (typeof oid !== "number" || typeof name !== "string" || typeof schema !== "string") return undefined;
  if (kind === "t" || schema === "pg_toast") return undefined;
  return { oid, schema, name, kind: String(kind), filenode: Number(filenode), of: typeof of === "number" ? of : null };
};

export const readRelations = (rows: readonly string[]): ReadonlyMap<number, Entry> =>
  new Map(rows.flatMap((row) => entryOf(listOf(JSON.parse(row))) ?? []).map((entry) => [entry.oid, entry]));

export interface HeldLock {
  readonly oid: number;
  readonly mode: LockMode;
  /** Undefined for a relation that is gone, or is TOAST. */
  readonly entry: Entry | undefined;
}

export interface Effects {
  readonly locks: readonly HeldLock[];
  readonly lockTimeout: string;
}

const modeOf = (value: unknown): LockMode | undefined =>
  lockModes.find((mode) => typeof value === "string" && value === `${mode}Lock`);

export const readEffects = (rows: readonly string[]): Effects => {
  const locks: HeldLock[] = [];
  let lockTimeout = "0";
  for (const text of rows) {
    const row = listOf(JSON.parse(text));
    const [oid] = row;
    const mode = modeOf(row[6]);
    if (row.length === 1 && typeof oid === "string") lockTimeout = oid;
    else if (typeof oid === "number" && mode !== undefined) locks.push({ oid, mode, entry: entryOf(row) });
  }
  return { locks, lockTimeout };
};

/** Tables, by the names that DEBUG1 uses. */
export interface Told {
  readonly scanned: readonly string[];
  readonly validated: readonly string[];
  readonly built: readonly { readonly index: string; readonly table: string }[];
}

export const toldBy = (messages: readonly string[]): Told => {
  const all = (shape: RegExp): readonly (readonly string[])[] =>
    messages.flatMap((message) => {
      const match = shape.exec(message);
      return match === null ? [] : [[...match]];
    });
  return {
    scanned: all(/^verifying table "(.+)"$/s).map(([, table = ""]) => table),
    validated: all(/^validating foreign key constraint "(.+)"$/s).map(([, name = ""]) => name),
    built: all(/^building index "(.+)" on table "(.+)" /s).map(([, index = "", table = ""]) => ({ index, table })),
  };
};

export const relationOf = ({ schema, name, kind }: Entry): Relation => ({ schema, name, kind });

export const lockOf = (known: ReadonlyMap<number, Entry>, { oid, mode }: HeldLock): readonly Lock[] => {
  const entry = known.get(oid);
  return entry === undefined || entry.kind === "i" || entry.kind === "I" ? [] : [{ on: relationOf(entry), mode }];
};

/** Tables whose file is another one now: all of their rows were written. TRUNCATE does that too, and writes nothing. */
export const rewritten = (
  before: ReadonlyMap<number, Entry>,
  now: readonly Entry[],
  isTruncate: boolean,
): readonly Entry[] =>
  isTruncate
    ? []
    : now.filter(({ oid, filenode, kind }) => {
        const old = before.get(oid);
        return old !== undefined && (kind === "r" || kind === "m") && old.filenode !== filenode;
      });

/** Indexes that were built on tables that stood before and were not rewritten: new ones, and those built again. */
export const builds = (
  before: ReadonlyMap<number, Entry>,
  now: readonly Entry[],
  rewrittenOids: ReadonlySet<number>,
  told: Told,
): readonly Work[] =>
  now.flatMap((entry): readonly Work[] => {
    if (entry.kind !== "i" || entry.of === null || rewrittenOids.has(entry.of)) return [];
    const table = before.get(entry.of);
    const old = before.get(entry.oid);
    if (table === undefined || old?.filenode === entry.filenode) return [];
    if (old === undefined && !told.built.some(({ index }) => index === entry.name)) return [];
    return [{ kind: "build", table: relationOf(table), index: entry.name }];
  });

export const rewriteWork = (entry: Entry): Work => ({ kind: "rewrite", table: relationOf(entry) });

/** Tables by the name that the server said, among those that are locked and stood before. */
export const scanWorks = (known: ReadonlyMap<number, Entry>, held: readonly HeldLock[], told: Told): readonly Work[] =>
  [...new Set(told.scanned)].flatMap((name) =>
    [...new Set(held.map(({ oid }) => oid))].flatMap((oid): readonly Work[] => {
      const entry = known.get(oid);
      if (entry === undefined || held.every((one) => one.oid !== oid || one.entry?.name !== name)) return [];
      return isTable(entry) ? [{ kind: "scan", table: relationOf(entry) }] : [];
    }),
  );
