// Statements that a schema file may not run, not even in a throw-away server: they reach outside it or break it.
import type { Fields, Statement } from "./tree.ts";
import { listOf, nameParts, textOf, walk } from "./tree.ts";

type Judge = (fields: Fields) => string | undefined;

const always =
  (words: string): Judge =>
  () =>
    words;

const copy: Judge = ({ is_program: program, filename, is_from: from }) => {
  const direction = from === true ? "FROM" : "TO";
  if (program === true) return `COPY ${direction} PROGRAM runs a command of the operating system`;
  return textOf(filename) === undefined ? undefined : `COPY ${direction} a file reaches outside the schema`;
};

/** Statement kind → what is wrong with it. */
const byKind: Readonly<Record<string, Judge>> = {
  CopyStmt: copy,
  CreateSubscriptionStmt: always("CREATE SUBSCRIPTION connects to another server"),
  AlterSubscriptionStmt: always("ALTER SUBSCRIPTION connects to another server"),
  DropSubscriptionStmt: always("DROP SUBSCRIPTION connects to another server"),
  LoadStmt: always("LOAD loads a library into the server"),
  AlterSystemStmt: always("ALTER SYSTEM changes the server's configuration"),
  CreatedbStmt: always("CREATE DATABASE is no part of a schema"),
  DropdbStmt: always("DROP DATABASE is no part of a schema"),
  CreateTableSpaceStmt: always("CREATE TABLESPACE needs a folder of the server"),
  DropTableSpaceStmt: always("DROP TABLESPACE changes the server's storage"),
  AlterTableSpaceOptionsStmt: always("ALTER TABLESPACE changes the server's storage"),
};

const reachesOut = /^(dblink|lo_import|lo_export|pg_read_file|pg_read_binary_file|pg_ls_|pg_reload_conf|pg_terminate_)/;

/** A function called by name that leaves the database. Bodies of functions are text, and run only when called. */
const callOut = (statement: Statement): string | undefined => {
  let found: string | undefined;
  walk(statement.fields, (fields) => {
    const name = listOf(fields["funcname"]).length === 0 ? undefined : nameParts(fields["funcname"]).at(-1);
    if (name !== undefined && reachesOut.test(name)) found ??= `${name}() reaches outside the database`;
  });
  return found;
};

/** Why a statement is refused, or undefined when it may run. */
export const poison = (statement: Statement): string | undefined =>
  (Object.hasOwn(byKind, statement.kind) ? byKind[statement.kind]?.(statement.fields) : undefined) ??
  callOut(statement);
