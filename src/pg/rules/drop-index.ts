// The SQL that drops an index, and makes it again.
import type { Fix } from "../../kernel/finding.ts";
import type { ObjectName } from "../catalog/object.ts";
import type { Index } from "../catalog/tables.ts";
import { quotePath } from "../quote.ts";

export const dropIndex = (holder: ObjectName & { readonly partitioned: boolean }, index: Index): Fix => {
  const way = holder.partitioned ? "" : "CONCURRENTLY ";
  const made = index.definition.replace(/^CREATE (UNIQUE )?INDEX /, `CREATE $1INDEX ${way}`);
  return {
    kind: "sql",
    up: `DROP INDEX ${way}${quotePath({ schema: holder.schema, name: index.name })};`,
    // The server prints a partitioned table's index as ON ONLY, which would leave its partitions without.
    down: `${holder.partitioned ? made.replace(/ ON ONLY /, " ON ") : made};`,
    transactional: holder.partitioned,
  };
};
