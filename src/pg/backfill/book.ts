// The progress of a backfill in the database: written in the transaction of each batch, so that a killed one goes on where it was.
import { quoteText } from "../quote.ts";
import { array } from "../migrations/history.ts";
import type { Key } from "./statement.ts";

export const bookSql: readonly string[] = [
  "create schema if not exists senior",
  `create table if not exists senior.backfills (
  id text primary key,
  statement text not null,
  relation text not null,
  state text not null check (state in ('running', 'done')),
  reached jsonb,
  scanned bigint not null default 0,
  updated bigint not null default 0,
  batches bigint not null default 0,
  spent_ms bigint not null default 0,
  started_at timestamptz not null default clock_timestamp(),
  moved_at timestamptz not null default clock_timestamp(),
  executed_by text not null default session_user,
  approved_by text[] not null default '{}'
)`,
];

export const hasBook = "select (to_regclass('senior.backfills') is not null)::text as there";

export const readSql = (id: string): string =>
  `select json_build_object('state', state, 'reached', reached, 'scanned', scanned, 'updated', updated, 'batches', batches, 'ms', spent_ms)::text as row
from senior.backfills where id = ${quoteText(id)}`;

export const startSql = (id: string, statement: string, relation: string, approvedBy: readonly string[]): string =>
  `insert into senior.backfills (id, statement, relation, state, approved_by) values (${[id, statement, relation].map(quoteText).join(", ")}, 'running', ${array(approvedBy)})
on conflict (id) do nothing`;

export const forgetSql = (id: string): string => `delete from senior.backfills where id = ${quoteText(id)}`;

export interface Step {
  readonly before: Key | undefined;
  readonly reached: Key;
  readonly scanned: number;
  readonly updated: number;
  readonly ms: number;
}

const json = (key: Key | undefined): string =>
  key === undefined ? "null::jsonb" : `${quoteText(JSON.stringify(key))}::jsonb`;

/** Moves on from where we left it; no row when somebody else has moved it. */
export const moveSql = (id: string, { before, reached, scanned, updated, ms }: Step): string =>
  `update senior.backfills set reached = ${json(reached)}, scanned = scanned + ${scanned}, updated = updated + ${updated}, batches = batches + 1,
  spent_ms = spent_ms + ${Math.round(ms)}, moved_at = clock_timestamp()
where id = ${quoteText(id)} and reached is not distinct from ${json(before)} returning id::text`;

export const doneSql = (id: string): string =>
  `update senior.backfills set state = 'done', moved_at = clock_timestamp() where id = ${quoteText(id)}`;
