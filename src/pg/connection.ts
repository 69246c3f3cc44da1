// Where to connect: libpq's connection strings, environment, service and password files, resolved to one typed target.
import { Fault } from "../kernel/fault.ts";
import { nearest } from "../kernel/words.ts";

export const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

export interface Host {
  /** A name, an address, or a folder of unix sockets when it begins with `/`. */
  readonly host: string;
  readonly port: number;
}

export interface Target {
  /** Tried in order. */
  readonly hosts: readonly Host[];
  readonly user: string;
  readonly database: string;
  readonly password?: string;
  readonly sslMode: SslMode;
  /** A file of certificate authorities, or `system`. */
  readonly sslRootCert?: string;
  readonly connectTimeoutMs: number;
  /** Extra server settings for the session, as in libpq's `options`. */
  readonly options?: string;
}

/** Connection parameters by libpq's names. */
export type Settings = Readonly<Record<string, string>>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Parameters that are used, by libpq's names, and the variable that each may come from. */
const variables: Readonly<Record<string, string | undefined>> = {
  host: "PGHOST",
  hostaddr: "PGHOSTADDR",
  port: "PGPORT",
  dbname: "PGDATABASE",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  connect_timeout: "PGCONNECT_TIMEOUT",
  service: "PGSERVICE",
  options: "PGOPTIONS",
};

