// Production as analysis sees it: a running server, read only, or a snapshot that was taken of one.
import type { Io } from "../../io/io.ts";
import { unpack } from "../../io/pack.ts";
import { resolveTarget } from "../../io/postgres/resolve.ts";
import { withSession } from "../../io/postgres/session.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Target } from "../../pg/connection.ts";
import { targetText } from "../../pg/connection.ts";
import { readHealth } from "../../pg/health/read-health.ts";
import { readCatalogWith } from "../../pg/read-catalog.ts";
import type { Snapshot } from "../../pg/snapshot.ts";
import { readSnapshot } from "../../pg/snapshot.ts";
import { readStatistics } from "../../pg/whatif/read-statistics.ts";
import { readStatements } from "../../pg/workload/read-statements.ts";
import { text } from "../flags.ts";
import type { Given } from "./source-args.ts";
import { connectionFlags, sourceOf } from "./source-args.ts";

/** The flags of commands that need a server's statistics. */
export const productionFlags = {
  ...connectionFlags,
  snapshot: text("A snapshot of the server, in its place (see db snapshot)", { value: "FILE", scope: "user" }),
} as const;

/** Everything that analysis wants to know, in one read-only transaction. `redact` leaves out what shows values. */
export const readProductionOf = async (
  io: Io,
  target: Target,
  options: { readonly deadlineMs: number; readonly redact: boolean },
): Promise<Snapshot> => {
  const source = targetText(target);
  const parse = await loadSqlParser();
  io.terminal.progress(`reading ${source}`);
  return withSession(target, { deadlineMs: options.deadlineMs, signal: io.signal }, async (ask, attempt) => {
    const reading = await readCatalogWith(ask, "server", { schemas: [] });
    const { version } = reading.server;
    io.terminal.progress(`reading the statistics of ${source}`);
    const workload = await readStatements(ask, parse);
    const health = await readHealth(attempt, version);
    const statistics = await readStatistics(ask, attempt, { version, now: io.now(), redact: options.redact });
    return { reading: { ...reading, health }, statistics, workload, source };
  });
};

export const readProduction = async (
  io: Io,
  connection: string,
  options: { readonly deadlineMs: number; readonly redact: boolean },
): Promise<Snapshot> => readProductionOf(io, await resolveTarget(io, connection), options);

export interface ProductionArgs extends Omit<Given, "schemaFile"> {
  readonly snapshot: string | undefined;
  readonly deadline: number;
}

/** A snapshot that is named wins over a connection that only the environment gives. */
export const productionOf = async (io: Io, args: ProductionArgs, verb: string): Promise<Snapshot> => {
  const { snapshot, connection, connectionEnv } = args;
  if (snapshot !== undefined) {
    if ((connection !== undefined && connection !== io.env["DATABASE_URL"]) || connectionEnv !== undefined)
      throw new Fault("usage.unexpected-argument", "a snapshot and a connection were both given", {
        help: "give one of them",
      });
    return readSnapshot(snapshot, await io.files.readText(snapshot), unpack);
  }
  const source = await sourceOf(io, { connection, connectionEnv, schemaFile: undefined }, verb);
  return readProduction(io, source.kind === "server" ? source.connection : "", {
    deadlineMs: args.deadline,
    redact: false,
  });
};
