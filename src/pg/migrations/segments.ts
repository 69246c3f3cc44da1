// The parts of a way that each run as one: in a transaction, or as one statement outside of any.
import type { Fields, Statement } from "../tree.ts";
import { listOf, only, textOf } from "../tree.ts";
import type { Way } from "./model.ts";

export interface MigrationSegment {
  readonly kind: "transaction" | "alone";
  readonly statements: readonly Statement[];
  /** The BEGIN of the file, where it asks for more than a plain one. */
  readonly begin?: Statement;
}

const hasOption = (options: unknown, name: string): boolean =>
  listOf(options).some((node) => textOf(only(node, "DefElem")?.["defname"]) === name);

const detaches = (fields: Fields): boolean => JSON.stringify(fields["cmds"] ?? []).includes('"concurrent":true');

const always = (): boolean => true;

/** Kinds of statement that PostgreSQL refuses inside a transaction block, and when. */
const outside: Readonly<Record<string, (fields: Fields) => boolean>> = {
  IndexStmt: ({ concurrent }) => concurrent === true,
  DropStmt: ({ concurrent }) => concurrent === true,
  ReindexStmt: ({ kind, params }) =>
    hasOption(params, "concurrently") ||
    ["REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_SYSTEM", "REINDEX_OBJECT_DATABASE"].includes(textOf(kind) ?? ""),
  AlterTableStmt: detaches,
  VacuumStmt: ({ is_vacuumcmd: vacuum }) => vacuum === true,
  ClusterStmt: ({ relation }) => relation === undefined,
  CreatedbStmt: always,
  DropdbStmt: always,
  CreateTableSpaceStmt: always,
  DropTableSpaceStmt: always,
  AlterSystemStmt: always,
  CreateSubscriptionStmt: always,
  DropSubscriptionStmt: always,
};

/** True for a statement that cannot run inside a transaction. */
export const isOutside = ({ kind, fields }: Statement): boolean =>
  Object.hasOwn(outside, kind) && outside[kind]?.(fields) === true;

/** A procedure may commit by itself, but only where no transaction is open around it. */
const mayCommit = ({ kind }: Statement): boolean => kind === "CallStmt" || kind === "DoStmt";

export type TransactionWord = "begin" | "end" | "undo";

const words: Readonly<Record<string, TransactionWord>> = {
  TRANS_STMT_BEGIN: "begin",
  TRANS_STMT_START: "begin",
  TRANS_STMT_COMMIT: "end",
  TRANS_STMT_ROLLBACK: "undo",
  TRANS_STMT_PREPARE: "undo",
};

/** What a statement does to the transaction around it; savepoints do nothing to it. */
export const transactionWord = ({ kind, fields }: Statement): TransactionWord | undefined =>
  kind === "TransactionStmt" ? words[textOf(fields["kind"]) ?? ""] : undefined;

/** The value that a statement adds to an enum: it can be used only once the transaction has ended. */
const addedValue = ({ kind, fields }: Statement): string | undefined =>
  kind === "AlterEnumStmt" && fields["oldVal"] === undefined ? textOf(fields["newVal"]) : undefined;

const uses = (text: string, { start, end }: Statement, value: string): boolean =>
  text.slice(start, end).includes(`'${value.replaceAll("'", "''")}'`);

/** Settings for the whole session: what runs after an interruption needs them again. */
export const isSetting = ({ kind, fields }: Statement): boolean =>
  kind === "VariableSetStmt" && fields["is_local"] !== true;

/** Splits before the first statement that uses an enum value which the same transaction adds. */
const atNewValues = (text: string, statements: readonly Statement[]): readonly (readonly Statement[])[] => {
  const parts: Statement[][] = [[]];
  let added: string[] = [];
  for (const statement of statements) {
    if (added.some((value) => uses(text, statement, value))) {
      parts.push([]);
      added = [];
    }
    parts.at(-1)?.push(statement);
    const value = addedValue(statement);
    if (value !== undefined) added.push(value);
  }
  return parts.filter((part) => part.length > 0);
};

/** Segments in order. BEGIN and COMMIT of the file are obeyed and left out. */
export const segmentsOf = ({ text, statements, wrapping }: Way): readonly MigrationSegment[] => {
  const segments: MigrationSegment[] = [];
  let open: Statement[] = [];
  let begin: Statement | undefined;
  const close = (): void => {
    for (const [at, part] of atNewValues(text, open).entries())
      segments.push({
        kind: "transaction",
        statements: part,
        ...(begin === undefined || at > 0 ? {} : { begin }),
      });
    [open, begin] = [[], undefined];
  };
  let explicit = false;
  for (const statement of statements) {
    const word = transactionWord(statement);
    if (word !== undefined) {
      close();
      explicit = word === "begin";
      if (word === "begin" && listOf(statement.fields["options"]).length > 0) begin = statement;
    } else if (isOutside(statement) || (wrapping === "none" && !explicit && mayCommit(statement))) {
      close();
      segments.push({ kind: "alone", statements: [statement] });
    } else {
      open.push(statement);
      // Settings stay with what follows them: they are nothing by themselves.
      if (wrapping === "none" && !explicit && !isSetting(statement)) close();
    }
  }
  close();
  return segments;
};
