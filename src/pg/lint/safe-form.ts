// A safe form as a fix: an edit of the file where its runner can run it, else SQL for a migration of its own.
import type { Fix } from "../../kernel/finding.ts";
import type { Tool } from "../migrations/model.ts";
import type { LintSubject, Measured } from "./model.ts";
import { isOneMessage } from "../apply.ts";

const isSetting = ({ statement }: Measured): boolean => statement.kind === "VariableSetStmt";

const isAlone = (subject: LintSubject, on: Measured): boolean =>
  (subject.migrations.find((one) => one.includes(on)) ?? []).every((other) => other === on || isSetting(other));

const edit = (on: Measured, text: string, start = on.statement.start): Fix => ({
  kind: "edit",
  path: on.file.path,
  start,
  end: on.statement.end,
  text,
});

/** What makes each tool leave the transaction out, as an edit of the line before; undefined where a file of settings says it. */
const turnOff: Partial<Record<Tool, { readonly mark: RegExp; readonly text: (mark: string) => string }>> = {
  dbmate: { mark: /--[ \t]*migrate:up\b/i, text: (mark) => `${mark} transaction:false` },
  goose: { mark: /--[ \t]*\+goose[ \t]+up\b/i, text: (mark) => `-- +goose NO TRANSACTION\n${mark}` },
  "sql-migrate": { mark: /--[ \t]*\+migrate[ \t]+up\b/i, text: (mark) => `${mark} notransaction` },
};

const switched = (tool: Tool, on: Measured, text: string): Fix | undefined => {
  const off = turnOff[tool];
  const match = off?.mark.exec(on.file.text);
  if (off === undefined || match === undefined || match === null || match.index > on.statement.start) return undefined;
  const between = on.file.text.slice(match.index + match[0].length, on.statement.start);
  return edit(on, `${off.text(match[0])}${between}${text}`, match.index);
};

/** Statements that each must be committed before the next; those that cannot run in a transaction say so. */
export interface SafeStep {
  readonly sql: string;
  readonly alone?: true;
}

const inBlocks = (steps: readonly SafeStep[]): string =>
  steps.map(({ sql, alone }) => (alone === true ? sql : `BEGIN;\n${sql};\nCOMMIT`)).join(";\n");

/** The steps in place of the statement. */
export const safeForm = (subject: LintSubject, on: Measured, steps: readonly SafeStep[]): Fix => {
  const { tool } = subject;
  const joined = steps.map(({ sql }) => sql).join(";\n");
  const asSql: Fix = { kind: "sql", up: `${joined};`, transactional: false };
  const { wrapping } = on.migration.up;
  if (on.explicit) return asSql;
  if (tool === "plain") return edit(on, steps.length === 1 ? joined : inBlocks(steps));
  if (isOneMessage(tool) && steps.length > 1) return asSql;
  if (wrapping === "none") return !isOneMessage(tool) || isAlone(subject, on) ? edit(on, joined) : asSql;
  if (!isAlone(subject, on)) return asSql;
  if (wrapping === "file" && (subject.migrations.find((one) => one.includes(on)) ?? []).length === 1)
    return edit(on, joined);
  return switched(tool, on, joined) ?? asSql;
};
