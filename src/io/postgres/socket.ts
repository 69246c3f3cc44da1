// A socket to a PostgreSQL server: connected in time, and encrypted as the sslmode asks.
import { readFile } from "node:fs/promises";
import { connect as connectTcp, isIP } from "node:net";
import type { Socket } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { existsSync } from "node:fs";
import type { Host, SslMode, Target } from "../../pg/connection.ts";

/** What went wrong on the way to a session; `message` completes "cannot connect to …: ". */
export class SocketTrouble extends Error {}

// SSLRequest: length 8, code 80877103 (manual, "Message Formats").
const sslRequest = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);

/** Settles with the socket's first event of the kind, or fails with its error, its end, or the timeout. */
const once = <T>(socket: Socket, event: string, timeoutMs: number): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new SocketTrouble(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    const tidy = (): void => {
      clearTimeout(timer);
      socket.removeListener(event, pass).removeListener("error", fail).removeListener("close", closed);
    };
    const pass = (value: T): void => {
      tidy();
      resolve(value);
    };
    const fail = (error: Error): void => {
      tidy();
      socket.destroy();
      reject(error);
    };
    const closed = (): void => fail(new SocketTrouble("the server closed the connection"));
    socket.once(event, pass).once("error", fail).once("close", closed);
  });

const open = async ({ host, port }: Host, timeoutMs: number): Promise<Socket> => {
  const socket = host.startsWith("/") ? connectTcp(join(host, `.s.PGSQL.${port}`)) : connectTcp(port, host);
  await once(socket, "connect", timeoutMs);
  return socket;
};

const ownRoots = join(homedir(), ".postgresql/root.crt");

/** The authorities to check against: the file named, the user's own, or the system's (undefined). */
const authorities = async ({ sslRootCert }: Target): Promise<Buffer | undefined> => {
  if (sslRootCert === "system") return undefined;
  const path = sslRootCert ?? (existsSync(ownRoots) ? ownRoots : undefined);
  if (path === undefined) return undefined;
  return readFile(path).catch(() => {
    throw new SocketTrouble(`cannot read the certificate authorities in ${path}`);
  });
};

/** A certificate is checked from `verify-ca` on, and under `require` when a root certificate is named, as in libpq. */
const tlsOptions = async (host: string, mode: SslMode, target: Target): Promise<ConnectionOptions> => {
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const verified =
    mode === "verify-full" || mode === "verify-ca" || (mode === "require" && target.sslRootCert !== undefined);
  if (!verified) return { ...servername, rejectUnauthorized: false };
  const ca = await authorities(target);
  return {
    ...servername,
    host,
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
    ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
  };
};

const encrypt = async (plain: Socket, host: string, mode: SslMode, target: Target): Promise<Socket> => {
  const answer = once<Buffer>(plain, "data", target.connectTimeoutMs);
  plain.write(sslRequest);
  // More than one byte before the handshake would be somebody else's (CVE-2021-23222).
  const reply = await answer;
  if (reply.length === 1 && reply[0] === 0x53) {
    const secure = connectTls({ ...(await tlsOptions(host, mode, target)), socket: plain });
    await once(secure, "secureConnect", target.connectTimeoutMs);
    return secure;
  }
  if (mode === "prefer" && reply.length === 1 && reply[0] === 0x4e) return plain;
  plain.destroy();
  throw new SocketTrouble(`the server does not support TLS, which sslmode=${mode} asks for`);
};

/** A socket ready for the startup message. `encrypted` tells whether TLS is to be asked for at all. */
export const openSocket = async (host: Host, target: Target, encrypted: boolean): Promise<Socket> => {
  const plain = await open(host, target.connectTimeoutMs);
  // Unix sockets never carry TLS.
  return encrypted && !host.host.startsWith("/") ? encrypt(plain, host.host, target.sslMode, target) : plain;
};
