import { describe, expect, test } from "bun:test";
import type { Endpoint, LoadPlan } from "../../load/plan.ts";
import { expectedStatuses, responseLimits } from "../../load/plan.ts";
import { wireRequest } from "../../load/request.ts";
import type { Counter, FailureKind, Tally } from "../../load/tally.ts";
import { failed, failureNames } from "../../load/tally.ts";
import { readTarget } from "../../load/target.ts";
import type { Behaviour, FaultServer } from "../../testing/fault-server.ts";
import { after, behaviours, delayed, every, faultServer } from "../../testing/fault-server.ts";
import type { LoadRun } from "./run-load.ts";
import { runLoad } from "./run-load.ts";

interface Asked extends Partial<LoadPlan> {
  readonly body?: string;
  readonly headers?: readonly string[];
  readonly tls?: Endpoint["tls"];
  readonly signal?: AbortSignal;
  readonly fetching?: boolean;
  readonly onProgress?: (tally: Tally) => void;
}

const load = (server: Pick<FaultServer, "url">, asked: Asked = {}): Promise<LoadRun> => {
  const target = readTarget(server.url);
  const request = wireRequest(target, {
    method: asked.method,
    headers: asked.headers ?? [],
    body: asked.body === undefined ? undefined : new TextEncoder().encode(asked.body),
  });
  const plan: LoadPlan = {
    endpoint: { address: target.host, port: target.port, ...(asked.tls === undefined ? {} : { tls: asked.tls }) },
    method: request.method,
    request: request.bytes,
    pace: asked.pace ?? { kind: "closed" },
    concurrency: asked.concurrency ?? 2,
    durationMs: asked.durationMs ?? 20_000,
    requests: asked.requests ?? 20,
    timeoutMs: asked.timeoutMs ?? 10_000,
    expected: asked.expected ?? expectedStatuses([]),
    limits: asked.limits ?? responseLimits,
    ...(asked.workers === undefined ? {} : { workers: asked.workers }),
    ...(asked.warmupMs === undefined ? {} : { warmupMs: asked.warmupMs }),
    ...(asked.fetching === true
      ? { fetch: { origin: server.url.replace(/\/$/, ""), protocol: "http/1.1", followRedirects: false } as const }
      : {}),
    ...(asked.share === undefined ? {} : { share: asked.share }),
  };
  return runLoad(plan, {
    signal: asked.signal ?? new AbortController().signal,
    now: () => new Date(),
    ...(asked.onProgress === undefined ? {} : { onProgress: asked.onProgress, progressMs: 5 }),
  });
};

const counts = (tally: Tally, ...names: readonly Counter[]) => names.map((name) => tally.get(name));

const failures = (tally: Tally): Partial<Record<FailureKind, number>> =>
  Object.fromEntries(failureNames.map((kind) => [kind, tally.failures(kind)] as const).filter(([, n]) => n > 0));

/** The books of every run, whatever happened in it. */
const expectBalanced = ({ tally }: LoadRun): void => {
  const { histograms: h } = tally;
  const notSent = tally.get("unsent") + failed(tally, "before");
  expect(tally.get("scheduled")).toBe(tally.get("sent") + notSent);
  expect(tally.get("sent")).toBe(tally.get("answered") + failed(tally, "after") + tally.get("unanswered"));
  expect(h.responseRight.count).toBe(tally.get("right"));
  expect(h.responseRight.count + h.responseWrong.count + h.responseBound.count).toBe(tally.get("scheduled"));
  expect(h.service.count + h.serviceBound.count).toBe(tally.get("sent"));
  const statuses = Array.from({ length: 1000 }, (_, status) => tally.statuses(status));
  expect(statuses.reduce((sum, n) => sum + n, 0)).toBe(tally.get("answered"));
};

const fixture = (name: string) => Bun.file(new URL(`../../testing/fixtures/${name}`, import.meta.url)).text();
const tls = { cert: await fixture("test-only-cert.pem"), key: await fixture("test-only-key.pem") };

