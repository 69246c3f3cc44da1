// Rule: schemas in which everybody may create objects.
import { quoteName } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";
import { globalAt } from "./rule.ts";

/**
 * A warning: whoever can connect can put a function or table in the way of others' unqualified names (CVE-2018-1058). Databases made
 * before PostgreSQL 15 have it for `public` by default, and keep it through upgrades.
 */
export const publicCreate: DatabaseRule = {
  id: "db/public-create",
  severity: "warning",
  about: "Schemas in which every role may create objects",
  help: "grant CREATE to the roles that migrate the schema alone",
  *check({ catalog }) {
    for (const { name, grants } of catalog.schemas) {
      if (!grants.some(({ grantee, privileges }) => grantee === "public" && privileges.includes("CREATE"))) continue;
      const what = `CREATE ON SCHEMA ${quoteName(name)}`;
      yield {
        message: `every role may create tables and functions in schema ${name}, and so take the place of those that others mean`,
        at: globalAt("schema", name),
        fix: { kind: "sql", up: `REVOKE ${what} FROM PUBLIC;`, down: `GRANT ${what} TO PUBLIC;`, transactional: true },
      };
    }
  },
};
