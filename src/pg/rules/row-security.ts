// Rules: row-level security that is switched on without a policy, and policies that nobody switched on.
import type { Table } from "../catalog/tables.ts";
import { listed, plural } from "../../kernel/words.ts";
import { quotePath } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";
import { at, pathText } from "./rule.ts";

const enable = (table: Table) => ({
  kind: "sql" as const,
  up: `ALTER TABLE ${quotePath(table)} ENABLE ROW LEVEL SECURITY;`,
  down: `ALTER TABLE ${quotePath(table)} DISABLE ROW LEVEL SECURITY;`,
  transactional: true,
});

const isOff = ({ rowSecurity }: Table): boolean => rowSecurity === "off" || rowSecurity === "off-forced";

/** An error: whoever wrote the policies believes that rows are kept apart, and everybody with rights on the table sees all of them. */
export const policiesOff: DatabaseRule = {
  id: "db/policies-without-row-security",
  severity: "error",
  about: "Tables with policies that have no effect, since row-level security is off",
  help: "switch row-level security on, once the application was tried with it",
  *check({ catalog }) {
    for (const table of catalog.tables) {
      if (!isOff(table) || table.policies.length === 0) continue;
      yield {
        message: `${pathText(table)} has ${plural(table.policies.length, "policy", "policies")} (${listed(table.policies.map(({ name }) => name))}) and row-level security is off: they are not applied`,
        at: at("table", table),
        fix: enable(table),
      };
    }
  },
};

/** A note: with security on and no policy, everybody but the owner sees no row. That may be meant, as a lock. */
export const securityWithoutPolicy: DatabaseRule = {
  id: "db/row-security-without-policy",
  severity: "info",
  about: "Tables with row-level security and no policy: nobody but the owner sees a row",
  help: "write a policy, or revoke the rights that are useless without one",
  *check({ catalog }) {
    for (const table of catalog.tables) {
      if (isOff(table) || table.policies.length > 0) continue;
      // A partition is asked through its parent, whose policies count.
      if (table.partitionOf !== undefined) continue;
      const granted = table.grants.filter(({ grantee }) => grantee !== table.owner).map(({ grantee }) => grantee);
      yield {
        ...(granted.length > 0 ? { severity: "warning" as const } : {}),
        message:
          granted.length > 0
            ? `${pathText(table)} has row-level security and no policy: ${listed([...new Set(granted)])} may use it and will see no row`
            : `${pathText(table)} has row-level security and no policy: only its owner sees rows`,
        at: at("table", table),
      };
    }
  },
};
