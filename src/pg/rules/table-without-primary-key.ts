// Rule: tables without a primary key, with a fix only where the catalog proves one or adding a column is safe.
import type { Fix } from "../../kernel/finding.ts";
import type { Catalog } from "../catalog.ts";
import { sameName } from "../catalog/object.ts";
import type { Index, Table } from "../catalog/tables.ts";
import { sizeEvidence } from "../measure.ts";
import { NewNames } from "../names.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";

/** A unique index that could be the primary key: whole, on columns that are all NOT NULL, sorted the plain way. */
const couldBeKey = (table: Table, index: Index): boolean =>
  index.unique &&
  index.valid &&
  index.method === "btree" &&
  index.predicate === undefined &&
  index.keys.every((key) => {
    const column = table.columns.find(({ name }) => !key.expression && name === key.text);
    return column?.nullable === false && !key.descending && !key.nullsFirst;
  });

const referenced = ({ tables }: Catalog, table: Table, index: Index): boolean =>
  tables.some(({ constraints }) =>
    constraints.some(
      (one) =>
        one.kind === "foreign-key" && sameName(one.references.table, table) && one.references.index === index.name,
    ),
  );

/** A free unique index becomes the key as it is: no rewrite, no scan, a short lock. */
const useIndex = (table: Table, index: Index, names: NewNames): Fix => {
  const key = names.take(table, [], "pkey");
  const down = index.definition.replace(/^CREATE UNIQUE INDEX/, "CREATE UNIQUE INDEX CONCURRENTLY");
  return {
    kind: "sql",
    up: `ALTER TABLE ${quotePath(table)} ADD CONSTRAINT ${quoteName(key)} PRIMARY KEY USING INDEX ${quoteName(index.name)};`,
    // The index takes the constraint's name, and goes with it.
    down: `ALTER TABLE ${quotePath(table)} DROP CONSTRAINT ${quoteName(key)};\n${down};`,
    transactional: false,
  };
};

/** A UNIQUE constraint turns into the key in one statement, unless a foreign key stands on it. */
const replaceConstraint = (table: Table, index: Index, names: NewNames): Fix | undefined => {
  const unique = table.constraints.find(({ name, kind }) => name === index.constraint && kind === "unique");
  if (unique === undefined || unique.deferrable !== "no" || unique.inherited) return undefined;
  const [path, old, key] = [quotePath(table), quoteName(unique.name), quoteName(names.take(table, [], "pkey"))];
  const columns = index.keys.map(({ text }) => quoteName(text)).join(", ");
  const include = index.include.length === 0 ? "" : ` INCLUDE (${index.include.map(quoteName).join(", ")})`;
  return {
    kind: "sql",
    up: `ALTER TABLE ${path} DROP CONSTRAINT ${old}, ADD CONSTRAINT ${key} PRIMARY KEY (${columns})${include};`,
    down: `ALTER TABLE ${path} DROP CONSTRAINT ${key}, ADD CONSTRAINT ${old} ${unique.definition};`,
    transactional: true,
  };
};

const newColumnName = ({ columns }: Table): string => {
  const taken = new Set(columns.map(({ name }) => name));
  for (let n = 1; ; n++) {
    const name = n === 1 ? "id" : `id_${n}`;
    if (!taken.has(name)) return name;
  }
};

const addColumn = (table: Table): Fix => {
  const [path, column] = [quotePath(table), quoteName(newColumnName(table))];
  return {
    kind: "sql",
    up: `ALTER TABLE ${path} ADD COLUMN ${column} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;`,
    down: `ALTER TABLE ${path} DROP COLUMN ${column};`,
    transactional: true,
  };
};

interface Advice {
  readonly message: string;
  readonly help?: string;
  readonly fix?: Fix;
}

const adviseKey = (catalog: Catalog, table: Table, index: Index, names: NewNames): Advice => {
  const what =
    index.constraint === undefined ? `the unique index ${index.name}` : `the unique constraint ${index.constraint}`;
  const message = `table ${table.schema}.${table.name} has no primary key; ${what} could be it`;
  if (index.constraint === undefined && table.kind === "table" && !referenced(catalog, table, index)) {
    return {
      message,
      help: "the index is taken over as it is: no rewrite, a short lock",
      fix: useIndex(table, index, names),
    };
  }
  const fix = referenced(catalog, table, index) ? undefined : replaceConstraint(table, index, names);
  return fix === undefined
    ? { message, help: "foreign keys or partitions stand on it: name the key in the migration that next touches them" }
    : { message, help: "this builds the index anew under an exclusive lock: run it when the table is quiet", fix };
};

const advise = (catalog: Catalog, table: Table, names: NewNames): Advice => {
  const candidates = table.indexes
    .filter((index) => couldBeKey(table, index))
    .sort((a, b) => a.keys.length - b.keys.length);
  const [candidate] = candidates;
  if (candidate !== undefined) return adviseKey(catalog, table, candidate, names);
  const message = `table ${table.schema}.${table.name} has no primary key`;
  if (table.kind === "partitioned")
    return {
      message,
      help: `choose NOT NULL columns that identify a row, with those of ${table.partitionKey ?? "the partition key"} among them`,
    };
  // An identity column is not passed on to children: their inserts would fail.
  if (catalog.tables.some(({ inherits }) => inherits.some((parent) => sameName(parent, table)))) return { message };
  return {
    message,
    help: "declare the NOT NULL columns that identify a row; where none do, the column below does (it rewrites the table)",
    fix: addColumn(table),
  };
};

/** Publications send updates and deletes by the key: without one the server refuses them. */
const refusedBy = ({ publications }: Catalog, table: Table): string | undefined => {
  if (table.replicaIdentity !== "default") return undefined;
  return publications.find(
    ({ allTables, tables, schemas, publish }) =>
      (allTables || schemas.includes(table.schema) || tables.some((one) => sameName(one, table))) &&
      publish.some((verb) => verb === "update" || verb === "delete"),
  )?.name;
};

const withPublication = (advice: Advice, publication: string | undefined) =>
  publication === undefined
    ? advice
    : {
        ...advice,
        severity: "error" as const,
        message: `${advice.message}; publication ${publication} refuses UPDATE and DELETE on it for that`,
      };

const lacksKey = (table: Table): boolean =>
  table.kind !== "foreign" &&
  table.partitionOf === undefined &&
  !table.constraints.some(({ kind }) => kind === "primary-key");

/**
 * A warning, an error where a publication sends the table's changes: else nothing is broken today, but logical replication refuses UPDATE and DELETE on such a table, duplicates cannot be told
 * apart, and tools that page or synchronise have nothing to hold on to. Partitions are their parent's matter.
 */
export const tableWithoutPrimaryKey: DatabaseRule = {
  id: "db/table-without-primary-key",
  severity: "warning",
  about: "Tables without a primary key",
  help: "declare the NOT NULL columns that identify a row as the primary key",
  *check(reading) {
    const names = new NewNames(reading.catalog);
    for (const table of reading.catalog.tables.filter(lacksKey)) {
      yield {
        ...withPublication(advise(reading.catalog, table, names), refusedBy(reading.catalog, table)),
        at: { kind: "object", type: "table", schema: table.schema, name: table.name },
        ...sizeEvidence(reading, [table]),
      };
    }
  },
};
