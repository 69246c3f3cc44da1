// What a service cannot do as its document has it: told once for the whole service.
import type { Finding } from "../kernel/finding.ts";
import { plural } from "../kernel/words.ts";
import { planErrors } from "./emit-errors.ts";
import { longParameters } from "./long-parameters.ts";
import type { ApiPlan } from "./plan.ts";
import { repeatedBase } from "./plan.ts";

const errorFindings = (plan: ApiPlan, path: string): readonly Finding[] => {
  const { shapes } = planErrors(plan);
  const open = shapes.filter(({ filled }) => filled === undefined);
  const [first] = open;
  const findings: Finding[] = [];
  if (first !== undefined) {
    findings.push({
      rule: "api/unknown-error-body",
      severity: "warning",
      message: `the service does not know what belongs into ${plural(open.length, "error body", "error bodies")} of the document (the first: ${first.about}); it answers there with its own body`,
      at: { kind: "pointer", path, pointer: first.content.pointer },
      help: "write them in error-body.ts, or describe problem details (RFC 9457)",
    });
  }
  if (plan.options.errorBody === "documented" && open.length === shapes.length) {
    findings.push({
      rule: "api/no-error-body",
      severity: "warning",
      message: "the document describes no error body that the service can fill: its own is used for all errors",
      at: { kind: "pointer", path, pointer: "/paths" },
    });
  }
  return findings;
};

const baseFindings = ({ api }: ApiPlan, path: string): readonly Finding[] => {
  const base = repeatedBase(api);
  if (base === undefined) return [];
  return [
    {
      rule: "api/repeated-base-path",
      severity: "info",
      message: `paths begin with ${base}, which is the server's path already: they are served as they stand, and not below ${base}${base}`,
      at: { kind: "pointer", path, pointer: "/servers" },
      help: "take it out of the paths, or out of the server's URL",
    },
  ];
};

export const serviceFindings = (plan: ApiPlan, path: string): readonly Finding[] => [
  ...errorFindings(plan, path),
  ...baseFindings(plan, path),
  ...longParameters(plan, path),
];
