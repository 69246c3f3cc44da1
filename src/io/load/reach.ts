// Reaching a target before it is loaded: resolve its name once, and try one connection as the engine will make it.
import { lookup } from "node:dns/promises";
import { Fault } from "../../kernel/fault.ts";
import { listed } from "../../kernel/words.ts";
import type { Endpoint, TlsSettings } from "../../load/plan.ts";
import type { Target } from "../../load/target.ts";
import type { Resolution } from "../../load/resolution.ts";
import { addressesFor } from "../../load/resolution.ts";
import { refuseMetadata } from "../../load/target.ts";
import { codeOf, connectTo, handshakeFailed, textOf } from "./sockets.ts";

export interface Reached {
  readonly endpoint: Endpoint;
  /** Every address the name has, in the resolver's order. */
  readonly addresses: readonly string[];
  /** The server refuses HTTP/1.1 in favour of HTTP/2. */
  readonly onlyHttp2: boolean;
}

const probeMs = 5000;

const faultText: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused: nothing listens there",
  ECONNRESET: "the connection was reset",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ETIMEDOUT: `no connection within ${probeMs / 1000} s`,
  EPROTO: "the server does not speak TLS there",
};

/** The promise's value, or `instead` as soon as the signal aborts: resolvers and lost packets take their time. */
const unlessAborted = async <Value>(promise: Promise<Value>, instead: Value, signal: AbortSignal): Promise<Value> => {
  const aborted = Promise.withResolvers<Value>();
  const stop = (): void => aborted.resolve(instead);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener("abort", stop));
};

const resolveName = async (target: Target): Promise<readonly string[]> => {
  if (target.isAddress) return [target.host];
  try {
    const found = await lookup(target.host, { all: true, order: "verbatim" });
    return [...new Set(found.map(({ address }) => address))];
  } catch (error) {
    throw new Fault("world.network", `the name ${target.host} does not resolve (${codeOf(error)})`, {
      help: "check the spelling, and the network",
      cause: error,
    });
  }
};

interface Problem {
  readonly phase: "connect" | "tls";
  readonly code: string;
  readonly message: string;
}

/** One connection, opened and closed again. */
const probe = (endpoint: Endpoint): Promise<Problem | undefined> => {
  const { tls } = endpoint;
  const outcome = Promise.withResolvers<Problem | undefined>();
  let phase: Problem["phase"] = "connect";
  const problem = (error: Error | null | undefined, code: string): Problem => ({
    phase,
    code: codeOf(error) === "" ? code : codeOf(error),
    message: textOf(error),
  });
  const timer = setTimeout(() => outcome.resolve(problem(undefined, "ETIMEDOUT")), probeMs);
  const opening = connectTo(endpoint, undefined, {
    open: () => {
      phase = "tls";
      if (tls === undefined) outcome.resolve(undefined);
    },
    handshake: (_, ok, error) => {
      outcome.resolve(handshakeFailed(tls, ok, error) ? problem(error, "TLS") : undefined);
    },
    data: () => undefined,
    close: (_, error) => outcome.resolve(problem(error, "ECONNRESET")),
    error: (_, error) => outcome.resolve(problem(error, "ECONNRESET")),
  });
  opening.catch((error: unknown) => outcome.resolve(problem(error instanceof Error ? error : undefined, "CONNECT")));
  return outcome.promise.finally(() => {
    clearTimeout(timer);
    void opening.then((socket) => socket.terminate()).catch(() => undefined);
  });
};

const unreachable = (target: Target, failures: readonly (readonly [string, Problem])[]): Fault => {
  const [first] = failures;
  const problem = first?.[1];
  const addresses = failures.map(([address]) => address);
  const text = faultText[problem?.code ?? ""] ?? problem?.message ?? "";
  if (problem?.phase === "tls" && problem.code !== "EPROTO" && problem.code !== "ECONNRESET") {
    return new Fault("world.network", `${target.shown}: the server's certificate was not accepted: ${text}`, {
      help: "use the name that the certificate is for, name its authority with --cacert, or --no-verify-ssl if you trust this server",
    });
  }
  return new Fault("world.network", `${target.shown} (${listed(addresses)}, port ${target.port}): ${text}`);
};

/** How a target is reached, where that is not left to its name. */
export interface Route {
  /** But for the server's name, which is the target's. */
  readonly tls: Omit<TlsSettings, "serverName">;
  readonly resolutions: readonly Resolution[];
  readonly unixSocket?: string | undefined;
  /** What reaches the target in our place, and looks up its name. */
  readonly proxy?: string | undefined;
  /** HTTP/3 goes by UDP, where nothing accepts a connection ahead: the first address is taken. */
  readonly datagrams?: boolean;
}

const tlsOf = (target: Target, tls: Route["tls"]): TlsSettings | undefined =>
  target.scheme === "http"
    ? undefined
    : { ...tls, ...(target.isAddress ? {} : { serverName: target.host.replace(/\.$/, "") }) };

/** Through a Unix socket there is one way, and no name to look up. */
const reachSocket = async (target: Target, unix: string, tls: TlsSettings | undefined, signal: AbortSignal) => {
  const endpoint: Endpoint = { address: unix, port: 0, unix, ...(tls === undefined ? {} : { tls }) };
  const problem = await unlessAborted(probe(endpoint), undefined, signal);
  if (problem === undefined) return { endpoint, addresses: [unix], onlyHttp2: false };
  const missing = ["ENOENT", "ECONNREFUSED", "CONNECT"].includes(problem.code);
  throw new Fault(
    "world.network",
    `${target.shown} through ${unix}: ${missing ? "nothing listens on that socket" : (faultText[problem.code] ?? problem.message)}`,
  );
};

/**
 * Resolves a target and finds the first of its addresses that accepts a connection; throws `world.network` when none
 * does. Once the signal aborts, whatever is known by then is taken: the run that follows ends at once.
 */
export const reach = async (target: Target, route: Route, signal: AbortSignal): Promise<Reached> => {
  const tls = tlsOf(target, route.tls);
  if (route.unixSocket !== undefined) return reachSocket(target, route.unixSocket, tls, signal);
  if (route.proxy !== undefined) {
    const endpoint: Endpoint = { address: target.host, port: target.port, ...(tls === undefined ? {} : { tls }) };
    return { endpoint, addresses: [target.host], onlyHttp2: false };
  }
  const given = addressesFor(target, route.resolutions);
  const addresses = given ?? (await unlessAborted(resolveName(target), [target.host], signal));
  for (const address of addresses) refuseMetadata(address, target.isAddress ? undefined : target.host);
  const [first = target.host] = addresses;
  if (route.datagrams === true) {
    return {
      endpoint: { address: first, port: target.port, ...(tls === undefined ? {} : { tls }) },
      addresses,
      onlyHttp2: false,
    };
  }
  const failures: [string, Problem][] = [];
  for (const address of addresses) {
    const endpoint: Endpoint = { address, port: target.port, ...(tls === undefined ? {} : { tls }) };
    const problem = await unlessAborted(probe(endpoint), undefined, signal);
    const onlyHttp2 = problem !== undefined && /no.application.protocol/i.test(problem.message);
    if (problem === undefined || onlyHttp2) return { endpoint, addresses, onlyHttp2 };
    failures.push([address, problem]);
  }
  throw unreachable(target, failures);
};
