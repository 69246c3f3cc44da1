// Rule: CHECK constraints that are checked on all rows while nobody can use the table.
import { validatedLater, workRule } from "../work-rule.ts";

export const checkScans = workRule(
  "check-scans",
  {
    about: "CHECK constraints that are checked on all rows while nobody can use the table",
    help: "add it NOT VALID, and validate it in a transaction of its own: that holds up nobody",
  },
  validatedLater,
);
