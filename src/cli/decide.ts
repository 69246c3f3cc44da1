// `senior decide`: from what is known about a product to the profile to build it on, or to what must be answered first.
import { decisionRecord } from "../decide/adr.ts";
import {
  answerKeys,
  communications,
  languages,
  minutes,
  patterns,
  percent,
  sampleAnswers,
  sensitivities,
  tenancies,
} from "../decide/answers.ts";
import type { Answers } from "../decide/answers.ts";
import { decide } from "../decide/decide.ts";
import { bases } from "../decide/profiles.ts";
import { profileSchema } from "../decide/read-profile.ts";
import type { Decision, Override } from "../decide/decision.ts";
import { digestOf } from "../decide/digest.ts";
import type { KillId } from "../decide/kills.ts";
import { killIds } from "../decide/kills.ts";
import type { Profile } from "../decide/profile.ts";
import { decisionBlocks, decisionFindings } from "../decide/view.ts";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import type { FileSet } from "../kernel/fileset.ts";
import { fileSet } from "../kernel/fileset.ts";
import type { Json } from "../kernel/json.ts";
import { splitPath } from "../kernel/paths.ts";
import type { Report } from "../kernel/report.ts";
import { heading } from "../kernel/report.ts";
import { plural } from "../kernel/words.ts";
import { readAnswers } from "./answers-file.ts";
import { command } from "./command.ts";
import type { Arg } from "./flags.ts";
import { choice, decimal, flag, integer, many, text } from "./flags.ts";
import { loadProfiles } from "./organisation-profiles.ts";

const bad = (name: string, raw: string, wanted: string): Fault =>
  new Fault("usage.bad-value", `${name} got "${raw}", expected ${wanted}`);

/** A switch whose absence is no answer: neither yes nor no. */
const yesOrNo = (about: string): Arg<boolean | undefined> => ({
  ...flag(about),
  read: (raw, name) => {
    const last = raw.at(-1);
    if (last !== undefined && last !== "true" && last !== "false") throw bad(name, last, "true or false");
    return last === undefined ? undefined : last === "true";
  },
});

const parsed = <Value>(
  about: string,
  value: string,
  parse: (raw: string, name: string) => Value,
): Arg<Value | undefined> => ({
  ...text(about, { value }),
  read: (raw, name) => {
    const last = raw.at(-1);
    return last === undefined ? undefined : parse(last, name);
  },
});

/** `99.9`, `99.9%` and `0.999` are the same SLO; above 1 a number is a percentage. */
const share = (raw: string, name: string): number => {
  const match = /^(\d{1,3}(?:\.\d{1,9})?)\s*(%?)$/.exec(raw);
  const number = Number(match?.[1] ?? Number.NaN);
  const value = match?.[2] === "%" || number > 1 ? Number((number / 100).toFixed(12)) : number;
  if (value >= 0.5 && value < 1) return value;
  throw bad(name, raw, "an availability such as 99.9 or 0.999, from 50 % to less than 100 %");
};

const minuteUnits: Readonly<Record<string, number>> = { s: 1 / 60, m: 1, min: 1, h: 60, d: 1440, "": 1 };

/** Minutes, as profiles state RPO and RTO; other units are written out. */
const span = (raw: string, name: string): number => {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)\s*(s|m|min|h|d|)$/.exec(raw);
  const value = Number(match?.[1] ?? Number.NaN) * (minuteUnits[match?.[2] ?? ""] ?? Number.NaN);
  if (value >= 0 && value <= 525_600) return value;
  throw bad(name, raw, "minutes, or a time such as 30s, 15m, 4h or 1d, up to a year");
};

