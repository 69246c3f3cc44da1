// The rules on what a server measured: each with a server that has the trouble, and one that only looks like it.
import { describe, expect, test } from "bun:test";
import { runRules } from "../../kernel/rule.ts";
import type { Catalog, CatalogReading } from "../catalog.ts";
import type { Session } from "../health/activity.ts";
import type { Health, IndexHealth, RelationHealth, SequenceHealth, Setting } from "../health/model.ts";
import { databaseRules } from "./index.ts";
import type { Machine } from "./rule.ts";

const day = 86_400_000;
const now = Date.parse("2026-06-30T12:00:00Z");
const ago = (days: number): string => new Date(now - days * day).toISOString();

const health: Health = {
  at: new Date(now).toISOString(),
  server: { version: 180000, startedAt: ago(90), inRecovery: false, user: "u", seesAll: true },
  settings: [],
  database: {
    name: "shop",
    commits: 1e6,
    rollbacks: 0,
    blocksRead: 0,
    blocksHit: 0,
    tempFiles: 0,
    tempBytes: 0,
    deadlocks: 0,
    conflicts: 0,
    countersSince: ago(30),
  },
  databases: [],
  oldest: [],
  activity: { sessions: [], waits: [], progress: [], replicas: [], slots: [], prepared: [] },
  gaps: [],
  relations: [],
  indexes: [],
  sequences: [],
};

const mebibyte = 1024 ** 2;

const relation = (over: Partial<RelationHealth>): RelationHealth => ({
  schema: "public",
  name: "t",
  kind: "table",
  pages: 12_800,
  rows: 1_000_000,
  visiblePages: 12_800,
  heapBytes: 100 * mebibyte,
  toastBytes: 0,
  indexBytes: 20 * mebibyte,
  inserted: 1_000_000,
  updated: 0,
  hotUpdated: 0,
  deleted: 0,
  sequentialScans: 10,
  sequentialRows: 0,
  indexScans: 1000,
  liveRows: 1_000_000,
  deadRows: 0,
  changedSinceAnalyze: 0,
  insertedSinceVacuum: 0,
  lastVacuum: ago(1),
  lastAnalyze: ago(1),
  vacuums: 1,
  analyzes: 1,
  options: [],
  ...over,
});

const index = (over: Partial<IndexHealth>): IndexHealth => ({
  schema: "public",
  name: "t_a_idx",
  table: "t",
  method: "btree",
  bytes: 200 * mebibyte,
  pages: 25_600,
  rows: 1_000_000,
  scans: 0,
  valid: true,
  unique: false,
  ...over,
});

const sequence = (over: Partial<SequenceHealth>): SequenceHealth => ({
  schema: "public",
  name: "t_id_seq",
  type: "integer",
  min: "1",
  max: "2147483647",
  increment: "1",
  cycle: false,
  last: "1000",
  column: { table: { schema: "public", name: "t" }, name: "id", type: "integer" },
  ...over,
});

const session = (over: Partial<Session>): Session => ({
  pid: 1,
  type: "client backend",
  user: "app",
  blockedBy: [],
  ...over,
});
const setting = (name: string, value: string, over: Partial<Setting> = {}): Setting => ({
  name,
  value,
  source: "configuration file",
  pendingRestart: false,
  ...over,
});
const eight = (name: string): object => ({ name, length: 8, alignment: 8, width: 8, nullShare: 0, distinct: -1 });
const widths = [eight("id"), eight("a")] as RelationHealth["widths"] & object;

const holding = (tables: readonly object[]): Catalog =>
  ({
    schemas: [{ name: "public", grants: [] }],
    tables,
    views: [],
    routines: [],
    sequences: [],
    extensions: [],
    publications: [],
  }) as unknown as Catalog;

const plainIndex = {
  name: "t_a_idx",
  method: "btree",
  unique: false,
  nullsNotDistinct: false,
  valid: true,
  keys: [
    {
      text: "a",
      expression: false,
      opclass: { schema: "pg_catalog", name: "int4_ops" },
      opclassOptions: [],
      descending: false,
      nullsFirst: false,
    },
  ],
  include: [],
  replicaIdentity: false,
  clustered: false,
  options: [],
  definition: "CREATE INDEX t_a_idx ON public.t USING btree (a)",
};

const key = { kind: "primary-key", name: "t_pkey", columns: ["id"], validated: true, enforced: true, inherited: false };
const table = {
  schema: "public",
  name: "t",
  kind: "table",
  persistence: "permanent",
  inherits: [],
  storage: { options: [] },
  rowSecurity: "off",
  replicaIdentity: "default",
  columns: [],
  constraints: [key],
  indexes: [plainIndex],
  triggers: [],
  rules: [],
  policies: [],
  grants: [],
};
const foreignKey = {
  kind: "foreign-key",
  name: "t_a_fkey",
  columns: ["a"],
  references: { table: { schema: "public", name: "p" }, columns: ["id"] },
  validated: true,
  enforced: true,
  inherited: false,
};

