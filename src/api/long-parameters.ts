// Lists of objects in the query or a header: they can grow beyond what Node reads of a request's head.
import type { Finding } from "../kernel/finding.ts";
import type { Parameter } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { sampleValue } from "./sample.ts";
import { listedTypes, numberIn, schemaIn } from "./schema-view.ts";

/** Node's own limit, `--max-http-header-size`. */
const maxHead = 16_384;

const isLong = (plan: ApiPlan, { in: location, schema }: Parameter): boolean => {
  if (location === "path") return false;
  const list = followed(plan, schema);
  if (typeof list === "boolean" || listedTypes(list)?.includes("array") !== true) return false;
  const item = schemaIn(list, "items") ?? true;
  const target = followed(plan, item);
  if (typeof target === "boolean" || listedTypes(target)?.includes("object") !== true) return false;
  const one = sampleValue(item, { plan, direction: "input", seed: 0, examples: true }) ?? {};
  return encodeURIComponent(JSON.stringify(one)).length * (numberIn(list, "maxItems") ?? Infinity) > maxHead;
};

const places = { query: "query", header: "headers", cookie: "cookies", path: "path" } as const;

/** One for each parameter, at its first place. */
export const longParameters = (plan: ApiPlan, path: string): readonly Finding[] => {
  const all = plan.api.operations.flatMap(({ parameters }) => parameters).filter((one) => isLong(plan, one));
  return [...new Map(all.map((one) => [one.pointer, one])).values()].map((one) => ({
    rule: "api/long-parameter",
    severity: "info",
    message: `a list of objects in the ${places[one.in]} (${one.name}) can make a request's head longer than the 16 KiB that Node reads: it answers 431 before any handler runs`,
    at: { kind: "pointer", path, pointer: one.pointer },
    help: "take the list as a body (QUERY or POST), limit it with maxItems, or start the service with --max-http-header-size",
  }));
};
