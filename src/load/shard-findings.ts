// What a merged result must say about its parts: those that are not there, began late, or apart from each other.
import type { Block } from "../kernel/report.ts";
import { heading } from "../kernel/report.ts";
import type { Finding } from "../kernel/finding.ts";
import { listed, milliseconds, plural } from "../kernel/words.ts";
import { percentText, placeOf } from "./wording.ts";
import type { LoadSummary, Merged } from "./summary.ts";

/** Parts that began further apart did not load the server together. */
const apartMs = 1000;

const named = (numbers: readonly number[]): string => `shard ${listed(numbers.map(String))}`;

const missing = ({ missing: absent, of, parts }: Merged, at: Finding["at"]): readonly Finding[] =>
  absent.length === 0
    ? []
    : [
        {
          rule: "load/shards-missing",
          severity: "error",
          at,
          message: `PARTIAL: ${parts.length} of ${of} parts are here; ${named(absent)} ${absent.length === 1 ? "is" : "are"} missing, and no limit can pass without ${absent.length === 1 ? "it" : "them"}`,
          help: "find the missing results, or run all parts again",
        },
      ];

const apart = ({ skewMs }: Merged, at: Finding["at"]): readonly Finding[] =>
  skewMs <= apartMs
    ? []
    : [
        {
          rule: "load/shards-apart",
          severity: "warning",
          at,
          message: `the parts began up to ${milliseconds(skewMs)} apart, by their clocks: the load was less even than one schedule`,
          help: "give all of them the same --start-at, late enough for the slowest to be ready, and keep their clocks set",
        },
      ];

const late = ({ parts }: Merged, { requests }: LoadSummary, at: Finding["at"]): readonly Finding[] => {
  const behind = parts.filter((part) => part.missed > 0);
  const missed = behind.reduce((sum, part) => sum + part.missed, 0);
  if (missed === 0) return [];
  return [
    {
      rule: "load/shards-late",
      severity: "warning",
      at,
      message: `${named(behind.map(({ number }) => number))} began late: ${plural(missed, "arrival")} of the schedule (${percentText(missed / (missed + requests.scheduled))}) ${missed === 1 ? "was" : "were"} never sent`,
      help: "a later --start-at gives every machine the time to be ready",
    },
  ];
};

export const shardFindings = (summary: LoadSummary): readonly Finding[] => {
  const { merged } = summary;
  if (merged === null) return [];
  const at = placeOf(summary);
  return [...missing(merged, at), ...apart(merged, at), ...late(merged, summary, at)];
};

export const shardBlocks = ({ merged }: LoadSummary): readonly Block[] => {
  if (merged === null) return [];
  const right = (title: string) => ({ title, align: "right" as const });
  const count = (value: number): string => value.toLocaleString("en-US");
  return [
    heading(`Merged from ${merged.parts.length} of ${plural(merged.of, "part")}`),
    {
      kind: "table",
      columns: [
        { title: "shard" },
        { title: "host" },
        right("sent"),
        right("answered"),
        right("errors"),
        right("missed"),
        { title: "" },
      ],
      rows: merged.parts.map(({ number, host, sent, answered, errors, missed, stamp }) => [
        String(number),
        host,
        ...[sent, answered, errors, missed].map(count),
        stamp === "valid" ? "VALID" : "CLIENT-BOUND",
      ]),
      tones: merged.parts.map(({ stamp }) => (stamp === "valid" ? "plain" : "bad")),
    },
  ];
};
