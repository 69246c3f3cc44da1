// Takes a catalog apart, so that two catalogs compare part by part.
import type { Catalog } from "../catalog.ts";
import { globalKey, keyOf } from "../catalog/object.ts";
import type { Table } from "../catalog/tables.ts";
import { omit } from "./omit.ts";
import type { Parts } from "./part.ts";
import { Collector, addSimple, global, inSchema } from "./take-apart/collector.ts";
import { addRest, addRoutines } from "./take-apart/rest.ts";
import { addTable, addView } from "./take-apart/tables.ts";
import { addComposite, addDomain, addSequence, addShell, typeOfShell } from "./take-apart/types.ts";

type Resolve = (key: string) => string | undefined;

/** A type needs its functions, and they the type: what they need is its shell. */
const openCircle = (needs: Map<string, Set<string>>, shell: string): void => {
  const type = typeOfShell(shell);
  for (const own of needs.get(type) ?? []) if (needs.get(own)?.delete(type) === true) needs.get(own)?.add(shell);
  needs.get(type)?.add(shell);
};

const needsOf = (into: Collector, catalog: Catalog, resolved: Resolve): ReadonlyMap<string, ReadonlySet<string>> => {
  const needs = new Map([...into.byKey.keys()].map((key) => [key, new Set<string>()] as const));
  for (const { object, on } of catalog.dependencies) {
    const [from, to] = [resolved(into.linkKey(object, on)), resolved(on)];
    if (from !== undefined && to !== undefined && from !== to) needs.get(from)?.add(to);
  }
  for (const { key, of, kind, value } of into.byKey.values()) {
    if (of !== undefined) needs.get(key)?.add(of);
    if (kind === "inheritance") needs.get(key)?.add(keyOf("table", value.parent));
    // To take a right on a table away takes it from its columns too.
    const whole = kind === "grants" && value.column !== undefined ? `grants on ${value.table ?? ""}` : undefined;
    if (whole !== undefined && into.byKey.has(whole)) needs.get(key)?.add(whole);
    const owner = kind === "grants" && value.column === undefined ? `owner of ${value.key}` : undefined;
    if (owner !== undefined && into.byKey.has(owner)) needs.get(key)?.add(owner);
    const schema =
      "schema" in value && typeof value.schema === "string" ? globalKey("schema", value.schema) : undefined;
    if (schema !== undefined && of === undefined && into.byKey.has(schema) && schema !== key)
      needs.get(key)?.add(schema);
  }
  for (const { kind, key } of into.byKey.values()) if (kind === "type shell") openCircle(needs, key);
  return needs;
};

const dependantsIn = (needs: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const [key, needed] of needs)
    for (const need of needed) {
      const list = found.get(need);
      if (list === undefined) found.set(need, [key]);
      else list.push(key);
    }
  return found;
};

/** What is asked for when it is needed, and worked out once. */
const once = <T>(work: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: work() }).value;
};

const takeApart = (catalog: Catalog, piecesOf: (table: Table) => Collector): Parts => {
  const into = new Collector();
  addSimple(into, "schema", catalog.schemas, global("schema", "SCHEMA"));
  // What an extension says of itself comes with it.
  const extensions = catalog.extensions.map((one) => omit(one, "comment"));
  addSimple(into, "extension", extensions, global("extension", "EXTENSION"));
  addSimple(into, "enum", catalog.enums, inSchema("type", "TYPE"));
  addSimple(into, "range", catalog.ranges, inSchema("type", "TYPE"));
  addSimple(into, "base type", catalog.baseTypes, inSchema("type", "TYPE"));
  for (const type of catalog.baseTypes.filter(({ shell }) => !shell)) addShell(into, type);
  for (const sequence of catalog.sequences) addSequence(into, sequence);
  for (const domain of catalog.domains) addDomain(into, domain);
  for (const composite of catalog.composites) addComposite(into, composite);
  addRoutines(into, catalog);
  for (const table of catalog.tables) into.include(piecesOf(table));
  for (const view of catalog.views) addView(into, view);
  addRest(into, catalog);
  const partKeyOf: Resolve = (key) => {
    const target = into.aliases.get(key) ?? key;
    return into.byKey.has(target) ? target : undefined;
  };
  const needs = once(() => needsOf(into, catalog, partKeyOf));
  const dependants = once(() => dependantsIn(needs()));
  const children = once(() => Map.groupBy(into.byKey.values(), ({ of }) => of));
  return {
    byKey: into.byKey,
    get needs() {
      return needs();
    },
    get dependants() {
      return dependants();
    },
    catalog,
    childrenOf: (key) => children().get(key) ?? [],
    partKeyOf,
  };
};

const piecesOf = (table: Table): Collector => {
  const into = new Collector();
  addTable(into, table);
  return into;
};

/** Takes a catalog apart. */
export const partsOf = (catalog: Catalog): Parts => takeApart(catalog, piecesOf);

/** Real state: takes catalogs apart that come one after the other. Tables that two of them share are taken apart once. */
export class KnownParts {
  readonly #tables = new WeakMap<Table, Collector>();
  #last: readonly Parts[] = [];

  of(catalog: Catalog): Parts {
    const parts =
      this.#last.find((one) => one.catalog === catalog) ?? takeApart(catalog, (table) => this.#pieces(table));
    // Where one step ends the next begins: no more than these are asked for again.
    this.#last = [parts, ...this.#last.filter((one) => one !== parts)].slice(0, 3);
    return parts;
  }

  #pieces(table: Table): Collector {
    const known = this.#tables.get(table) ?? piecesOf(table);
    this.#tables.set(table, known);
    return known;
  }
}
