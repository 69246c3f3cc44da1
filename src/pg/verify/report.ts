// The report of a verification: how many migrations go forth, back and forth again, and which do not.
import type { Finding } from "../../kernel/finding.ts";
import { sortFindings } from "../../kernel/finding.ts";
import type { Json } from "../../kernel/json.ts";
import type { Block, Check, Report } from "../../kernel/report.ts";
import { text } from "../../kernel/report.ts";
import { listed, plural } from "../../kernel/words.ts";
import { errorText } from "../trial.ts";
import type { Chain } from "../migrations/model.ts";
import { verifyFindings } from "./findings.ts";
import type { Step, Unwind, Verified } from "./model.ts";
import { differenceText } from "./state.ts";
import { wayBack } from "./verify.ts";

const troubles = (step: Step): readonly string[] => [
  ...(step.up === undefined ? [] : [`up: ${errorText(step.up.error)}`]),
  ...(step.down === undefined ? [] : [`down: ${errorText(step.down.error)}`]),
  ...step.unrestored.slice(0, 3).map(differenceText),
  ...(step.again === undefined ? [] : [`up again: ${errorText(step.again.error)}`]),
  ...step.againDiffers.slice(0, 3).map(differenceText),
];

const checkOf = (step: Step): Check => {
  const found = troubles(step);
  const { migration } = step;
  const name = migration.up.file.path;
  if (found.length > 0) return { name, verdict: "failed", text: found.join("; ") };
  return wayBack(migration) === undefined
    ? { name, verdict: "passed", text: "forth" }
    : { name, verdict: "passed", text: "forth, back, forth again" };
};

const count = (steps: readonly Step[], is: (step: Step) => boolean): number => steps.filter(is).length;

const unwindText = ({ steps, endedAt, again }: Unwind): string => {
  const refused = steps.filter(({ trouble }) => trouble !== undefined).length;
  const end = endedAt === undefined ? "" : `, up to ${endedAt.version}, which has no way back`;
  const after =
    again === undefined
      ? ""
      : again.trouble === undefined && again.differs.length === 0
        ? "; then all forth again, to the same catalog"
        : "";
  return `All back in one go: ${plural(steps.length - refused, "way")} back of ${steps.length} ${refused === 0 ? "run" : `run, ${refused} are refused`}${end}${after}.`;
};

const lines = (chain: Chain, { steps, unwind }: Verified): readonly string[] => {
  const backs = steps.filter(({ migration, up }) => wayBack(migration) !== undefined && up === undefined);
  const restored = count(backs, ({ down, unrestored }) => down === undefined && unrestored.length === 0);
  const filled = count(steps, (step) => step.filled > 0);
  return [
    `${plural(steps.length, "migration")} of ${chain.tool} in an embedded PostgreSQL: ${steps.length - count(steps, ({ up }) => up !== undefined)} go forth.`,
    backs.length === 0
      ? `No migration has a way back${chain.tool === "prisma" || chain.tool === "drizzle" ? `: ${chain.tool} writes none` : ""}.`
      : `${restored} of ${plural(backs.length, "way")} back restore the catalog, each tried right after its own way forth${filled === 0 ? "" : `; rows stood in the tables at ${filled} of ${steps.length} steps`}.`,
    ...(unwind === undefined ? [] : [unwindText(unwind)]),
  ];
};

export interface VerifyView {
  readonly chain: Chain;
  readonly verified: Verified;
  readonly notes: readonly Finding[];
  readonly source: string;
}

const stepData = (step: Step): Json => ({
  version: step.migration.version,
  up: step.migration.up.file.path,
  down: step.migration.down?.file.path ?? null,
  tablesWithRows: step.filled,
  troubles: [...troubles(step)],
  lost: [...step.lost],
});

const listBlock = (steps: readonly Step[]): readonly Block[] => {
  const failed = steps.filter((step) => troubles(step).length > 0).map(({ migration }) => migration.version);
  return failed.length === 0 ? [] : [text(`Not right: ${listed(failed)}.`)];
};

export const verifyReport = ({ chain, verified, notes, source }: VerifyView): Report => ({
  command: "db verify",
  title: source,
  blocks: [...lines(chain, verified).map((line) => text(line)), ...listBlock(verified.steps)],
  checks: verified.steps.map(checkOf),
  findings: sortFindings([...notes, ...verifyFindings(verified)]),
  data: {
    source,
    tool: chain.tool,
    migrations: verified.steps.map(stepData),
    unwind:
      verified.unwind === undefined
        ? null
        : {
            steps: verified.unwind.steps.map(({ migration, trouble, afterTrouble }) => ({
              version: migration.version,
              refused: trouble === undefined ? null : errorText(trouble.error),
              afterTrouble,
            })),
            endedAt: verified.unwind.endedAt?.version ?? null,
          },
  },
});
