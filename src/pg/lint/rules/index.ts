// Every lint rule, one line each.
import type { LintRule } from "../rule.ts";
import { cascadeDrops } from "./cascade-drops.ts";
import { charColumn } from "./char-column.ts";
import { checkScans } from "./check-scans.ts";
import { concurrentlyInTransaction } from "./concurrently-in-transaction.ts";
import { constraintBuildsIndex } from "./constraint-builds-index.ts";
import { dropColumn } from "./drop-column.ts";
import { dropTable } from "./drop-table.ts";
import { foreignKeyScans } from "./foreign-key-scans.ts";
import { identifierTooLong } from "./identifier-too-long.ts";
import { indexBlocksWrites } from "./index-blocks-writes.ts";
import { jsonColumn } from "./json-column.ts";
import { missingLockTimeout } from "./missing-lock-timeout.ts";
import { nestedTransaction } from "./nested-transaction.ts";
import { newEnumValueUsed } from "./new-enum-value-used.ts";
import { notRepeatable } from "./not-repeatable.ts";
import { rebuildBlocks } from "./rebuild-blocks.ts";
import { refused } from "./refused.ts";
import { rename } from "./rename.ts";
import { requiredColumn } from "./required-column.ts";
import { scanBlocks } from "./scan-blocks.ts";
import { serialColumn } from "./serial-column.ts";
import { setLocalWithoutTransaction } from "./set-local-without-transaction.ts";
import { setNotNullScans } from "./set-not-null-scans.ts";
import { severalExclusiveLocks } from "./several-exclusive-locks.ts";
import { smallKey } from "./small-key.ts";
import { tableRewrite } from "./table-rewrite.ts";
import { timestampWithoutTimeZone } from "./timestamp-without-time-zone.ts";
import { truncate } from "./truncate.ts";
import { typeChangeRewrites } from "./type-change-rewrites.ts";
import { updateEverything } from "./update-everything.ts";
import { volatileDefault } from "./volatile-default.ts";
import { workUnderLock } from "./work-under-lock.ts";

export const lintRules: readonly LintRule[] = [
  cascadeDrops,
  charColumn,
  checkScans,
  concurrentlyInTransaction,
  constraintBuildsIndex,
  dropColumn,
  dropTable,
  foreignKeyScans,
  identifierTooLong,
  indexBlocksWrites,
  jsonColumn,
  missingLockTimeout,
  nestedTransaction,
  newEnumValueUsed,
  notRepeatable,
  rebuildBlocks,
  refused,
  rename,
  requiredColumn,
  scanBlocks,
  serialColumn,
  setLocalWithoutTransaction,
  setNotNullScans,
  severalExclusiveLocks,
  smallKey,
  tableRewrite,
  timestampWithoutTimeZone,
  truncate,
  typeChangeRewrites,
  updateEverything,
  volatileDefault,
  workUnderLock,
];
