// Rows of the live queries as the model.
import type { Row, Rows } from "../read-catalog/rows.ts";
import { maybe, number, optional, text, truth } from "../read-catalog/rows.ts";
import { compareText } from "../catalog/object.ts";
import { withoutConstants } from "../normalise.ts";
import type { Activity, PreparedTransaction, Progress, Replica, Session, Slot, Wait } from "./activity.ts";
import type { Database, DatabaseAge, Gap, Live, OldRelation, Server, Setting } from "./model.ts";

const count = (row: Row, key: string): number => number(row, key) ?? 0;

const server = (row: Row, rows: Rows): Server => {
  const [checkpoints] = rows.of("checkpoints");
  const [archiver] = rows.of("archiver");
  return {
    version: count(row, "version"),
    startedAt: text(row, "started"),
    inRecovery: truth(row, "recovery"),
    ...optional("replayAgeSeconds", number(row, "replayAge")),
    user: text(row, "user"),
    seesAll: truth(row, "seesAll"),
    ...(checkpoints === undefined
      ? {}
      : {
          checkpoints: {
            timed: count(checkpoints, "timed"),
            requested: count(checkpoints, "requested"),
            ...optional("since", maybe(checkpoints, "since")),
          },
        }),
    ...(archiver === undefined
      ? {}
      : {
          archiver: {
            failed: count(archiver, "failed"),
            ...optional("lastFailed", maybe(archiver, "lastFailed")),
            ...optional("lastArchived", maybe(archiver, "lastArchived")),
          },
        }),
  };
};

const setting = (row: Row): Setting => ({
  name: text(row, "name"),
  value: text(row, "value"),
  ...optional("unit", maybe(row, "unit")),
  source: text(row, "source"),
  pendingRestart: truth(row, "pending"),
});

const database = (row: Row): Database => ({
  name: text(row, "name"),
  commits: count(row, "commits"),
  rollbacks: count(row, "rollbacks"),
  blocksRead: count(row, "read"),
  blocksHit: count(row, "hit"),
  tempFiles: count(row, "tempFiles"),
  tempBytes: count(row, "tempBytes"),
  deadlocks: count(row, "deadlocks"),
  conflicts: count(row, "conflicts"),
  ...optional("checksumFailures", number(row, "checksumFailures")),
  ...optional("countersSince", maybe(row, "since")),
});

const databaseAge = (row: Row): DatabaseAge => ({
  name: text(row, "name"),
  transactionAge: count(row, "age"),
  multixactAge: count(row, "multixactAge"),
  template: truth(row, "template"),
  ...optional("connections", number(row, "connections")),
});

const oldRelation = (row: Row): OldRelation => ({
  schema: text(row, "schema"),
  name: text(row, "name"),
  transactionAge: count(row, "age"),
  multixactAge: count(row, "multixactAge"),
  bytes: count(row, "bytes"),
});

const session = (row: Row): Session => {
  const statement = maybe(row, "statement");
  const blockers = (row["blockedBy"] ?? []) as readonly number[];
  return {
    pid: count(row, "pid"),
    ...optional("type", maybe(row, "type")),
    ...optional("user", maybe(row, "user")),
    ...optional("database", maybe(row, "database")),
    ...optional("application", maybe(row, "application")),
    ...optional("state", maybe(row, "state")),
    ...optional("transactionSeconds", number(row, "transactionSeconds")),
    ...optional("statementSeconds", number(row, "statementSeconds")),
    ...optional("stateSeconds", number(row, "stateSeconds")),
    ...optional("waitType", maybe(row, "waitType")),
    ...optional("waitEvent", maybe(row, "waitEvent")),
    ...optional("snapshotAge", number(row, "snapshotAge")),
    blockedBy: [...new Set(blockers)].sort((a, b) => a - b),
    ...optional("statement", statement === undefined ? undefined : withoutConstants(statement)),
  };
};

const wait = (row: Row): Wait => ({
  pid: count(row, "pid"),
  mode: text(row, "mode"),
  what: text(row, "what"),
  ...optional("relation", maybe(row, "relation")),
  ...optional("seconds", number(row, "seconds")),
});

const progress = (row: Row): Progress => ({
  pid: count(row, "pid"),
  command: text(row, "command") as Progress["command"],
  ...optional("relation", maybe(row, "relation")),
  phase: text(row, "phase"),
  ...optional("share", number(row, "share")),
});

const replica = (row: Row): Replica => ({
  name: text(row, "name"),
  state: text(row, "state"),
  sync: text(row, "sync"),
  ...optional("lagBytes", number(row, "lagBytes")),
  ...optional("lagSeconds", number(row, "lagSeconds")),
});

const slot = (row: Row): Slot => ({
  name: text(row, "name"),
  type: text(row, "type") as Slot["type"],
  active: truth(row, "active"),
  ...optional("walStatus", maybe(row, "walStatus")),
  ...optional("heldBytes", number(row, "heldBytes")),
  ...optional("transactionAge", number(row, "age")),
});

const prepared = (row: Row): PreparedTransaction => ({
  name: text(row, "name"),
  owner: text(row, "owner"),
  database: text(row, "database"),
  seconds: count(row, "seconds"),
  transactionAge: count(row, "age"),
});

const byPid = (a: { readonly pid: number }, b: { readonly pid: number }): number => a.pid - b.pid;
const named = (a: { readonly name: string }, b: { readonly name: string }): number => compareText(a.name, b.name);

const activity = (rows: Rows): Activity => ({
  sessions: rows.of("sessions").map(session).sort(byPid),
  waits: rows.of("waits").map(wait).sort(byPid),
  progress: rows.of("progress").map(progress).sort(byPid),
  replicas: rows.of("replicas").map(replica).sort(named),
  slots: rows.of("slots").map(slot).sort(named),
  prepared: rows.of("prepared").map(prepared).sort(named),
});

/** What is hidden without an error: the server gives rows with holes to those who may not see others. */
const hidden = (rows: Rows, seesAll: boolean): readonly Gap[] => {
  const others = rows.of("sessions").filter((row) => maybe(row, "type") === undefined).length;
  return seesAll || others === 0
    ? []
    : [{ what: `what ${others} sessions of other users do`, why: "the user is no member of pg_read_all_stats" }];
};

export const liveOf = (rows: Rows, refused: readonly Gap[]): Live => {
  const [first = {}] = rows.of("server");
  const [own = {}] = rows.of("database");
  const about = server(first, rows);
  return {
    at: text(first, "at"),
    server: about,
    settings: rows.of("settings").map(setting).sort(named),
    database: database(own),
    databases: rows.of("databases").map(databaseAge).sort(named),
    oldest: rows.of("oldest").map(oldRelation),
    activity: activity(rows),
    gaps: [...refused, ...hidden(rows, about.seesAll)],
  };
};
