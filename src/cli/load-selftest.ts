// senior load selftest: loads servers of known behaviour, and shows what should be reported beside what was.
import type { Io } from "../io/io.ts";
import { selftestServer } from "../io/load/selftest-server.ts";
import type { Report } from "../kernel/report.ts";
import type { SelftestCase, SelftestConduct, SelftestResult } from "../load/selftest.ts";
import { selftestCases, selftestReport } from "../load/selftest.ts";
import type { LoadSummary } from "../load/summary.ts";
import { command } from "./command.ts";
import { choice, many } from "./flags.ts";

type Senior = (argv: readonly string[], io: Io) => Promise<Report>;

/** The addresses of the built-in servers are nothing to be told. */
const quiet = (io: Io): Io => ({
  ...io,
  terminal: {
    ...io.terminal,
    note: () => undefined,
    draw: () => undefined,
    progress: () => undefined,
    screen: undefined,
  },
});

const runCase = async (one: SelftestCase<SelftestConduct>, senior: Senior, io: Io): Promise<SelftestResult> => {
  using server = selftestServer(one.conduct);
  // The very command that users call, from its flags to its figures.
  const { data } = await senior(["load", server.url, ...one.flags], quiet(io));
  const run = data as unknown as LoadSummary;
  const { stamp, boundBy } = run.client;
  return { name: one.name, about: one.about, stamp, boundBy, rows: one.rows(run, server.seen) };
};

const names = selftestCases.map(({ name }) => name);

export default command({
  name: "selftest",
  about: "Load servers of known behaviour, and show what should be reported beside what was",
  more: [
    "The servers are built in and listen on loopback: one of constant latency, one that stands still in the middle, one",
    "that stands still beyond the end, one that resets connections, one that fails, one that answers half of the asked",
    "rate. What a truthful report says of each follows from arithmetic and from the servers' own books. Exit 1 when a",
    "figure is wrong. Takes about twenty seconds.",
  ].join("\n"),
  examples: [
    { run: "senior load selftest", about: "Can figures of this machine be trusted?" },
    { run: "senior load selftest --only outage --only resets --json", about: "Two of the servers, as JSON" },
  ],
  positionals: {},
  flags: { only: many(choice(names, "Only this server; repeatable")) },
  output: "report",
  async run({ args, io, senior }) {
    const chosen = selftestCases.filter(({ name }) => args.only.length === 0 || args.only.includes(name));
    const results: SelftestResult[] = [];
    for (const one of chosen) {
      io.terminal.progress(`${one.name}: ${one.about}`);
      results.push(await runCase(one, senior, io));
    }
    return selftestReport(results);
  },
});
