import { expect, test } from "bun:test";
import { Sampler } from "./sampler.ts";
import { Tally } from "./tally.ts";

/** So many answers of a duration, by a time since the run began. */
const advance = (tally: Tally, toMs: number, answers: number, durationMs: number): void => {
  for (let i = 0; i < answers; i++) tally.histograms.responseRight.record(durationMs * 1e6);
  tally.set("answered", tally.get("answered") + answers);
  tally.set("right", tally.get("right") + answers);
  tally.set("sent", tally.get("sent") + answers);
  tally.set("elapsed", toMs * 1e6);
};

test("nothing is said before requests are under way", () => {
  expect(new Sampler().moment(new Tally())).toBeUndefined();
});

test("a moment tells what happened since the one before", () => {
  const [sampler, tally] = [new Sampler(), new Tally()];
  advance(tally, 250, 100, 4);
  expect(sampler.moment(tally)).toMatchObject({ answersPerSecond: 400, errors: 0 });
  advance(tally, 500, 10, 50);
  tally.addFailure("reset");
  const moment = sampler.moment(tally);
  expect(moment).toMatchObject({ answersPerSecond: 40, errors: 1 });
  expect(moment?.p50Ms).toBeCloseTo(50, 0);
});

test("intervals end with the first look after each full second, do not drift, and leave nothing out, not even a short rest", () => {
  const [sampler, tally] = [new Sampler(), new Tally()];
  for (let look = 1; look <= 11; look++) {
    advance(tally, look * 300, 10, look);
    sampler.look(tally);
  }
  advance(tally, 3400, 5, 1);
  const intervals = sampler.finish(tally);
  expect(intervals.map(({ startMs, durationMs }) => [startMs, durationMs])).toEqual([
    [0, 1200],
    [1200, 900],
    [2100, 1300],
  ]);
  expect(intervals.reduce((sum, { answered }) => sum + answered, 0)).toBe(115);
  expect(intervals.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBe(3400);
});
