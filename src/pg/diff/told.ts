// What people say of single columns: expressions by `schema.table.column`, from --using and --fill.
import type { ObjectName } from "../catalog/object.ts";

export type Told = ReadonlyMap<string, string>;

export const toldFor = (told: Told, table: ObjectName, column: string): string | undefined =>
  told.get(`${table.schema}.${table.name}.${column}`);
