// Makes an empty index of the clone look as it would over production's rows.
import { nameKey } from "../catalog/object.ts";
import { quotePath, quoteText } from "../quote.ts";
import type { CloneIndex, IndexSize, Known } from "./index-shape.ts";
import { indexesQuery, sizeOf } from "./index-shape.ts";
import type { Planner } from "./planner.ts";
import { cloneSchema } from "./reduce.ts";
import { restoreRelation } from "./restore.ts";

export const fillIndex = async (
  planner: Planner,
  index: CloneIndex,
  { blocks, rows, level }: IndexSize,
): Promise<void> => {
  await planner.run([
    `select "${cloneSchema}".pg_buffercache_evict_relation(${quoteText(quotePath(index))}::regclass)`,
  ]);
  await planner.disk([
    index.method === "btree"
      ? { kind: "btree", path: index.path, blocks, level }
      : { kind: "length", path: index.path, blocks },
  ]);
  await planner.run([restoreRelation({ ...index, pages: blocks, tuples: rows, visible: 0 })]);
};

/** Indexes that production does not have yet get the size that they would have there. */
export const fillUnknownIndexes = async (planner: Planner, known: Known): Promise<void> => {
  const rows = await planner.rows(
    indexesQuery(`n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', '${cloneSchema}')`),
  );
  for (const row of rows) {
    const index = JSON.parse(row) as CloneIndex;
    if (known.relations.has(nameKey(index))) continue;
    // What stands in no table of production is empty.
    if (!known.relations.has(nameKey({ schema: index.schema, name: index.table }))) continue;
    await fillIndex(planner, index, await sizeOf(planner, index, known));
  }
};
