// What is known of single columns: expressions by `schema.table.column`, from --using and --fill, or found on the stage.
import type { ObjectName } from "../catalog/object.ts";

export type Told = ReadonlyMap<string, string>;

export const toldKey = (table: ObjectName, column: string): string => `${table.schema}.${table.name}.${column}`;

export const toldFor = (told: Told, table: ObjectName, column: string): string | undefined =>
  told.get(toldKey(table, column));
