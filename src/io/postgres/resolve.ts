// Finds out where to connect: reads the service and password files that libpq would read, and asks who the user is.
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { Fault } from "../../kernel/fault.ts";
import type { Settings, Target } from "../../pg/connection.ts";
import {
  environmentSettings,
  filePassword,
  parseConnection,
  serviceSettings,
  standardSockets,
  targetOf,
} from "../../pg/connection.ts";
import type { Io } from "../io.ts";

const osUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return "postgres";
  }
};

const readIfThere = async (io: Io, path: string): Promise<string | undefined> =>
  (await io.files.kind(path)) === "file" ? io.files.readText(path) : undefined;

/** The user's file before the system's, as in libpq. */
const readService = async (io: Io, service: string): Promise<Settings> => {
  const own = io.env["PGSERVICEFILE"] ?? join(io.home, ".pg_service.conf");
  const system = join(io.env["PGSYSCONFDIR"] ?? "/etc/postgresql-common", "pg_service.conf");
  for (const path of [own, system]) {
    const text = await readIfThere(io, path);
    const settings = text === undefined ? undefined : serviceSettings(text, service);
    if (settings !== undefined) return settings;
  }
  throw new Fault("usage.bad-value", `there is no service "${service}" in ${own} or ${system}`, {
    help: "check PGSERVICE, or the section's name in the file",
  });
};

/** A password file that others can read is not used, as in libpq. */
const readPasswords = async (io: Io, path: string): Promise<string | undefined> => {
  const text = await readIfThere(io, path);
  if (text === undefined || process.platform === "win32") return text;
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return text;
  io.terminal.note(`${path} is not used: others can read it; chmod 600 ${path}`);
  return undefined;
};

const defaultHost = (port: string | undefined): string =>
  standardSockets.find((folder) => existsSync(join(folder, `.s.PGSQL.${port ?? "5432"}`))) ?? "localhost";

/** The target of a connection string; an empty one stands for the environment alone. */
export const resolveTarget = async (io: Io, connection: string): Promise<Target> => {
  const given = connection === "" ? {} : parseConnection(connection);
  const environment = environmentSettings(io.env);
  const service = given["service"] ?? environment["service"];
  const layers = [given, service === undefined ? {} : await readService(io, service), environment];
  const port = layers.map((layer) => layer["port"]).find((one) => one !== undefined);
  const target = targetOf(layers, { osUser: osUser(), defaultHost: defaultHost(port) });
  const [first] = target.hosts;
  if (target.password !== undefined || first === undefined) return target;

  const passfile = given["passfile"] ?? environment["passfile"] ?? join(io.home, ".pgpass");
  const passwords = await readPasswords(io, passfile);
  // libpq looks passwords up by the name that was given, not by the address.
  const name = layers
    .map((layer) => layer["host"])
    .find((one) => one !== undefined)
    ?.split(",")[0];
  const password =
    passwords === undefined
      ? undefined
      : filePassword(passwords, { ...first, host: name ?? first.host }, target.database, target.user);
  return password === undefined ? target : { ...target, password };
};
