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

/** For `Bun.connect`, which takes an empty object for plain TCP: the settings are always spelt out. */
const tlsOption = (tls: TlsSettings | undefined) =>
  tls === undefined
    ? {}
    : {
        tls: {
          rejectUnauthorized: tls.verify,
          ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
          ...(tls.ca === undefined ? {} : { ca: tls.ca }),
          ...(tls.cert === undefined ? {} : { cert: tls.cert }),
          ...(tls.key === undefined ? {} : { key: tls.key }),
        },
      };

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
