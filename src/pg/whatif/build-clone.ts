// Builds the clone: production's schema without rows, its statistics, and files that look as long as production's.
import { plural } from "../../kernel/words.ts";
import type { Catalog, CatalogReading } from "../catalog.ts";
import { nameKey } from "../catalog/object.ts";
import { buildStatements } from "../diff/rehearse.ts";
import { indexText } from "../diff/sql/index-text.ts";
import { quoteName, quotePath, quoteText } from "../quote.ts";
import { readCatalogWith } from "../read-catalog.ts";
import type { CloneIndex, CloneRelation, Known } from "./index-shape.ts";
import { indexesQuery, knownOf, levelOf, relationsQuery } from "./index-shape.ts";
import { knowsNotNull, settingsBefore } from "./older-planner.ts";
import type { DiskOrder, Planner } from "./planner.ts";
import { cloneSchema, collationStatements, isPlainCollation, reduceCatalog } from "./reduce.ts";
import { groupCasts, restoreColumns, restoreGroup, restoreRelation } from "./restore.ts";
import type { IndexEnds, PlannerStatistics } from "./statistics.ts";

export interface CloneSource {
  readonly reading: CatalogReading;
  readonly statistics: PlannerStatistics;
}

const must = async (planner: Planner, statements: readonly string[]): Promise<void> => {
  const { done, error } = await planner.run(statements);
  if (error !== undefined)
    throw new Error(`the clone refused its own statement: ${error.message}: ${statements[done] ?? ""}`);
};

/** Runs what can be run; gives what was refused. What stands on something refused is refused too. */
const runWhatWorks = async (planner: Planner, statements: readonly string[]): Promise<readonly string[]> => {
  const refused: string[] = [];
  for (let at = 0; at < statements.length;) {
    const { done, error } = await planner.run(statements.slice(at));
    if (error === undefined) break;
    refused.push(`${(statements[at + done] ?? "").slice(0, 80).split("\n")[0] ?? ""}: ${error.message}`);
    at += done + 1;
  }
  return refused;
};

const makeCollation = async (planner: Planner, { collation }: PlannerStatistics): Promise<readonly string[]> => {
  if (isPlainCollation(collation)) return [];
  for (const statement of collationStatements(collation)) {
    const { error } = await planner.run([statement]);
    if (error === undefined)
      return /provider = icu/.test(statement) && collation.provider === "c"
        ? [`text is ordered by ICU where production's ${collation.name} is the C library's`]
        : [];
  }
  await must(planner, [`create collation "${cloneSchema}".production (provider = libc, locale = 'C.UTF-8')`]);
  return [`production's collation ${collation.name} is not there: text is ordered by code points`];
};

/** Plain indexes of production in the order of their creation, under their own definitions. */
const plainIndexes = ({ tables, views }: Catalog, known: Known): readonly string[] => {
  const order = new Map([...known.relations.keys()].map((key, at) => [key, at]));
  return [...tables.filter(({ kind }) => kind === "table"), ...views.filter(({ materialized }) => materialized)]
    .flatMap((table) => table.indexes.map((index) => ({ table, index })))
    .filter(({ index }) => index.constraint === undefined && index.partOf === undefined && index.valid)
    .toSorted((a, b) => {
      const at = ({ table, index }: typeof a): number =>
        order.get(nameKey({ schema: table.schema, name: index.name })) ?? 0;
      return at(a) - at(b);
    })
    .map(({ table, index }) => indexText(index, table, ""));
};

