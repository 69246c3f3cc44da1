// The state that migrations stand on, from schema files: prepared, and run in a database that really commits.
import type { Disposable } from "../../io/embedded/disposable.ts";
import type { Needs } from "../../io/embedded/shadow.ts";
import type { Io } from "../../io/io.ts";
import type { Chain, Way } from "../../pg/migrations/model.ts";
import type { PreparedSchema } from "../../pg/prepare.ts";
import { faultIn, prepareSchema } from "../../pg/prepare.ts";
import { roleCreated } from "../../pg/roles.ts";
import type { ParseSql } from "../../pg/tree.ts";
import { errorText, supply } from "../../pg/trial.ts";
import { text } from "../flags.ts";
import { joinedNeeds } from "./side.ts";
import { readSchemaFiles } from "../sources.ts";

export const schemaFlag = text("The schema before the migrations: a file, or a folder of them", {
  value: "SCHEMA.sql",
  scope: "user",
});

export const schemaBefore = async (
  io: Io,
  path: string | undefined,
  parse: ParseSql,
): Promise<PreparedSchema | undefined> =>
  path === undefined ? undefined : prepareSchema(await readSchemaFiles(io, path), parse);

/** Throws a Fault that names file and line where PostgreSQL refuses a statement. */
export const runSchema = async (database: Disposable, { statements }: PreparedSchema): Promise<void> => {
  for (let from = 0; from < statements.length;) {
    const { done, error } = await database.run(statements.slice(from).map(({ sql }) => sql));
    if (error === undefined) return;
    from += done;
    const statement = statements[from];
    if (statement === undefined || (await supply(database, error))) continue;
    const message = `PostgreSQL refused this statement: ${errorText(error)}`;
    throw faultIn("input.invalid", message, statement.file, statement.start);
  }
};

/** What chain and schema need together; a role that the schema makes itself is not made before. */
export const needsWith = (needs: Needs, schema: PreparedSchema | undefined): Needs => {
  const created = new Set((schema?.statements ?? []).flatMap((statement) => roleCreated(statement) ?? []));
  const ofSchema = { ...schema, extensions: (schema?.extensions ?? []).map(({ name }) => name) };
  const { roles, ...rest } = joinedNeeds(needs, ofSchema);
  return { ...rest, roles: roles.filter((name) => !created.has(name)) };
};

/** Roles that migrations and schema make themselves. */
export const rolesMade = ({ migrations }: Chain, schema: PreparedSchema | undefined): readonly string[] => {
  const own = migrations.flatMap(({ up, down }) => [up, down].flatMap((way: Way | undefined) => way?.statements ?? []));
  return [...new Set([...own, ...(schema?.statements ?? [])].flatMap((statement) => roleCreated(statement) ?? []))];
};
