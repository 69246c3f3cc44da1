// What an older server does not keep is not asked of it: else a comparison would find the same difference for ever.
import type { Catalog } from "../catalog.ts";
import { omit } from "./omit.ts";

/** NOT NULL is a constraint with a name, and a scope, since PostgreSQL 18. */
export const asKeptBy = (catalog: Catalog, version: number): Catalog =>
  version >= 180000
    ? catalog
    : {
        ...catalog,
        tables: catalog.tables.map((table) => ({
          ...table,
          columns: table.columns.map((column) => (column.notNull === undefined ? column : omit(column, "notNull"))),
        })),
      };
