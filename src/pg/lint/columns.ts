// Columns that a statement defines, in CREATE TABLE, ADD COLUMN and ALTER COLUMN … TYPE, with the place of their type in the file.
import { byteIndexes } from "../positions.ts";
import type { Fields } from "../tree.ts";
import { fieldsOf, listOf, nameParts, only, textOf } from "../tree.ts";
import { commandsOf, hasBeside, writtenName } from "./commands.ts";
import type { LintSubject, Measured } from "./model.ts";
import { statementsIn } from "./rule.ts";

export interface DefinedColumn {
  readonly on: Measured;
  readonly table: string;
  readonly name: string;
  /** Without `pg_catalog`: `int4`, `timestamp`, `serial`. */
  readonly type: string;
  readonly fields: Fields;
  /** Alone in the table's primary key. */
  readonly isKey: boolean;
  /** UTF-16 index of the type in the file. */
  readonly index: number;
}

const primaryKeyOf = (elements: readonly unknown[]): readonly string[] =>
  elements.flatMap((node) => {
    const constraint = only(node, "Constraint");
    return constraint?.["contype"] === "CONSTR_PRIMARY" ? nameParts(constraint["keys"]) : [];
  });

const definedBy = (
  on: Measured,
): readonly { readonly fields: Fields; readonly table: string; readonly key: readonly string[] }[] => {
  const { kind, fields } = on.statement;
  const table = writtenName(fields["relation"]).name;
  if (kind === "CreateStmt") {
    const elements = listOf(fields["tableElts"]);
    const key = primaryKeyOf(elements);
    return elements.flatMap((node) => {
      const column = only(node, "ColumnDef");
      return column === undefined ? [] : [{ fields: column, table, key }];
    });
  }
  return commandsOf(on.statement).flatMap(({ kind: command, column, name }) => {
    if (column === undefined || (command !== "AddColumn" && command !== "AlterColumnType")) return [];
    return [{ fields: command === "AddColumn" ? column : { ...column, colname: name }, table, key: [] }];
  });
};

export const columnsIn = (subject: LintSubject): readonly DefinedColumn[] =>
  statementsIn(subject).flatMap((on) => {
    const indexOf = byteIndexes(on.migration.up.text);
    return definedBy(on).map(({ fields, table, key }): DefinedColumn => {
      const typeName = only({ TypeName: fields["typeName"] }, "TypeName") ?? fieldsOf(fields["typeName"]);
      const names = nameParts(typeName["names"]);
      const name = textOf(fields["colname"]) ?? "";
      const at = typeName["location"];
      return {
        on,
        table,
        name,
        type: names.at(-1) ?? "",
        fields,
        isKey: hasBeside(fields, "CONSTR_PRIMARY") || (key.length === 1 && key[0] === name),
        index: typeof at === "number" && at > 0 ? indexOf(at) : on.statement.start,
      };
    });
  });
