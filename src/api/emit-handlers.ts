// Typed handlers that are yet to be written, one file for every tag.
import type { GeneratedFile } from "../kernel/fileset.ts";
import { mockReply } from "./emit-mocks.ts";
import { documented } from "./emit-types.ts";
import type { Doc } from "./layout.ts";
import { call, concat, group, hardline, indent, layout, line, softline, separated } from "./layout.ts";
import type { Operation } from "./model.ts";
import { headline, imports } from "./operation-parts.ts";
import type { ApiPlan, PlannedOperation } from "./plan.ts";
import { comment, commentText, literal } from "./print.ts";

/** `201 leads to getOrder: id = $response.body#/id` */
const linkLines = ({ responses }: Operation): readonly string[] =>
  responses.flatMap(({ status, links }) =>
    links.map(({ to, parameters }) => {
      const given = Object.entries(parameters).map(
        ([name, value]) => `${name} = ${typeof value === "string" ? value : JSON.stringify(value)}`,
      );
      return `${status} leads to ${to}${given.length === 0 ? "" : `: ${given.join(", ")}`}`;
    }),
  );

const handlerDoc = (plan: ApiPlan, planned: PlannedOperation): Doc => {
  const { operation, name, type } = planned;
  const deprecated = operation.deprecated ? "@deprecated" : undefined;
  const lines = comment(operation.summary, headline(planned), ...linkLines(operation), deprecated);
  const input = concat(`types.${type}Request`, ",", line, `types.${type}Reply`);
  const answer = plan.options.mock ? mockReply(plan, planned) : call("notImplemented", [literal(name)]);
  const stub = group(indent(line, answer));
  return documented(
    lines,
    concat(`export const ${name}: `, group("Handler<", indent(softline, input), softline, ">"), " = () =>", stub, ";"),
  );
};

/** Handlers to be written, one file for each tag: `Handler` comes from the framework's own `middleware/handle.ts`. */
export const handlerFiles = (plan: ApiPlan): readonly GeneratedFile[] =>
  plan.groups.map((group) => {
    const title = commentText(group.title);
    const head = imports([
      plan.options.mock
        ? 'import { example } from "../middleware/example.js";'
        : 'import { notImplemented } from "../middleware/errors.js";',
      'import type { Handler } from "../middleware/handle.js";',
      `import type * as types from "../types/${group.file}.js";`,
    ]);
    const body = layout(concat(separated(group.operations.map((one) => handlerDoc(plan, one))), hardline));
    return {
      path: `routes/${group.file}.ts`,
      text: `// Handlers of ${title}. Their input is validated; what they return is sent.\n${head}${body}`,
    };
  });
