// Locks of statements that run outside of transactions, as PostgreSQL's manual states them: they leave none behind to be read.
import type { Statement } from "../tree.ts";
import { fieldsOf, listOf, nameParts, only, textOf } from "../tree.ts";
import type { Traced } from "../trial.ts";
import type { Entry } from "./effects.ts";
import type { Lock, LockMode } from "./model.ts";

interface Named {
  readonly schema: string | undefined;
  readonly name: string;
}

const rangeVar = (node: unknown): readonly Named[] => {
  const fields = only(node, "RangeVar") ?? fieldsOf(node);
  const name = textOf(fields["relname"]);
  return name === undefined ? [] : [{ schema: textOf(fields["schemaname"]), name }];
};

const listed = (node: unknown): readonly Named[] => {
  const parts = nameParts(only(node, "List")?.["items"]);
  const name = parts.at(-1);
  return name === undefined ? [] : [{ schema: parts.at(-2), name }];
};

const targetsOf = ({ kind, fields }: Statement): readonly Named[] => {
  if (kind === "DropStmt") return listOf(fields["objects"]).flatMap(listed);
  if (kind === "VacuumStmt")
    return listOf(fields["rels"]).flatMap((node) => rangeVar(only(node, "VacuumRelation")?.["relation"]));
  return rangeVar(fields["relation"]);
};

/** `VACUUM FULL`, and not `VACUUM (FULL false)`. */
const full = ({ fields }: Statement): boolean =>
  listOf(fields["options"]).some((node) => {
    const option = only(node, "DefElem");
    const isOff = /"(false|off|0)"|"Integer":\{\}/.test(JSON.stringify(option?.["arg"] ?? ""));
    return textOf(option?.["defname"]) === "full" && !isOff;
  });

const modeFor = (statement: Statement): LockMode =>
  statement.kind === "VacuumStmt" && full(statement)
    ? "AccessExclusive"
    : statement.kind === "ClusterStmt"
      ? "AccessExclusive"
      : "ShareUpdateExclusive";

/** The tables that a statement names, or whose indexes it names. */
export const statedLocks = (statement: Statement, { error }: Traced, known: readonly Entry[]): readonly Lock[] => {
  if (error !== undefined && error.sqlstate !== "25001") return [];
  const mode = modeFor(statement);
  return targetsOf(statement).flatMap(({ schema, name }) => {
    const entry = known.find((one) => one.name === name && (schema === undefined || one.schema === schema));
    const table = entry?.of === null || entry === undefined ? entry : known.find(({ oid }) => oid === entry.of);
    return table === undefined ? [] : [{ on: { schema: table.schema, name: table.name, kind: table.kind }, mode }];
  });
};
