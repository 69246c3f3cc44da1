// `senior decide`: from what is known about a product to the profile to build it on, or to what must be answered first.
import { decisionRecord } from "../decide/adr.ts";
import { answerKeys, answerKinds, minutes, percent, sampleAnswers, valueOf, wantedText } from "../decide/answers.ts";
import type { AnswerKey, Answers } from "../decide/answers.ts";
import { decide } from "../decide/decide.ts";
import { bases } from "../decide/profiles.ts";
import { profileSchema } from "../decide/read-profile.ts";
import type { Decision, Override } from "../decide/decision.ts";
import { digestOf } from "../decide/digest.ts";
import type { KillId } from "../decide/kills.ts";
import { killIds } from "../decide/kills.ts";
import type { Profile } from "../decide/profile.ts";
import { yesOrNo } from "../decide/values.ts";
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
import { choice, flag, many, text } from "./flags.ts";
import { loadProfiles } from "./organisation-profiles.ts";

const bad = (name: string, raw: string, wanted: string): Fault =>
  new Fault("usage.bad-value", `${name} got "${raw}", expected ${wanted}`);

const readAnswer = (key: AnswerKey) => (raw: readonly string[], name: string) => {
  const last = raw.at(-1);
  const value = last === undefined ? undefined : valueOf(key).read(last);
  if (last !== undefined && value === undefined) throw bad(name, last, wantedText(key, last));
  return value;
};

/** The flag of one answer. A switch whose absence is no answer is neither yes nor no. */
const answerFlag = (key: AnswerKey): Arg<unknown> => {
  const { about, flag: name, value } = answerKinds[key];
  if (value === yesOrNo) return { ...flag(`${about} (--no-${name}: not so)`), read: readAnswer(key) };
  const choices = "choices" in value ? { choices: value.choices } : {};
  const said = "choices" in value ? `${about}: ${value.choices.join(", ")}` : about;
  return { ...text(said, { value: value.placeholder }), ...choices, read: readAnswer(key) };
};

const camel = (flagged: string): string => flagged.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const argOf = (key: AnswerKey): string => camel(answerKinds[key].flag);

const answerFlags = Object.fromEntries(answerKeys.map((key) => [argOf(key), answerFlag(key)]));

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
    const typed: Readonly<Record<string, unknown>> = args;
    const fromFlags = Object.fromEntries(answerKeys.map((key) => [key, typed[argOf(key)]]));
    const fromFile = args.answers === undefined ? {} : await readAnswers(io, args.answers);
    const answers = layered(args.sample ? sampleAnswers : {}, fromFile, fromFlags);
    const decision = decide(answers, profiles, given);
    return decisionReport(decision, args, recordFiles(decision, args.adr, io));
  },
});
