// Our history in the database: two tables, what they hold, and the statements that keep them.
import type { Json } from "../../kernel/json.ts";
import { isObject } from "../../kernel/json.ts";
import { quoteText } from "../quote.ts";
import type { Tool, Wrapping } from "./model.ts";
import { tools } from "./model.ts";

/**
 * `applied`: all of it. `running`: some segments are in, the next may have begun (or a runner is at work). `failed`: some segments are in
 * and the next was refused. `undoing`: the way back has begun.
 */
export const states = ["applied", "running", "failed", "undoing"] as const;
export type State = (typeof states)[number];

/** One migration that has left something in the database. */
export interface Recorded {
  readonly version: string;
  readonly name: string;
  readonly tool: Tool;
  readonly checksum: string;
  readonly state: State;
  /** Of the way in question: the way back while `undoing`. */
  readonly segments: number;
  /** How many of them are in for certain. */
  readonly done: number;
  /** A segment outside of any transaction was begun and is not known to have ended: it is the one after `done`. */
  readonly begun: boolean;
  readonly undo?: { readonly text: string; readonly wrapping: Wrapping; readonly path: string };
  readonly appliedAt: string;
  readonly durationMs: number;
  readonly by: string;
  readonly approvedBy: readonly string[];
  /** In the order in which migrations were applied, which is not always that of their versions. */
  readonly position: number;
  /** The table of another runner that holds it too: where it is gone from there, the other runner has undone it. */
  readonly book?: string;
  readonly message?: string;
}

/**
 * `create … if not exists` of two sessions at once may still collide; the advisory lock is held before this runs. Privileges stay with
 * whoever creates it.
 */
export const historySql: readonly string[] = [
  "create schema if not exists senior",
  `create table if not exists senior.migrations (
  version text primary key,
  name text not null,
  tool text not null,
  checksum text not null,
  state text not null check (state in (${states.map(quoteText).join(", ")})),
  segments integer not null check (segments >= 0),
  done integer not null check (done between 0 and segments),
  begun boolean not null default false,
  undo text,
  undo_wrapping text,
  undo_path text,
  book text,
  applied_at timestamptz not null default clock_timestamp(),
  duration_ms bigint not null default 0,
  applied_by text not null default session_user,
  approved_by text[] not null default '{}',
  position bigint generated always as identity,
  message text
)`,
  `create table if not exists senior.migration_events (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  event text not null,
  version text,
  checksum text,
  executed_by text not null default session_user,
  approved_by text[] not null default '{}',
  duration_ms bigint,
  message text
)`,
  `create table if not exists senior.catalog_snapshot (
  only_one boolean primary key default true check (only_one),
  taken_at timestamptz not null default clock_timestamp(),
  server_version integer not null,
  hash text not null,
  catalog text not null
)`,
  "comment on schema senior is 'history of migrations, kept by senior'",
];

export const hasHistory = "select (to_regclass('senior.migrations') is not null)::text as there";

export const readHistory = `select json_build_object('version', version, 'name', name, 'tool', tool, 'checksum', checksum, 'state', state,
  'segments', segments, 'done', done, 'begun', begun, 'undo', undo, 'wrapping', undo_wrapping, 'path', undo_path, 'book', book,
  'at', to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'ms', duration_ms, 'by', applied_by,
  'approved', approved_by, 'position', position, 'message', message)::text as row
from senior.migrations order by position`;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const among = <T extends string>(list: readonly T[], value: unknown, fallback: T): T =>
  list.find((one) => one === value) ?? fallback;

export const recordedOf = (row: Json): Recorded => {
  const { undo, wrapping, path, book, message, approved, ...rest } = isObject(row) ? row : {};
  return {
    version: text(rest["version"]),
    name: text(rest["name"]),
    tool: among(tools, rest["tool"], "plain"),
    checksum: text(rest["checksum"]),
    state: among(states, rest["state"], "failed"),
    segments: number(rest["segments"]),
    done: number(rest["done"]),
    begun: rest["begun"] === true,
    ...(typeof undo === "string"
      ? {
          undo: {
            text: undo,
            wrapping: among<Wrapping>(["whole", "none", "file"], wrapping, "file"),
            path: text(path),
          },
        }
      : {}),
    appliedAt: text(rest["at"]),
    durationMs: number(rest["ms"]),
    by: text(rest["by"]),
    approvedBy: Array.isArray(approved) ? (approved as unknown[]).map(text) : [],
    position: number(rest["position"]),
    ...(typeof book === "string" ? { book } : {}),
    ...(typeof message === "string" ? { message } : {}),
  };
};