describe("every kind of right answer is answered", () => {
  const right = [
    "ok",
    "chunked",
    "until closed",
    "HTTP/1.0",
    "connection: close",
    "interim",
    "redirect",
    "gzip",
  ] as const;
  for (const name of right) {
    test(name, async () => {
      using server = faultServer(behaviours[name]);
      const run = await load(server);
      expectBalanced(run);
      expect(failures(run.tally)).toEqual({});
      expect(counts(run.tally, "scheduled", "sent", "answered", "right")).toEqual([20, 20, 20, 20]);
      expect(server.seen.requests).toBe(20);
    });
  }

  test("to HEAD, whose length announces a body that does not come", async () => {
    using server = faultServer(behaviours.head);
    const run = await load(server, { method: "HEAD" });
    expect(counts(run.tally, "answered", "right")).toEqual([20, 20]);
    expect(server.seen.connections).toBe(2);
  });

  test("kept-alive connections are kept, closed ones are opened again", async () => {
    using kept = faultServer(behaviours.ok);
    using closing = faultServer(behaviours["connection: close"]);
    expect(counts((await load(kept)).tally, "connections")).toEqual([2]);
    const { tally } = await load(closing);
    expect(tally.get("connections")).toBeGreaterThanOrEqual(20);
    expect(closing.seen.connections).toBe(tally.get("connections"));
  });
});

