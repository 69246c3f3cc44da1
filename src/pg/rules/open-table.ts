// Rule: tables that everybody who can connect, or everybody on the internet behind a hosted API, may read or change.
import { listed } from "../../kernel/words.ts";
import type { Catalog } from "../catalog.ts";
import type { Grant } from "../catalog/object.ts";
import type { Table, View } from "../catalog/tables.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";
import { at, pathText } from "./rule.ts";

const changing = ["DELETE", "INSERT", "TRUNCATE", "UPDATE"];

/** Roles that stand for people who have shown nothing: PUBLIC, and the one that hosted APIs (PostgREST, Supabase) use without a login. */
const anybody = (grant: Grant): boolean => grant.grantee === "public" || grant.grantee === "anon";

/** Through such a schema an API cannot be asked; PUBLIC's own rights begin with USAGE on the schema. */
const reachable = (catalog: Catalog, schema: string, grantee: string): boolean =>
  catalog.schemas.some(
    ({ name, grants }) =>
      name === schema &&
      grants.some(
        (grant) => (grant.grantee === grantee || grant.grantee === "public") && grant.privileges.includes("USAGE"),
      ),
  );

const isOpen = (one: Table | View): boolean => !("rowSecurity" in one) || one.rowSecurity.startsWith("off");

const who = (grantee: string): string =>
  grantee === "public" ? "every role that can connect" : "anybody without a login, through the API's role anon";

const name = (grantee: string): string => (grantee === "public" ? "PUBLIC" : quoteName(grantee));

/** An error where rows can be changed, a warning where they can be read. */
export const openTable: DatabaseRule = {
  id: "db/open-table",
  severity: "warning",
  about: "Tables open to everybody, without row-level security",
  help: "grant to the roles that need it; where anonymous reading is meant, say so with row-level security and a policy",
  *check({ catalog }) {
    for (const one of catalog.tables.filter(isOpen)) {
      for (const grant of one.grants.filter(anybody)) {
        const rights = grant.privileges.filter((right) => changing.includes(right) || right === "SELECT");
        if (rights.length === 0 || !reachable(catalog, one.schema, grant.grantee)) continue;
        const change = rights.some((right) => changing.includes(right));
        const verbs = `${grant.privileges.join(", ")} ON ${quotePath(one)}`;
        yield {
          ...(change ? { severity: "error" as const } : {}),
          message: `${pathText(one)} has no row-level security, and ${who(grant.grantee)} may ${listed(rights.map((right) => right.toLowerCase()))} its rows`,
          at: at("table", one),
          fix: {
            kind: "sql",
            up: `REVOKE ${verbs} FROM ${name(grant.grantee)};`,
            down: `GRANT ${verbs} TO ${name(grant.grantee)};`,
            transactional: true,
          },
        };
      }
    }
  },
};
