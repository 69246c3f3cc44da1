// ALTER TABLE as the parser gives it: its table and its commands, with what each one adds or changes.
import type { Fields, Statement } from "../tree.ts";
import { fieldsOf, listOf, only, textOf } from "../tree.ts";

export interface TableCommand {
  /** The parser's name without its prefix: `AddColumn`, `SetNotNull`. */
  readonly kind: string;
  /** The column or constraint that is named. */
  readonly name: string | undefined;
  readonly fields: Fields;
  /** Of AddColumn and AlterColumnType. */
  readonly column: Fields | undefined;
  /** Of AddConstraint. */
  readonly constraint: Fields | undefined;
}

/** The relation as the statement writes it. */
export interface WrittenName {
  readonly schema: string | undefined;
  readonly name: string;
}

export const writtenName = (node: unknown): WrittenName => {
  const fields = only(node, "RangeVar") ?? fieldsOf(node);
  return { schema: textOf(fields["schemaname"]), name: textOf(fields["relname"]) ?? "" };
};

export const commandsOf = ({ kind, fields }: Statement): readonly TableCommand[] => {
  if (kind !== "AlterTableStmt") return [];
  return listOf(fields["cmds"]).flatMap((node): readonly TableCommand[] => {
    const command = only(node, "AlterTableCmd");
    if (command === undefined) return [];
    return [
      {
        kind: (textOf(command["subtype"]) ?? "").replace(/^AT_/, ""),
        name: textOf(command["name"]),
        fields: command,
        column: only(command["def"], "ColumnDef"),
        constraint: only(command["def"], "Constraint"),
      },
    ];
  });
};

export const has = (statement: Statement, ...kinds: readonly string[]): boolean =>
  commandsOf(statement).some(({ kind }) => kinds.includes(kind));

/** Constraints that stand beside a column, by kind: `CONSTR_NOTNULL`, `CONSTR_DEFAULT`. */
export const besideColumn = (column: Fields | undefined): readonly Fields[] =>
  listOf(column?.["constraints"]).flatMap((node) => {
    const constraint = only(node, "Constraint");
    return constraint === undefined ? [] : [constraint];
  });

export const hasBeside = (column: Fields | undefined, ...kinds: readonly string[]): boolean =>
  besideColumn(column).some(({ contype }) => kinds.includes(textOf(contype) ?? ""));

export const addedConstraint = (statement: Statement, ...kinds: readonly string[]): Fields | undefined =>
  commandsOf(statement)
    .map(({ constraint }) => constraint)
    .find((constraint) => constraint !== undefined && kinds.includes(textOf(constraint["contype"]) ?? ""));
