// Servers that answer rightly, slowly, wrongly or not at all: what a load tester must tell apart.

/** One request, and everything a server can do about it. */
export interface Exchange {
  /** Counted over all connections, from 0. */
  readonly index: number;
  /** The request's head, as received. */
  readonly head: string;
  readonly body: string;
  /** Nanoseconds since the first request. */
  readonly at: number;
  readonly send: (text: string) => void;
  /** Writes again and again until the peer is gone. */
  readonly flood: (bytes: Uint8Array) => void;
  readonly later: (ms: number, act: () => void) => void;
  /** FIN. */
  readonly end: (text?: string) => void;
  /** RST. */
  readonly reset: () => void;
}

export type Behaviour = (exchange: Exchange) => void;

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const block = new Uint8Array(64 * 1024).fill(120);

/** Every behaviour by name; those with figures are made by the functions below. */
export const behaviours = {
  ok: (exchange) => exchange.send(ok),
  silent: () => undefined,
  garbage: (exchange) => exchange.send("\u0001\u0002 220 mail.example.org ESMTP\r\n"),
  truncated: (exchange) => exchange.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"),
  "no answer": (exchange) => exchange.end(),
  reset: (exchange) => exchange.reset(),
  surplus: (exchange) => exchange.send(`${ok}HTTP/1.1 200 OK\r\n`),
  endless: (exchange) => {
    exchange.send("HTTP/1.1 200 OK\r\n\r\n");
    exchange.flood(block);
  },
  "endless headers": (exchange) => {
    exchange.send("HTTP/1.1 200 OK\r\nX: ");
    exchange.flood(block);
  },
  "slow-loris": (exchange) => {
    const next = (place: number): void => {
      exchange.send(ok.charAt(place % 20));
      exchange.later(20, () => next(place + 1));
    };
    next(0);
  },
  chunked: (exchange) => {
    exchange.send(`${chunkedHead}2\r\no`);
    exchange.later(1, () => exchange.send("k\r\n0\r\nX-Trailer: 1\r\n\r\n"));
  },
  "until closed": (exchange) => exchange.end("HTTP/1.1 200 OK\r\n\r\nok"),
  "HTTP/1.0": (exchange) => exchange.end("HTTP/1.0 200 OK\r\n\r\nok"),
  "connection: close": (exchange) =>
    exchange.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
  "closes unannounced": (exchange) => exchange.end(ok),
  interim: (exchange) => {
    exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
    exchange.later(1, () => exchange.send(ok));
  },
  redirect: (exchange) =>
    exchange.send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
  error: (exchange) => exchange.send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"),
  /** A compressed body stays as it is: here, bytes that are no gzip at all. */
  gzip: (exchange) => exchange.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
  head: (exchange) => exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"),
  "early refusal": (exchange) => exchange.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"),
} as const satisfies Record<string, Behaviour>;

export const delayed =
  (ms: number): Behaviour =>
  (exchange) =>
    exchange.later(ms, () => exchange.send(ok));

const refusal = (headers: readonly string[]): string =>
  ["HTTP/1.1 429 Too Many Requests", ...headers, "Content-Length: 0", "", ""].join("\r\n");

/** Lets n requests through in each window that begins with the first request, and refuses the others. */
export const limitedTo = (n: number, windowMs: number, headers: readonly string[] = []): Behaviour => {
  const used = new Map<number, number>();
  return (exchange) => {
    const window = Math.floor(exchange.at / 1e6 / windowMs);
    const before = used.get(window) ?? 0;
    used.set(window, before + 1);
    exchange.send(before < n ? ok : refusal(headers));
  };
};

/** Every n-th request meets another behaviour. */
export const every =
  (n: number, odd: Behaviour, usual: Behaviour = behaviours.ok): Behaviour =>
  (exchange) =>
    (exchange.index % n === n - 1 ? odd : usual)(exchange);

/** The first n requests are answered, the rest meet another behaviour. */
export const after =
  (n: number, then: Behaviour): Behaviour =>
  (exchange) =>
    (exchange.index < n ? behaviours.ok : then)(exchange);

export interface FaultServer extends Disposable {
  readonly port: number;
  readonly url: string;
  /** Connections accepted, and whole requests received, so far. */
  readonly seen: { readonly connections: number; readonly requests: number };
  readonly heads: readonly string[];
  stop(): void;
}

interface Session {
  text: string;
  flood: Uint8Array | undefined;
}

const lengthOf = (head: string): number => Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);

interface Options {
  /** With `ca`, clients must show a certificate that it vouches for. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  /** Listens on this Unix socket in place of a port. */
  readonly unix?: string;
  readonly hostname?: string;
  /** Looks at the head alone, and answers before the body has come. */
  readonly hasty?: boolean;
}

/** Listens on a free port of loopback until stopped. */
export const faultServer = (behaviour: Behaviour, options: Options = {}): FaultServer => {
  const seen = { connections: 0, requests: 0 };
  const heads: string[] = [];
  let first = 0;

  const pour = (socket: Bun.Socket<Session>): void => {
    const { flood } = socket.data;
    while (flood !== undefined && socket.write(flood) === flood.length);
  };

  const exchangeOn = (socket: Bun.Socket<Session>, head: string, body: string): Exchange => {
    const now = Bun.nanoseconds();
    if (seen.requests === 0) first = now;
    return {
      index: seen.requests++,
      head,
      body,
      at: now - first,
      send: (text) => void socket.write(text),
      flood(bytes) {
        socket.data.flood = bytes;
        pour(socket);
      },
      later: (ms, act) =>
        void setTimeout(() => {
          if (socket.readyState === 1) act();
        }, ms),
      end: (text = "") => void socket.end(text),
      reset: () => socket.terminate(),
    };
  };

  const take = (socket: Bun.Socket<Session>, session: Session): boolean => {
    const end = session.text.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const head = session.text.slice(0, end);
    const bodyEnd = end + 4 + (options.hasty === true ? 0 : lengthOf(head));
    if (session.text.length < bodyEnd) return false;
    const body = session.text.slice(end + 4, bodyEnd);
    session.text = options.hasty === true ? "" : session.text.slice(bodyEnd);
    heads.push(head);
    behaviour(exchangeOn(socket, head, body));
    return true;
  };

  const tls =
    options.tls === undefined
      ? {}
      : { tls: { ...options.tls, requestCert: options.tls.ca !== undefined, rejectUnauthorized: true } };
  const handlers: Bun.SocketHandler<Session> = {
    open(socket) {
      seen.connections++;
      socket.data = { text: "", flood: undefined };
    },
    data(socket, bytes) {
      socket.data.text += bytes.toString("latin1");
      while (take(socket, socket.data));
    },
    drain: pour,
    error: () => undefined,
  };
  const listener =
    options.unix === undefined
      ? Bun.listen<Session>({ hostname: options.hostname ?? "127.0.0.1", port: 0, socket: handlers, ...tls })
      : Bun.listen<Session>({ unix: options.unix, socket: handlers, ...tls });
  const port = "port" in listener ? listener.port : 0;
  const host = options.hostname?.includes(":") === true ? `[${options.hostname}]` : "127.0.0.1";
  const stop = (): void => {
    listener.stop(true);
  };
  return {
    port,
    url: `${options.tls === undefined ? "http" : "https"}://${host}:${port}/`,
    seen,
    heads,
    stop,
    [Symbol.dispose]: stop,
  };
};
