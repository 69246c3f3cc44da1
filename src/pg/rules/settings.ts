// Rule: server settings that lose data, stop maintenance, or leave everybody blind.
import type { Severity } from "../../kernel/finding.ts";
import { bytes } from "../../kernel/words.ts";
import { settingBytes, settingNumber, settingOf, totalBytes } from "../health/measures.ts";
import type { Health } from "../health/model.ts";
import type { DatabaseReading } from "./rule.ts";
import { globalAt, serverRule } from "./rule.ts";

interface Worry {
  readonly setting: string;
  readonly severity: Severity;
  /** What is wrong, when it is; undefined when all is well. */
  readonly says: (value: string, health: Health, reading: DatabaseReading) => string | undefined;
  readonly help: string;
}

const when = (bad: string, text: string) => (value: string) => (value === bad ? text : undefined);

const gibibyte = 1024 ** 3;

const size = (health: Health): number => health.relations.reduce((sum, one) => sum + totalBytes(one), 0);

/** Every connection may use work_mem several times; hashes may use hash_mem_multiplier times as much. */
const worstMemory = (health: Health): number =>
  (settingBytes(health, "work_mem") ?? 0) *
  (settingNumber(health, "hash_mem_multiplier") ?? 1) *
  (settingNumber(health, "max_connections") ?? 100);

const worries: readonly Worry[] = [
  {
    setting: "fsync",
    severity: "error",
    says: when("off", "fsync is off: a crash of the machine may leave the whole cluster unreadable"),
    help: "switch it on; for speed without durability, synchronous_commit = off loses the last moments alone",
  },
  {
    setting: "full_page_writes",
    severity: "error",
    says: when(
      "off",
      "full_page_writes is off: a crash in the middle of a page's write may destroy it, unless the file system writes pages whole",
    ),
    help: "switch it on, unless the disk is ZFS or the like",
  },
  {
    setting: "autovacuum",
    severity: "error",
    says: when("off", "autovacuum is off: dead rows pile up and statistics grow old in every table"),
    help: "switch it on; ALTER TABLE … SET (autovacuum_enabled = off) is for single tables",
  },
  {
    setting: "track_counts",
    severity: "error",
    says: when(
      "off",
      "track_counts is off: autovacuum does not know where to go, and no counter in this report means anything",
    ),
    help: "switch it on",
  },
  {
    setting: "zero_damaged_pages",
    severity: "error",
    says: when(
      "on",
      "zero_damaged_pages is on: damaged pages turn into empty ones, and their rows are gone without an error",
    ),
    help: "switch it off; it is meant for one session of a rescue",
  },
  {
    setting: "ignore_checksum_failure",
    severity: "error",
    says: when("on", "ignore_checksum_failure is on: damaged pages are read as if they were whole"),
    help: "switch it off; it is meant for one session of a rescue",
  },
  {
    setting: "password_encryption",
    severity: "warning",
    says: when("md5", "new passwords are stored as MD5 hashes, which whoever reads them can log in with"),
    help: "set it to scram-sha-256, and set the passwords again",
  },
  {
    setting: "synchronous_commit",
    severity: "info",
    says: when(
      "off",
      "synchronous_commit is off: a crash loses the transactions of the last moments that users were told are done",
    ),
    help: "right for what can be sent again; else switch it off by role or transaction, not for all",
  },
  {
    setting: "idle_in_transaction_session_timeout",
    severity: "info",
    says: when("0", "nothing ends a session that forgets its transaction: idle_in_transaction_session_timeout is off"),
    help: "set it to a minute or some; clients that wait for people inside a transaction will show themselves",
  },
  {
    setting: "log_lock_waits",
    severity: "info",
    says: when("off", "waits for locks leave no trace: log_lock_waits is off"),
    help: "switch it on: whoever waits longer than deadlock_timeout is logged, with who holds the lock",
  },
  {
    setting: "log_min_duration_statement",
    severity: "info",
    says: (value, _, { catalog }) =>
      value === "-1" && !catalog.extensions.some(({ name }) => name === "pg_stat_statements")
        ? "nobody would know which statements are slow: log_min_duration_statement is off, and pg_stat_statements is not there"
        : undefined,
    help: "CREATE EXTENSION pg_stat_statements (with shared_preload_libraries), or log_min_duration_statement = '1s'",
  },
  {
    setting: "shared_buffers",
    severity: "warning",
    says: (_, health) => {
      const [buffers, data] = [settingBytes(health, "shared_buffers") ?? 0, size(health)];
      return buffers <= 128 * 1024 ** 2 && data >= gibibyte
        ? `shared_buffers is ${bytes(buffers)}, what a fresh installation has, for ${bytes(data)} of data`
        : undefined;
    },
    help: "a quarter of the machine's memory is a good start; it needs a restart",
  },
  {
    setting: "work_mem",
    severity: "warning",
    says: (_, health, { machine }) => {
      const memory = machine?.memoryBytes;
      const worst = worstMemory(health);
      return memory !== undefined && worst > memory
        ? `if every connection sorts or hashes once, they need ${bytes(worst)} of ${bytes(memory)}: work_mem × hash_mem_multiplier × max_connections`
        : undefined;
    },
    help: "lower max_connections behind a pooler first; then work_mem, with more of it for the roles that report",
  },
  {
    setting: "random_page_cost",
    severity: "info",
    says: (value, health) =>
      value === "4" && settingOf(health, "random_page_cost")?.source === "default" && size(health) >= gibibyte
        ? "random_page_cost is 4, which describes a spinning disk: on an SSD the planner avoids indexes that would help"
        : undefined,
    help: "1.1 on SSDs and network storage; measure the plans of your costliest statements before and after",
  },
];

/** Settings of our own session say nothing about others'. */
const ours = new Set(["session", "client", "override"]);

export const dangerousSettings = serverRule({
  id: "db/dangerous-setting",
  severity: "warning",
  about: "Server settings that lose data, stop maintenance or hide what happens",
  help: "change it in the configuration file or with ALTER SYSTEM",
  *check(health, reading) {
    for (const { setting, severity, says, help } of worries) {
      const found = settingOf(health, setting);
      const message =
        found === undefined || (ours.has(found.source) && setting !== "shared_buffers")
          ? undefined
          : says(found.value, health, reading);
      if (message === undefined) continue;
      yield { severity, message, help, at: globalAt("setting", setting) };
    }
    const pending = health.settings.filter(({ pendingRestart }) => pendingRestart).map(({ name }) => name);
    if (pending.length > 0) {
      yield {
        severity: "info",
        message: `${pending.join(", ")} ${pending.length === 1 ? "was" : "were"} changed in the configuration and will count after a restart`,
        at: globalAt("setting", pending[0] ?? ""),
        help: "the next restart, also an unplanned one, starts with other settings than today's: plan it",
      };
    }
  },
});
