// A lint rule, and what the rules share: where a finding is, what was measured there, which statement is to blame for which work.
import type { Evidence, Finding, Location, Severity } from "../../kernel/finding.ts";
import { sortFindings } from "../../kernel/finding.ts";
import type { ObjectName } from "../catalog/object.ts";
import { placeIn } from "../prepare.ts";
import { addedConstraint, commandsOf, has, hasBeside } from "./commands.ts";
import { costText, secondsFor, severityOf } from "./cost.ts";
import type { WrittenName } from "./commands.ts";
import type { LintSubject, Lock, Measured, Relation, Work } from "./model.ts";
import { blocksReads, blocksWrites, lockOn, modeText, stronger } from "./model.ts";

export type LintFound = Omit<Finding, "rule" | "severity" | "at"> & {
  readonly on: Measured;
  /** UTF-16 index in the file; where the statement begins when it is left out. */
  readonly index?: number;
  readonly severity?: Severity;
};

export interface LintRule {
  readonly id: `lint/${string}`;
  readonly severity: Severity;
  /** One sentence: what the rule looks for. */
  readonly about: string;
  readonly help: string;
  check(subject: LintSubject): Iterable<LintFound>;
}

/** A finding with the statement that it is about, which suppressions go by. */
export interface LintFinding {
  readonly finding: Finding;
  readonly on: Measured;
}

const toFinding = (rule: LintRule, { on, index, severity, ...rest }: LintFound): LintFinding => {
  const at: Location = placeIn(on.file, index ?? on.statement.start);
  return { finding: { help: rule.help, ...rest, rule: rule.id, severity: severity ?? rule.severity, at }, on };
};

export const runLint = (rules: readonly LintRule[], subject: LintSubject): readonly LintFinding[] => {
  const all = rules.flatMap((rule) => [...rule.check(subject)].map((found) => toFinding(rule, found)));
  const order = new Map(sortFindings(all.map(({ finding }) => finding)).map((finding, at) => [finding, at]));
  return all.toSorted((a, b) => (order.get(a.finding) ?? 0) - (order.get(b.finding) ?? 0));
};

export const statementsIn = (subject: LintSubject): readonly Measured[] => subject.migrations.flat();

/** `public.orders`, plainly. */
export const nameOf = ({ schema, name }: ObjectName): string => `${schema}.${name}`;

/** Which rule a piece of work under a lock belongs to. */
export type Cause =
  | "volatile-default"
  | "type-change-rewrites"
  | "table-rewrite"
  | "index-blocks-writes"
  | "constraint-builds-index"
  | "rebuild-blocks"
  | "foreign-key-scans"
  | "check-scans"
  | "set-not-null-scans"
  | "required-column"
  | "scan-blocks"
  | "work-under-lock";

const causes: Readonly<Record<Work["kind"], (on: Measured, work: Work) => Cause>> = {
  rewrite: ({ statement }) =>
    has(statement, "AlterColumnType")
      ? "type-change-rewrites"
      : has(statement, "AddColumn")
        ? "volatile-default"
        : "table-rewrite",
  build: ({ statement }) =>
    statement.kind === "IndexStmt"
      ? "index-blocks-writes"
      : has(statement, "AlterColumnType")
        ? "type-change-rewrites"
        : statement.kind === "AlterTableStmt"
          ? "constraint-builds-index"
          : "rebuild-blocks",
  scan: ({ statement }) => {
    if (has(statement, "ValidateConstraint")) return "work-under-lock";
    if (addedConstraint(statement, "CONSTR_FOREIGN") !== undefined) return "foreign-key-scans";
    if (addedConstraint(statement, "CONSTR_CHECK") !== undefined) return "check-scans";
    if (addedConstraint(statement, "CONSTR_PRIMARY", "CONSTR_UNIQUE") !== undefined) return "constraint-builds-index";
    const isRequired = commandsOf(statement).some(
      ({ kind, column }) => kind === "AddColumn" && hasBeside(column, "CONSTR_NOTNULL", "CONSTR_PRIMARY"),
    );
    if (isRequired) return "required-column";
    return has(statement, "SetNotNull") || addedConstraint(statement, "CONSTR_NOTNULL") !== undefined
      ? "set-not-null-scans"
      : "scan-blocks";
  },
};

/** Work that holds up queries, with its cause. */
export const blockingWorks = (
  subject: LintSubject,
  cause: Cause,
): readonly { readonly on: Measured; readonly work: Work }[] =>
  statementsIn(subject).flatMap((on) =>
    on.works.flatMap((work) => {
      const mode = lockOn(on.held, work.table);
      return mode !== undefined && blocksWrites(mode) && causes[work.kind](on, work) === cause ? [{ on, work }] : [];
    }),
  );

const doing: Readonly<Record<Work["kind"], (work: Work) => string>> = {
  rewrite: () => "all of its rows are written anew",
  scan: ({ constraint }) =>
    constraint === undefined ? "it is read through" : `it is read through to check ${constraint}`,
  build: ({ index = "" }) => `index ${index} is built`,
};

/** What the server showed: the lock, what goes on under it, who waits, and how long that is. */
export const workFound = (subject: LintSubject, on: Measured, work: Work) => {
  const mode = lockOn(on.held, work.table) ?? "AccessExclusive";
  const waiting = blocksReads(mode) ? "readers and writers wait" : "writers wait";
  const cost = costText(subject, work);
  const seconds = secondsFor(subject, work);
  const message = `${modeText(mode)} on ${nameOf(work.table)} is held while ${doing[work.kind](work)}: ${waiting}${
    cost === "" ? "" : ` (${cost})`
  }`;
  return { on, message, severity: severityOf(seconds), evidence: evidenceOf(subject, on, seconds) };
};

/** The relation that the statement names, among those that it locks: by its name, which an earlier statement may have changed. */
export const targetOf = (on: Measured, { schema, name }: WrittenName): Relation | undefined => {
  const named = on.held.filter((lock) => lock.on.name === name && (schema === undefined || lock.on.schema === schema));
  const found = named.length > 0 ? named : on.locks.length === 1 ? on.locks : [];
  return on.isFresh({ schema: schema ?? "public", name }) ? undefined : found[0]?.on;
};

/** One lock for each relation: the strongest. */
export const strongestLocks = (locks: readonly Lock[]): readonly string[] => {
  const names = [...new Set(locks.map((lock) => nameOf(lock.on)))].sort();
  return names.map((name) => {
    const modes = locks.filter((lock) => nameOf(lock.on) === name).map(({ mode }) => mode);
    return `${modeText(modes.reduce(stronger))} on ${name}`;
  });
};

/** Locks and work as the server had them. */
export const evidenceOf = (subject: LintSubject, on: Measured, seconds?: number): Evidence => {
  const locks = strongestLocks(on.held);
  const source = on.stated ? "as the manual says" : "read from pg_locks of the embedded PostgreSQL";
  const sizes = subject.sizesFrom === undefined || seconds === undefined ? "" : `; sizes of ${subject.sizesFrom}`;
  return {
    note: `${locks.length === 0 ? "no lock" : locks.join(", ")}, ${source}${sizes}`,
    data: {
      locks: on.held.map((lock) => ({ table: nameOf(lock.on), mode: modeText(lock.mode) })),
      works: on.works.map((work) => ({
        kind: work.kind,
        table: nameOf(work.table),
        ...(work.index === undefined ? {} : { index: work.index }),
        ...(work.constraint === undefined ? {} : { constraint: work.constraint }),
      })),
      ...(seconds === undefined ? {} : { estimateMs: Math.round(seconds * 1000) }),
    },
  };
};
