// Who is who in a database before and after a migration: relations by their OIDs, columns by their numbers, whatever they are called.
import type { ObjectName } from "../catalog/object.ts";
import { nameKey } from "../catalog/object.ts";

export interface RelationIdentity extends ObjectName {
  readonly oid: number;
  readonly kind: string;
  /** Name and type of each column by its number. */
  readonly columns: Readonly<Record<string, readonly [name: string, type: string]>>;
}

export interface Identities {
  readonly byOid: ReadonlyMap<number, RelationIdentity>;
  readonly byName: ReadonlyMap<string, RelationIdentity>;
}

/** One row of JSON for each relation of the user's. */
export const identityQuery = `select pg_catalog.json_build_object('oid', c.oid::bigint, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind,
    'columns', coalesce((select pg_catalog.json_object_agg(a.attnum, pg_catalog.json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)))
                  from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '{}'))::text
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm', 'i', 'I', 'v') and c.relpersistence <> 't' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'`;

export const identitiesOf = (rows: readonly string[]): Identities => {
  const all = rows.map((row) => JSON.parse(row) as RelationIdentity);
  return {
    byOid: new Map(all.map((one) => [one.oid, one])),
    byName: new Map(all.map((one) => [nameKey(one), one])),
  };
};

/** The same relation later: by its OID; else what was made anew under its name, as rebuilt indexes and swapped tables are. */
export const laterOf = (one: RelationIdentity, before: Identities, after: Identities): RelationIdentity | undefined => {
  const same = after.byOid.get(one.oid);
  if (same !== undefined) return same;
  const anew = after.byName.get(nameKey(one));
  return anew === undefined || before.byOid.has(anew.oid) ? undefined : anew;
};

/** A column's name later; undefined when it is gone. */
export const laterColumn = (
  name: string,
  one: RelationIdentity,
  later: RelationIdentity,
): { readonly name: string; readonly retyped: boolean } | undefined => {
  const [number, [, type] = ["", ""]] = Object.entries(one.columns).find(([, [own]]) => own === name) ?? [];
  if (number === undefined) return undefined;
  const found =
    one.oid === later.oid ? later.columns[number] : Object.values(later.columns).find(([own]) => own === name);
  return found === undefined ? undefined : { name: found[0], retyped: found[1] !== type };
};
