// What db lint knows of the server that a migration is for: read from it, or from a snapshot that was taken of it.
import { unpack } from "../../io/pack.ts";
import type { Io } from "../../io/io.ts";
import { resolveTarget } from "../../io/postgres/resolve.ts";
import { withSession } from "../../io/postgres/session.ts";
import { Fault } from "../../kernel/fault.ts";
import { targetText } from "../../pg/connection.ts";
import type { CatalogReading } from "../../pg/catalog.ts";
import type { Health } from "../../pg/health/model.ts";
import { readHealth } from "../../pg/health/read-health.ts";
import { ageText } from "../../pg/lint/sizes.ts";
import { readCatalogWith } from "../../pg/read-catalog.ts";
import type { Snapshot } from "../../pg/snapshot.ts";
import { readSnapshot } from "../../pg/snapshot.ts";
import { readProductionOf } from "./production.ts";
import { sourceOf } from "./source-args.ts";

export interface Known {
  /** Where it comes from and how old it is, as people may see it. */
  readonly from: string;
  readonly takenAt: string;
  readonly health: Health;
  readonly reading: CatalogReading;
  /** Statistics and workload too, where they are wanted. */
  readonly production?: Snapshot;
}

interface Args {
  readonly connection: string | undefined;
  readonly connectionEnv: string | undefined;
  readonly stats: string | undefined;
  readonly checkPlans: boolean;
  readonly deadline: number;
}

const fromServer = async (io: Io, connection: string, { deadline: deadlineMs, checkPlans }: Args): Promise<Known> => {
  const target = await resolveTarget(io, connection);
  const from = targetText(target);
  if (checkPlans) {
    const production = await readProductionOf(io, target, { deadlineMs, redact: false });
    const { reading, statistics } = production;
    if (reading.health !== undefined)
      return { from, takenAt: statistics.takenAt, reading, health: reading.health, production };
  }
  io.terminal.progress(`reading ${from}`);
  return withSession(target, { deadlineMs, signal: io.signal }, async (ask, attempt) => {
    const reading = await readCatalogWith(ask, "server", { schemas: [] });
    const health = await readHealth(attempt, reading.server.version);
    return { from, takenAt: health.at, reading, health };
  });
};

const fromSnapshot = async (io: Io, path: string): Promise<Known> => {
  const production = readSnapshot(path, await io.files.readText(path), unpack);
  const { reading, source, statistics } = production;
  const { health } = reading;
  if (health === undefined)
    throw new Fault("input.invalid", `${path} holds no sizes of tables`, {
      at: { kind: "file", path },
      help: "take it anew with `senior db snapshot`",
    });
  const { takenAt } = statistics;
  return { from: `${source} (${path}, ${ageText(takenAt, io.now())})`, takenAt, reading, health, production };
};

/** Undefined when neither is named. Both at once are a mistake: they could contradict each other. */
export const knownOf = async (io: Io, args: Args): Promise<Known | undefined> => {
  const { connection, connectionEnv, stats } = args;
  if (stats !== undefined) {
    if (connection !== undefined || connectionEnv !== undefined)
      throw new Fault("usage.unexpected-argument", "--stats and a connection were both given", {
        help: "give one of them: a snapshot stands for its server",
      });
    return fromSnapshot(io, stats);
  }
  if (connection === undefined && connectionEnv === undefined) return undefined;
  const source = await sourceOf(io, { connection, connectionEnv, schemaFile: undefined }, "lint");
  return source.kind === "server" ? fromServer(io, source.connection, args) : undefined;
};
