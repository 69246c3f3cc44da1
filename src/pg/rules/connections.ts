// Rule: how many connections there are, against what the server allows and what the machine can run.
import type { Found } from "../../kernel/rule.ts";
import { settingNumber } from "../health/measures.ts";
import type { Live } from "../health/model.ts";
import type { Machine } from "./rule.ts";
import { globalAt, graded, liveRule } from "./rule.ts";

export interface Connections {
  readonly limit: number;
  /** Slots that only superusers and reserved roles get. */
  readonly reserved: number;
  readonly used: number;
  readonly active: number;
  readonly idle: number;
  readonly idleInTransaction: number;
}

export const connectionsOf = (health: Pick<Live, "activity" | "settings">): Connections => {
  const clients = health.activity.sessions.filter(({ type }) => type === undefined || type === "client backend");
  const inState = (test: (state: string) => boolean): number =>
    clients.filter(({ state }) => state !== undefined && test(state)).length;
  return {
    limit: settingNumber(health, "max_connections") ?? 100,
    reserved:
      (settingNumber(health, "superuser_reserved_connections") ?? 3) +
      (settingNumber(health, "reserved_connections") ?? 0),
    used: clients.length,
    active: inState((state) => state === "active"),
    idle: inState((state) => state === "idle"),
    idleInTransaction: inState((state) => state.startsWith("idle in transaction")),
  };
};

/** What a database does best with: twice its cores, and one for the disk. */
export const poolSize = ({ cores }: Required<Pick<Machine, "cores">>): number => 2 * cores + 1;

function* checkCores(connections: Connections, machine: Machine): Iterable<Found> {
  if (machine.cores === undefined) return;
  const best = poolSize({ cores: machine.cores });
  if (connections.active > 2 * best) {
    yield {
      severity: "warning",
      message: `${connections.active} sessions are working at once on ${machine.cores} cores: beyond about ${best} each more makes all of them slower`,
      at: globalAt("setting", "max_connections"),
    };
  }
  yield {
    severity: "info",
    message: `for ${machine.cores} cores, the pools of all processes together should open about ${best} connections (2 × cores + 1)`,
    at: globalAt("setting", "max_connections"),
    help: `divide ${best} by the number of application processes; idle timeout 30 s, connect timeout 2 s. Now: ${connections.used} open, ${connections.active} working`,
  };
}

/** An error at nine tenths: the next deploy, which doubles the pools for a moment, finds no connection. */
export const connections = liveRule({
  id: "db/connections",
  severity: "warning",
  about: "Connections near the server's limit, or far beyond what its cores can run",
  help: "a pooler in transaction mode (PgBouncer, the hoster's own) in front of the database, and smaller pools behind it",
  *check(health, machine) {
    const now = connectionsOf(health);
    const { limit, reserved, used, idle } = now;
    const usable = limit - reserved;
    const severity = graded(["error", used >= 0.9 * usable], ["warning", used >= 0.75 * usable]);
    if (severity !== undefined) {
      yield {
        severity,
        message: `${used} of ${usable} connections are taken (max_connections ${limit}, ${reserved} reserved); ${idle} of them are idle`,
        at: globalAt("setting", "max_connections"),
      };
    } else if (limit > 500) {
      yield {
        severity: "info",
        message: `max_connections is ${limit}: each connection is a process, and that many at work would bring the machine down`,
        at: globalAt("setting", "max_connections"),
      };
    }
    yield* checkCores(now, machine);
  },
});
