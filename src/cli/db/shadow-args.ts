// --shadow: a real server instead of the embedded one, for extensions and versions that only it has.
import type { Io } from "../../io/io.ts";
import { resolveTarget } from "../../io/postgres/resolve.ts";
import type { ShadowServer } from "../../io/postgres/shadow-database.ts";
import { text } from "../flags.ts";
import type { CatalogSource } from "../sources.ts";
import { noteExposure } from "./source-args.ts";

export const shadowFlag = text(
  "A server to run schemas on instead of the embedded PostgreSQL, in a throw-away database that is made and dropped there",
  { value: "URL", env: "SENIOR_SHADOW_URL", scope: "user", secret: true },
);

/** The shadow that was asked for; the servers that are compared must be others. */
export const shadowOf = async (
  io: Io,
  connection: string | undefined,
  sources: readonly CatalogSource[],
): Promise<{ readonly shadow?: ShadowServer }> => {
  if (connection === undefined) return {};
  if (connection !== io.env["SENIOR_SHADOW_URL"]) noteExposure(io, connection);
  const servers = sources.flatMap((source) => (source.kind === "server" ? [source.connection] : []));
  const [target, apart] = await Promise.all([
    resolveTarget(io, connection),
    Promise.all(servers.map((one) => resolveTarget(io, one))),
  ]);
  return { shadow: { target, apart, note: (line) => io.terminal.note(line) } };
};