const partitioned = (end: string): readonly object[] => [
  {
    ...table,
    name: "log",
    kind: "partitioned",
    partitionKey: "RANGE (at)",
    indexes: [],
    columns: [{ name: "at", local: true, type: { text: "date" }, options: [] }],
  },
  {
    ...table,
    name: "log_1",
    indexes: [],
    partitionOf: { parent: { schema: "public", name: "log" }, bound: `FOR VALUES FROM ('2026-01-01') TO ('${end}')` },
  },
];

interface Case {
  readonly has: Partial<Health>;
  readonly tables?: readonly object[];
  readonly machine?: Machine;
}

const live = (activity: Partial<Health["activity"]>): Partial<Health> => ({
  activity: { ...health.activity, ...activity },
});
const database = (over: Partial<Health["database"]>): Partial<Health> => ({
  database: { ...health.database, ...over },
});
const server = (over: Partial<Health["server"]>): Partial<Health> => ({ server: { ...health.server, ...over } });
const age = (transactionAge: number, multixactAge = 0) => ({
  databases: [{ name: "shop", transactionAge, multixactAge, template: false }],
});

/** Rule, what the trouble looks like, how bad it is, and what only looks like it. */
const cases: Readonly<Record<string, readonly [Case, "error" | "warning" | "info", Case]>> = {
  "db/archive-fails": [
    { has: server({ archiver: { failed: 7, lastFailed: ago(0.1), lastArchived: ago(2) } }) },
    "error",
    { has: server({ archiver: { failed: 7, lastFailed: ago(2), lastArchived: ago(0.1) } }) },
  ],
  "db/autovacuum-off": [
    { has: { relations: [relation({ options: [{ name: "autovacuum_enabled", value: "off" }] })] } },
    "warning",
    { has: { relations: [relation({ options: [{ name: "autovacuum_enabled", value: "on" }] })] } },
  ],
  "db/blocked-session": [
    {
      has: live({
        sessions: [session({ blockedBy: [2] })],
        waits: [{ pid: 1, mode: "AccessExclusiveLock", what: "relation", seconds: 400 }],
      }),
    },
    "error",
    {
      has: live({
        sessions: [session({ blockedBy: [2] })],
        waits: [{ pid: 1, mode: "ShareLock", what: "relation", seconds: 1 }],
      }),
    },
  ],
  "db/cache-hit": [
    { has: database({ blocksHit: 8e6, blocksRead: 1e6 }) },
    "info",
    { has: database({ blocksHit: 10, blocksRead: 90 }) },
  ],
  "db/checkpoint-pace": [
    { has: server({ checkpoints: { timed: 20, requested: 80 } }) },
    "warning",
    { has: server({ checkpoints: { timed: 2, requested: 8 } }) },
  ],
  "db/checksum-failures": [
    { has: database({ checksumFailures: 1 }) },
    "error",
    { has: database({ checksumFailures: 0 }) },
  ],
  "db/connections": [
    {
      has: {
        settings: [setting("max_connections", "10")],
        ...live({ sessions: [1, 2, 3, 4, 5, 6, 7].map((pid) => session({ pid, state: "idle" })) }),
      },
    },
    "error",
    { has: { settings: [setting("max_connections", "100")], ...live({ sessions: [session({ state: "idle" })] }) } },
  ],
  "db/dangerous-setting": [
    { has: { settings: [setting("fsync", "off")] } },
    "error",
    { has: { settings: [setting("fsync", "on")] } },
  ],
  "db/deadlocks": [{ has: database({ deadlocks: 60 }) }, "warning", { has: database({ deadlocks: 3 }) }],
  "db/default-partition-rows": [
    {
      has: { relations: [relation({})] },
      tables: [{ ...table, partitionOf: { parent: { schema: "public", name: "p" }, bound: "DEFAULT" } }],
    },
    "warning",
    {
      has: { relations: [relation({ rows: 0, liveRows: 0 })] },
      tables: [{ ...table, partitionOf: { parent: { schema: "public", name: "p" }, bound: "DEFAULT" } }],
    },
  ],
  "db/idle-in-transaction": [
    { has: live({ sessions: [session({ state: "idle in transaction", stateSeconds: 600 })] }) },
    "warning",
    {
      has: live({
        sessions: [
          session({ state: "idle", stateSeconds: 6000 }),
          session({ pid: 2, state: "idle in transaction", stateSeconds: 2 }),
        ],
      }),
    },
  ],
  "db/index-bloat": [
    { has: { indexes: [index({ widths })], relations: [relation({})] }, tables: [table] },
    "info",
    { has: { indexes: [index({ widths, bytes: 40 * mebibyte })], relations: [relation({})] }, tables: [table] },
  ],
  "db/long-transaction": [
    { has: live({ sessions: [session({ state: "active", transactionSeconds: 7200 })] }) },
    "warning",
    {
      has: live({
        sessions: [
          session({ state: "active", transactionSeconds: 7200, application: "pg_dump" }),
          session({ pid: 2, type: "walsender", transactionSeconds: 1e6 }),
        ],
      }),
    },
  ],
  "db/multixact-wraparound": [{ has: age(0, 1_300_000_000) }, "error", { has: age(0, 100_000_000) }],
  "db/number-exhaustion": [
    { has: { sequences: [sequence({ last: "2000000000" })] } },
    "error",
    { has: { sequences: [sequence({}), sequence({ name: "s", last: "2000000000", cycle: true })] } },
  ],
  "db/over-indexed": [
    {
      has: { relations: [relation({ indexBytes: 300 * mebibyte })] },
      tables: [{ ...table, indexes: Array.from({ length: 9 }, (_, n) => ({ ...plainIndex, name: `i${n}` })) }],
    },
    "info",
    {
      has: { relations: [relation({ indexBytes: 300 * mebibyte, indexScans: 9e9 })] },
      tables: [{ ...table, indexes: Array.from({ length: 9 }, (_, n) => ({ ...plainIndex, name: `i${n}` })) }],
    },
  ],
  "db/partitions-end": [
    { has: { relations: [relation({ name: "log_1" })] }, tables: partitioned("2026-06-01") },
    "error",
    { has: { relations: [relation({ name: "log_1" })] }, tables: partitioned("2026-08-01") },
  ],
  "db/replica-lag": [
    { has: live({ replicas: [{ name: "r", state: "streaming", sync: "async", lagSeconds: 90 }] }) },
    "warning",
    { has: live({ replicas: [{ name: "r", state: "streaming", sync: "async", lagSeconds: 1 }] }) },
  ],
  "db/slot-holds-log": [
    { has: live({ slots: [{ name: "s", type: "logical", active: false, heldBytes: 2 * 1024 * mebibyte }] }) },
    "warning",
    { has: live({ slots: [{ name: "s", type: "logical", active: true, heldBytes: 2 * 1024 * mebibyte }] }) },
  ],
  "db/stale-statistics": [
    { has: { relations: [relation({ changedSinceAnalyze: 900_000 })] } },
    "warning",
    {
      has: {
        relations: [
          relation({ changedSinceAnalyze: 50_000 }),
          relation({ name: "new", changedSinceAnalyze: 900_000, lastAnalyze: ago(0.001) }),
        ],
      },
    },
  ],
  "db/table-bloat": [
    { has: { relations: [relation({ widths })] } },
    "info",
    { has: { relations: [relation({ widths, heapBytes: 50 * mebibyte })] } },
  ],
  "db/temporary-files": [
    { has: database({ tempBytes: 90 * 1024 ** 3 }) },
    "info",
    { has: database({ tempBytes: 1024 ** 3 }) },
  ],
  "db/transaction-wraparound": [{ has: age(400_000_000) }, "warning", { has: age(210_000_000) }],
  "db/unused-index": [
    { has: { indexes: [index({})], relations: [relation({})] }, tables: [table] },
    "warning",
    {
      has: { indexes: [index({})], relations: [relation({})] },
      tables: [{ ...table, constraints: [key, foreignKey] }],
    },
  ],
  "db/vacuum-lag": [
    { has: { relations: [relation({ deadRows: 2_000_000 })] } },
    "warning",
    { has: { relations: [relation({ deadRows: 150_000 })] } },
  ],
};

