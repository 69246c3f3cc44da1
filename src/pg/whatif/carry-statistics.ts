// Statistics as they will be after a migration and an ANALYZE: what was renamed keeps its numbers, what is new has none.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { nameKey } from "../catalog/object.ts";
import type { Identities, RelationIdentity } from "./identity.ts";
import { laterColumn, laterOf } from "./identity.ts";
import type { ColumnStatistics, GroupStatistics, PlannerStatistics, RelationNumbers } from "./statistics.ts";

interface Later {
  readonly one: RelationIdentity;
  readonly later: RelationIdentity;
}

const laterRelations = (before: Identities, after: Identities): ReadonlyMap<string, Later> =>
  new Map(
    [...before.byName].flatMap(([key, one]) => {
      const later = laterOf(one, before, after);
      return later === undefined ? [] : [[key, { one, later }] as const];
    }),
  );

const relation = (numbers: RelationNumbers, moved: ReadonlyMap<string, Later>): readonly RelationNumbers[] => {
  const found = moved.get(nameKey(numbers));
  if (found === undefined) return [];
  const { table, ...rest } = numbers;
  const owner = table === undefined ? undefined : moved.get(nameKey({ schema: numbers.schema, name: table }))?.later;
  const { schema, name } = found.later;
  return [{ ...rest, schema, name, ...(table === undefined ? {} : { table: owner?.name ?? table }) }];
};

const column = (one: ColumnStatistics, moved: ReadonlyMap<string, Later>): readonly ColumnStatistics[] => {
  const found = moved.get(nameKey(one));
  const later = found === undefined ? undefined : laterColumn(one.column, found.one, found.later);
  if (found === undefined || later === undefined) return [];
  return [{ ...one, schema: found.later.schema, name: found.later.name, column: later.name }];
};

const group = (one: GroupStatistics, renamed: (column: string) => string): GroupStatistics => ({
  ...one,
  columns: Object.fromEntries(Object.entries(one.columns).map(([number, name]) => [number, renamed(name)])),
});

export interface Carried {
  readonly statistics: PlannerStatistics;
  /** Relations that the migration made: nothing is known of what will be in them. */
  readonly made: ReadonlySet<string>;
  /** Columns whose type changed: their statistics are taken for those of the new type. */
  readonly retyped: readonly string[];
}

const retypedIn = (moved: ReadonlyMap<string, Later>): readonly string[] =>
  [...moved.values()].flatMap(({ one, later }) =>
    /[rpm]/.test(one.kind)
      ? Object.values(one.columns).flatMap(([name]) =>
          laterColumn(name, one, later)?.retyped === true ? [`${one.schema}.${one.name}.${name}`] : [],
        )
      : [],
  );

/** Columns of extended statistics are known by name alone: a name that was changed in one table only is clear. */
const renames = (moved: ReadonlyMap<string, Later>): ((column: string) => string) => {
  const found = new Map<string, string>();
  for (const { one, later } of moved.values())
    for (const [name] of Object.values(one.columns)) {
      const now = laterColumn(name, one, later)?.name;
      if (now !== undefined && now !== name) found.set(name, now);
    }
  return (name) => found.get(name) ?? name;
};

export const carryStatistics = (statistics: PlannerStatistics, before: Identities, after: Identities): Carried => {
  const moved = laterRelations(before, after);
  const kept = new Set([...moved.values()].map(({ later }) => nameKey(later)));
  const tables = new Map(statistics.relations.map((one) => [nameKey(one), one.table]));
  const ends = statistics.ends.flatMap((end) => {
    const index = moved.get(nameKey(end));
    if (index === undefined) return [];
    const table = tables.get(nameKey(end));
    const owner = table === undefined ? undefined : moved.get(nameKey({ schema: end.schema, name: table }));
    const later = owner === undefined ? undefined : laterColumn(end.column, owner.one, owner.later);
    return [{ ...end, schema: index.later.schema, name: index.later.name, column: later?.name ?? end.column }];
  });
  const renamed = renames(moved);
  const own = (one: ObjectName): ObjectName => moved.get(nameKey(one))?.later ?? one;
  return {
    statistics: {
      ...statistics,
      relations: statistics.relations.flatMap((one) => relation(one, moved)),
      columns: statistics.columns.flatMap((one) => column(one, moved)),
      groups: statistics.groups.map((one) => group(one, renamed)),
      activity: statistics.activity.map((one) => ({ ...one, schema: own(one).schema, name: own(one).name })),
      ends,
    },
    made: new Set([...after.byName].flatMap(([key, { kind }]) => (/[rpm]/.test(kind) && !kept.has(key) ? [key] : []))),
    retyped: retypedIn(moved),
  };
};

/** Of production's statistics those that a schema file has tables, columns and indexes for, by their names. */
export const statisticsFor = ({ tables, views }: Catalog, statistics: PlannerStatistics): PlannerStatistics => {
  const holders = [...tables, ...views.filter(({ materialized }) => materialized)];
  const columns = new Set(holders.flatMap((one) => one.columns.map(({ name }) => `${nameKey(one)}\0${name}`)));
  const names = new Set(
    holders.flatMap((one) => [nameKey(one), ...one.indexes.map(({ name }) => nameKey({ schema: one.schema, name }))]),
  );
  const has = (one: ObjectName): boolean => names.has(nameKey(one));
  return {
    ...statistics,
    relations: statistics.relations.filter(has),
    columns: statistics.columns.filter((one) => columns.has(`${nameKey(one)}\0${one.column}`)),
    ends: statistics.ends.filter(has),
    activity: statistics.activity.filter(has),
  };
};
