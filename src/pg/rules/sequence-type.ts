// Rule: sequences that end before the column which they feed.
import { nameKey } from "../catalog/object.ts";
import { quotePath } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";
import { at, pathText } from "./rule.ts";

const largest: Readonly<Record<string, bigint>> = {
  smallint: 32_767n,
  integer: 2_147_483_647n,
  bigint: 9_223_372_036_854_775_807n,
};

/**
 * A warning: a serial column that was widened to bigint keeps its integer sequence, so that nextval fails at 2,147,483,647 on a column
 * that everybody believes to be safe.
 */
export const sequenceType: DatabaseRule = {
  id: "db/sequence-type",
  severity: "warning",
  about: "Sequences narrower than the column they feed",
  help: "give the sequence the column's type: a change of the catalog alone",
  *check({ catalog }) {
    const tables = new Map(catalog.tables.map((table) => [nameKey(table), table]));
    for (const sequence of catalog.sequences) {
      const { ownedBy } = sequence;
      if (ownedBy === undefined || sequence.cycle) continue;
      const column = tables.get(nameKey(ownedBy.table))?.columns.find(({ name }) => name === ownedBy.column);
      const [own, its] = [largest[sequence.type], largest[column?.type.base ?? column?.type.text ?? ""]];
      // A limit that somebody set on purpose is not the type's own.
      if (own === undefined || its === undefined || own >= its || BigInt(sequence.max) !== own) continue;
      const path = quotePath(sequence);
      yield {
        message: `sequence ${pathText(sequence)} is ${sequence.type} and feeds ${pathText(ownedBy.table)}.${ownedBy.column}, which is ${column?.type.text ?? "wider"}: it ends at ${own.toLocaleString("en-US")}`,
        at: at("sequence", sequence),
        fix: {
          kind: "sql",
          up: `ALTER SEQUENCE ${path} AS ${column?.type.base ?? column?.type.text ?? "bigint"};`,
          down: `ALTER SEQUENCE ${path} AS ${sequence.type};`,
          transactional: true,
        },
      };
    }
  },
};
