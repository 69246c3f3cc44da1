// Names and SQL for indexes that were chosen.
import type { Catalog } from "../catalog.ts";
import { NewNames } from "../names.ts";
import { quoteName } from "../quote.ts";
import type { Candidate } from "./candidates.ts";

export interface NamedIndex {
  readonly candidate: Candidate;
  readonly name: string;
  /** Without CONCURRENTLY and without a semicolon. */
  readonly statement: string;
}

const words = (key: string): string => (key.match(/[a-z_][a-z0-9_]*/gi) ?? []).slice(0, 2).join("_").toLowerCase();

/** Named as PostgreSQL would name them: `orders_customer_id_created_at_idx`. */
export const namedIndexes = (catalog: Catalog, candidates: readonly Candidate[]): readonly NamedIndex[] => {
  const names = new NewNames(catalog);
  return candidates.map((candidate) => {
    const table = { schema: candidate.schema, name: candidate.table };
    const suffix = candidate.predicate === undefined ? "idx" : "part_idx";
    const name = names.take(table, candidate.keys.map(words), suffix);
    return { candidate, name, statement: `CREATE INDEX ${quoteName(name)} ${candidate.definition}` };
  });
};
