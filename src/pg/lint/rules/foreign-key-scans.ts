// Rule: foreign keys that are checked on all rows while both tables take no writes.
import { validatedLater, workRule } from "../work-rule.ts";

export const foreignKeyScans = workRule(
  "foreign-key-scans",
  {
    about: "Foreign keys that are checked on all rows while both tables take no writes",
    help: "add it NOT VALID, and validate it in a transaction of its own: that holds up nobody",
  },
  validatedLater,
);
