// Runs migrations statement by statement in a database of one's own, as their runner would, and reads what each one did.
import { Fault } from "../../kernel/fault.ts";
import type { ObjectName } from "../catalog/object.ts";
import type { Migration, Tool, Way } from "../migrations/model.ts";
import { isOutside, transactionWord } from "../migrations/segments.ts";
import { faultIn } from "../prepare.ts";
import { quoteText } from "../quote.ts";
import type { Statement } from "../tree.ts";
import { listOf } from "../tree.ts";
import type { Traced, Trial, TrialError, TrialNotice } from "../trial.ts";
import { isPassedOver, supply } from "../trial.ts";
import type { Effects, Entry, HeldLock } from "./effects.ts";
import {
  builds,
  effectsSql,
  lockOf,
  readEffects,
  readRelations,
  relationsSql,
  relationOf,
  rewriteWork,
  rewritten,
  scanWorks,
  toldBy,
} from "./effects.ts";
import type { Lock, Measured, Work } from "./model.ts";
import { refuseUnsafe, wrappingOf } from "../apply.ts";
import { statedLocks } from "./stated.ts";

/** What stands between the statements of one migration. Real state: it follows the server. */
interface Course {
  readonly migration: Migration;
  /** Relations that stood before the migration, with the files that they have now. */
  readonly known: Map<number, Entry>;
  /** Relations that the migration made. */
  readonly fresh: Map<number, Entry>;
  /** Locks of the open transaction. */
  held: readonly HeldLock[];
  /** Who opened the transaction that is open. */
  open: "runner" | "file" | undefined;
  transaction: number;
  /** The file has ended the transaction of its runner: what follows commits statement by statement. */
  isEnded: boolean;
  /** What ran in the open transaction. */
  ran: string[];
}

const listen = "set client_min_messages = debug1";

/** A deadline that passed while a statement ran is that statement's fault. */
const timed = async <T>(way: Way, statement: Statement, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "input.timeout") throw error;
    throw faultIn("input.timeout", error.message, way.file, statement.start);
  }
};

const begin = async (trial: Trial, course: Course): Promise<void> => {
  await trial.run(["begin"]);
  course.open = "runner";
  course.transaction++;
  course.held = [];
  course.ran = [];
};

const end = async (trial: Trial, course: Course): Promise<void> => {
  if (course.open !== undefined) await trial.run(["commit"]);
  course.open = undefined;
  course.held = [];
};

/** Runs it inside the open transaction; a refusal leaves no trace but its words. */
const inside = async (trial: Trial, sql: string): Promise<Traced> => {
  await trial.run(["savepoint measured", listen]);
  const traced = await trial.trace(sql);
  if (traced.error === undefined) await trial.run(["release savepoint measured"]);
  else await trial.run(["rollback to savepoint measured", "release savepoint measured"]);
  if (traced.error === undefined || !(await supply(trial, traced.error))) return traced;
  return inside(trial, sql);
};

/** Foreign keys by the names that the server said, and the tables that they were checked on. */
const foreignKeyScans = async (trial: Trial, names: readonly string[], course: Course, held: readonly HeldLock[]) => {
  if (names.length === 0) return [];
  const oids = held.map(({ oid }) => oid).join(", ");
  const rows = await trial.rows(
    `select json_build_array(conrelid::int8, conname)::text from pg_constraint
     where contype = 'f' and conrelid in (${oids}) and conname in (${names.map(quoteText).join(", ")})`,
  );
  return rows.flatMap((row): readonly Work[] => {
    const [oid, name] = listOf(JSON.parse(row));
    const table = course.known.get(Number(oid));
    return table === undefined ? [] : [{ kind: "scan", table: relationOf(table), constraint: String(name) }];
  });
};

/** A check that was just added is the newest of its table; one without a name got one from the server. */
const withNames = async (trial: Trial, works: readonly Work[], course: Course): Promise<readonly Work[]> =>
  Promise.all(
    works.map(async (work) => {
      const oid = [...course.known.values()].find(
        ({ schema, name }) => name === work.table.name && schema === work.table.schema,
      )?.oid;
      if (work.kind !== "scan" || oid === undefined) return work;
      const [constraint] = await trial.rows(
        `select conname from pg_constraint where contype = 'c' and conrelid = ${oid} order by oid desc limit 1`,
      );
      return constraint === undefined ? work : { ...work, constraint };
    }),
  );