const restoreAll = async (planner: Planner, { relations, columns, groups }: PlannerStatistics) => {
  const refused = await runWhatWorks(planner, relations.map(restoreRelation));
  let partly = 0;
  for (const { wanted, sql } of restoreColumns(columns)) {
    // Messages of the server hold the values that it did not understand: they are not repeated.
    const [done] = await planner.rows(sql).catch(() => ["-1"]);
    if (Number(done) !== wanted) partly++;
  }
  if (groups.length > 0) await planner.run(["set allow_system_table_mods = on", ...groupCasts]);
  for (const group of groups) {
    const numbers = await planner.rows(
      `select a.attname || ' ' || a.attnum from pg_catalog.pg_statistic_ext e join pg_catalog.pg_namespace n on n.oid = e.stxnamespace
        join pg_catalog.pg_attribute a on a.attrelid = e.stxrelid and a.attnum > 0
       where n.nspname = ${quoteText(group.schema)} and e.stxname = ${quoteText(group.name)}`,
    );
    const byName = new Map(
      numbers.map((row) => [row.slice(0, row.lastIndexOf(" ")), Number(row.slice(row.lastIndexOf(" ") + 1))]),
    );
    await planner.run([restoreGroup(group, byName)]);
  }
  const common = groups.filter(({ hasCommonValues }) => hasCommonValues).length;
  return [
    ...(refused.length === 0 ? [] : [`sizes of ${plural(refused.length, "relation")} could not be restored`]),
    ...(partly === 0 ? [] : [`statistics of ${plural(partly, "table")} were restored in part`]),
    ...(common === 0 ? [] : [`most-common combinations of ${plural(common, "statistics object")} are not used`]),
  ];
};

/** A small index of the same definition that holds the least and the greatest key: its leaf answers the planner's question for the ends. */
const endHelpers = (
  ends: readonly IndexEnds[],
  indexes: ReadonlyMap<string, CloneIndex & { readonly definition: string }>,
) =>
  ends.flatMap((end, at) => {
    const index = indexes.get(nameKey(end));
    if (index === undefined || index.method !== "btree") return [];
    const table = quotePath({ schema: cloneSchema, name: `ends ${at}` });
    const using = index.definition.slice(index.definition.lastIndexOf(" USING "));
    return [
      {
        key: nameKey(end),
        name: `leaf ${at}`,
        make: [
          `create table ${table} as select * from ${quotePath({ schema: index.schema, name: index.table })} with no data`,
          `insert into ${table} (${quoteName(end.column)}) values (${quoteText(end.least)}), (${quoteText(end.greatest)})`,
          `create index ${quoteName(`leaf ${at}`)} on ${table}${using}`,
        ],
        drop: `drop table if exists ${table}`,
      },
    ];
  });

const makeLeaves = async (
  planner: Planner,
  helpers: ReturnType<typeof endHelpers>,
): Promise<ReadonlyMap<string, string>> => {
  const made: string[] = [];
  for (const { key, make } of helpers) if ((await planner.run(make)).error === undefined) made.push(key);
  if (made.length === 0) return new Map();
  const rows = await planner.rows(
    `select c.relname || ' ' || pg_catalog.pg_relation_filepath(c.oid) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${quoteText(cloneSchema)} and c.relname like 'leaf %'`,
  );
  const paths = new Map(rows.map((row) => [row.slice(0, row.lastIndexOf(" ")), row.slice(row.lastIndexOf(" ") + 1)]));
  return new Map(
    helpers.flatMap(({ key, name }) => {
      const path = made.includes(key) ? paths.get(name) : undefined;
      return path === undefined ? [] : [[key, path] as const];
    }),
  );
};

const inScope = `n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', '${cloneSchema}') and c.relpersistence <> 't'`;

