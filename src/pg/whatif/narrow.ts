// A database without the tables that no statement of a workload can read: of 20,000 tables a clone needs a few dozen.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { nameKey } from "../catalog/object.ts";
import type { Table } from "../catalog/tables.ts";
import type { CloneSource } from "./build-clone.ts";
import { statisticsFor } from "./carry-statistics.ts";

/** Names as they may be written, quoted or not. */
const addWords = (words: Set<string>, text: string): void => {
  for (const [word] of text.matchAll(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu))
    words.add(word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase());
};

/** Whatever a statement reads is named: by itself, by a view that it names, or by a function in SQL that it calls. */
const wordsOf = ({ views, routines }: Catalog, statements: readonly string[]): ReadonlySet<string> => {
  const words = new Set<string>();
  for (const statement of statements) addWords(words, statement);
  const open = [
    ...views.map(({ name, definition }) => ({ name, text: definition })),
    ...routines
      .filter(({ language }) => language === "sql")
      .map((routine) => ({ name: routine.name, text: JSON.stringify(routine) })),
  ];
  for (let left = open; ;) {
    const named = left.filter(({ name }) => words.has(name));
    if (named.length === 0) return words;
    for (const { text } of named) addWords(words, text);
    left = left.filter((one) => !named.includes(one));
  }
};

const parentsOf = ({ partitionOf, inherits }: Table): readonly ObjectName[] => [
  ...(partitionOf === undefined ? [] : [partitionOf.parent]),
  ...inherits,
];

/** A partition is read with its parent, and made with it. */
const withFamilies = (tables: readonly Table[], named: ReadonlySet<string>): ReadonlySet<string> => {
  const kept = new Set(named);
  for (let before = -1; before < kept.size;) {
    before = kept.size;
    for (const table of tables) {
      const parents = parentsOf(table).map(nameKey);
      if (parents.some((parent) => kept.has(parent))) kept.add(nameKey(table));
      if (kept.has(nameKey(table))) for (const parent of parents) kept.add(parent);
    }
  }
  return kept;
};

const withoutLinks = (table: Table, kept: ReadonlySet<string>): Table => ({
  ...table,
  constraints: table.constraints.filter((one) => one.kind !== "foreign-key" || kept.has(nameKey(one.references.table))),
});

/** The part of a catalog that these statements can read. */
export const narrowCatalog = (catalog: Catalog, statements: readonly string[]): Catalog => {
  const words = wordsOf(catalog, statements);
  const named = new Set(catalog.tables.filter(({ name }) => words.has(name)).map(nameKey));
  const kept = withFamilies(catalog.tables, named);
  const gone = new Set(
    [
      ...catalog.tables.filter((table) => !kept.has(nameKey(table))),
      ...catalog.views.filter(({ name }) => !words.has(name)),
    ].map(nameKey),
  );
  const isGone = ({ schema, name }: ObjectName): boolean => gone.has(nameKey({ schema, name }));
  const takesGone = (text: string): boolean =>
    [...text.matchAll(/([\w$]+)\.([\w$]+)/g)].some(([, schema = "", name = ""]) => isGone({ schema, name }));
  return {
    ...catalog,
    tables: catalog.tables.filter((table) => !isGone(table)).map((table) => withoutLinks(table, kept)),
    views: catalog.views.filter((view) => !isGone(view)),
    routines: catalog.routines.filter(({ arguments: given, returns = "" }) => !takesGone(`${given} ${returns}`)),
    statistics: catalog.statistics.filter(({ table }) => !isGone(table)),
  };
};

/** What a clone needs for these statements. */
export const narrowSource = (source: CloneSource, statements: readonly string[]): CloneSource => {
  const catalog = narrowCatalog(source.reading.catalog, statements);
  return {
    reading: { ...source.reading, catalog },
    statistics: statisticsFor(catalog, source.statistics),
  };
};
