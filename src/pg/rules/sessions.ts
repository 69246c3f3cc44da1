// Rules: transactions that stay open, and sessions that wait for them.
import { plural } from "../../kernel/words.ts";
import type { Session } from "../health/activity.ts";
import { secondsText } from "../health/holders.ts";
import { globalAt, graded, liveRule } from "./rule.ts";

const minute = 60;
const hour = 3600;

const who = ({ user, application }: Session): string =>
  [user, application].filter((one) => one !== undefined).join(", ");

const named = (session: Session): string => `session ${session.pid}${who(session) === "" ? "" : ` (${who(session)})`}`;

const evidence = ({ statement, snapshotAge }: Session) => {
  const parts = [
    ...(statement === undefined ? [] : [`its statement: ${statement.slice(0, 200)}`]),
    ...(snapshotAge === undefined
      ? []
      : [`${snapshotAge.toLocaleString("en-US")} transactions began since its snapshot`]),
  ];
  return parts.length === 0 ? {} : { evidence: { note: parts.join("; ") } };
};

const isIdle = ({ state }: Session): boolean => state?.startsWith("idle in transaction") === true;
const isClient = ({ type }: Session): boolean => type === undefined || type === "client backend";

/** A warning after five minutes, an error after an hour: it holds its locks, its connection, and vacuum, and does nothing. */
export const idleInTransaction = liveRule({
  id: "db/idle-in-transaction",
  severity: "warning",
  about: "Sessions that opened a transaction and then do nothing",
  help: "find the code that waits (a network call, a person) between BEGIN and COMMIT; set idle_in_transaction_session_timeout",
  *check({ activity }) {
    for (const session of activity.sessions.filter(isIdle)) {
      const seconds = session.stateSeconds ?? 0;
      const severity = graded(["error", seconds >= hour], ["warning", seconds >= 5 * minute]);
      if (severity === undefined) continue;
      yield {
        severity,
        message: `${named(session)} is idle in a transaction for ${secondsText(seconds)}`,
        at: globalAt("session", String(session.pid)),
        ...evidence(session),
      };
    }
  },
});

/** A warning after an hour, an error after a day. Backups and replicas read for long by their nature, and are left alone. */
export const longTransaction = liveRule({
  id: "db/long-transaction",
  severity: "warning",
  about: "Transactions that have been running for an hour or more",
  help: "no dead row younger than it can be removed anywhere in the database: split it, or run it on a replica",
  *check({ activity }) {
    for (const session of activity.sessions.filter((one) => isClient(one) && !isIdle(one))) {
      const seconds = session.transactionSeconds ?? 0;
      if (session.application === "pg_dump" || seconds < hour) continue;
      yield {
        severity: seconds >= 24 * hour ? "error" : "warning",
        message: `${named(session)} is in one transaction for ${secondsText(seconds)}`,
        at: globalAt("session", String(session.pid)),
        ...evidence(session),
      };
    }
    for (const { name, owner, database, seconds } of activity.prepared) {
      if (seconds < 10 * minute) continue;
      yield {
        severity: seconds >= hour ? "error" : "warning",
        message: `transaction ${name} of ${owner} in ${database} was prepared ${secondsText(seconds)} ago and neither committed nor rolled back: it holds its locks and vacuum through restarts`,
        at: globalAt("prepared transaction", name),
        help: "ask its coordinator; else COMMIT PREPARED or ROLLBACK PREPARED by hand",
      };
    }
  },
});

/** A warning after ten seconds of waiting, an error after five minutes: whoever comes next waits behind them. */
export const blockedSession = liveRule({
  id: "db/blocked-session",
  severity: "warning",
  about: "Sessions that wait for a lock which another session holds",
  help: "`senior db doctor` shows who waits for whom; set lock_timeout for migrations",
  *check({ activity }) {
    const waits = new Map(activity.waits.map((wait) => [wait.pid, wait]));
    for (const session of activity.sessions.filter(({ blockedBy }) => blockedBy.length > 0)) {
      const wait = waits.get(session.pid);
      const seconds = wait?.seconds ?? session.stateSeconds ?? 0;
      const severity = graded(["error", seconds >= 5 * minute], ["warning", seconds >= 10]);
      if (severity === undefined) continue;
      const what =
        wait === undefined ? "a lock" : `${wait.mode}${wait.relation === undefined ? "" : ` on ${wait.relation}`}`;
      yield {
        severity,
        message: `${named(session)} waits for ${what} for ${secondsText(seconds)}, held by ${plural(session.blockedBy.length, "session")}: ${session.blockedBy.map((pid) => (pid === 0 ? "a prepared transaction" : pid)).join(", ")}`,
        at: globalAt("session", String(session.pid)),
        ...evidence(session),
      };
    }
  },
});