/** ALTER DOMAIN reads every table that uses the domain under a SHARE lock, and says nothing about it. */
const domainScans = ({ kind }: Statement, locks: readonly Lock[]): readonly Work[] =>
  kind === "AlterDomainStmt"
    ? locks.filter(({ mode }) => mode === "Share").map(({ on }) => ({ kind: "scan", table: on }))
    : [];

const spoken = (notices: readonly TrialNotice[]): readonly TrialNotice[] =>
  notices.filter(({ severity }) => !severity.startsWith("DEBUG"));

/** Takes over what the statement made, moved and dropped. */
const follow = (course: Course, now: readonly Entry[], gone: readonly number[]): void => {
  for (const entry of now) {
    const old = course.known.get(entry.oid);
    if (old === undefined) course.fresh.set(entry.oid, entry);
    else course.known.set(entry.oid, { ...old, filenode: entry.filenode });
  }
  for (const oid of gone) course.fresh.delete(oid);
};

const freshIn = (course: Course): Measured["isFresh"] => {
  const names = new Set([...course.fresh.values()].map(({ schema, name }) => `${schema}.${name}`));
  return ({ schema, name }: ObjectName) => names.has(`${schema}.${name}`);
};

interface Ran {
  readonly way: Way;
  readonly statement: Statement;
  readonly traced: Traced;
  /** In the transaction that is open, or by itself. */
  readonly effects: Effects;
  readonly alone: boolean;
}

const withoutTwins = (locks: readonly Lock[]): readonly Lock[] => [
  ...new Map(locks.map((lock) => [`${lock.on.schema}.${lock.on.name} ${lock.mode}`, lock])).values(),
];

const record = async (
  trial: Trial,
  course: Course,
  { way, statement, traced, effects, alone }: Ran,
): Promise<Measured> => {
  const { known } = course;
  const earlier = new Set(course.held.map(({ oid, mode }) => `${oid} ${mode}`));
  const now = [
    ...new Map(effects.locks.flatMap(({ entry }) => (entry === undefined ? [] : [[entry.oid, entry]]))).values(),
  ];
  const told = toldBy(traced.notices.map(({ message }) => message));
  const files = rewritten(known, now, statement.kind === "TruncateStmt");
  const rewrites = new Set(files.map(({ oid }) => oid));
  const isNew = ({ oid, mode }: HeldLock): boolean => !earlier.has(`${oid} ${mode}`);
  const stated = alone ? statedLocks(statement, traced, [...known.values()]) : [];
  const locks = withoutTwins([...stated, ...effects.locks.filter(isNew).flatMap((lock) => lockOf(known, lock))]);
  const scans = scanWorks(known, effects.locks, told).filter(({ table }) =>
    files.every(({ name }) => name !== table.name),
  );
  const works: readonly Work[] = [
    ...files.map((entry) => rewriteWork(known.get(entry.oid) ?? entry)),
    ...(statement.kind === "TruncateStmt" ? [] : builds(known, now, rewrites, told)),
    ...(await withNames(trial, scans, course)),
    ...(await foreignKeyScans(trial, told.validated, course, effects.locks)),
    ...domainScans(statement, locks),
  ];
  const gone = effects.locks.filter(({ oid, entry }) => entry === undefined && known.has(oid)).map(({ oid }) => oid);
  const before = new Set(course.held.filter(({ entry }) => entry === undefined).map(({ oid }) => oid));
  const dropped = [...new Set(gone)].filter((oid) => !before.has(oid)).flatMap((oid) => known.get(oid) ?? []);
  follow(course, now, gone);
  course.held = alone ? [] : effects.locks;
  return {
    statement,
    sql: way.text.slice(statement.start, statement.end),
    migration: course.migration,
    file: way.file,
    transaction: alone ? undefined : course.transaction,
    explicit: course.open === "file",
    locks,
    held: withoutTwins([...stated, ...effects.locks.flatMap((lock) => lockOf(known, lock))]),
    works,
    dropped,
    isFresh: freshIn(course),
    lockTimeout: effects.lockTimeout,
    said: spoken(traced.notices),
    ...(traced.error === undefined ? {} : { error: traced.error }),
    stated: alone,
  };
};

