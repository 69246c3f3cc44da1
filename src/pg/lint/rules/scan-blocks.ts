// Rule: tables read through under a lock that keeps writers out.
import { workRule } from "../work-rule.ts";

export const scanBlocks = workRule("scan-blocks", {
  about: "Tables read through under a lock that keeps writers out",
  help: "add the constraint NOT VALID and validate it in a transaction of its own; for a partition, first add a valid CHECK that says the same as its bounds",
});
