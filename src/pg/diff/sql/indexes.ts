// SQL of indexes: made beside reads and writes, replaced while the old one serves, tied to those of partitioned parents.
import { sameName } from "../../catalog/object.ts";
import { quoteName, quotePath } from "../../quote.ts";
import { asideName } from "../aside.ts";
import { omit } from "../omit.ts";
import type { IndexPart, Parts } from "../part.ts";
import { attachIndex, changesParent, clusterOn, late, moveIndex, replicaIdentity } from "./constraints.ts";
import { indexText } from "./index-text.ts";
import { tieIndex } from "./partition-indexes.ts";
import { optionChanges, sameJson } from "./text.ts";
import type { Context, Piece, Writer } from "./writer.ts";
import { rebuild } from "./writer.ts";

const indexPath = (index: IndexPart): string => quotePath({ schema: index.schema, name: index.name });

const indexSettings = (index: IndexPart): readonly Piece[] => [
  ...index.keys.flatMap(({ statistics }, at) =>
    statistics === undefined
      ? []
      : [`ALTER INDEX ${indexPath(index)} ALTER COLUMN ${at + 1} SET STATISTICS ${statistics}`],
  ),
  ...(index.replicaIdentity ? [replicaIdentity(index.table, index.name)] : []),
  ...(index.clustered
    ? [
        `ALTER ${index.on === "view" ? "MATERIALIZED VIEW" : "TABLE"} ${quotePath(index.table)} CLUSTER ON ${quoteName(index.name)}`,
      ]
    : []),
];

/** Beside reads and writes, where the table has any: not on a new table, and not on a partitioned one, which holds no rows itself. */
const createIndex = (index: IndexPart, context: Context): readonly Piece[] => {
  const owner = index.on === "view" ? "view" : "table";
  const online = context.online && index.on !== "partitioned" && !context.isNew(`${owner} ${quotePath(index.table)}`);
  const only = index.on === "partitioned" ? "ONLY " : "";
  const sql = indexText(index, index.table, online ? "CONCURRENTLY " : "", only);
  const tail = [...tieIndex(index, context), ...indexSettings(index)];
  return online ? [{ sql, stage: "alone" }, ...late(tail)] : [sql, ...tail];
};

/** The old index serves until the new one is there. */
const replaceIndex = (to: IndexPart, context: Context): readonly Piece[] => {
  const aside = { schema: to.schema, name: asideName(to.name) };
  return [
    `ALTER INDEX ${indexPath(to)} RENAME TO ${quoteName(aside.name)}`,
    ...createIndex(to, { ...context, isNew: () => false }),
    { sql: `DROP INDEX CONCURRENTLY ${quotePath(aside)}`, stage: "alone" },
  ];
};

/** Plain again where it can be: options, statistics, what it serves. */
const alterIndex = (from: IndexPart, to: IndexPart, context: Context): readonly Piece[] | typeof rebuild => {
  // Where scans would wait for an index to be moved, another is built beside it. No command changes options on a partitioned table.
  const isMoved = !context.online || to.on !== "table" || to.partOf !== undefined || from.partOf !== undefined;
  const fixed = (index: IndexPart): unknown => ({
    ...omit(
      index,
      ...(index.on === "partitioned" ? [] : (["options"] as const)),
      "replicaIdentity",
      "clustered",
      "partOf",
      "definition",
      ...(isMoved ? (["tablespace"] as const) : []),
    ),
    keys: index.keys.map((key) => omit(key, "statistics")),
  });
  if (
    context.online &&
    to.on === "table" &&
    from.on === "table" &&
    from.partOf === undefined &&
    to.partOf === undefined &&
    !sameJson(fixed(from), fixed(to)) &&
    sameName(from.table, to.table)
  )
    return replaceIndex(to, context);
  if (
    !sameJson(fixed(from), fixed(to)) ||
    (from.partOf !== undefined &&
      to.partOf !== undefined &&
      !sameJson(from.partOf, to.partOf) &&
      !changesParent(to.table, context))
  )
    return rebuild;
  return [
    ...(from.tablespace === to.tablespace ? [] : [moveIndex(indexPath(to), to.tablespace)]),
    ...optionChanges(`ALTER INDEX ${indexPath(to)}`, from.options, to.options),
    ...to.keys.flatMap(({ statistics }, at) =>
      statistics === from.keys[at]?.statistics
        ? []
        : [`ALTER INDEX ${indexPath(to)} ALTER COLUMN ${at + 1} SET STATISTICS ${statistics ?? -1}`],
    ),
    ...(from.partOf === undefined && to.partOf !== undefined ? [attachIndex(to.partOf, to.schema, to.name)] : []),
    ...(to.replicaIdentity && !from.replicaIdentity ? [replicaIdentity(to.table, to.name)] : []),
    ...(from.clustered === to.clustered ? [] : clusterOn(to.table, to.name, to.clustered, context)),
  ];
};

/** Keys of partitions that stand on parts of this index go with it, and are said to. */
const servesKey = (index: IndexPart, { byKey }: Parts): boolean =>
  index.on === "partitioned" &&
  [...byKey.values()].some(
    ({ kind, value }) =>
      kind === "constraint" &&
      value.partOf !== undefined &&
      value.partOf.schema === index.schema &&
      value.partOf.name === index.name,
  );

export const indexWriter: Writer<"index"> = {
  create: createIndex,
  drop: (index, { online, from }) => [
    online && index.on === "table" && index.partOf === undefined
      ? { sql: `DROP INDEX CONCURRENTLY ${indexPath(index)}`, stage: "alone" }
      : `DROP INDEX ${indexPath(index)}${servesKey(index, from) ? " CASCADE" : ""}`,
  ],
  alter: alterIndex,
};
