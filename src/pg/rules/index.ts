// Every rule on a catalog, one line each.
import type { Rule } from "../../kernel/rule.ts";
import type { CatalogReading } from "../catalog.ts";
import { duplicateIndex } from "./duplicate-index.ts";
import { foreignKeyWithoutIndex } from "./foreign-key-without-index.ts";
import { tableWithoutPrimaryKey } from "./table-without-primary-key.ts";

export const catalogRules: readonly Rule<CatalogReading>[] = [
  duplicateIndex,
  foreignKeyWithoutIndex,
  tableWithoutPrimaryKey,
];