/** Understood by others (libpq, Prisma, Npgsql, JDBC, poolers) and without meaning for one short reading session. */
const ignored: readonly string[] = [
  ...[
    "application_name",
    "fallback_application_name",
    "client_encoding",
    "channel_binding",
    "gssencmode",
    "keepalives",
  ],
  ...["keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "target_session_attrs"],
  ...["sslcompression", "sslnegotiation", "sslsni", "ssl_min_protocol_version", "ssl_max_protocol_version"],
  ...["require_auth", "load_balance_hosts", "krbsrvname", "gsslib", "gssdelegation", "replication"],
  ...["pgbouncer", "schema", "connection_limit", "pool_timeout", "socket_timeout", "statement_cache_size", "pool_mode"],
  ...[
    "prepare",
    "prepared_statements",
    "supa",
    "workaround",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcrl",
    "sslcertmode",
  ],
];

const invalid = (message: string, help: string): Fault => new Fault("usage.bad-value", message, { help });

const urlHelp = "write postgres://user@host:5432/database, with special characters of a password percent-encoded";

const checkedSettings = (settings: Settings): Settings => {
  const known = Object.keys(variables);
  for (const name of Object.keys(settings)) {
    if (known.includes(name) || ignored.includes(name)) continue;
    const near = nearest(name, known);
    throw invalid(
      `unknown connection parameter "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
      "see the manual of libpq for the parameters there are",
    );
  }
  return settings;
};

/** Never shows the text: it may hold a password. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("the connection URL holds a % that begins no character", urlHelp);
  }
};

const urlShape = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(?:#.*)?$/s;

const splitPair = (text: string, separator: string): readonly [string, string | undefined] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
};

/** `host:port`, `[::1]:port`; a comma separates several. Ports are given for all hosts or for none of them. */
const hostSettings = (text: string): Settings => {
  if (text === "") return {};
  const parts = text.split(",").map((part) => /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(part));
  if (parts.includes(null)) throw invalid("the connection URL has a host that cannot be read", urlHelp);
  const hosts = parts.map((part) => decoded((part?.[1] ?? "").replace(/^\[|\]$/g, "")));
  const ports = parts.map((part) => part?.[2] ?? "");
  return {
    ...(hosts.some((host) => host !== "") ? { host: hosts.join(",") } : {}),
    ...(ports.some((port) => port !== "") ? { port: ports.join(",") } : {}),
  };
};

const querySettings = (query: string): Settings =>
  Object.fromEntries(
    query
      .split("&")
      .filter((pair) => pair !== "")
      .map((pair) => splitPair(pair, "="))
      .map(([name, value = ""]) => [decoded(name), decoded(value)] as const)
      // The spelling of JDBC and of several hosters.
      .map(([name, value]) =>
        name === "ssl" && value === "true" ? (["sslmode", "require"] as const) : ([name, value] as const),
      ),
  );

const urlSettings = (text: string): Settings => {
  const match = urlShape.exec(text);
  if (match === null) throw invalid("the connection URL cannot be read", urlHelp);
  const [, account, host = "", database, query = ""] = match;
  const [user, password] = splitPair(account ?? "", ":");
  return {
    ...(user === "" ? {} : { user: decoded(user) }),
    ...(password === undefined || password === "" ? {} : { password: decoded(password) }),
    ...hostSettings(host),
    ...(database === undefined || database === "" ? {} : { dbname: decoded(database) }),
    ...querySettings(query),
  };
};

// name = value, with value in single quotes or bare; a backslash takes the next character as it is.
const pairShape = /\s*([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/suy;

const pairSettings = (text: string): Settings => {
  const settings: Record<string, string> = {};
  const trimmed = text.trimEnd();
  pairShape.lastIndex = 0;
  while (pairShape.lastIndex < trimmed.length) {
    const match = pairShape.exec(trimmed);
    if (match === null) {
      throw invalid(
        "the connection string cannot be read",
        "write host=… port=… dbname=… user=…, values with spaces in single quotes",
      );
    }
    settings[match[1] ?? ""] = (match[2] ?? match[3] ?? "").replace(/\\(.)/gsu, "$1");
  }
  return settings;
};

/** What a connection string says: a URL (`postgres://…`) or libpq's `key=value` pairs. Faults never repeat it. */
export const parseConnection = (text: string): Settings => {
  const given = text.trim();
  if (/^postgres(ql)?:\/\//.test(given)) return checkedSettings(urlSettings(given));
  if (given.includes("=")) return checkedSettings(pairSettings(given));
  throw invalid(
    "the connection is neither a URL nor key=value pairs",
    `${urlHelp}; a schema file goes without --connection`,
  );
};

export const environmentSettings = (env: Environment): Settings =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, variable]) => {
      const value = variable === undefined ? undefined : env[variable];
      return value === undefined || value === "" ? [] : [[name, value] as const];
    }),
  );

/** One section of a service file (manual of libpq, "The Connection Service File"); undefined when it has none of that name. */
export const serviceSettings = (file: string, service: string): Settings | undefined => {
  let section: string | undefined;
  let found: Record<string, string> | undefined;
  for (const line of file.split(/\r?\n/).map((one) => one.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const header = /^\[(.*)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      if (found !== undefined) break;
      section = header;
      if (section === service) found = {};
    } else if (section === service && found !== undefined) {
      const [name, value = ""] = splitPair(line, "=");
      found[name.trim()] = value.trim();
    }
  }
  return found === undefined ? undefined : checkedSettings(found);
};

/** The fields of a password file's line: `:` separates, a backslash takes the next character as it is. */
const passwordFields = (line: string): readonly string[] => {
  const fields: string[] = [];
  let field = "";
  for (let i = 0; i < line.length; i++) {
    if (line[i] === ":" && fields.length < 4) {
      fields.push(field);
      field = "";
    } else field += line[i] === "\\" && i + 1 < line.length ? (line[++i] ?? "") : (line[i] ?? "");
  }
  return [...fields, field];
};

/** The password of a `.pgpass` file for one host: the first line that fits, `*` fitting everything. */
export const filePassword = (file: string, host: Host, database: string, user: string): string | undefined => {
  // A unix socket in the standard folder is looked up as localhost.
  const name = standardSockets.includes(host.host) ? "localhost" : host.host;
  const wanted = [name, String(host.port), database, user];
  return file
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(passwordFields)
    .find((fields) => fields.length === 5 && wanted.every((value, i) => fields[i] === "*" || fields[i] === value))?.[4];
};

export const standardSockets: readonly string[] = ["/var/run/postgresql", "/tmp"];

const portOf = (text: string | undefined): number => {
  if (text === undefined || text === "") return 5432;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw invalid(`the port "${text}" is no number from 1 to 65535`, urlHelp);
};

/** Several hosts each have a port, or share one. */
const hostsOf = (settings: Settings, fallback: string): readonly Host[] => {
  const hosts = (settings["hostaddr"] ?? settings["host"] ?? fallback).split(",");
  const ports = (settings["port"] ?? "").split(",");
  if (ports.length !== 1 && ports.length !== hosts.length) {
    throw invalid(`there are ${hosts.length} hosts and ${ports.length} ports`, "give one port, or one for each host");
  }
  return hosts.map((host, i) => ({
    host: host === "" ? fallback : host,
    port: portOf(ports.length === 1 ? ports[0] : ports[i]),
  }));
};

const sslModeOf = (settings: Settings): SslMode => {
  const given = settings["sslmode"];
  const mode = sslModes.find((one) => one === given);
  if (given !== undefined && mode === undefined) {
    throw invalid(`unknown sslmode "${given}"`, `one of ${sslModes.join(", ")}`);
  }
  // libpq's rule: trusting the system's authorities is only worth anything together with the host's name.
  return mode ?? (settings["sslrootcert"] === "system" ? "verify-full" : "prefer");
};

const timeoutOf = (text: string | undefined): number => {
  if (text === undefined) return 10_000;
  const seconds = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(seconds))
    throw invalid(`connect_timeout "${text}" is no number of seconds`, "write connect_timeout=10");
  // Zero and less mean "wait for ever" to libpq; nothing here does.
  return seconds <= 0 ? 60_000 : Math.min(Math.max(seconds, 2), 600) * 1000;
};

export interface Surroundings {
  /** The user of the operating system. */
  readonly osUser: string;
  /** Where to connect when nothing says so: a folder of unix sockets that is there, or `localhost`. */
  readonly defaultHost: string;
}

/** Settings to a target. Earlier settings win: the connection string, then the service, then the environment. */
export const targetOf = (layers: readonly Settings[], { osUser, defaultHost }: Surroundings): Target => {
  const settings: Settings = Object.assign({}, ...layers.toReversed()) as Settings;
  const user = settings["user"] ?? osUser;
  const { password, sslrootcert, options } = settings;
  return {
    hosts: hostsOf(settings, defaultHost),
    user,
    database: settings["dbname"] ?? user,
    ...(password === undefined ? {} : { password }),
    sslMode: sslModeOf(settings),
    ...(sslrootcert === undefined ? {} : { sslRootCert: sslrootcert }),
    connectTimeoutMs: timeoutOf(settings["connect_timeout"]),
    ...(options === undefined ? {} : { options }),
  };
};

const hostText = ({ host, port }: Host): string =>
  host.startsWith("/") ? `${encodeURIComponent(host)}:${port}` : `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** A target as people may see it: a password is three asterisks. */
export const targetText = ({ hosts, user, database, password }: Target): string => {
  const account = `${encodeURIComponent(user)}${password === undefined ? "" : ":***"}`;
  return `postgres://${account}@${hosts.map(hostText).join(",")}/${encodeURIComponent(database)}`;
};