const findings = (id: string, { has, tables = [], machine }: Case) => {
  const reading = {
    server: { version: 180000, text: "18", kind: "server" },
    catalog: holding(tables),
    statistics: [],
  } as CatalogReading;
  const rules = databaseRules.filter((rule) => rule.id === id);
  return runRules(rules, { ...reading, health: { ...health, ...has }, ...(machine === undefined ? {} : { machine }) });
};

describe("rules on what a server measured", () => {
  test("every one has its cases", () => {
    const measured = databaseRules.filter(({ needs }) => needs === "server").map(({ id }) => id);
    expect(Object.keys(cases)).toEqual([...measured].sort());
  });

  test.each(Object.entries(cases))("%s", (id, [trouble, severity, innocent]) => {
    expect(findings(id, trouble).map((one) => one.severity)).toEqual([severity]);
    expect(findings(id, innocent).map(({ message }) => message)).toEqual([]);
  });

  test("advice on pools follows the cores that somebody names", () => {
    const { has } = cases["db/connections"]![2];
    expect(findings("db/connections", { has, machine: { cores: 8 } }).map(({ message }) => message)).toEqual([
      "for 8 cores, the pools of all processes together should open about 17 connections (2 × cores + 1)",
    ]);
  });

  test("counters of less than a week accuse no index", () => {
    const young = { ...database({ countersSince: ago(2) }), indexes: [index({})], relations: [relation({})] };
    expect(findings("db/unused-index", { has: young, tables: [table] })).toEqual([]);
  });
});