/** A value of an enum that is new in the transaction counts as old behind a savepoint: that is our doing, so it runs without. */
const withoutSavepoint = async (trial: Trial, course: Course, sql: string): Promise<Traced> => {
  await trial.run(["rollback", "begin", ...course.ran, listen]);
  const traced = await trial.trace(sql);
  if (traced.error !== undefined) await trial.run(["rollback", "begin", ...course.ran]);
  return traced;
};

const none: Effects = { locks: [], lockTimeout: "0" };

/** Outside of a transaction nothing is held afterwards: what changed is seen in the catalog, locks are what the manual says. */
const aloneIn = async (trial: Trial, course: Course, way: Way, statement: Statement, error?: TrialError) => {
  await end(trial, course);
  await trial.run([listen]);
  const sql = way.text.slice(statement.start, statement.end);
  let traced = await trial.trace(sql);
  if (traced.error !== undefined && (await supply(trial, traced.error))) traced = await trial.trace(sql);
  const now = readRelations(await trial.rows(relationsSql));
  const changed = [...now.values()].filter(({ oid, filenode }) => course.known.get(oid)?.filenode !== filenode);
  const gone = [...course.known.keys()].filter((oid) => !now.has(oid));
  const locks = [
    ...changed.map((entry): HeldLock => ({ oid: entry.oid, mode: "ShareUpdateExclusive", entry })),
    ...gone.map((oid): HeldLock => ({ oid, mode: "ShareUpdateExclusive", entry: undefined })),
  ].filter(({ oid }) => !course.fresh.has(oid));
  const [lockTimeout = "0"] = await trial.rows("select current_setting('lock_timeout')");
  const shown = error === undefined ? traced : { ...traced, error };
  return record(trial, course, { way, statement, traced: shown, effects: { locks, lockTimeout }, alone: true });
};

/** Refusals that another transaction cures: the statement runs outside of it, and the finding says so. */
const cured = ({ sqlstate }: TrialError): boolean => sqlstate === "25001" || sqlstate === "55P04";

const measureStatement = async (trial: Trial, course: Course, way: Way, statement: Statement): Promise<Measured> => {
  const sql = way.text.slice(statement.start, statement.end);
  const word = transactionWord(statement);
  if (isPassedOver(statement) || word !== undefined) {
    const traced = word === undefined ? { notices: [] } : await trial.trace(sql);
    const measured = await record(trial, course, {
      way,
      statement,
      traced,
      effects: { ...none, locks: course.held },
      alone: false,
    });
    if (word === "begin" && course.open === undefined)
      Object.assign(course, { open: "file", transaction: course.transaction + 1, ran: [] });
    if (word !== undefined && word !== "begin")
      Object.assign(course, { open: undefined, held: [], isEnded: course.isEnded || course.open === "runner" });
    return measured;
  }
  const mayBeAlone = way.wrapping === "file" && course.open !== "file" && isOutside(statement);
  if (mayBeAlone || (course.open === undefined && isOutside(statement))) return aloneIn(trial, course, way, statement);
  const single = course.open === undefined;
  if (single) await begin(trial, course);
  let traced = await inside(trial, sql);
  if (traced.error?.sqlstate === "55P04") traced = await withoutSavepoint(trial, course, sql);
  if (traced.error === undefined) course.ran.push(sql);
  if (traced.error !== undefined && cured(traced.error)) return aloneIn(trial, course, way, statement, traced.error);
  const effects = readEffects(await trial.rows(effectsSql));
  const measured = await record(trial, course, { way, statement, traced, effects, alone: false });
  if (single && (way.wrapping === "none" || course.isEnded)) await end(trial, course);
  return measured;
};

/** Runs one migration's way forward to its end. Refused statements are passed over, so that the rest is seen too. */
export const measureMigration = async (
  trial: Trial,
  migration: Migration,
  tool: Tool,
): Promise<readonly Measured[]> => {
  const way = { ...migration.up, wrapping: wrappingOf(tool, migration.up) };
  refuseUnsafe(way);
  const known = new Map(readRelations(await trial.rows(relationsSql)));
  const course: Course = {
    migration,
    known,
    fresh: new Map(),
    held: [],
    open: undefined,
    transaction: 0,
    isEnded: false,
    ran: [],
  };
  const found: Measured[] = [];
  if (way.wrapping === "whole") await begin(trial, course);
  for (const statement of way.statements)
    found.push(await timed(way, statement, () => measureStatement(trial, course, way, statement)));
  await end(trial, course);
  return found;
};
