// What every connection of the load tester shares: TLS options, when a handshake failed, and system errors as text.
import type { Endpoint, TlsSettings } from "../../load/plan.ts";

/** `ECONNREFUSED` and the like; empty when an error has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** A system error as one text; many messages begin with their code already. */
export const textOf = (error: Error | null | undefined): string => {
  if (error === null || error === undefined) return "";
  const code = codeOf(error);
  return error.message.includes(code) ? error.message : `${code} ${error.message}`;
};

/** TLS options as Bun takes them. */
export const tlsSettings = ({ verify, serverName, ca, cert, key }: TlsSettings) => ({
  rejectUnauthorized: verify,
  ...(serverName === undefined ? {} : { serverName }),
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
});

/** For `Bun.connect`, which takes an empty object for plain TCP: the settings are always spelt out. */
const tlsOption = (tls: TlsSettings | undefined) =>
  // In wire format, as Bun takes it. A server that only speaks HTTP/2 says so by refusing this.
  tls === undefined ? {} : { tls: { ...tlsSettings(tls), ALPNProtocols: "\u0008http/1.1" } };

/** Without verification a certificate may be wrong, but the handshake itself must have worked. */
export const handshakeFailed = (tls: TlsSettings | undefined, ok: boolean, error: Error | null): boolean =>
  tls?.verify === false ? codeOf(error) === "EPROTO" : !ok || error !== null;

/** A connection as a plan asks for it: to an address or a Unix socket, in the clear or over TLS. */
export const connectTo = <Data>(
  { unix, address, port, tls }: Endpoint,
  data: Data,
  socket: Bun.SocketHandler<Data>,
): Promise<Bun.Socket<Data>> =>
  unix === undefined
    ? Bun.connect<Data>({ hostname: address, port, data, socket, ...tlsOption(tls) })
    : Bun.connect<Data>({ unix, data, socket, ...tlsOption(tls) });