const answerFlags = {
  teamSize: integer("Engineers who will own it", { min: 1, max: 100_000 }),
  qpsP99: decimal("Requests per second at p99, one year from now", { min: 0, max: 100_000_000 }),
  readWriteRatio: decimal("Reads per write", { min: 0, max: 1_000_000_000 }),
  tenancy: choice(tenancies, `How customers share the system: ${tenancies.join(", ")}`, { value: "MODEL" }),
  dataSensitivity: choice(sensitivities, `The most sensitive data in it: ${sensitivities.join(", ")}`, {
    value: "TIER",
  }),
  pattern: choice(patterns, `How it is to be cut: ${patterns.join(", ")}`, { value: "PATTERN" }),
  languagePreference: choice(languages, `The language the team knows best: ${languages.join(", ")}`, {
    value: "LANGUAGE",
  }),
  platformTeam: yesOrNo("There is a platform team (--no-platform-team: there is none)"),
  needsAdminPanel: yesOrNo("Staff need an admin panel (--no-needs-admin-panel: they do not)"),
  communication: choice(communications, `The default between parts: ${communications.join(", ")}`, { value: "KIND" }),
  slo: parsed("Availability promised: 99.9 or 0.999", "SHARE", share),
  sloConsumer: text("The team that spends the error budget", { value: "TEAM" }),
  rpo: parsed("Data that may be lost: minutes, or 30s, 15m, 4h", "TIME", span),
  rto: parsed("Time that recovery may take: minutes, or 30s, 15m, 4h", "TIME", span),
} as const;

const builtInNames = Object.keys(bases);

const flags = {
  ...answerFlags,
  answers: text("Read answers from a YAML or JSON file; flags win over it", { value: "FILE" }),
  sample: flag("Answer with the documentation's example; flags and --answers win over it"),
  explain: flag("Show every answer against every bound of every profile, with its weight"),
  digest: flag("Print at most 200 words: profile, targets, recovery, approvers, what is open, the next step"),
  adr: text("Write the recommendation as a decision record (MADR), approvers pending", { value: "FILE" }),
  listProfiles: flag("List the profiles to choose among"),
  printProfile: choice(
    builtInNames,
    `Print a built-in profile, to copy into profiles/<org>.json: ${builtInNames.join(", ")}`,
    {
      value: "NAME",
    },
  ),
  overrideKill: many(
    choice(killIds, `Go on although this kill criterion stands, with --because: ${killIds.join(", ")}`, {
      value: "ID",
      scope: "user",
    }),
  ),
  because: many(
    text("Why the kill criterion does not apply, once per --override-kill", { value: "TEXT", scope: "user" }),
  ),
} as const;

const profileRow = ({ name, bounds, targets, origin }: Profile): readonly string[] => [
  name,
  `${bounds.teamMin ?? 1}–${bounds.teamMax ?? ""}`,
  bounds.tenancies?.join(" or ") ?? "any",
  bounds.sensitivityMax ?? "any",
  bounds.shapes?.join(" or ") ?? "any",
  `${targets.p50Ms}/${targets.p95Ms}/${targets.p99Ms} ms`,
  percent(targets.uptime),
  `${minutes(targets.rpoMinutes)} / ${minutes(targets.rtoMinutes)}`,
  origin,
];

const profileTitles = [
  "Profile",
  "Team",
  "Tenancy",
  "Data up to",
  "Pattern",
  "p50/p95/p99",
  "Uptime",
  "RPO / RTO",
  "From",
];

/** Reports carry JSON; this is the one place where a decision's readonly types become it. */
const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

const profilesReport = (profiles: readonly Profile[]): Report => ({
  command: "decide",
  blocks: [
    heading(plural(profiles.length, "profile")),
    { kind: "table", columns: profileTitles.map((title) => ({ title })), rows: profiles.map(profileRow) },
  ],
  findings: [],
  data: { profiles: asJson(profiles) },
});

/** The document of a built-in profile, to copy and adjust; `$schema` by name, since the file beside it is not copied. */
const documentReport = (name: string): Report => {
  const document = asJson({ ...bases[name], $schema: profileSchema["$id"] });
  return { command: "decide", blocks: [], findings: [], data: document, raw: JSON.stringify(document, null, 2) };
};

