// Every rule on a database, one line each.
import { indexBloatRule, tableBloatRule } from "./bloat.ts";
import { columnTypes } from "./column-types.ts";
import { connections } from "./connections.ts";
import { constraintNotValid } from "./constraint-not-valid.ts";
import { cacheHit, checkpointPace, checksumFailures, deadlocks, temporaryFiles } from "./counters.ts";
import { disabledTrigger } from "./disabled-trigger.ts";
import { duplicateIndex } from "./duplicate-index.ts";
import { foreignKeyType } from "./foreign-key-type.ts";
import { foreignKeyWithoutIndex } from "./foreign-key-without-index.ts";
import { invalidIndex } from "./invalid-index.ts";
import { autovacuumOff, staleStatistics, vacuumLag } from "./maintenance.ts";
import { numberExhaustion } from "./number-exhaustion.ts";
import { openTable } from "./open-table.ts";
import { overIndexed } from "./over-indexed.ts";
import { defaultPartition, partitionGap, partitionsEnd } from "./partition-range.ts";
import { policyPerRow } from "./policy-per-row.ts";
import { publicCreate } from "./public-create.ts";
import { archiveFails, replicaLag, slotHoldsLog } from "./replication.ts";
import { policiesOff, securityWithoutPolicy } from "./row-security.ts";
import type { DatabaseRule, LiveRule } from "./rule.ts";
import { onDatabase } from "./rule.ts";
import { securityDefiner } from "./security-definer.ts";
import { sequenceType } from "./sequence-type.ts";
import { blockedSession, idleInTransaction, longTransaction } from "./sessions.ts";
import { dangerousSettings } from "./settings.ts";
import { tableWithoutPrimaryKey } from "./table-without-primary-key.ts";
import { timestampWithoutZone } from "./timestamp-without-zone.ts";
import { unloggedTable } from "./unlogged-table.ts";
import { unusedIndex } from "./unused-index.ts";
import { multixactWraparound, transactionWraparound } from "./wraparound.ts";

/** Rules on the structure: they work on schema files too. */
export const structureRules: readonly DatabaseRule[] = [
  columnTypes,
  constraintNotValid,
  disabledTrigger,
  duplicateIndex,
  foreignKeyType,
  foreignKeyWithoutIndex,
  invalidIndex,
  openTable,
  partitionGap,
  policiesOff,
  policyPerRow,
  publicCreate,
  securityDefiner,
  securityWithoutPolicy,
  sequenceType,
  tableWithoutPrimaryKey,
  timestampWithoutZone,
  unloggedTable,
];

/** Rules on what the server is doing right now: those that a doctor looks at. */
export const liveRules: readonly LiveRule[] = [
  archiveFails,
  blockedSession,
  checksumFailures,
  connections,
  idleInTransaction,
  longTransaction,
  multixactWraparound,
  replicaLag,
  slotHoldsLog,
  transactionWraparound,
];

/** Rules on what a server measured. */
export const measuredRules: readonly DatabaseRule[] = [
  autovacuumOff,
  cacheHit,
  checkpointPace,
  dangerousSettings,
  deadlocks,
  defaultPartition,
  indexBloatRule,
  numberExhaustion,
  overIndexed,
  partitionsEnd,
  staleStatistics,
  tableBloatRule,
  temporaryFiles,
  unusedIndex,
  vacuumLag,
];

export const databaseRules: readonly DatabaseRule[] = [
  ...structureRules,
  ...liveRules.map(onDatabase),
  ...measuredRules,
];
