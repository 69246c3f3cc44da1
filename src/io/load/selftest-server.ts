// Servers of known behaviour on loopback, for load tests of the load tester itself.

/** What a server does with a request; times are milliseconds. */
export type Conduct =
  | { readonly kind: "constant"; readonly ms: number }
  /** Answers at once, but not between two times since the first request: then at the second. */
  | { readonly kind: "frozen"; readonly fromMs: number; readonly toMs: number }
  /** Resets the connection in place of every n-th answer. */
  | { readonly kind: "resets"; readonly every: number }
  /** Every n-th answer has status 500. */
  | { readonly kind: "fails"; readonly every: number }
  /** Answers so many a second, one after the other. */
  | { readonly kind: "limited"; readonly perSecond: number };

export interface SelftestServer extends Disposable {
  readonly url: string;
  /** What it did, by its own books. */
  readonly seen: { requests: number; answered: number; reset: number; failed: number };
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const broken = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";

type Socket = Bun.Socket<{ text: string }>;

/** How long the request of an index waits for its answer, so many milliseconds after the first one came. */
const delayOf = (conduct: Conduct, index: number, at: number): number => {
  switch (conduct.kind) {
    case "constant":
      return conduct.ms;
    case "frozen":
      return at >= conduct.fromMs && at < conduct.toMs ? conduct.toMs - at : 0;
    case "limited":
      return Math.max(0, (index * 1000) / conduct.perSecond - at);
    case "resets":
    case "fails":
      return 0;
  }
};

export const selftestServer = (conduct: Conduct): SelftestServer => {
  const seen = { requests: 0, answered: 0, reset: 0, failed: 0 };
  let first = 0;
  const reply = (socket: Socket, index: number): void => {
    if (socket.readyState !== 1) return;
    if (conduct.kind === "resets" && index % conduct.every === conduct.every - 1) {
      seen.reset++;
      socket.terminate();
      return;
    }
    const fails = conduct.kind === "fails" && index % conduct.every === conduct.every - 1;
    if (fails) seen.failed++;
    seen.answered++;
    socket.write(fails ? broken : ok);
  };
  const take = (socket: Socket): void => {
    const now = Bun.nanoseconds() / 1e6;
    if (seen.requests === 0) first = now;
    const index = seen.requests++;
    const delay = delayOf(conduct, index, now - first);
    if (delay === 0) reply(socket, index);
    else setTimeout(() => reply(socket, index), delay);
  };
  const listener = Bun.listen<{ text: string }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { text: "" };
      },
      data(socket, bytes) {
        const parts = (socket.data.text + bytes.toString("latin1")).split("\r\n\r\n");
        socket.data.text = parts.pop() ?? "";
        parts.forEach(() => take(socket));
      },
      error: () => undefined,
    },
  });
  return {
    url: `http://127.0.0.1:${listener.port}/`,
    seen,
    [Symbol.dispose]: () => {
      listener.stop(true);
    },
  };
};