/** Each override with its reason, in the order given. */
const overrides = (ids: readonly KillId[], reasons: readonly string[]): readonly Override[] => {
  if (ids.length !== reasons.length || reasons.some((reason) => reason.trim() === "")) {
    throw new Fault(
      "usage.bad-value",
      `--override-kill and --because belong together: got ${plural(ids.length, "override")} and ${plural(reasons.filter((reason) => reason.trim() !== "").length, "reason")}`,
      { help: 'give each its reason: --override-kill ID --because "…"' },
    );
  }
  return ids.map((kill, i) => ({ kill, because: reasons[i] ?? "" }));
};

const recordFiles = (decision: Decision, path: string | undefined, io: Io): FileSet | undefined => {
  const record = decisionRecord(decision, io.now().toISOString().slice(0, 10));
  if (path === undefined || record === undefined) return undefined;
  const { folder, name } = splitPath(path);
  if (name === "") throw bad("--adr", path, "a file such as docs/adr/0001-backend.md");
  return fileSet(folder, [{ path: name, text: record }]);
};

interface Shown {
  readonly explain: boolean;
  readonly digest: boolean;
}

const decisionReport = (decision: Decision, { explain, digest }: Shown, files: FileSet | undefined): Report => ({
  command: "decide",
  blocks: decisionBlocks(decision, explain),
  findings: decisionFindings(decision),
  data: asJson(decision),
  ...(digest ? { raw: digestOf(decision) } : {}),
  ...(decision.outcome === "recommended" ? {} : { exit: 1 as const }),
  ...(files === undefined ? {} : { files }),
});

/** Flags win over the file, and both over the sample. */
const layered = (...layers: readonly Answers[]): Answers => {
  const given = layers.flatMap((layer) => Object.entries(layer).filter(([, value]) => value !== undefined));
  return Object.fromEntries(given);
};

export default command({
  name: "decide",
  about: "Recommend a backend profile from what is known, or say what must be answered first",
  more: "Four assumptions come first: load, tenancy, data sensitivity, and an SLO with somebody who spends its error budget. Without the answers it rests on, nothing is recommended (exit 2); a kill criterion or a missing fit stops (exit 1). A recommendation states latency targets, uptime, RPO and RTO, and names who must approve. It never approves anything itself.",
  examples: [
    {
      run: "senior decide --team-size 8 --qps-p99 50 --read-write-ratio 20 --tenancy shared-multi-tenant --data-sensitivity pii --pattern modular-monolith --language-preference typescript",
      about: "the documented example: node-express, with fastapi-python as runner-up",
    },
    { run: "senior decide --answers answers.yaml --adr docs/adr/0001-backend.md", about: "write the decision record" },
    { run: "senior decide --sample --explain", about: "see how every profile is scored" },
    { run: "senior decide --list-profiles", about: "the profiles to choose among, your own included" },
    { run: "senior decide --print-profile node-express > profiles/acme.json", about: "start a profile of your own" },
  ],
  positionals: {},
  flags,
  output: "files",
  async run({ args, io, registry }) {
    if (args.printProfile !== undefined) return documentReport(args.printProfile);
    const profiles = await loadProfiles(io, registry.profiles);
    if (args.listProfiles) return profilesReport(profiles);
    const given = overrides(args.overrideKill, args.because);
    const { rpo: rpoMinutes, rto: rtoMinutes, ...rest } = args;
    const typed = { ...rest, rpoMinutes, rtoMinutes };
    const fromFlags = Object.fromEntries(answerKeys.map((key) => [key, typed[key]]));
    const readers = { ...answerFlags, rpoMinutes: answerFlags.rpo, rtoMinutes: answerFlags.rto };
    const fromFile = args.answers === undefined ? {} : await readAnswers(io, args.answers, readers);
    const answers = layered(args.sample ? sampleAnswers : {}, fromFile, fromFlags);
    const decision = decide(answers, profiles, given);
    return decisionReport(decision, args, recordFiles(decision, args.adr, io));
  },
});
