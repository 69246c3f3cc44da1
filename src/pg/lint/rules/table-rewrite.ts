// Rule: other statements that write a whole table anew under a lock that keeps queries out.
import { workRule } from "../work-rule.ts";

export const tableRewrite = workRule("table-rewrite", {
  about: "Other statements that write a whole table anew under a lock that keeps queries out",
  help: "take a window in which users may wait, or use a tool that copies the table beside it",
});
