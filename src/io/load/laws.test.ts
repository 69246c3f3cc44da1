import { describe, expect, test } from "bun:test";
import { Control } from "../../load/control.ts";
import type { Histogram } from "../../load/histogram.ts";
import type { LoadPlan } from "../../load/plan.ts";
import { expectedStatuses } from "../../load/plan.ts";
import { drawn } from "../../load/random.ts";
import type { RequestPlan, Scenario } from "../../load/scenario.ts";
import { readTarget } from "../../load/target.ts";
import { failed } from "../../load/tally.ts";
import { wireRequest } from "../../load/request.ts";
import { RequestTally } from "../../load/request-tally.ts";
import type { Behaviour } from "../../testing/fault-server.ts";
import { behaviours, delayed, faultServer } from "../../testing/fault-server.ts";
import { runLoad } from "./run-load.ts";

const fixture = (name: string) => Bun.file(new URL(`../../testing/fixtures/${name}`, import.meta.url)).text();
const tls = { cert: await fixture("test-only-cert.pem"), key: await fixture("test-only-key.pem") };
const kinds: readonly Behaviour[] = [...Object.values(behaviours), delayed(20), delayed(200)];

const request = (name: string, change: Partial<RequestPlan> = {}): RequestPlan => ({
  name,
  method: "GET",
  path: [`/${name}`],
  shownPath: `/${name}`,
  headers: [{ name: "Host", value: ["localhost"] }],
  body: undefined,
  expected: expectedStatuses([]),
  checks: [],
  extract: [],
  ...change,
});

/** One that is constant, one that is looked into, a flow, and one that a row in three cannot fill. */
const scenario: Scenario = {
  requests: [
    request("a"),
    request("b", { checks: [{ kind: "contains", text: "ok" }], method: "POST", body: new Uint8Array(5000) }),
    request("c", { extract: [{ variable: "v", from: { kind: "regex", pattern: "o(k)" } }] }),
    request("d", { path: ["/", { name: "v", slot: { kind: "variable", name: "v" }, escape: "url" }] }),
    request("e", {
      headers: [{ name: "X", value: [{ name: "x", slot: { kind: "column", index: 0 }, escape: "none" }] }],
    }),
  ],
  flows: [
    { weight: 2, steps: [0] },
    { weight: 1, steps: [1] },
    { weight: 2, steps: [2, 3] },
    { weight: 1, steps: [4] },
  ],
  rows: { columns: ["x"], values: [["1"], ["2"], ["a\r\nb"]], order: "random" },
  cookies: true,
  secure: false,
};

/** A plan for each number: loops, threads, warm-ups, engines and scenarios in all kinds of company. */
const planOf = (seed: number, server: { readonly url: string }): LoadPlan => {
  const pick = <Item>(salt: number, items: readonly [Item, ...Item[]]): Item =>
    items[drawn(seed, 0, salt) % items.length] ?? items[0];
  const target = readTarget(server.url);
  const { method, bytes } = wireRequest(target, { headers: [], body: new Uint8Array(pick(1, [0, 10, 200_000])) });
  const secure = server.url.startsWith("https") ? { tls: { verify: false } } : {};
  const fetching = pick(2, [false, false, true]);
  return {
    endpoint: { address: target.host, port: target.port, ...secure },
    method,
    request: bytes,
    pace: pick<LoadPlan["pace"]>(3, [
      { kind: "closed" },
      { kind: "open", rate: 3000 },
      {
        kind: "open",
        rate: 0,
        stages: [
          { durationMs: 150, rate: 4000 },
          { durationMs: 50, rate: 10 },
        ],
      },
    ]),
    concurrency: pick(4, [1, 7, 60]),
    durationMs: 200,
    warmupMs: pick(5, [0, 60]),
    workers: fetching ? 1 : pick(6, [1, 2]),
    ...(pick(7, [false, true]) ? { requests: 120 } : {}),
    ...(pick(8, [false, true]) ? { scenario } : {}),
    ...(fetching
      ? { fetch: { origin: server.url.replace(/\/$/, ""), protocol: "http/1.1" as const, followRedirects: false } }
      : {}),
    timeoutMs: 120,
    seed,
    expected: expectedStatuses([]),
    limits: { headBytes: 64 * 1024, bodyBytes: 1e6 },
  };
};

describe("scheduled = sent + never sent; sent = answered + failed + unanswered; every one has its duration", () => {
  test.each(Array.from({ length: 24 }, (_, i) => i + 1))("whatever happens (%d)", async (seed) => {
    const mixture: Behaviour = (exchange) =>
      (drawn(seed, exchange.index, 99) % 3 > 0
        ? behaviours.ok
        : (kinds[drawn(seed, exchange.index, 98) % kinds.length] ?? behaviours.ok))(exchange);
    using server = faultServer(mixture, seed % 3 === 0 ? { tls } : {});
    const plan = planOf(seed, server);
    const signal = seed % 5 === 0 ? AbortSignal.timeout(150) : new AbortController().signal;
    const { tally, end } = await runLoad(plan, { signal, now: () => new Date() });
    const { histograms: h } = tally;
    const of = (...all: readonly Histogram[]): number => all.reduce((sum, one) => sum + one.count, 0);
    const [scheduled, sent, answered] = [tally.get("scheduled"), tally.get("sent"), tally.get("answered")];
    expect(scheduled).toBe(sent + tally.get("unsent") + failed(tally, "before"));
    expect(sent).toBe(answered + failed(tally, "after") + tally.get("unanswered"));
    expect(of(h.responseRight, h.responseWrong, h.responseBound)).toBe(scheduled);
    expect(of(h.service, h.serviceBound)).toBe(sent);
    expect(of(h.responseRight)).toBe(tally.get("right"));
    const named = (end.requests ?? []).map((record) => new RequestTally(record));
    for (const one of named) {
      const { counts } = one.record;
      expect(counts.scheduled).toBe(counts.sent + counts.neverSent);
      expect(counts.sent).toBe(counts.answered + counts.failed + counts.unanswered);
      expect(of(one.histogram("known"), one.histogram("bound"))).toBe(counts.scheduled);
      expect(of(one.histogram("service"), one.histogram("serviceBound"))).toBe(counts.sent);
    }
    if (named.length > 0) expect(named.reduce((sum, one) => sum + one.record.counts.scheduled, 0)).toBe(scheduled);
  });
});

test("threads that share a counter give each number to one of them", () => {
  const control = new Control();
  const [one, other] = [control.tickets("tickets"), control.tickets("tickets")];
  expect([one.draw(0), other.draw(0), other.next, other.draw(1), one.next]).toEqual([true, false, 1, true, 2]);
});
