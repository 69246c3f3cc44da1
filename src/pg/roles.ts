// The roles that a statement names: a schema file may grant to roles that only production has.
import type { Statement } from "./tree.ts";
import { listOf, only, textOf, walk } from "./tree.ts";

const reserved = (name: string): boolean => name === "postgres" || name === "public" || name.startsWith("pg_");

/** `SET ROLE x` and `SET SESSION AUTHORIZATION x` name their role as a plain value. */
const setRole = ({ kind, fields }: Statement): readonly string[] => {
  if (kind !== "VariableSetStmt" || !["role", "session_authorization"].includes(String(fields["name"]))) return [];
  return listOf(fields["args"]).flatMap((arg) => {
    const value = only(arg, "A_Const")?.["sval"];
    const name = typeof value === "object" && value !== null && "sval" in value ? textOf(value.sval) : undefined;
    return name === undefined || name === "none" || name === "default" ? [] : [name];
  });
};

/** `GRANT role TO role` names the granted role as if it were a privilege. */
const grantedRoles = ({ kind, fields }: Statement): readonly string[] =>
  kind === "GrantRoleStmt"
    ? listOf(fields["granted_roles"]).flatMap((node) => textOf(only(node, "AccessPriv")?.["priv_name"]) ?? [])
    : [];

export const rolesNamed = (statement: Statement): readonly string[] => {
  const names = new Set([...setRole(statement), ...grantedRoles(statement)]);
  walk(statement.fields, (fields) => {
    if (fields["roletype"] !== "ROLESPEC_CSTRING") return;
    const name = textOf(fields["rolename"]);
    if (name !== undefined) names.add(name);
  });
  // `DROP ROLE x` of a role that nobody made is an error of the file's own.
  return statement.kind === "DropRoleStmt" ? [] : [...names].filter((name) => !reserved(name));
};

/** The role that a statement creates. */
export const roleCreated = ({ kind, fields }: Statement): string | undefined =>
  kind === "CreateRoleStmt" ? textOf(fields["role"]) : undefined;
