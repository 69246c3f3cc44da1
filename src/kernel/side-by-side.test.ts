// Of two pieces of work that failed the first one is told; one that fails ends the other.
import { expect, test } from "bun:test";
import { sideBySide } from "./side-by-side.ts";

const never = new AbortController().signal;

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("interrupted"))));

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );

test("the second gets what the first gives", async () => {
  const sum = await sideBySide(
    never,
    () => Promise.resolve(1),
    async (given) => (await given) + 1,
  );
  expect(sum).toBe(2);
});

test("the first fails: the second is interrupted, and the first one's failure is told", async () => {
  const work = sideBySide(
    never,
    () => Promise.reject(new Error("first")),
    (_, signal) => aborted(signal),
  );
  expect(await failure(work)).toBe("first");
});

test("the second fails before the first does: the first one's failure is told", async () => {
  const { promise, reject } = Promise.withResolvers<number>();
  const work = sideBySide(
    never,
    () => promise,
    () => Promise.reject(new Error("second")),
  );
  reject(new Error("first"));
  expect(await failure(work)).toBe("first");
});

test("the second alone fails", async () => {
  const work = sideBySide(
    never,
    () => Promise.resolve(1),
    () => Promise.reject(new Error("second")),
  );
  expect(await failure(work)).toBe("second");
});
