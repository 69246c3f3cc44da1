// Drift: the schema as it is now held against the schema as the last run left it, and the difference as SQL.
import type { Io } from "../../io/io.ts";
import { withSession } from "../../io/postgres/session.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import { canonicalJson, isObject } from "../../kernel/json.ts";
import type { Json } from "../../kernel/json.ts";
import { plural } from "../../kernel/words.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { Target } from "../../pg/connection.ts";
import { plainOptions, plan, statementsOf } from "../../pg/diff/plan.ts";
import { within, withoutBooks } from "../../pg/diff/scope.ts";
import { orNull } from "../../pg/migrations/history.ts";
import type { RunnerSession } from "../../pg/migrations/session.ts";
import { quoteText } from "../../pg/quote.ts";
import type { Ask } from "../../pg/read-catalog.ts";
import { readCatalogWith } from "../../pg/read-catalog.ts";

export interface Snapshot {
  readonly version: number;
  readonly hash: string;
  readonly catalog: Catalog;
  readonly takenAt: string;
}

/** What runners write down about themselves is no part of the schema. */
const ownPart = (catalog: Catalog): Catalog => {
  const bare = within(catalog, (schema) => schema !== "senior");
  return { ...withoutBooks(bare, { ...bare, tables: [] }), dependencies: [] };
};

const hashOf = (catalog: Catalog): string =>
  new Bun.CryptoHasher("sha256").update(canonicalJson(catalog as unknown as Json)).digest("hex");

const read = async (ask: Ask): Promise<Omit<Snapshot, "takenAt">> => {
  const reading = await readCatalogWith(ask, "server", { schemas: [] });
  const catalog = ownPart(reading.catalog);
  return { version: reading.server.version, catalog, hash: hashOf(catalog) };
};

const readNow = (io: Io, target: Target): Promise<Omit<Snapshot, "takenAt">> =>
  withSession(target, { deadlineMs: 60_000, signal: io.signal }, read);

export const snapshotSql = `select json_build_object('version', server_version, 'hash', hash, 'catalog', catalog,
  'at', to_char(taken_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text as row from senior.catalog_snapshot`;

export const snapshotOf = (row: string | undefined): Snapshot | undefined => {
  const value: unknown = row === undefined ? undefined : JSON.parse(row);
  if (!isObject(value) || typeof value["catalog"] !== "string") return undefined;
  // It is what we wrote: `keep` below.
  const catalog = JSON.parse(value["catalog"]) as Catalog;
  return { version: Number(value["version"]), hash: String(value["hash"]), catalog, takenAt: String(value["at"]) };
};

/** Remembers the schema as it stands, for the next run to compare with. */
export const keepSnapshot = async (io: Io, target: Target, session: RunnerSession): Promise<void> => {
  const { version, hash, catalog } = await readNow(io, target);
  await session.rows(
    `insert into senior.catalog_snapshot (server_version, hash, catalog) values (${version}, ${orNull(hash)}, ${quoteText(JSON.stringify(catalog))})
on conflict (only_one) do update set taken_at = clock_timestamp(), server_version = excluded.server_version, hash = excluded.hash, catalog = excluded.catalog`,
  );
};

export interface Drift {
  readonly since: string;
  /** What was done past the migrations, and what takes it back. */
  readonly done: readonly string[];
  readonly undo: readonly string[];
}

/** The difference between the snapshot and now. Another major version prints its catalog otherwise, and is not compared. */
export const driftFrom = async (ask: Ask, snapshot: Snapshot | undefined): Promise<Drift | undefined> => {
  if (snapshot === undefined) return undefined;
  const now = await read(ask);
  if (now.hash === snapshot.hash || Math.floor(now.version / 10_000) !== Math.floor(snapshot.version / 10_000))
    return undefined;
  const options = { ...plainOptions, version: now.version };
  const [done, undo] = [plan(snapshot.catalog, now.catalog, options), plan(now.catalog, snapshot.catalog, options)];
  const statements = statementsOf(done);
  return statements.length === 0 ? undefined : { since: snapshot.takenAt, done: statements, undo: statementsOf(undo) };
};

export const findDrift = (io: Io, target: Target, snapshot: Snapshot | undefined): Promise<Drift | undefined> =>
  snapshot === undefined
    ? Promise.resolve(undefined)
    : withSession(target, { deadlineMs: 60_000, signal: io.signal }, (ask) => driftFrom(ask, snapshot));

const shown = 20;

export const driftFindings = (drift: Drift | undefined): readonly Finding[] => {
  if (drift === undefined) return [];
  const { done, undo, since } = drift;
  const more = done.length > shown ? `\n-- and ${plural(done.length - shown, "statement")} more` : "";
  return [
    {
      rule: "migrate/drift",
      severity: "warning",
      message: `the schema was changed past the migrations since ${since}, as if by:\n${done
        .slice(0, shown)
        .map((sql) => `${sql};`)
        .join("\n")}${more}`,
      at: { kind: "project" },
      help: "write it as a migration and record it with senior db baseline, or take it back with the SQL below",
      fix: { kind: "sql", up: undo.map((sql) => `${sql};`).join("\n"), transactional: true },
      evidence: {
        note: `${plural(done.length, "statement")} between the two schemas`,
        data: { statements: [...done] },
      },
    },
  ];
};

export const refuseDrift = (drift: Drift | undefined): void => {
  if (drift === undefined) return;
  throw new Fault(
    "guard.history",
    `the schema was changed past the migrations, as if by:\n${drift.done
      .slice(0, shown)
      .map((sql) => `  ${sql};`)
      .join("\n")}`,
    {
      help: "write it as a migration, or take it back; without --fail-on-drift it is only said",
      data: { statements: [...drift.done] },
    },
  );
};