export const array = (values: readonly string[]): string =>
  values.length === 0 ? "'{}'::text[]" : `array[${values.map(quoteText).join(", ")}]`;

export const orNull = (value: string | undefined): string => (value === undefined ? "null" : quoteText(value));

export interface Claim {
  readonly version: string;
  readonly name: string;
  readonly tool: Tool;
  readonly checksum: string;
  readonly segments: number;
  readonly undo?: Recorded["undo"] | undefined;
  /** A repeatable that was applied before: its row is taken over. */
  readonly again: boolean;
  readonly book?: string | undefined;
  readonly approvedBy: readonly string[];
}

/** The first trace of a migration. Two runners cannot both leave it: the second waits for the first and is refused. */
export const claimSql = ({ version, name, tool, checksum, segments, undo, again, book, approvedBy }: Claim): string =>
  `insert into senior.migrations (version, name, tool, checksum, state, segments, done, undo, undo_wrapping, undo_path, book, approved_by)
values (${[version, name, tool, checksum].map(quoteText).join(", ")}, 'running', ${segments}, 0,
  ${orNull(undo?.text)}, ${orNull(undo?.wrapping)}, ${orNull(undo?.path)}, ${orNull(book)}, ${array(approvedBy)})${again ? takeOver : ""}`;

const takeOver = `
on conflict (version) do update set checksum = excluded.checksum, state = 'running', segments = excluded.segments, done = 0, begun = false,
  approved_by = excluded.approved_by, duration_ms = 0, message = null`;

/** The first trace of a way back. */
export const undoSql = (version: string, segments: number): string =>
  `update senior.migrations set state = 'undoing', segments = ${segments}, done = 0, begun = false
where version = ${quoteText(version)} and state = 'applied' returning version::text`;

export interface Progress {
  readonly version: string;
  /** How many segments are in now; the row must stand at one less, or at as many when one is only begun. */
  readonly done: number;
  readonly before: number;
  readonly state: State;
  readonly begun: boolean;
  readonly addedMs: number;
  readonly message?: string;
}

/** Moves a row on. It gives no row when somebody else has moved it, which must stop the runner. */
export const progressSql = ({ version, done, before, state, begun, addedMs, message }: Progress): string =>
  `update senior.migrations set done = ${done}, state = ${quoteText(state)}, begun = ${begun}, duration_ms = duration_ms + ${Math.round(addedMs)},
  message = ${orNull(message)}${state === "applied" ? ", applied_at = clock_timestamp()" : ""}
where version = ${quoteText(version)} and done = ${before} returning version::text`;

export const removeSql = (version: string, done: number): string =>
  `delete from senior.migrations where version = ${quoteText(version)} and done = ${done} returning version::text`;

export interface Event {
  readonly event:
    "applied" | "began" | "part" | "failed" | "undone" | "baselined" | "adopted" | "accepted" | "recovered";
  readonly version: string;
  readonly checksum?: string;
  readonly approvedBy?: readonly string[];
  readonly durationMs?: number;
  readonly message?: string;
}

export const eventSql = ({ event, version, checksum, approvedBy = [], durationMs, message }: Event): string =>
  `insert into senior.migration_events (event, version, checksum, approved_by, duration_ms, message)
values (${quoteText(event)}, ${quoteText(version)}, ${orNull(checksum)}, ${array(approvedBy)}, ${durationMs === undefined ? "null" : Math.round(durationMs)}, ${orNull(message)})`;

/** Any number will do as long as nobody else uses it: the first bytes of the SHA-256 of "senior migrations". */
export const lockKey = "7157281294837265";
