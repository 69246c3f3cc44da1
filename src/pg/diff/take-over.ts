// Names that change hands: a table or column that takes the name of another, which has a new one. Only users can know; what looks like it is told.
import type { Finding } from "../../kernel/finding.ts";
import type { Catalog } from "../catalog.ts";
import { nameKey } from "../catalog/object.ts";
import type { Table } from "../catalog/tables.ts";
import { quoteName, quotePath } from "../quote.ts";
import { asideName } from "./aside.ts";
import type { Renameable } from "./likeness.ts";
import { isRenameable, placeOf } from "./likeness.ts";
import type { Parts } from "./part.ts";
import { partsOf } from "./parts.ts";
import type { Renames, Renaming, Said } from "./renaming.ts";
import { isCalled, renamingOf } from "./renaming.ts";
import { sameJson } from "./sql/text.ts";

interface Pair {
  readonly said: Said;
  readonly from: Renameable;
  readonly to: Renameable;
}

const named = (parts: Parts, name: string): readonly Renameable[] =>
  [...parts.byKey.values()].filter(
    (part): part is Renameable =>
      isRenameable(part) && (part.kind === "table" || part.kind === "column") && isCalled(part, name),
  );

/** Those of the user's renames whose old name is still somebody's, or whose new one was somebody's already. */
const pairsOf = (old: Parts, next: Parts, said: readonly Said[]): readonly Pair[] =>
  said.flatMap((one) =>
    named(old, one.from)
      .flatMap((from) => named(next, one.to).map((to) => ({ said: one, from, to })))
      .filter(({ from, to }) => from.kind === to.kind && placeOf(from) === placeOf(to) && from.key !== to.key)
      .filter(({ from, to }) => next.byKey.has(from.key) || old.byKey.has(to.key))
      .slice(0, 1),
  );

const isSettled = ({ to }: Pair, old: Parts): boolean => {
  const before = old.byKey.get(to.key);
  return before?.kind === to.kind && sameJson(before.value, to.value);
};

/** A circle that is gone round already looks as it did before: only what differs tells that it was not. */
const withoutSettled = (pairs: readonly Pair[], old: Parts): readonly Pair[] =>
  pairs.every((one) => isSettled(one, old)) ? [] : pairs;

/** Without those whose name somebody keeps. */
const withoutTaken = (pairs: readonly Pair[], old: Parts): readonly Pair[] => {
  const free = pairs.filter(({ to }) => !old.byKey.has(to.key) || pairs.some(({ from }) => from.key === to.key));
  return free.length === pairs.length ? pairs : withoutTaken(free, old);
};

/** One of a circle steps aside first. */
const stepsAside = ({ from, to }: Pair): readonly [Renaming, Renaming] => {
  const aside = { ...from, value: { ...from.value, name: asideName(from.value.name) } } as Renameable;
  const [away, there] = [renamingOf(from, aside), renamingOf(aside, to)];
  return [away, { ...there, title: renamingOf(from, to).title, from: away.from }];
};

/** Each when its name is free. */
const inOrder = (pairs: readonly Pair[]): readonly Renaming[] => {
  const [first, ...others] = pairs;
  if (first === undefined) return [];
  const next = pairs.find(({ to }) => pairs.every(({ from }) => from.key !== to.key));
  if (next !== undefined) return [renamingOf(next.from, next.to), ...inOrder(pairs.filter((one) => one !== next))];
  const [away, there] = stepsAside(first);
  return [away, ...inOrder(others), there];
};

export const findTakeOvers = (from: Catalog, to: Catalog, said: readonly Said[]): Renames => {
  const old = partsOf(from);
  const pairs = withoutSettled(withoutTaken(pairsOf(old, partsOf(to), said), old), old);
  return { renamings: inOrder(pairs), candidates: [], ambiguous: [], answered: pairs.map((one) => one.said) };
};

const shapeOf = ({ columns }: Table): readonly string[] => columns.map(({ name, type }) => `${name} ${type.text}`);

