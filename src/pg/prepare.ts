// Prepares a schema file for loading: statements to run in one transaction, what they need, and what was left out.
import { Fault } from "../kernel/fault.ts";
import type { Finding, Location, Severity } from "../kernel/finding.ts";
import { codeFrame } from "../kernel/frame.ts";
import { listed, plural } from "../kernel/words.ts";
import { codeOnly } from "./lexer.ts";
import { wayForward } from "./migration-part.ts";
import { poison } from "./poison.ts";
import { linesOf } from "./positions.ts";
import type { Removed } from "./psql.ts";
import { stripPsql } from "./psql.ts";
import { roleCreated, rolesNamed } from "./roles.ts";
import { tablespacesNamed } from "./tablespaces.ts";
import type { ParseSql, Statement } from "./tree.ts";
import { listOf, only, stringNode, textOf } from "./tree.ts";

export interface SchemaFile {
  /** As the user named it. */
  readonly path: string;
  readonly text: string;
}

/** A statement to run: its text lies at `start` (UTF-16 index) of its file, character for character. */
export interface PreparedStatement extends Statement {
  readonly file: SchemaFile;
  /** What the parser saw of the file; byte offsets in parse nodes count from its start. */
  readonly parsed: string;
  readonly sql: string;
}

/** An extension that a file creates, and where. */
export interface WantedExtension {
  readonly name: string;
  /** Where the file asks for one. */
  readonly version?: string;
  readonly at: Location;
}

export interface PreparedSchema {
  readonly files: readonly SchemaFile[];
  readonly statements: readonly PreparedStatement[];
  /** Roles that are named and never created, sorted. */
  readonly roles: readonly string[];
  /** Tablespaces that are named, sorted. */
  readonly tablespaces: readonly string[];
  readonly extensions: readonly WantedExtension[];
  /** What was left out, as findings. */
  readonly notes: readonly Finding[];
}

/** Where an index of a file is, as findings and faults name it. */
export const placeIn = (file: SchemaFile, index: number): Extract<Location, { kind: "file" }> => ({
  kind: "file",
  path: file.path,
  ...linesOf(file.text)(index),
});

/** A Fault about a place of a schema file, with the lines around it. */
export const faultIn = (
  code: "input.invalid" | "input.syntax" | "input.refused" | "input.unsupported" | "input.timeout",
  message: string,
  file: SchemaFile,
  index: number,
  help?: string,
): Fault => {
  const at = placeIn(file, index);
  const frame = codeFrame(file.text, at.line ?? 1, at.column ?? 1);
  return new Fault(code, message, { at, frame, ...(help === undefined ? {} : { help }) });
};

/** Statements that cannot run inside a transaction, or end it, and that leave nothing in the schema; and labels. */
const dropped: Readonly<Record<string, string>> = {
  TransactionStmt: "transaction control",
  VacuumStmt: "VACUUM and ANALYZE",
  ReindexStmt: "REINDEX",
  ClusterStmt: "CLUSTER",
  RepackStmt: "REPACK",
  CheckPointStmt: "CHECKPOINT",
  DiscardStmt: "DISCARD",
  AlterDatabaseStmt: "ALTER DATABASE",
  AlterDatabaseSetStmt: "ALTER DATABASE",
  AlterDatabaseRefreshCollStmt: "ALTER DATABASE",
  CopyStmt: "COPY",
  SecLabelStmt: "SECURITY LABEL",
};

const oneTransaction = "a schema is loaded as one transaction";

/** Of those that are left out for another reason. */
const reasons: Readonly<Record<string, string>> = {
  "SECURITY LABEL": "it needs a library of the server's, and labels are not compared",
};

const concurrent = ({ kind, fields }: Statement): boolean =>
  ["IndexStmt", "DropStmt", "AlterTableStmt"].includes(kind) && JSON.stringify(fields).includes('"concurrent":true');

/** `CREATE SCHEMA public`, as pg_dump writes it: every database has that one, and psql goes on where PostgreSQL says so. */
const isThere = ({ kind, fields }: Statement): boolean =>
  kind === "CreateSchemaStmt" &&
  fields["schemaname"] === "public" &&
  fields["if_not_exists"] !== true &&
  listOf(fields["schemaElts"]).length === 0;

/** The same text with the one word CONCURRENTLY blanked out, which cannot run inside a transaction; of a schema that is there, unless it is. */
const runnable = (statement: Statement, text: string): string => {
  const sql = text.slice(statement.start, statement.end);
  if (isThere(statement)) return sql.replace(/\bschema\b/i, "$& IF NOT EXISTS");
  if (!concurrent(statement)) return sql;
  const at = codeOnly(sql).search(/\bconcurrently\b/i);
  return at < 0 ? sql : sql.slice(0, at) + " ".repeat("concurrently".length) + sql.slice(at + "concurrently".length);
};

interface Left {
  readonly what: string;
  readonly index: number;
}

