// What a watch of a server saw: how many waited when, who made others wait and for how long, and which findings came and went.
import type { Finding } from "../kernel/finding.ts";
import { locationText } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import type { Block } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { plural } from "../kernel/words.ts";
import type { Blocker } from "./health/blocking.ts";
import { blockedCount, blockingTrees } from "./health/blocking.ts";
import { secondsText } from "./health/holders.ts";
import type { Live } from "./health/model.ts";

/** One look at the server, and what the rules said about it. */
export interface DoctorLook {
  readonly atMs: number;
  readonly live: Live;
  readonly findings: readonly Finding[];
}

interface Trouble {
  readonly root: Blocker;
  readonly looks: number;
  /** Milliseconds between the first and the last look that saw it. */
  readonly spanMs: number;
  readonly most: number;
}

/** A session is the same one while its process and its start of transaction are. */
const keyOf = ({ pid, session }: Blocker): string => `${pid} ${session?.user ?? ""} ${session?.application ?? ""}`;

const troubles = (looks: readonly DoctorLook[]): readonly Trouble[] => {
  const seen = Map.groupBy(
    looks.flatMap(({ atMs, live }) => blockingTrees(live.activity).map((root) => ({ atMs, root }))),
    ({ root }) => keyOf(root),
  );
  return [...seen.values()]
    .flatMap((times) => {
      const [first, last] = [times[0], times.at(-1)];
      if (first === undefined || last === undefined) return [];
      return [
        {
          root: last.root,
          looks: times.length,
          spanMs: last.atMs - first.atMs,
          most: Math.max(...times.map(({ root }) => blockedCount(root))),
        },
      ];
    })
    .sort((a, b) => b.most * (b.spanMs + 1) - a.most * (a.spanMs + 1) || a.root.pid - b.root.pid);
};

const waiting = ({ live }: DoctorLook): number =>
  live.activity.sessions.filter((one) => one.blockedBy.length > 0).length;

const active = ({ live }: DoctorLook): number =>
  live.activity.sessions.filter(({ state }) => state === "active").length;

/** Findings of all looks, each once as it was seen last; what is over by now says so. */
export const watchedFindings = (looks: readonly DoctorLook[]): readonly Finding[] => {
  const key = ({ rule, at }: Finding): string => `${rule}\0${locationText(at)}`;
  const seen = Map.groupBy(
    looks.flatMap(({ findings }, look) => findings.map((finding) => ({ finding, look }))),
    ({ finding }) => key(finding),
  );
  return [...seen.values()].flatMap((times) => {
    const last = times.at(-1);
    if (last === undefined) return [];
    const count = new Set(times.map(({ look }) => look)).size;
    const over = last.look < looks.length - 1;
    const note = over
      ? ` (in ${count} of ${looks.length} looks, and over now)`
      : ` (in ${count} of ${looks.length} looks)`;
    return [{ ...last.finding, message: `${last.finding.message}${count === looks.length ? "" : note}` }];
  });
};

const table = (found: readonly Trouble[]): Block => ({
  kind: "table",
  columns: [
    { title: "pid", align: "right" },
    { title: "who" },
    { title: "held up others for", align: "right" },
    { title: "at most", align: "right" },
    { title: "statement" },
  ],
  rows: found
    .slice(0, 10)
    .map(({ root: { pid, session }, spanMs, looks, most }) => [
      String(pid),
      session?.application ?? session?.user ?? "",
      looks === 1 ? "one look" : secondsText(spanMs / 1000),
      plural(most, "session"),
      (session?.statement ?? "").slice(0, 80),
    ]),
});

export const watchedBlocks = (looks: readonly DoctorLook[]): readonly Block[] => {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined || looks.length < 2) return [];
  const found = troubles(looks);
  const x = looks.map(({ atMs }) => (atMs - first.atMs) / 1000);
  return [
    heading(`While watching: ${looks.length} looks in ${secondsText((last.atMs - first.atMs) / 1000)}`),
    {
      kind: "lines",
      title: "Sessions",
      unit: "",
      x,
      series: [
        { label: "active", y: looks.map(active) },
        { label: "waiting for a lock", y: looks.map(waiting) },
      ],
    },
    ...(found.length === 0 ? [text("Nobody held up anybody.", "good")] : [table(found)]),
  ];
};

/** For programs. */
export const watchedData = (looks: readonly DoctorLook[]): Json => ({
  looks: looks.map((look) => ({
    at: look.live.at,
    active: active(look),
    waiting: waiting(look),
    findings: look.findings.length,
  })),
  blockers: troubles(looks).map(({ root: { pid, session }, looks: count, spanMs, most }) => ({
    pid,
    user: session?.user ?? null,
    application: session?.application ?? null,
    looks: count,
    heldUpMs: Math.round(spanMs),
    mostWaiting: most,
  })),
});