/** From 0 to 1. */
const alike = (a: Table, b: Table): number => {
  const [left, right] = [shapeOf(a), shapeOf(b)];
  const shared = left.filter((one) => right.includes(one)).length;
  return left.length < 3 || right.length < 3 ? 0 : (2 * shared) / (left.length + right.length);
};

type ByName = ReadonlyMap<string, Table>;

const byNameIn = ({ tables }: Catalog): ByName => new Map(tables.map((table) => [nameKey(table), table]));

/** Tables of one side that the other has not. */
const missingIn = (other: ByName, { tables }: Catalog): readonly Table[] =>
  tables.filter((table) => !other.has(nameKey(table)));

/** A table that goes is just what another one, which stays and changes much, is to be. */
const successorOf = (table: Table, next: Table | undefined, gone: readonly Table[]): Table | undefined => {
  if (next === undefined || gone.length === 0 || alike(table, next) > 0.9) return undefined;
  return gone.find(
    (one) => one.schema === table.schema && alike(one, next) > 0.95 && alike(one, next) > alike(table, next) + 0.1,
  );
};

interface TakeOver {
  /** Whose name it was. */
  readonly name: string;
  /** Who seems to take it. */
  readonly by: string;
  /** Where the first one seems to be now. */
  readonly elsewhere: string | undefined;
  readonly kind: "table" | "column";
}

const ofTables = (from: Catalog, to: Catalog): readonly TakeOver[] => {
  const [before, after] = [byNameIn(from), byNameIn(to)];
  const [gone, come] = [missingIn(after, from), missingIn(before, to)];
  return from.tables.flatMap((table): readonly TakeOver[] => {
    const successor = successorOf(table, after.get(nameKey(table)), gone);
    if (successor === undefined) return [];
    const elsewhere = come.find((one) => one.schema === table.schema && alike(table, one) > 0.9);
    return [
      {
        kind: "table",
        name: quotePath(table),
        by: quotePath(successor),
        elsewhere: elsewhere === undefined ? undefined : quotePath(elsewhere),
      },
    ];
  });
};

/** `id integer` and `new_id bigint` where `id bigint` is wanted: one name is within the other. */
const ofColumns = (from: Catalog, to: Catalog): readonly TakeOver[] => {
  const after = byNameIn(to);
  return from.tables.flatMap((table) => {
    const next = after.get(nameKey(table));
    if (next === undefined) return [];
    const path = (column: string): string => `${quotePath(table)}.${quoteName(column)}`;
    const only = (one: Table, other: Table) =>
      one.columns.filter(({ name }) => other.columns.every((column) => column.name !== name));
    return table.columns.flatMap(({ name, type }): readonly TakeOver[] => {
      const wanted = next.columns.find((one) => one.name === name)?.type.text;
      if (wanted === undefined || wanted === type.text) return [];
      const by = only(table, next).find((one) => one.type.text === wanted && one.name.includes(name));
      const elsewhere = only(next, table).find((one) => one.type.text === type.text && one.name.includes(name));
      return by === undefined
        ? []
        : [
            {
              kind: "column",
              name: path(name),
              by: path(by.name),
              elsewhere: elsewhere === undefined ? undefined : path(elsewhere.name),
            },
          ];
    });
  });
};

/**
 * What looks like a name that changes hands: told, since values are lost where it was one and nobody said so. `renamed`: paths that have
 * another name already.
 */
export const suspectedTakeOvers = (from: Catalog, to: Catalog, renamed: ReadonlySet<string>): readonly Finding[] =>
  [...ofTables(from, to), ...ofColumns(from, to)]
    .filter(({ name, by }) => !renamed.has(name) && !renamed.has(by))
    .map(({ kind, name, by, elsewhere }): Finding => {
      const other = elsewhere === undefined ? "" : `, and ${elsewhere} comes and is what ${name} was`;
      return {
        rule: "diff/ambiguity",
        severity: "warning",
        message: `${by} goes and is what ${name} is to be${other}: if names changed hands, this migration keeps the wrong values`,
        at: { kind: "object", type: kind, name },
        help: `if so, say --rename ${name}=${elsewhere ?? "NEW"} --rename ${by}=${name}`,
      };
    });
