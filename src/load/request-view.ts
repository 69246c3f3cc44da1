// Several requests in the report of a run: each by its name, and what was looked for in their answers.
import type { Block } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { milliseconds } from "../kernel/words.ts";
import type { LoadSummary, RequestResult } from "./summary.ts";

const count = (value: number): string => value.toLocaleString("en-US");
const right = (title: string) => ({ title, align: "right" as const });

const wrong = ({ failed, unanswered, unexpected, neverSent }: RequestResult): number =>
  failed + unanswered + unexpected + neverSent;

const shown = (latency: RequestResult["all"], key: "p50Ms" | "p95Ms" | "p99Ms"): string =>
  latency === null ? "-" : `${latency.atLeast.includes(key) ? ">= " : ""}${milliseconds(latency[key])}`;

const requestTable = ({ byRequest }: LoadSummary): readonly Block[] =>
  byRequest.length === 0
    ? []
    : [
        heading("Requests by name"),
        {
          kind: "table",
          columns: [{ title: "" }, ...["due", "wrong", "p50", "p95", "p99"].map(right)],
          rows: byRequest.map((one) => [
            one.name,
            count(one.scheduled),
            count(wrong(one)),
            shown(one.all, "p50Ms"),
            shown(one.all, "p95Ms"),
            shown(one.all, "p99Ms"),
          ]),
          tones: byRequest.map((one) => (wrong(one) > 0 ? "bad" : "plain")),
        },
      ];

const checkTable = ({ checks }: LoadSummary): readonly Block[] =>
  checks.length === 0
    ? []
    : [
        heading("What answers held"),
        {
          kind: "table",
          columns: [{ title: "" }, { title: "" }, right("held"), right("did not"), { title: "" }],
          rows: checks.map(({ request, text: what, held, broken, example }) => [
            request,
            what,
            count(held),
            count(broken),
            example === "" ? "" : `first: ${example}`,
          ]),
          tones: checks.map(({ broken }) => (broken > 0 ? "bad" : "plain")),
        },
      ];

/** Nothing for a run of one request whose answers were only counted. */
export const requestsByName = (summary: LoadSummary): readonly Block[] => [
  ...requestTable(summary),
  ...checkTable(summary),
  ...(summary.notes.length === 0 ? [] : [heading("How this was measured"), text(summary.notes.join("\n"), "dim")]),
];
