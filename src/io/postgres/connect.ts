// Connecting to a PostgreSQL server: the first host that lets us in, with or without TLS, and failures in words.
import type { Socket } from "node:net";
import postgres from "postgres";
import { Fault } from "../../kernel/fault.ts";
import type { Host, SslMode, Target } from "../../pg/connection.ts";
import { SocketTrouble, openSocket } from "./socket.ts";

const place = ({ host, port }: Host): string =>
  host.startsWith("/") ? `the socket ${host}/.s.PGSQL.${port}` : `${host} port ${port}`;

/** What the operating system says, in words. */
export const systemWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused; no server listens there",
  ENOENT: "there is no such socket",
  EACCES: "permission denied",
  ENOTFOUND: "the host's name is not known",
  EAI_AGAIN: "the host's name could not be looked up",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ECONNRESET: "the server closed the connection",
  CONNECTION_CLOSED: "the server closed the connection",
  CONNECT_TIMEOUT: "the server did not answer in time",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed; name its authority with sslrootcert",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is from an unknown authority; name it with sslrootcert",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is from an unknown authority; name it with sslrootcert",
  UNABLE_TO_GET_ISSUER_CERT: "its certificate is from an unknown authority; name it with sslrootcert",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is from an unknown authority; name it with sslrootcert",
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
  SASL_SIGNATURE_MISMATCH: "the server could not prove that it knows the password",
};

export const helps: Readonly<Record<string, string>> = {
  "28P01": "check the user and the password; PGPASSWORD and ~/.pgpass keep it off the command line",
  "28000": "check the user, and what the server's pg_hba.conf allows",
  "3D000": "check the database's name at the end of the URL",
  "53300": "the server has no connection left; try again, or close some",
  "42501": "connect as a user who may read the catalog",
};

export const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";

export const wordsOf = (error: unknown): string => {
  if (error instanceof SocketTrouble || error instanceof postgres.PostgresError) return error.message;
  const words = systemWords[codeOf(error)];
  return words ?? (error instanceof Error ? error.message : String(error));
};

const connectFault = (host: Host, target: Target, error: unknown): Fault => {
  const help = helps[codeOf(error)];
  return new Fault("world.database", `cannot connect to ${place(host)} as ${target.user}: ${wordsOf(error)}`, {
    ...(help === undefined ? {} : { help }),
    cause: error,
  });
};

export type Client = postgres.Sql;

/** Sees the socket before anything is sent on it. */
export type Watch = (socket: Socket) => void;

/**
 * One connection. Statements go out as simple queries: transaction poolers (PgBouncer) lose prepared ones, and refuse startup
 * parameters that they do not know, so that settings are made inside the transaction.
 */
const clientOn = async (host: Host, target: Target, encrypted: boolean, watch: Watch): Promise<Client> => {
  const socket = await openSocket(host, target, encrypted);
  watch(socket);
  // The package's types leave out `socket`, which its manual documents.
  const options: postgres.Options<Record<string, never>> & { readonly socket: () => Socket } = {
    host: host.host,
    port: host.port,
    user: target.user,
    database: target.database,
    pass: target.password ?? "",
    socket: () => socket,
    ssl: false,
    max: 1,
    prepare: false,
    fetch_types: false,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: target.connectTimeoutMs / 1000,
    connection: { application_name: "senior", ...(target.options === undefined ? {} : { options: target.options }) },
    onnotice: () => undefined,
  };
  const client = postgres(options);
  try {
    await client.unsafe("select 1");
    return client;
  } catch (error) {
    await client.end({ timeout: 0 });
    throw error;
  }
};

/** `allow` tries without TLS first, `prefer` with; both try the other way when the server refuses (libpq's order). */
const attempts: Readonly<Record<SslMode, readonly boolean[]>> = {
  disable: [false],
  allow: [false, true],
  prefer: [true, false],
  require: [true],
  "verify-ca": [true],
  "verify-full": [true],
};

/** Only the server's access rules depend on encryption; a wrong password is wrong both ways. */
const worthRetrying = (error: unknown): boolean => codeOf(error) === "28000" || codeOf(error).startsWith("ERR_SSL");

const connectHost = async (host: Host, target: Target, watch: Watch): Promise<Client> => {
  const [first = false, second] = attempts[target.sslMode];
  try {
    return await clientOn(host, target, first, watch);
  } catch (error) {
    if (second === undefined || !worthRetrying(error) || host.host.startsWith("/"))
      throw connectFault(host, target, error);
    return await clientOn(host, target, second, watch).catch(() => {
      throw connectFault(host, target, error);
    });
  }
};

/** The first host that lets us in. */
export const connectAny = async (target: Target, watch: Watch = () => undefined): Promise<Client> => {
  const failures: Fault[] = [];
  for (const host of target.hosts) {
    try {
      return await connectHost(host, target, watch);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      failures.push(error);
    }
  }
  const [only] = failures;
  if (failures.length === 1 && only !== undefined) throw only;
  throw new Fault("world.database", failures.map(({ message }) => message).join("\n"), { cause: failures });
};
