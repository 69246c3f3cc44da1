// Where a database command reads from: a schema file, a connection, or what the environment says.
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import { text } from "../flags.ts";
import type { CatalogSource } from "../sources.ts";
import { isConnection } from "../sources.ts";

/** The flags of commands that may read a server. */
export const connectionFlags = {
  connection: text("The server to read: a URL or libpq's key=value pairs; - reads it from standard input", {
    value: "URL",
    env: "DATABASE_URL",
    scope: "user",
    secret: true,
  }),
  connectionEnv: text("The environment variable that holds the connection", { value: "NAME", scope: "user" }),
} as const;

export interface Given {
  readonly schemaFile: string | undefined;
  readonly connection: string | undefined;
  readonly connectionEnv: string | undefined;
}

const twice = (): Fault =>
  new Fault("usage.unexpected-argument", "a schema file and a connection were both given", {
    help: "give one of them",
  });

const fromVariable = (io: Io, name: string): CatalogSource => {
  const connection = io.env[name];
  if (connection !== undefined && connection !== "") return { kind: "server", connection };
  throw new Fault("usage.missing-value", `the environment variable ${name} is not set`);
};

/** Passwords on a command line are seen by everybody on the machine, and kept in the shell's history. */
export const noteExposure = (io: Io, connection: string): void => {
  if (connection === io.env["DATABASE_URL"] || !/:\/\/[^/?#@]*:[^/?#]+@|password\s*=/.test(connection)) return;
  io.terminal.note(
    "the connection holds a password that other users of this machine can see; prefer DATABASE_URL, PGPASSWORD or ~/.pgpass",
  );
};

const given = async (io: Io, connection: string): Promise<CatalogSource> => {
  if (connection === "-") return { kind: "server", connection: (await io.files.readText("/dev/stdin")).trim() };
  noteExposure(io, connection);
  return { kind: "server", connection };
};

const pgVariables = ["PGHOST", "PGSERVICE", "PGDATABASE"] as const;

/** A file that is named wins over a connection that only the environment gives. */
export const sourceOf = async (
  io: Io,
  { schemaFile, connection, connectionEnv }: Given,
  verb: string,
): Promise<CatalogSource> => {
  const explicit = connection !== undefined && connection !== io.env["DATABASE_URL"];
  if (schemaFile !== undefined && (explicit || connectionEnv !== undefined)) throw twice();
  if (schemaFile !== undefined)
    return isConnection(schemaFile) ? given(io, schemaFile) : { kind: "files", path: schemaFile };
  if (connectionEnv !== undefined) return fromVariable(io, connectionEnv);
  if (connection !== undefined) return given(io, connection);
  if (pgVariables.some((name) => (io.env[name] ?? "") !== "")) return { kind: "server", connection: "" };
  throw new Fault("usage.missing-argument", `nothing to ${verb}: no schema file, and no connection`, {
    help: "name a schema file or a folder, or give --connection URL or DATABASE_URL",
  });
};