const note = (file: SchemaFile, severity: Severity, message: string, index: number, help?: string): Finding => ({
  rule: "db/left-out",
  severity,
  message,
  at: placeIn(file, index),
  ...(help === undefined ? {} : { help }),
});

const includes = /^\\(i|ir|include|include_relative)$/;

/** psql's lines, each command once; an include that was not followed is worth a warning of its own. */
const psqlNotes = (file: SchemaFile, removed: readonly Removed[]): readonly Finding[] => {
  const commands = removed.filter(({ kind, command }) => kind === "command" && !includes.test(command));
  const [data, firstData] = [
    removed.filter(({ kind }) => kind === "data"),
    removed.find(({ kind }) => kind === "data"),
  ];
  const first = commands[0];
  const names = [...new Set(commands.map(({ command }) => command))].sort();
  return [
    ...(first === undefined
      ? []
      : [
          note(
            file,
            "info",
            `left out ${plural(commands.length, "line")} for psql alone: ${listed(names)}`,
            first.start,
          ),
        ]),
    ...(firstData === undefined
      ? []
      : [note(file, "info", `left out the rows of ${plural(data.length, "COPY statement")}`, firstData.start)]),
    ...removed
      .filter(({ command }) => includes.test(command))
      .map(({ command, start }) =>
        note(
          file,
          "warning",
          `psql's ${command} is not followed`,
          start,
          "name the folder, or the files' contents in one file",
        ),
      ),
  ];
};

const droppedNotes = (file: SchemaFile, left: readonly Left[]): readonly Finding[] =>
  [...Map.groupBy(left, ({ what }) => what)].flatMap(([what, group]) => {
    const index = group[0]?.index ?? 0;
    return [
      note(
        file,
        "info",
        `left out ${what} (${plural(group.length, "statement")}): ${reasons[what] ?? oneTransaction}`,
        index,
      ),
    ];
  });

const parseFile = (file: SchemaFile, text: string, parse: ParseSql): readonly Statement[] => {
  const parsed = parse(text);
  if (parsed.kind === "statements") return parsed.statements;
  throw faultIn("input.syntax", `PostgreSQL cannot parse this: ${parsed.message} (SQLSTATE 42601)`, file, parsed.index);
};

const refusePoison = (file: SchemaFile, statement: Statement): void => {
  const reason = poison(statement);
  if (reason !== undefined) throw faultIn("input.refused", `${reason}; it was not run`, file, statement.start);
};

const extensionOf = (file: SchemaFile, { kind, fields, start }: Statement): readonly WantedExtension[] => {
  const name = kind === "CreateExtensionStmt" ? textOf(fields["extname"]) : undefined;
  if (name === undefined) return [];
  const options = listOf(fields["options"]).map((node) => only(node, "DefElem") ?? {});
  const version = stringNode(options.find(({ defname }) => defname === "new_version")?.["arg"]);
  return [{ name, ...(version === undefined ? {} : { version }), at: placeIn(file, start) }];
};

/** Old dumps create the language that every database has by now; to the parser a language is its extension. */
const isBuiltIn = ({ kind, fields }: Statement): boolean =>
  kind === "CreateExtensionStmt" && textOf(fields["extname"]) === "plpgsql";

const prepareFile = (file: SchemaFile, parse: ParseSql): Omit<PreparedSchema, "files" | "roles" | "tablespaces"> => {
  const { text, removed } = stripPsql(wayForward(file.text));
  const all = parseFile(file, text, parse);
  for (const statement of all) refusePoison(file, statement);
  const isDropped = ({ kind }: Statement): boolean => Object.hasOwn(dropped, kind);
  const left = all.filter(isDropped).map(({ kind, start }) => ({ what: dropped[kind] ?? kind, index: start }));
  const kept = all.filter((statement) => !isDropped(statement) && !isBuiltIn(statement));
  const copies = removed.some(({ kind }) => kind === "data");
  return {
    statements: kept.map((statement) => ({ ...statement, file, parsed: text, sql: runnable(statement, text) })),
    extensions: kept.flatMap((statement) => extensionOf(file, statement)),
    notes: [
      ...psqlNotes(file, removed),
      ...droppedNotes(
        file,
        left.filter(({ what }) => what !== "COPY" || !copies),
      ),
    ],
  };
};

/** Prepares files to be loaded in the order given. Throws a Fault for what cannot be parsed or may not run. */
export const prepareSchema = (files: readonly SchemaFile[], parse: ParseSql): PreparedSchema => {
  const parts = files.map((file) => prepareFile(file, parse));
  const statements = parts.flatMap((part) => part.statements);
  const created = new Set(statements.flatMap((statement) => roleCreated(statement) ?? []));
  const named = new Set(statements.flatMap(rolesNamed));
  return {
    files,
    statements,
    roles: [...named].filter((name) => !created.has(name)).sort(),
    tablespaces: [...new Set(statements.flatMap(tablespacesNamed))].sort(),
    extensions: parts.flatMap((part) => part.extensions),
    notes: parts.flatMap((part) => part.notes),
  };
};
