// The report of db doctor: what a server is doing now and what stands in its way, on one page.
import type { Finding } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import type { Block, Report } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { bytes, plural } from "../kernel/words.ts";
import type { Session } from "./health/activity.ts";
import type { Blocker } from "./health/blocking.ts";
import { blockedCount, blockingTrees } from "./health/blocking.ts";
import { secondsText } from "./health/holders.ts";
import { secondsSince } from "./health/measures.ts";
import type { Live } from "./health/model.ts";
import { connectionsOf } from "./rules/connections.ts";
import { lastTransaction } from "./rules/wraparound.ts";

export interface DoctorInput {
  readonly live: Live;
  readonly findings: readonly Finding[];
  /** What was asked, without its password. */
  readonly source: string;
  /** The server's version as people write it. */
  readonly version: string;
}

const who = ({ user, application }: Session): string =>
  application === undefined || application === user ? (user ?? "?") : `${user ?? "?"}, ${application}`;

const stateText = ({ state, stateSeconds, transactionSeconds }: Session): string => {
  if (state === undefined) return "state hidden";
  const seconds = state === "active" ? transactionSeconds : stateSeconds;
  return seconds === undefined ? state : `${state} for ${secondsText(seconds)}`;
};

const cut = (statement: string, length: number): string =>
  statement.length > length ? `${statement.slice(0, length - 1)}…` : statement;

const lineOf = ({ pid, session, wait }: Blocker): string => {
  if (pid === 0) return "a prepared transaction (see pg_prepared_xacts)";
  if (session === undefined) return `${pid} (gone by now)`;
  const waits =
    wait === undefined
      ? stateText(session)
      : `waits${wait.seconds === undefined ? "" : ` ${secondsText(wait.seconds)}`} for ${wait.mode}${wait.relation === undefined ? ` (${wait.what})` : ` on ${wait.relation}`}`;
  return `${pid} (${who(session)}) ${waits}${session.statement === undefined ? "" : `: ${cut(session.statement, 90)}`}`;
};

const treeLines = (blocker: Blocker, depth = 0): readonly string[] => [
  `${"   ".repeat(Math.max(0, depth - 1))}${depth === 0 ? "" : "└─ "}${lineOf(blocker)}`,
  ...blocker.blocks.flatMap((one) => treeLines(one, depth + 1)),
];

/** A statement can be cancelled; who only holds a transaction open must be ended as a session. */
const endingSql = ({ pid, session }: Blocker): string =>
  pid === 0
    ? "-- SELECT gid, prepared, owner FROM pg_prepared_xacts; then ROLLBACK PREPARED '…' or COMMIT PREPARED '…'"
    : session?.state === "active"
      ? `SELECT pg_cancel_backend(${pid});`
      : `SELECT pg_terminate_backend(${pid});`;

const blockingBlocks = (trees: readonly Blocker[]): readonly Block[] => {
  if (trees.length === 0) return [text("Nobody waits for a lock.", "good")];
  const count = new Set(trees.flatMap((tree) => tree.blocks.map(({ pid }) => pid))).size;
  return [
    heading(
      `Who waits for whom: ${plural(count, "session waits", "sessions wait")} directly, ${trees.reduce((sum, tree) => sum + blockedCount(tree), 0)} in all`,
    ),
    { kind: "code", language: "text", text: trees.flatMap((tree) => treeLines(tree)).join("\n") },
    text("What would end the blockers. Nothing was run: look at what they do first.", "dim"),
    { kind: "code", language: "sql", text: trees.map(endingSql).join("\n") },
  ];
};

const oldestBlocks = ({ activity }: Live): readonly Block[] => {
  const open = activity.sessions
    .filter(({ transactionSeconds, type }) => (transactionSeconds ?? 0) >= 1 && type !== "walsender")
    .sort((a, b) => (b.transactionSeconds ?? 0) - (a.transactionSeconds ?? 0))
    .slice(0, 5);
  if (open.length === 0) return [];
  return [
    heading("Oldest transactions"),
    {
      kind: "table",
      columns: [
        { title: "pid", align: "right" },
        { title: "who" },
        { title: "open", align: "right" },
        { title: "state" },
        { title: "statement" },
      ],
      rows: open.map((session) => [
        String(session.pid),
        who(session),
        secondsText(session.transactionSeconds ?? 0),
        session.waitType === undefined || session.state !== "active"
          ? (session.state ?? session.type ?? "")
          : `active, waits for ${session.waitType}`,
        cut(session.statement ?? "", 80),
      ]),
    },
  ];
};

