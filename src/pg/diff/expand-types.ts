// Types that columns are of while both stand: new ones are made before the new columns, old ones stay as long as the old columns.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { sameName } from "../catalog/object.ts";
import type { ColumnType } from "../catalog/tables.ts";
import type { TableMoves } from "./moves.ts";

/** The catalog `begin` with what the new columns' types stand on. */
export const withNewTypes = (begin: Catalog, to: Catalog, all: readonly TableMoves[]): Catalog =>
  withTypes(
    begin,
    to,
    all.flatMap(({ moves }) => moves.map((move) => move.to.type)),
  );

/** The catalog `to` with what the old columns' types stand on. */
export const withOldTypes = (to: Catalog, from: Catalog, all: readonly TableMoves[]): Catalog =>
  withTypes(
    to,
    from,
    all.flatMap(({ moves }) => moves.map((move) => move.from.type)),
  );

/** `begin` itself where nothing is missing. */
const withTypes = (begin: Catalog, to: Catalog, wanted: readonly ColumnType[]): Catalog => {
  const missing = <T extends ObjectName>(have: readonly T[], meant: readonly T[]): readonly T[] =>
    meant.filter((type) => wanted.some((one) => sameName(one, type)) && !have.some((one) => sameName(one, type)));
  const absent = <T extends { readonly name: string }>(have: readonly T[], meant: readonly T[]): readonly T[] =>
    meant.filter(({ name }) => !have.some((one) => one.name === name));
  const own = wanted.filter(({ schema }) => schema !== "pg_catalog");
  if (own.length === 0) return begin;
  const added = {
    schemas: absent(begin.schemas, to.schemas).filter(({ name }) => own.some(({ schema }) => schema === name)),
    extensions: absent(begin.extensions, to.extensions),
    enums: missing(begin.enums, to.enums),
    domains: missing(begin.domains, to.domains),
    composites: missing(begin.composites, to.composites),
    ranges: missing(begin.ranges, to.ranges),
  };
  if (Object.values(added).every((list) => list.length === 0)) return begin;
  return {
    ...begin,
    schemas: [...begin.schemas, ...added.schemas],
    extensions: [...begin.extensions, ...added.extensions],
    enums: [...begin.enums, ...added.enums],
    domains: [...begin.domains, ...added.domains],
    composites: [...begin.composites, ...added.composites],
    ranges: [...begin.ranges, ...added.ranges],
  };
};
