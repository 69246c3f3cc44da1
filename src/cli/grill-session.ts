// What the faces of a grill share: its flags, its tracking file under a lock, and the report of a turn.
import { decisionRecord } from "../decide/adr.ts";
import type { Answers, QuestionNumber } from "../decide/answers.ts";
import { missingAnswers, answerKinds } from "../decide/answers.ts";
import { decide } from "../decide/decide.ts";
import type { Decision } from "../decide/decision.ts";
import type { Evidence, Proposal } from "../decide/evidence.ts";
import { isEvidence, proposalsFrom, tellsLanguage } from "../decide/evidence.ts";
import type { Grill, Turn } from "../decide/grill.ts";
import { answersOf, learn, newGrill, override, turnOf } from "../decide/grill.ts";
import { progressBlocks, questionBlocks, stopBlocks, stopFindings, turnData } from "../decide/grill-view.ts";
import { stopIds, stops } from "../decide/stops.ts";
import { readAsks, readTracking, trackingText } from "../decide/tracking.ts";
import { decisionBlocks, decisionFindings } from "../decide/view.ts";
import type { HeldFile, Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import type { FileSet } from "../kernel/fileset.ts";
import { fileSet } from "../kernel/fileset.ts";
import type { Finding } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import { splitPath } from "../kernel/paths.ts";
import type { Block, Report } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { listed } from "../kernel/words.ts";
import type { Registry } from "../registry.ts";
import { readAnswers } from "./answers-file.ts";
import type { Arg } from "./flags.ts";
import { choice, many, text as textFlag } from "./flags.ts";
import { fileFlags } from "./global-flags.ts";
import { loadProfiles } from "./organisation-profiles.ts";

const asks: Arg<readonly QuestionNumber[] | undefined> = {
  ...textFlag("Ask only these questions, when the other answers are known: 1,3,5", { value: "LIST" }),
  read: (raw, name) => {
    const last = raw.at(-1);
    const read = last === undefined ? undefined : readAsks(last);
    if (last !== undefined && read === undefined)
      throw new Fault("usage.bad-value", `${name} got "${last}", expected numbers of questions such as 1,3,5`);
    return read;
  },
};

export const stateFlag = {
  state: textFlag("The tracking file; by default /tmp/backend-grill-<date>.md", { value: "FILE", scope: "user" }),
} as const;

export const turnFlags = {
  ...stateFlag,
  dryRun: fileFlags.dryRun,
  evidence: many(textFlag("A result of `senior load` to propose answers from", { value: "FILE" })),
  adr: textFlag("Write the recommendation as a decision record (MADR), approvers pending", { value: "FILE" }),
} as const;

export const startFlags = {
  ...turnFlags,
  ask: asks,
  answers: textFlag("What is known already: a YAML or JSON file as `senior decide --answers` reads it", {
    value: "FILE",
  }),
  overrideKill: many(
    choice(stopIds, `Go on although this stands, with --because: ${stopIds.join(", ")}`, {
      value: "ID",
      scope: "user",
    }),
  ),
  because: many(textFlag("Why it does not apply, once per --override-kill", { value: "TEXT", scope: "user" })),
} as const;

export interface StartArgs {
  readonly ask: readonly QuestionNumber[] | undefined;
  readonly answers: string | undefined;
  readonly overrideKill: readonly (typeof stopIds)[number][];
  readonly because: readonly string[];
}

const today = (io: Io): string => io.now().toISOString().slice(0, 10);

export const statePath = (io: Io, state: string | undefined): string => state ?? `/tmp/backend-grill-${today(io)}.md`;

/** A grill that is being changed, and where it is kept. */
export interface Session {
  readonly path: string;
  readonly grill: Grill;
  readonly save: (grill: Grill) => Promise<void>;
}

/** What a dry run works on: the file as it is, taken from nobody and never changed. */
const readOnly = async (io: Io, path: string): Promise<HeldFile> => ({
  text: (await io.files.readOwn(path)) ?? "",
  save: () => Promise.resolve(),
  release: () => Promise.resolve(),
});

/** Takes the tracking file, reads or begins the grill, and lets go of the file at the end. */
export const withSession = async <T>(
  io: Io,
  { state, dryRun }: { readonly state: string | undefined; readonly dryRun: boolean },
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const path = statePath(io, state);
  const file = await (dryRun ? readOnly(io, path) : io.files.hold(path));
  try {
    const save = (next: Grill): Promise<void> => file.save(trackingText(next));
    const isNew = file.text.trim() === "";
    const grill = isNew ? newGrill(today(io)) : readTracking(file.text, path);
    if (isNew) await save(grill);
    return await work({ path, grill, save });
  } finally {
    await file.release();
  }
};

/** The grill after what the flags say: which questions to ask, what is known, what is overridden. */
export const started = async (io: Io, grill: Grill, args: StartArgs): Promise<Grill> => {
  const { overrideKill, because } = args;
  if (overrideKill.length !== because.length)
    throw new Fault("usage.bad-value", "--override-kill and --because belong together, one reason for each");
  const asked = args.ask === undefined ? grill : { ...grill, asks: args.ask };
  const known: Answers = args.answers === undefined ? {} : await readAnswers(io, args.answers);
  const learnt = args.answers === undefined ? asked : learn(asked, known, args.answers);
  return overrideKill.reduce((so, id, i) => override(so, id, because[i] ?? ""), learnt);
};

/** Proposals from files that are named, and from the names of those in the working directory. */
export const gatherProposals = async (io: Io, paths: readonly string[]): Promise<readonly Proposal[]> => {
  const files: readonly Evidence[] = await Promise.all(
    paths.map(async (name) => ({ name, text: await io.files.readText(name) })),
  );
  const useless = files.find((file) => !isEvidence(file));
  if (useless !== undefined)
    throw new Fault("input.unsupported", `${useless.name} is no result of a load test`, {
      help: "name what `senior load URL --output result.json` wrote",
    });
  const names = await io.files.list(io.cwd).catch((): readonly string[] => []);
  return proposalsFrom(names.filter(tellsLanguage), files);
};

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

const recordOf = (decision: Decision, adr: string | undefined, io: Io): FileSet | undefined => {
  const record = adr === undefined ? undefined : decisionRecord(decision, today(io));
  if (adr === undefined || record === undefined) return undefined;
  const { folder, name } = splitPath(adr);
  return fileSet(folder, [{ path: name, text: record }]);
};

/** What the engine needs and nobody was asked for here. */
const missingFindings = (grill: Grill): readonly Finding[] => {
  const missing = missingAnswers(answersOf(grill));
  const numbers = [...new Set(missing.map((key) => answerKinds[key].question))];
  if (missing.length === 0) return [];
  return [
    {
      rule: "grill/answers-missing",
      severity: "warning",
      message: `no decision without ${listed(missing.map((key) => answerKinds[key].flag))}`,
      at: { kind: "project" },
      help: `give what is known with \`senior grill next --answers FILE\`, or ask: \`senior grill next --ask ${numbers.join(",")}\``,
    },
  ];
};

interface Shown {
  readonly path: string;
  readonly grill: Grill;
  readonly registry: Registry;
  readonly proposals?: readonly Proposal[];
  readonly adr?: string | undefined;
  /** Why the last answer was none. */
  readonly again?: Finding;
}

const blocksOf = {
  ask: (turn, { proposals }) => questionBlocks(turn.question, proposals),
  stopped: (turn, { grill, path }) => stopBlocks(turn.stops, grill, path),
  done: (_turn, { grill }) => [heading("All questions are answered"), ...progressBlocks(grill)],
} satisfies { [K in Turn["kind"]]: (turn: Extract<Turn, { kind: K }>, shown: Shown) => readonly Block[] };

const turnBlocks = (turn: Turn, shown: Shown): readonly Block[] =>
  (blocksOf[turn.kind] as (turn: Turn, shown: Shown) => readonly Block[])(turn, shown);

/** The decision, once every question is answered and enough is known. */
const decisionOf = async (turn: Turn, io: Io, { grill, registry }: Shown): Promise<Decision | undefined> => {
  const answers = answersOf(grill);
  if (turn.kind !== "done" || missingAnswers(answers).length > 0) return undefined;
  return decide(answers, await loadProfiles(io, registry.profiles), grill.overrides, stops);
};

const exitOf = (turn: Turn, decision: Decision | undefined, { again }: Shown): Pick<Report, "exit"> => {
  if (again !== undefined) return { exit: 2 };
  const failed = decision !== undefined && decision.outcome !== "recommended";
  return turn.kind === "stopped" || failed ? { exit: 1 } : {};
};

const findingsOf = (turn: Turn, decision: Decision | undefined, { grill, again }: Shown): readonly Finding[] => [
  ...(again === undefined ? [] : [again]),
  ...(turn.kind === "stopped" ? stopFindings(turn.stops) : []),
  ...(turn.kind === "done" ? missingFindings(grill) : []),
  ...(decision === undefined ? [] : decisionFindings(decision)),
];

/** The report of a grill as it stands: the next question, what stops it, or the decision. */
export const turnReport = async (command: string, io: Io, shown: Shown): Promise<Report> => {
  const { path, grill, proposals = [] } = shown;
  const turn = turnOf(grill);
  const decision = await decisionOf(turn, io, shown);
  const files = decision === undefined ? undefined : recordOf(decision, shown.adr, io);
  return {
    command,
    blocks: [
      ...turnBlocks(turn, shown),
      ...(decision === undefined ? [] : decisionBlocks(decision)),
      text(`Kept in ${path}`, "dim"),
    ],
    findings: findingsOf(turn, decision, shown),
    data: { ...turnData(grill, turn, proposals), state: path, decision: asJson(decision ?? null) },
    ...exitOf(turn, decision, shown),
    ...(files === undefined ? {} : { files }),
  };
};