const progressBlocks = ({ activity }: Live): readonly Block[] =>
  activity.progress.length === 0
    ? []
    : [
        heading("Running maintenance"),
        {
          kind: "table",
          columns: [
            { title: "pid", align: "right" },
            { title: "what" },
            { title: "on" },
            { title: "phase" },
            { title: "done", align: "right" },
          ],
          rows: activity.progress.map(({ pid, command, relation = "", phase, share }) => [
            String(pid),
            command,
            relation,
            phase,
            share === undefined ? "" : `${Math.round(share * 100)} %`,
          ]),
        },
      ];

const replicationBlocks = ({ activity: { replicas, slots } }: Live): readonly Block[] => [
  ...(replicas.length === 0
    ? []
    : [
        heading("Replicas"),
        {
          kind: "table" as const,
          columns: [
            { title: "replica" },
            { title: "state" },
            { title: "sync" },
            { title: "behind", align: "right" as const },
            { title: "", align: "right" as const },
          ],
          rows: replicas.map(({ name, state, sync, lagBytes, lagSeconds }) => [
            name,
            state,
            sync,
            lagBytes === undefined ? "" : bytes(lagBytes),
            lagSeconds === undefined ? "" : secondsText(lagSeconds),
          ]),
        },
      ]),
  ...(slots.length === 0
    ? []
    : [
        heading("Replication slots"),
        {
          kind: "table" as const,
          columns: [
            { title: "slot" },
            { title: "type" },
            { title: "read" },
            { title: "holds", align: "right" as const },
            { title: "status" },
          ],
          rows: slots.map(({ name, type, active, heldBytes, walStatus = "" }) => [
            name,
            type,
            active ? "yes" : "by nobody",
            heldBytes === undefined ? "" : bytes(heldBytes),
            walStatus,
          ]),
        },
      ]),
];

const millions = (count: number): string => `${(count / 1_000_000).toFixed(count < 10_000_000 ? 1 : 0)} M`;

const figures = (live: Live): Block => {
  const { used, limit, reserved, active, idle, idleInTransaction } = connectionsOf(live);
  const oldest = Math.max(0, ...live.databases.map(({ transactionAge }) => transactionAge));
  const longest = Math.max(0, ...live.activity.sessions.map(({ transactionSeconds }) => transactionSeconds ?? 0));
  return {
    kind: "figures",
    figures: [
      {
        label: "connections",
        value: `${used} of ${limit - reserved}`,
        note: `${active} active, ${idle} idle, ${idleInTransaction} idle in transaction`,
        tone: used >= 0.75 * (limit - reserved) ? "bad" : "plain",
      },
      {
        label: "oldest transaction",
        value: secondsText(longest),
        tone: longest >= 3600 ? "bad" : longest >= 300 ? "warn" : "plain",
      },
      {
        label: "to wraparound",
        value: millions(lastTransaction - oldest),
        note: `the oldest database is ${millions(oldest)} transactions old`,
        tone: oldest > 1_000_000_000 ? "bad" : "plain",
      },
    ],
  };
};

const verdict = (findings: readonly Finding[]): Block => {
  const problems = findings.filter(({ severity }) => severity !== "info").length;
  return problems === 0
    ? { kind: "stamp", label: "WELL", text: "nothing needs a doctor right now", tone: "good" }
    : {
        kind: "stamp",
        label: "LOOK",
        text: `${plural(problems, "thing needs", "things need")} somebody now`,
        tone: "bad",
      };
};

export const doctorReport = ({ live, findings, source, version }: DoctorInput): Report => {
  const trees = blockingTrees(live.activity);
  const up = secondsText(secondsSince(live, live.server.startedAt));
  return {
    command: "db doctor",
    title: source,
    blocks: [
      heading(source),
      text(`PostgreSQL ${version}, ${live.server.inRecovery ? "a replica" : "a primary"}, up for ${up}`, "dim"),
      verdict(findings),
      figures(live),
      ...blockingBlocks(trees),
      ...oldestBlocks(live),
      ...progressBlocks(live),
      ...replicationBlocks(live),
      ...(live.gaps.length === 0
        ? []
        : [heading("Not seen"), { kind: "list" as const, items: live.gaps.map(({ what, why }) => `${what}: ${why}`) }]),
    ],
    findings,
    // Models are plain JSON by design; optional fields that are not set are left out.
    data: {
      source,
      at: live.at,
      server: { ...live.server, text: version },
      connections: { ...connectionsOf(live) },
      blocking: trees,
      databases: live.databases,
      activity: live.activity,
      gaps: live.gaps,
    } as unknown as Json,
  };
};
