// Rules: replicas that fall behind, slots that hold write-ahead log for nobody, an archive that fails.
import { bytes } from "../../kernel/words.ts";
import { secondsText } from "../health/holders.ts";
import { secondsSince, settingOf } from "../health/measures.ts";
import { globalAt, graded, liveRule } from "./rule.ts";

const gibibyte = 1024 ** 3;

/** An error where it may fill the disk: nothing bounds what a slot holds unless max_slot_wal_keep_size does. */
export const slotHoldsLog = liveRule({
  id: "db/slot-holds-log",
  severity: "warning",
  about: "Replication slots that keep write-ahead log which nobody fetches",
  help: "bring its reader back, or drop the slot: SELECT pg_drop_replication_slot('…'); set max_slot_wal_keep_size",
  *check(health) {
    const unbounded = settingOf(health, "max_slot_wal_keep_size")?.value === "-1";
    for (const { name, type, active, walStatus, heldBytes = 0 } of health.activity.slots) {
      if (walStatus === "lost") {
        yield {
          severity: "error",
          message: `replication slot ${name} is lost: the write-ahead log that its reader needs was removed`,
          at: globalAt("replication slot", name),
          help: "set the reader up anew, and drop the slot",
        };
        continue;
      }
      const severity = graded(
        ["error", heldBytes >= (active ? 50 : 10) * gibibyte],
        ["warning", heldBytes >= (active ? 5 : 0.5) * gibibyte],
      );
      if (severity === undefined) continue;
      yield {
        severity,
        message: `${type} replication slot ${name} holds ${bytes(heldBytes)} of write-ahead log${active ? "" : ", and nobody reads it"}${unbounded ? "; max_slot_wal_keep_size sets no bound" : ""}`,
        at: globalAt("replication slot", name),
      };
    }
  },
});

/** A warning from a minute or a gibibyte on: what users wrote is not where they read. */
export const replicaLag = liveRule({
  id: "db/replica-lag",
  severity: "warning",
  about: "Replicas that are far behind",
  help: "look there: a long query that conflicts with replay, a slow disk, or a narrow network",
  *check({ activity, server }) {
    for (const { name, lagBytes = 0, lagSeconds = 0, sync } of activity.replicas) {
      const severity = graded(
        ["error", lagSeconds >= 600 || lagBytes >= 10 * gibibyte],
        ["warning", lagSeconds >= 60 || lagBytes >= gibibyte],
      );
      if (severity === undefined) continue;
      yield {
        severity,
        message: `replica ${name} (${sync}) is ${secondsText(lagSeconds)} and ${bytes(lagBytes)} behind`,
        at: globalAt("replica", name),
      };
    }
    const own = server.replayAgeSeconds ?? 0;
    // A quiet primary sends nothing to replay: this alone proves no lag.
    if (server.inRecovery && own >= 600) {
      yield {
        message: `this replica replayed its last transaction ${secondsText(own)} ago: it is behind, or the primary is idle`,
        at: globalAt("server", "replica"),
        severity: "info",
      };
    }
  },
});

/** An error: there is no point in time to restore to after the last segment that was archived, and the log fills the disk. */
export const archiveFails = liveRule({
  id: "db/archive-fails",
  severity: "error",
  about: "Write-ahead log that cannot be archived",
  help: "run archive_command by hand for the segment that the server's log names",
  *check(health) {
    const { archiver } = health.server;
    if (archiver?.lastFailed === undefined || settingOf(health, "archive_mode")?.value === "off") return;
    if (archiver.lastArchived !== undefined && archiver.lastArchived >= archiver.lastFailed) return;
    yield {
      message: `archiving failed ${archiver.failed.toLocaleString("en-US")} times, last ${secondsText(secondsSince(health, archiver.lastFailed))} ago; ${archiver.lastArchived === undefined ? "it never succeeded" : `it last succeeded ${secondsText(secondsSince(health, archiver.lastArchived))} ago`}`,
      at: globalAt("setting", "archive_command"),
    };
  },
});
