// The bodies of handlers that answer with an example.
import type { GeneratedFile } from "../kernel/fileset.ts";
import { kindOf } from "./content.ts";
import exampleText from "./emitted/example.ts.txt" with { type: "text" };
import type { Doc } from "./layout.ts";
import { braces, call, concat } from "./layout.ts";
import type { ApiPlan, PlannedOperation } from "./plan.ts";
import { data, isList, literal } from "./print.ts";
import { sampleReply } from "./sample-reply.ts";

/** `example({ status: 200, body: … })` */
export const mockReply = (plan: ApiPlan, { operation }: PlannedOperation): Doc => {
  const reply = sampleReply(plan, operation, { seed: 0, examples: true, optional: true });
  const { status, headers, body, contentType } = reply;
  const isPayload = contentType !== undefined && !isList(body ?? null) && kindOf({ mediaType: contentType }) !== "json";
  const payload = isPayload && typeof body !== "string" ? JSON.stringify(body) : body;
  return call("example", [
    braces([
      `status: ${status}`,
      ...(Object.keys(headers).length === 0 ? [] : [concat("headers: ", data(headers))]),
      ...(contentType === undefined ? [] : [concat("contentType: ", literal(contentType))]),
      ...(payload === undefined ? [] : [concat("body: ", data(payload))]),
    ]),
  ]);
};

export const mockFiles = ({ options }: ApiPlan): readonly GeneratedFile[] =>
  options.mock ? [{ path: "middleware/example.ts", text: exampleText }] : [];