const lengths = async (planner: Planner, { statistics }: CloneSource, known: Known): Promise<void> => {
  const heaps = (await planner.rows(relationsQuery(inScope))).map((row) => JSON.parse(row) as CloneRelation);
  const rows = await planner.rows(indexesQuery(inScope));
  const definitions = new Map(
    (
      await planner.rows(
        `select n.nspname || chr(1) || c.relname || chr(1) || pg_catalog.pg_get_indexdef(c.oid) from pg_catalog.pg_class c
           join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind = 'i' and ${inScope}`,
      )
    ).map((row) => {
      const [schema = "", name = "", definition = ""] = row.split("\u0001");
      return [nameKey({ schema, name }), definition];
    }),
  );
  const indexes = rows.map((row) => {
    const index = JSON.parse(row) as CloneIndex;
    return { ...index, definition: definitions.get(nameKey(index)) ?? "" };
  });
  const helpers = endHelpers(statistics.ends, new Map(indexes.map((one) => [nameKey(one), one])));
  const leaves = await makeLeaves(planner, helpers);
  const withEnds = new Set(
    indexes.filter((one) => leaves.has(nameKey(one))).map(({ schema, table }) => nameKey({ schema, name: table })),
  );
  const orders: DiskOrder[] = [];
  for (const heap of heaps) {
    orders.push({ kind: "length", path: heap.path, blocks: known.relations.get(nameKey(heap))?.blocks ?? 0 });
    if (withEnds.has(nameKey(heap))) orders.push({ kind: "visible", path: heap.path });
  }
  for (const index of indexes) {
    const numbers = known.relations.get(nameKey(index));
    if (numbers === undefined || numbers.blocks === 0) continue;
    if (index.method !== "btree") orders.push({ kind: "length", path: index.path, blocks: numbers.blocks });
    else {
      const leafOf = leaves.get(nameKey(index));
      const level = levelOf(index, known, { blocks: numbers.blocks, rows: Math.max(1, numbers.tuples) }, "grown");
      orders.push({
        kind: "btree",
        path: index.path,
        blocks: numbers.blocks,
        level,
        ...(leafOf === undefined ? {} : { leafOf }),
      });
    }
  }
  // Pages that the server still holds would hide what is changed on disk.
  await planner.run([`select ${quoteName(cloneSchema)}.pg_buffercache_evict_all()`]);
  await planner.disk(orders);
  await planner.run(helpers.map(({ drop }) => drop));
};

/** `$user` is whoever connects; what a statement names is looked for in the other schemas last. */
const searchPath = ({ reading: { catalog }, statistics }: CloneSource): string => {
  const own = statistics.settings["search_path"] ?? '"$user", public';
  const rest = catalog.schemas.map(({ name }) => quoteName(name)).filter((name) => !own.includes(name));
  return [own === "" || own === '""' ? "public" : own, ...rest].join(", ");
};

const applySettings = async (planner: Planner, source: CloneSource): Promise<void> => {
  const settings = { ...settingsBefore(source.reading.server.version), ...source.statistics.settings };
  const statements = Object.entries(settings)
    .filter(([name]) => name !== "search_path" && name !== "block_size")
    .map(([name, value]) => `select pg_catalog.set_config(${quoteText(name)}, ${quoteText(value)}, false)`);
  // A setting that this version does not know is left as it is.
  await runWhatWorks(planner, statements);
  await must(planner, [`set search_path = ${searchPath(source)}`]);
};

/** Builds everything in an empty embedded server; gives what is not as in production, in words. */
export const buildClone = async (planner: Planner, source: CloneSource): Promise<readonly string[]> => {
  const { reading, statistics } = source;
  const known = knownOf(statistics);
  const { catalog: empty } = await readCatalogWith((sql) => planner.rows(sql), "embedded", { schemas: [] });
  const extensions = reading.catalog.extensions.filter(({ name }) => name !== "plpgsql");
  await planner.extend(
    extensions.map(({ name, version }) => ({ name, versions: version === undefined ? [] : [version] })),
  );
  await must(planner, [
    "set check_function_bodies = off",
    "set ignore_checksum_failure = on",
    "set search_path = ''",
    `create schema "${cloneSchema}"`,
  ]);
  await planner.extend([{ name: "pg_buffercache", versions: [] }]);
  await must(planner, [`create extension if not exists pg_buffercache schema "${cloneSchema}"`]);
  const collationNotes = await makeCollation(planner, statistics);
  const reduced = reduceCatalog(reading.catalog, statistics.collation, knowsNotNull(reading.server.version));
  const refused = [
    ...(await runWhatWorks(planner, buildStatements(reduced, empty, 180000))),
    ...(await runWhatWorks(planner, plainIndexes(reading.catalog, known))),
  ];
  const restored = await restoreAll(planner, statistics);
  await lengths(planner, source, known);
  await applySettings(planner, source);
  return [
    ...(refused.length === 0
      ? []
      : [
          `${plural(refused.length, "object")} of production cannot be made here (${refused.slice(0, 3).join("; ")}${refused.length > 3 ? "; …" : ""})`,
        ]),
    ...collationNotes,
    ...restored,
  ];
};
