// Rule: SECURITY DEFINER routines that look names up where their caller says.
import type { Routine } from "../catalog/routines.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";
import { pathText } from "./rule.ts";

const hasPath = ({ settings }: Routine): boolean => settings.some(({ name }) => name.toLowerCase() === "search_path");

/** Names in a body that PostgreSQL parsed were looked up when it was made. */
const looksUp = ({ body, language }: Routine): boolean =>
  body.kind === "source" && !["c", "internal"].includes(language);

const words: Readonly<Record<Routine["kind"], string>> = {
  function: "FUNCTION",
  procedure: "PROCEDURE",
  window: "FUNCTION",
};

/** A warning: a caller who may create objects in any schema of its own search_path has them run with the owner's rights. */
export const securityDefiner: DatabaseRule = {
  id: "db/security-definer-search-path",
  severity: "warning",
  about: "SECURITY DEFINER routines without a search_path of their own",
  help: "set the search_path to the schemas that the body needs, pg_temp last; add those that this line leaves out",
  *check({ catalog }) {
    for (const routine of catalog.routines) {
      if (!routine.securityDefiner || hasPath(routine) || !looksUp(routine)) continue;
      const signature = `${quotePath(routine)}(${routine.types.join(", ")})`;
      const open = routine.grants.some(({ grantee }) => grantee === "public");
      const alter = `ALTER ${words[routine.kind]} ${signature}`;
      yield {
        message: `${routine.kind} ${pathText(routine)}(${routine.types.join(", ")}) runs with its owner's rights and finds tables and functions through its caller's search_path${open ? "; every role may call it" : ""}`,
        at: { kind: "object", type: "function", schema: routine.schema, name: routine.name },
        fix: {
          kind: "sql",
          up: `${alter} SET search_path = ${[...new Set(["pg_catalog", quoteName(routine.schema), "pg_temp"])].join(", ")};`,
          down: `${alter} RESET search_path;`,
          transactional: true,
        },
      };
    }
  },
};
