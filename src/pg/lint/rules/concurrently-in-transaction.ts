// Rule: statements that the server refuses inside a transaction, in a file that its runner wraps in one.
import type { LintRule } from "../rule.ts";
import { statementsIn } from "../rule.ts";
import { isOneMessage } from "../../apply.ts";

const how: Readonly<Record<string, string>> = {
  dbmate: "begin the file with -- migrate:up transaction:false, and put this statement alone into it",
  goose: "begin the file with -- +goose NO TRANSACTION",
  "sql-migrate": "begin the file with -- +migrate Up notransaction",
  diesel: "put this statement alone into a migration whose metadata.toml says run_in_transaction = false",
  flyway: "set executeInTransaction=false in the script's .conf file",
  drizzle: "drizzle runs all migrations in one transaction: run this statement by itself, outside of them",
};

export const concurrentlyInTransaction: LintRule = {
  id: "lint/concurrently-in-transaction",
  severity: "error",
  about: "Statements that cannot run inside a transaction, in a migration that is one",
  help: "put it into a migration of its own that runs without a transaction",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      if (on.error?.sqlstate !== "25001") continue;
      const alone = isOneMessage(subject.tool)
        ? "put this statement alone into a migration: several in one file are sent as one transaction"
        : undefined;
      const help = how[subject.tool] ?? alone;
      yield { on, message: `PostgreSQL refuses it: ${on.error.message}`, ...(help === undefined ? {} : { help }) };
    }
  },
};
