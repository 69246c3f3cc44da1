// The rate limit that is expected of a server, as it is written on the command line.
import { Fault } from "../kernel/fault.ts";

/** So many requests in so long. */
export type ExpectedLimit = { readonly limit: number; readonly windowMs: number };

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `100/15m`, `10/s`. Throws `usage.bad-value`. */
export const readExpectedLimit = (text: string, name: string): ExpectedLimit => {
  const [, limit, amount, unit] = /^(\d{1,9})\/(\d{0,6})(ms|s|m|h)$/.exec(text.replaceAll(" ", "")) ?? [];
  const windowMs = Number(amount === "" ? 1 : amount) * (unitMs[unit ?? ""] ?? Number.NaN);
  if (Number(limit) > 0 && windowMs > 0) return { limit: Number(limit), windowMs };
  throw new Fault(
    "usage.bad-value",
    `${name} got "${text}", expected a number of requests and a time, such as 100/15m or 10/s`,
  );
};
