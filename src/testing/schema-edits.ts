// Random edits of a schema that PostgreSQL may take or refuse: what people do to a database in the course of its life.
import type { Catalog } from "../pg/catalog.ts";
import { attributeEdits } from "./edits/attributes.ts";
import { columnEdits } from "./edits/columns.ts";
import { constraintEdits, indexEdits } from "./edits/constraints.ts";
import { dependantEdits } from "./edits/dependants.ts";
import type { Edit, Random } from "./edits/hand.ts";
import { handOf } from "./edits/hand.ts";
import { lineageEdits } from "./edits/lineage.ts";
import { nestedEdits } from "./edits/nested.ts";
import { renameEdits } from "./edits/renames.ts";
import { routineEdits } from "./edits/routines.ts";
import { serviceEdits } from "./edits/services.ts";
import { settingEdits } from "./edits/settings.ts";
import { swapEdits } from "./edits/swaps.ts";
import { tableEdits } from "./edits/tables.ts";
import { typeEdits } from "./edits/types.ts";
import { viewEdits } from "./edits/views.ts";

const groups: readonly (readonly Edit[])[] = [
  columnEdits,
  columnEdits,
  constraintEdits,
  indexEdits,
  tableEdits,
  viewEdits,
  routineEdits,
  typeEdits,
  attributeEdits,
  serviceEdits,
  dependantEdits,
  renameEdits,
  swapEdits,
  swapEdits,
  lineageEdits,
  nestedEdits,
  settingEdits,
];

/** One edit of what the catalog holds, as SQL without a last semicolon; undefined where there is nothing of that kind to edit. */
export const randomEdit = (catalog: Catalog, random: Random): string | undefined => {
  const hand = handOf(catalog, random);
  return hand.pick(hand.pick(groups) ?? [])?.(hand);
};
