// Rule: new columns whose default has to be computed for every row, which writes the table anew.
import { workRule } from "../work-rule.ts";

export const volatileDefault = workRule("volatile-default", {
  about: "New columns whose default has to be computed for every row, which writes the table anew",
  help: "add the column without its default, set the default for new rows, fill old rows in batches, then add what else it needs",
});
