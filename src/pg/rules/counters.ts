// Rules on the database's own counters: cache, temporary files, deadlocks, checkpoints, checksums.
import { bytes } from "../../kernel/words.ts";
import { countedSeconds, secondsSince, settingBytes, settingOf, totalBytes } from "../health/measures.ts";
import { globalAt, graded, liveRule, serverRule } from "./rule.ts";

const count = (value: number): string => Math.round(value).toLocaleString("en-US");
const day = 86_400;

/** Under a million blocks the share says how young the counters are, and nothing of the cache. */
const leastBlocks = 1_000_000;

/** A note: what PostgreSQL reads may still come from the operating system's cache. */
export const cacheHit = serverRule({
  id: "db/cache-hit",
  severity: "info",
  about: "A buffer cache that misses often",
  help: "first the statements that read most (shared blocks read), then shared_buffers: a quarter of the memory is a good start",
  *check(health) {
    const { blocksHit, blocksRead, name } = health.database;
    const total = blocksHit + blocksRead;
    const share = total === 0 ? 1 : blocksHit / total;
    if (total < leastBlocks || share >= 0.95) return;
    const size = health.relations.reduce((sum, one) => sum + totalBytes(one), 0);
    const buffers = settingBytes(health, "shared_buffers") ?? 0;
    yield {
      severity: graded(["warning", share < 0.8]) ?? "info",
      message: `${((1 - share) * 100).toFixed(1)} % of the blocks of database ${name} were not in shared_buffers when they were wanted`,
      at: globalAt("database", name),
      evidence: {
        note: `${count(blocksRead)} of ${count(total)} blocks; the database is ${bytes(size)}, shared_buffers ${bytes(buffers)}`,
        data: { blocksRead, blocksHit, share, bytes: size, sharedBuffers: buffers },
      },
    };
  },
});

/** From a gibibyte a day on: sorts and hashes that did not fit work_mem. */
export const temporaryFiles = serverRule({
  id: "db/temporary-files",
  severity: "info",
  about: "Sorts and hashes that spill to disk",
  help: "find them with log_temp_files or temp_blks_written of pg_stat_statements; an index in sort order, or more work_mem for that role",
  *check(health) {
    const { tempBytes, tempFiles, name } = health.database;
    const days = Math.max(1, (countedSeconds(health) ?? 0) / day);
    const perDay = tempBytes / days;
    if (perDay < 1024 ** 3) return;
    yield {
      severity: graded(["warning", perDay >= 100 * 1024 ** 3]) ?? "info",
      message: `statements of database ${name} wrote ${bytes(tempBytes)} to temporary files, ${bytes(perDay)} a day, since they needed more than work_mem`,
      at: globalAt("database", name),
      evidence: { note: `${count(tempFiles)} files; work_mem is ${bytes(settingBytes(health, "work_mem") ?? 0)}` },
    };
  },
});

/** From one a day on: each is a transaction that a user lost. */
export const deadlocks = serverRule({
  id: "db/deadlocks",
  severity: "warning",
  about: "Deadlocks",
  help: "take locks in one order everywhere (sort the ids), keep transactions short; the server's log names both statements",
  *check(health) {
    const { deadlocks: found, name } = health.database;
    const days = Math.max(1, (countedSeconds(health) ?? 0) / day);
    if (found / days < 1) return;
    yield {
      message: `${count(found)} deadlocks in database ${name}, ${(found / days).toFixed(1)} a day`,
      at: globalAt("database", name),
    };
  },
});

/** A note: a checkpoint that came early writes full pages anew, and the disk is busy more often than it need be. */
export const checkpointPace = serverRule({
  id: "db/checkpoint-pace",
  severity: "info",
  about: "Checkpoints forced by the amount of write-ahead log, before their time",
  help: "raise max_wal_size until nearly all checkpoints come by time; checkpoint_timeout of 15 to 30 minutes spares full pages",
  *check(health) {
    const { checkpoints } = health.server;
    const total = (checkpoints?.timed ?? 0) + (checkpoints?.requested ?? 0);
    if (checkpoints === undefined || total < 50 || checkpoints.requested / total < 0.3) return;
    const hours = checkpoints.since === undefined ? undefined : secondsSince(health, checkpoints.since) / 3600;
    yield {
      severity: graded(["warning", checkpoints.requested / total >= 0.6]) ?? "info",
      message: `${count(checkpoints.requested)} of ${count(total)} checkpoints were forced before their time`,
      at: globalAt("setting", "max_wal_size"),
      evidence: {
        note: `max_wal_size is ${bytes(settingBytes(health, "max_wal_size") ?? 0)}, checkpoint_timeout ${settingOf(health, "checkpoint_timeout")?.value ?? "?"} s${hours === undefined ? "" : `; one in ${((hours * 60) / total).toFixed(1)} minutes`}`,
      },
    };
  },
});

/** An error: pages on disk are not what was written. */
export const checksumFailures = liveRule({
  id: "db/checksum-failures",
  severity: "error",
  about: "Pages whose checksum did not match when they were read",
  help: "stop trusting this disk: take a copy, restore from a backup older than the first failure, and find out what broke",
  *check({ database }) {
    const found = database.checksumFailures ?? 0;
    if (found === 0) return;
    yield {
      message: `${count(found)} pages of database ${database.name} failed their checksum`,
      at: globalAt("database", database.name),
    };
  },
});
