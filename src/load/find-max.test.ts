// The search against servers that are formulas: it finds their limits, and says what it cannot know.
import { describe, expect, test } from "bun:test";
import type { Step } from "./find-max.ts";
import { connectionsFor, nextMove } from "./find-max.ts";

const search = (
  verdictAt: (rate: number, phase: Step["phase"]) => Step["verdict"],
  startRate = 50,
  highestRate = 200_000,
) => {
  const steps: Step[] = [];
  for (;;) {
    const move = nextMove(steps, { startRate, highestRate });
    if (move.kind === "done") return { ...move, steps };
    if (steps.length > 60) throw new Error("the search does not end");
    steps.push({
      phase: move.phase,
      ratePerSecond: move.rate,
      durationMs: 1000,
      concurrency: 10,
      answersPerSecond: move.rate,
      p50Ms: 1,
      p99Ms: 2,
      errorRate: 0,
      unsent: 0,
      verdict: verdictAt(move.rate, move.phase),
      why: "",
    });
  }
};

describe("a server that breaks at a rate", () => {
  test.each([3, 49, 50, 51, 777, 12_345, 150_000])("of %d", (limit) => {
    const { best, limitedBy, steps } = search((rate) => (rate <= limit ? "kept" : "broken"));
    expect(limitedBy).toBe("server");
    expect(best).toBeLessThanOrEqual(limit);
    expect(best).toBeGreaterThan(limit / 1.06);
    expect(steps.length).toBeLessThan(25);
    expect(steps.at(-1)?.phase).toBe("confirm");
  });
});

test("a client that cannot go on is the limit, not the server", () => {
  const { best, limitedBy } = search((rate) => (rate <= 1000 ? "kept" : "doubtful"));
  expect(limitedBy).toBe("client");
  expect(best).toBeGreaterThan(900);
});

test("a client that stumbles now and then is given another attempt", () => {
  let count = 0;
  const { best, limitedBy } = search((rate) => (count++ % 3 === 0 ? "doubtful" : rate <= 1000 ? "kept" : "broken"));
  expect(limitedBy).toBe("server");
  expect(best).toBeGreaterThan(900);
});

test("a server that never breaks is measured to the cap", () => {
  expect(search(() => "kept")).toMatchObject({ best: 200_000, limitedBy: "cap" });
});

test("a server that keeps nothing has no capacity, and the search ends", () => {
  expect(search(() => "broken")).toMatchObject({ best: 0 });
});

test("a rate that does not stand the longer run gives way to a lower one", () => {
  const { best } = search((rate, phase) => (rate <= (phase === "confirm" ? 700 : 800) ? "kept" : "broken"));
  expect(best).toBeLessThanOrEqual(700);
  expect(best).toBeGreaterThan(600);
  expect(search((_, phase) => (phase === "confirm" ? "broken" : "kept"), 50, 400).best).toBe(0);
});

test("connections follow from the rate and the last response times", () => {
  expect(connectionsFor(1000, undefined, 10)).toBe(110);
  expect(connectionsFor(10, undefined, 50)).toBe(50);
});
