// senior db doctor: who blocks whom, what is open for too long, and how far the server is from its limits, right now.
import { resolveTarget } from "../../io/postgres/resolve.ts";
import { withSession } from "../../io/postgres/session.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Report } from "../../kernel/report.ts";
import { runRules } from "../../kernel/rule.ts";
import { targetText } from "../../pg/connection.ts";
import { doctorReport } from "../../pg/doctor.ts";
import type { DoctorLook } from "../../pg/doctor-watch.ts";
import { watchedFindings } from "../../pg/doctor-watch.ts";
import { readLive } from "../../pg/health/read-health.ts";
import { readVersion } from "../../pg/read-catalog.ts";
import { liveRules } from "../../pg/rules/index.ts";
import { command } from "../command.ts";
import { duration, integer, text } from "../flags.ts";
import { stopped, watchServer, withWatch } from "./doctor-watch.ts";
import { machineOf } from "./machine.ts";
import { connectionFlags, sourceOf } from "./source-args.ts";

export default command({
  name: "doctor",
  about: "Who blocks whom now, the oldest transactions, replication lag, connections, wraparound",
  more: [
    "One page about a server in trouble: the tree of sessions that wait for locks, transactions that stay open, running",
    "vacuums and index builds, replicas and slots, connections against the limit, the distance to wraparound. It reads",
    "views of the server alone, in two queries, and runs nothing: what would end a blocker is shown as SQL. Statements",
    "are shown without their constants. Exit 1 when something is an error (--fail-on).",
  ].join("\n"),
  examples: [
    { run: "senior db doctor --connection postgres://app@db.example/shop", about: "The server as it is now" },
    { run: "senior db doctor --json --fail-on warning", about: "The server of DATABASE_URL, for a monitor" },
    { run: "senior db doctor --watch 5m", about: "The page anew every two seconds, and who held up whom meanwhile" },
  ],
  positionals: {
    url: text("The server, as a URL", { value: "URL", scope: "user", secret: true }),
  },
  flags: {
    ...connectionFlags,
    cores: integer("How many cores the server has, for advice on pools", { min: 1, max: 4096 }),
    watch: duration("Look again and again in this span, and say what came and went; Ctrl-C ends it early", {
      min: 1000,
      max: 24 * 3_600_000,
    }),
    every: duration("With --watch: how long between two looks", { min: 250, default: 2000 }),
    deadline: duration("How long one query may take", { min: 100, default: 10_000 }),
  },
  output: "report",
  graceful: true,
  async run({ args, io }) {
    const source = await sourceOf(io, { ...args, schemaFile: args.url }, "examine");
    if (source.kind !== "server") {
      throw new Fault("usage.bad-value", `db doctor examines a running server, and "${source.path}" is no URL`, {
        help: "give --connection URL or DATABASE_URL; `senior db analyze` reads schema files",
      });
    }
    const target = await resolveTarget(io, source.connection);
    const session = { deadlineMs: args.deadline, signal: io.signal };
    io.terminal.progress(`asking ${targetText(target)}`);
    const machine = machineOf({ cores: args.cores, memory: undefined });
    const looked = async (): Promise<DoctorLook & { readonly version: string }> => {
      // Each look has a session of its own: a watch of an hour is no transaction of an hour.
      const { live, version } = await withSession(target, session, async (ask, attempt) => {
        const found = await readVersion(ask);
        return { live: await readLive(attempt, found.version), version: found.text };
      });
      return { atMs: Date.parse(live.at), live, version, findings: runRules(liveRules, { health: live, machine }) };
    };
    const report = ({ live, findings, version }: Awaited<ReturnType<typeof looked>>): Report =>
      doctorReport({ live, findings, source: targetText(target), version });
    const looks = await watchServer(io, { spanMs: args.watch ?? 0, everyMs: args.every }, looked, (one) =>
      args.watch === undefined ? [] : report(one).blocks,
    );
    const last = looks.at(-1);
    if (last === undefined) return stopped(io);
    if (args.watch === undefined) return report(last);
    return withWatch(io, report({ ...last, findings: watchedFindings(looks) }), looks);
  },
});
