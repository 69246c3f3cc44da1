// Rule: changes of a column's type that write the whole table anew.
import { workRule } from "../work-rule.ts";

export const typeChangeRewrites = workRule("type-change-rewrites", {
  about: "Changes of a column's type that write the whole table anew, or build its indexes anew",
  help: "add a column of the new type, write both, fill it in batches, read the new one, drop the old one in a later release",
});
