// How answered requests are spread over response times, as bars from one round edge to the next.
import type { Block } from "../kernel/report.ts";
import type { Histogram } from "./histogram.ts";
import { percentText } from "./wording.ts";

const steps = [1, 2, 5];

/** Upper edges 1, 2, 5, 10, … nanoseconds that cover a range. */
const edges = (min: number, max: number): readonly number[] => {
  const all = Array.from({ length: 45 }, (_, i) => (steps[i % 3] ?? 1) * 10 ** Math.floor(i / 3));
  const first = all.findIndex((edge) => edge >= min);
  const last = all.findIndex((edge) => edge >= max);
  return first < 0 ? [] : all.slice(first, last < 0 ? undefined : last + 1);
};

const edgeText = (ns: number): string =>
  ns >= 1e9 ? `${ns / 1e9} s` : ns >= 1e6 ? `${ns / 1e6} ms` : `${ns / 1e3} µs`;

/** Counts of answered requests by response time, and how many have none. */
export const distributionBlock = (answered: Histogram, bounds: Histogram): Block => {
  const total = answered.count + bounds.count;
  const bar = (label: string, value: number) => ({
    label,
    value,
    text: `${value.toLocaleString("en-US")} (${percentText(value / total)})`,
  });
  const counts = edges(answered.min, answered.max).map((edge) => ({ edge, to: answered.countTo(edge) }));
  return {
    kind: "bars",
    title: "Distribution of response times",
    bars: [
      ...counts.map(({ edge, to }, i) => bar(`<= ${edgeText(edge)}`, to - (counts[i - 1]?.to ?? 0))),
      ...(bounds.count > 0 ? [bar("no answer", bounds.count)] : []),
    ],
  };
};