describe("every kind of fault is counted by its name", () => {
  const limits = { headBytes: 64 * 1024, bodyBytes: 1024 * 1024 };
  const faults: Readonly<Record<string, readonly [Behaviour, FailureKind, Asked?]>> = {
    "every tenth reset": [every(10, behaviours.reset), "reset"],
    "every tenth closed without an answer": [every(10, behaviours["no answer"]), "closed-early"],
    "every tenth truncated": [every(10, behaviours.truncated), "closed-early"],
    "every tenth garbage": [every(10, behaviours.garbage), "malformed"],
    "every tenth with surplus bytes": [every(10, behaviours.surplus), "surplus"],
    "every tenth endless": [every(10, behaviours.endless), "too-large", { limits }],
    "every tenth with endless headers": [every(10, behaviours["endless headers"]), "too-large", { limits }],
    "every tenth silent": [every(10, behaviours.silent), "timeout", { timeoutMs: 200 }],
    "every tenth a slow-loris": [every(10, behaviours["slow-loris"]), "timeout", { timeoutMs: 200 }],
  };
  for (const [name, [behaviour, kind, asked]] of Object.entries(faults)) {
    test(name, async () => {
      using server = faultServer(behaviour);
      const run = await load(server, asked);
      expectBalanced(run);
      expect(failures(run.tally)).toEqual({ [kind]: 2 });
      expect(counts(run.tally, "scheduled", "sent", "answered", "right")).toEqual([20, 20, 18, 18]);
      expect(server.seen.requests).toBe(20);
    });
  }

  test("the first message of a kind quotes what is no HTTP, and nothing of a response", async () => {
    using garbage = faultServer(behaviours.garbage);
    expect((await load(garbage, { requests: 2 })).end.samples.malformed).toContain("220 mail.example.org");
    const secret = "s3cret";
    using surplus = faultServer(({ send }) => send(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n${secret}`));
    using broken = faultServer(({ send }) => send(`HTTP/1.1 200 OK\r\nSet-Cookie: ${secret}\r\n${secret}\r\n\r\n`));
    for (const server of [surplus, broken]) {
      const { end, tally } = await load(server, { requests: 2 });
      expect(failed(tally, "after")).toBe(2);
      expect(JSON.stringify(end.samples)).not.toContain(secret);
    }
  });

  test("error statuses are answers, but not right ones", async () => {
    using server = faultServer(every(4, behaviours.error));
    const run = await load(server);
    expectBalanced(run);
    expect(counts(run.tally, "answered", "right")).toEqual([20, 15]);
    expect(run.tally.statuses(500)).toBe(5);
  });

  test("unless they are expected", async () => {
    using server = faultServer(every(4, behaviours.error));
    const run = await load(server, { expected: expectedStatuses(["5xx"]) });
    expect(counts(run.tally, "answered", "right")).toEqual([20, 5]);
  });

  test("a server that stops listening", async () => {
    const server = faultServer((exchange) => {
      behaviours["connection: close"](exchange);
      if (exchange.index === 5) server.stop();
    });
    const run = await load(server, { concurrency: 1, requests: 10 });
    expectBalanced(run);
    // The first connections after it may still be accepted and reset by the system; then nothing listens.
    expect(failures(run.tally).refused).toBeGreaterThanOrEqual(1);
    expect(run.end.samples.refused).toContain("connect");
    expect(run.tally.get("answered") + failed(run.tally, "before") + failed(run.tally, "after")).toBe(10);
    expect(run.tally.get("answered")).toBeLessThanOrEqual(6);
  });
});

describe("whatever a server does, nothing is lost and nothing hangs", () => {
  const kinds: readonly Behaviour[] = [...Object.values(behaviours), delayed(5), delayed(60), delayed(300)];
  // Every second request is answered well; the others go through all kinds, in an order that mixes the connections.
  const mixture: Behaviour = (exchange) =>
    (exchange.index % 2 === 0 ? behaviours.ok : (kinds[(exchange.index * 7919) % kinds.length] ?? behaviours.ok))(
      exchange,
    );
  const asked: Asked = {
    durationMs: 500,
    requests: 1e6,
    concurrency: 40,
    timeoutMs: 150,
    limits: { headBytes: 64 * 1024, bodyBytes: 1e6 },
  };

  test("in a closed loop, with bodies", async () => {
    using server = faultServer(mixture);
    expectBalanced(await load(server, { ...asked, body: "x".repeat(100_000) }));
  });

  test("in an open loop, over TLS", async () => {
    using server = faultServer(mixture, { tls });
    expectBalanced(await load(server, { ...asked, pace: { kind: "open", rate: 2000 }, tls: { verify: false } }));
  });

  test("interrupted in the middle of it", async () => {
    using server = faultServer(mixture);
    const controller = new AbortController();
    const stop = (tally: Tally): void => {
      if (tally.get("sent") > 200) controller.abort();
    };
    expectBalanced(await load(server, { ...asked, signal: controller.signal, onProgress: stop }));
  });
});

describe("requests without an answer are not forgotten", () => {
  test("open loop: answered, unanswered and never sent make up the schedule", async () => {
    using server = faultServer(after(30, behaviours.silent));
    const run = await load(server, {
      pace: { kind: "open", rate: 200 },
      durationMs: 500,
      requests: 1000,
      concurrency: 4,
    });
    expectBalanced(run);
    expect(counts(run.tally, "scheduled", "answered", "sent", "unanswered", "unsent")).toEqual([100, 30, 34, 4, 66]);
    expect(run.tally.histograms.responseBound.count).toBe(70);
    expect(run.tally.histograms.serviceBound.count).toBe(4);
    // A request that was due in the first half had waited for the other half when sending ended.
    expect(run.tally.histograms.responseBound.max).toBeGreaterThanOrEqual(300e6);
  });

  test("open loop: a stall shows in the response time of all requests that were due, in the service time of a few", async () => {
    const stall = delayed(400);
    using server = faultServer((exchange) => (exchange.index === 10 ? stall : behaviours.ok)(exchange));
    const run = await load(server, {
      pace: { kind: "open", rate: 200 },
      durationMs: 600,
      requests: 1000,
      concurrency: 1,
    });
    expectBalanced(run);
    expect(counts(run.tally, "scheduled", "answered")).toEqual([120, 120]);
    const { responseRight, service } = run.tally.histograms;
    // 80 requests came due during the stall; half of them waited at least half of it.
    expect(responseRight.count - responseRight.countTo(195e6)).toBeGreaterThanOrEqual(40);
    expect(service.max).toBeGreaterThanOrEqual(400e6);
  });

  test("closed loop: what is under way at the end counts as unanswered", async () => {
    using server = faultServer(after(10, behaviours.silent));
    const run = await load(server, { durationMs: 200, requests: 1e6, concurrency: 3 });
    expectBalanced(run);
    expect(counts(run.tally, "answered", "unanswered", "unsent")).toEqual([10, 3, 0]);
  });

  test("a timeout is a lower bound as well", async () => {
    using server = faultServer(behaviours.silent);
    const run = await load(server, { requests: 2, timeoutMs: 100 });
    expectBalanced(run);
    expect(failures(run.tally)).toEqual({ timeout: 2 });
    expect(run.tally.histograms.responseBound.count).toBe(2);
    expect(run.tally.histograms.responseBound.min).toBeGreaterThanOrEqual(100e6);
  });
});

describe("the request on the wire", () => {
  test("is the one asked for, once per request", async () => {
    using server = faultServer(behaviours.ok);
    await load(server, { requests: 3, method: "PUT", body: '{"a":1}', headers: ["X-One: 1", "X-One: 2"] });
    expect(server.heads).toHaveLength(3);
    expect(new Set(server.heads).size).toBe(1);
    expect(server.heads[0]?.split("\r\n")).toEqual([
      "PUT / HTTP/1.1",
      `Host: 127.0.0.1:${server.port}`,
      "User-Agent: senior",
      "Accept: */*",
      "Content-Type: application/json",
      "X-One: 1",
      "X-One: 2",
      "Content-Length: 7",
    ]);
  });

  test("may be larger than the socket takes at once", async () => {
    const body = "x".repeat(8 * 1024 * 1024);
    using server = faultServer((exchange) => (exchange.body === body ? behaviours.ok : behaviours.error)(exchange));
    const run = await load(server, { requests: 4, body });
    expectBalanced(run);
    expect(counts(run.tally, "answered", "right")).toEqual([4, 4]);
  });

  test("answered before its body was sent: the answer counts, the connection is not used again", async () => {
    using server = faultServer(behaviours["early refusal"], { hasty: true });
    const run = await load(server, { requests: 2, concurrency: 1, body: "x".repeat(32 * 1024 * 1024) });
    expectBalanced(run);
    expect(run.tally.get("sent")).toBe(2);
    expect(run.tally.statuses(413) + failed(run.tally, "after")).toBe(2);
  });
});

describe("TLS", () => {
  test("unverified, answers count; handshakes are timed", async () => {
    using server = faultServer(behaviours.ok, { tls });
    const run = await load(server, { tls: { verify: false } });
    expectBalanced(run);
    expect(counts(run.tally, "answered", "connections")).toEqual([20, 2]);
    expect(run.tally.histograms.handshake.count).toBe(2);
  });

  test("a certificate that nobody vouches for lets nothing be sent", async () => {
    using server = faultServer(behaviours.ok, { tls });
    const run = await load(server, { tls: { verify: true, serverName: "localhost" } });
    expect(run.end.reason).toBe("nothing-connected");
    expect(run.end.samples.tls).toContain("SELF_SIGNED");
    expect(server.seen.requests).toBe(0);
  });

  test("a server that does not speak TLS is never sent a request in the clear", async () => {
    let requests = 0;
    const count = (): Response => new Response(String(requests++));
    using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: count });
    const run = await load({ url: server.url.href }, { tls: { verify: false } });
    expect(run.end.reason).toBe("nothing-connected");
    expect(requests).toBe(0);
  });
});

describe("the end", () => {
  test("an interrupt keeps everything until then", async () => {
    using server = faultServer(behaviours.ok);
    const controller = new AbortController();
    const run = await load(server, {
      requests: 1e9,
      signal: controller.signal,
      onProgress(tally) {
        if (tally.get("answered") > 100) controller.abort();
      },
    });
    expectBalanced(run);
    expect(run.end.reason).toBe("stopped");
    expect(run.tally.get("answered")).toBeGreaterThan(100);
  });

  test("an interrupt before anything was sent, too", async () => {
    using server = faultServer(behaviours.ok);
    const run = await load(server, { signal: AbortSignal.abort() });
    expectBalanced(run);
    expect(run.end.reason).toBe("stopped");
  });

  test("the number of requests is kept exactly", async () => {
    using server = faultServer(behaviours.ok);
    const run = await load(server, { requests: 1001, concurrency: 7 });
    expect(counts(run.tally, "scheduled", "answered")).toEqual([1001, 1001]);
    expect(server.seen.requests).toBe(1001);
  });

  test("a schedule is sent whole when the server keeps up", async () => {
    using server = faultServer(behaviours.ok);
    const run = await load(server, { pace: { kind: "open", rate: 1000 }, durationMs: 300, requests: 1e6 });
    expectBalanced(run);
    expect(counts(run.tally, "scheduled", "answered", "unsent")).toEqual([300, 300, 0]);
  });

  test("more connections than requests", async () => {
    using server = faultServer(behaviours.ok);
    const run = await load(server, { requests: 3, concurrency: 300 });
    expectBalanced(run);
    expect(counts(run.tally, "answered", "connections")).toEqual([3, 300]);
  });
});

describe("several threads of one schedule", () => {
  test("send every arrival of it once", async () => {
    using server = faultServer(behaviours.ok);
    const run = await load(server, {
      pace: { kind: "open", rate: 2000 },
      durationMs: 400,
      requests: 1e6,
      concurrency: 7,
      workers: 3,
    });
    expectBalanced(run);
    expect(counts(run.tally, "scheduled", "answered", "connections")).toEqual([800, 800, 7]);
    expect(server.seen).toMatchObject({ requests: 800, connections: 7 });
  });

  test("keep a number of requests exactly in a closed loop, too", async () => {
    using server = faultServer(behaviours.ok);
    const run = await load(server, { requests: 1001, concurrency: 5, workers: 2 });
    expectBalanced(run);
    expect(counts(run.tally, "scheduled", "answered")).toEqual([1001, 1001]);
    expect(server.seen.requests).toBe(1001);
  });

  test("are no more than connections, end together when interrupted, and say when nothing listens", async () => {
    using server = faultServer(behaviours.ok);
    const controller = new AbortController();
    const stop = (tally: Tally): void => {
      if (tally.get("answered") > 100) controller.abort();
    };
    const run = await load(server, {
      workers: 4,
      concurrency: 2,
      requests: 1e9,
      signal: controller.signal,
      onProgress: stop,
    });
    expectBalanced(run);
    expect(run.end.reason).toBe("stopped");
    server.stop();
    expect((await load(server, { workers: 2, concurrency: 2 })).end.reason).toBe("nothing-connected");
  });

  test("what a dead server leaves is counted by whichever thread it waits for", async () => {
    using server = faultServer(after(30, behaviours.silent));
    const run = await load(server, {
      pace: { kind: "open", rate: 200 },
      durationMs: 500,
      requests: 1000,
      concurrency: 4,
      workers: 2,
    });
    expectBalanced(run);
    expect(counts(run.tally, "scheduled", "answered", "sent", "unanswered", "unsent")).toEqual([100, 30, 34, 4, 66]);
  });
});

test("shares of a schedule on several machines make up the whole", async () => {
  using server = faultServer(behaviours.ok);
  const part = (index: number) =>
    load(server, { pace: { kind: "open", rate: 500 }, durationMs: 401, requests: 1e6, share: { index, of: 3 } });
  const runs = [await part(0), await part(1), await part(2)];
  expect(runs.map(({ tally }) => tally.get("scheduled"))).toEqual([67, 67, 67]);
  expect(server.seen.requests).toBe(201);
});

describe("a warm-up", () => {
  test("is sent, and nothing of it counts", async () => {
    using server = faultServer(behaviours.ok);
    const run = await load(server, {
      pace: { kind: "open", rate: 500 },
      warmupMs: 200,
      durationMs: 200,
      requests: 1e6,
    });
    expectBalanced(run);
    expect(counts(run.tally, "scheduled", "answered")).toEqual([100, 100]);
    expect(run.tally.histograms.firstByte.count).toBe(100);
    expect(server.seen.requests).toBeGreaterThanOrEqual(195);
  });

  test("whose requests are still under way when it ends leaves the books right", async () => {
    using server = faultServer(delayed(150));
    for (const pace of [{ kind: "closed" }, { kind: "open", rate: 200 }] as const) {
      const run = await load(server, {
        pace,
        warmupMs: 100,
        durationMs: 300,
        requests: 1e6,
        concurrency: 3,
        workers: 2,
      });
      expectBalanced(run);
      expect(run.tally.get("answered")).toBeGreaterThan(0);
    }
  });

  test("may be interrupted", async () => {
    using server = faultServer(behaviours.ok);
    const signal = AbortSignal.timeout(100);
    const run = await load(server, { warmupMs: 20_000, signal });
    expect(run.end.reason).toBe("stopped");
    expect(run.tally.get("scheduled")).toBe(0);
  });
});

describe("Bun's client under the same books", () => {
  const fetching = true;

  test("answers, statuses and bodies are counted as over sockets", async () => {
    using server = faultServer(every(4, behaviours.error));
    const run = await load(server, { fetching, body: '{"a":1}', headers: ["X-One: 1"] });
    expectBalanced(run);
    expect(counts(run.tally, "scheduled", "sent", "answered", "right", "bodyBytes")).toEqual([20, 20, 20, 15, 30]);
    expect(server.heads[0]).toStartWith("POST / HTTP/1.1");
    expect(server.heads[0]).toContain("X-One: 1");
  });

  test("redirects are answers; compressed bodies stay compressed; endless ones are given up", async () => {
    using redirecting = faultServer(behaviours.redirect);
    expect((await load(redirecting, { fetching })).tally.statuses(302)).toBe(20);
    using zipped = faultServer(behaviours.gzip);
    expect(counts((await load(zipped, { fetching })).tally, "answered", "bodyBytes")).toEqual([20, 80]);
    using endless = faultServer(every(10, behaviours.endless));
    const run = await load(endless, { fetching, limits: { headBytes: 65_536, bodyBytes: 1_000_000 } });
    expectBalanced(run);
    expect(failures(run.tally)).toEqual({ "too-large": 2 });
  });

  test("silence is a timeout, or unanswered at the end; the schedule goes on", async () => {
    using server = faultServer(after(30, behaviours.silent));
    const open = {
      fetching,
      pace: { kind: "open", rate: 200 },
      durationMs: 500,
      requests: 1000,
      concurrency: 4,
    } as const;
    const run = await load(server, open);
    expectBalanced(run);
    expect(counts(run.tally, "scheduled", "answered", "sent", "unanswered", "unsent")).toEqual([100, 30, 34, 4, 66]);
    using silent = faultServer(behaviours.silent);
    expect(failures((await load(silent, { fetching, requests: 2, timeoutMs: 100 })).tally)).toEqual({ timeout: 2 });
  });

  test("what was refused was never sent", async () => {
    const server = faultServer(behaviours.ok);
    server.stop();
    const run = await load(server, { fetching, requests: 3, durationMs: 2000 });
    expectBalanced(run);
    expect(failures(run.tally)).toEqual({ refused: 3 });
    expect(run.tally.get("sent")).toBe(0);
  });

  test("whatever a server does, nothing is lost and nothing hangs", async () => {
    const kinds = Object.values(behaviours);
    using server = faultServer((exchange) =>
      (kinds[(exchange.index * 7919) % kinds.length] ?? behaviours.ok)(exchange),
    );
    const limits = { headBytes: 64 * 1024, bodyBytes: 1e6 };
    expectBalanced(
      await load(server, { fetching, durationMs: 500, requests: 1e6, concurrency: 30, timeoutMs: 150, limits }),
    );
  });
});
