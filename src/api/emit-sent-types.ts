// Types of what the service sends by itself: bodies of webhooks and callbacks.
import type { GeneratedFile } from "../kernel/fileset.ts";
import { kindOf } from "./content.ts";
import { documented, typeDoc, unionDoc } from "./emit-types.ts";
import type { Doc } from "./layout.ts";
import { assigned, concat, hardline, layout, separated } from "./layout.ts";
import type { Content, SentRequest } from "./model.ts";
import { distinctNames, typeName } from "./names.ts";
import { imports } from "./operation-parts.ts";
import type { ApiPlan } from "./plan.ts";
import { comment } from "./print.ts";
import { listSchema } from "./sequences.ts";

const bodyType = (plan: ApiPlan, content: Content): Doc => {
  const kind = kindOf(content);
  if (kind === "bytes") return "Uint8Array";
  const schema = kind === "sequence" ? listSchema(plan, content) : content.schema;
  return typeDoc(schema, { plan, direction: "output", prefix: "models." });
};

const spokenName = ({ kind, name, from }: SentRequest): string =>
  [from?.operationId ?? from?.headline ?? "", name, kind].join(" ");

const about = ({ kind, name, method, to, from }: SentRequest): string =>
  kind === "webhook" ? `The webhook ${name}: ${method}.` : `The callback ${name} of ${from?.headline}: ${method} ${to}`;

/** `types/sent.ts`; nothing for an API that only answers. */
export const sentTypeFiles = (plan: ApiPlan): readonly GeneratedFile[] => {
  const sent = plan.api.sent.filter(({ body }) => (body?.contents.length ?? 0) > 0);
  if (sent.length === 0) return [];
  const names = distinctNames(sent.map(spokenName), (text) => typeName(text, "Sent"));
  const declarations = sent.map((one, index) => {
    const types = (one.body?.contents ?? []).map((content) => bodyType(plan, content));
    const code = concat(`export type ${names[index] ?? "Sent"} =`, assigned(unionDoc(types)), ";");
    return documented(comment(one.description, about(one)), code);
  });
  const body = layout(concat(separated(declarations), hardline));
  const head = imports([/\bmodels\./.test(body) && 'import type * as models from "./models.js";']);
  return [
    {
      path: "types/sent.ts",
      text: `// What the service sends by itself: bodies of webhooks and callbacks.\n${head}${body}`,
    },
  ];
};
