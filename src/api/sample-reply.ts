// A reply that an operation's document describes: its success status, headers and body, from examples or made.
import type { Json } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import type { ApiResponse, Content, Operation, ResponseHeader } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { isList } from "./print.ts";
import type { RequestOptions } from "./sample-request.ts";
import { preferred, sampleContent } from "./sample-request.ts";
import { sampleValue } from "./sample.ts";

export interface SampleReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Json;
  /** Absent for `application/json` and where there is no body. */
  readonly contentType?: string;
}

/** The order in which responses are taken for a success. */
const rank = ({ status }: ApiResponse): number =>
  /^2\d\d$/.test(status)
    ? Number(status)
    : status === "2XX"
      ? 300
      : /^3/.test(status)
        ? 400
        : status === "default"
          ? 500
          : Infinity;

const successOf = ({ responses }: Operation): ApiResponse | undefined =>
  responses.filter((one) => rank(one) < Infinity).sort((a, b) => rank(a) - rank(b))[0];

const statusOf = ({ status }: ApiResponse): number =>
  /^\d+$/.test(status) ? Number(status) : status === "3XX" ? 302 : 200;

const headerText = (value: Json): string => {
  if (isList(value)) return value.map(headerText).join(",");
  return typeof value === "string" ? value : JSON.stringify(value);
};

// What the server itself writes.
const ownHeaders = ["connection", "content-encoding", "content-length", "content-type", "date", "transfer-encoding"];

const headerEntry = (
  plan: ApiPlan,
  { name, schema, examples = [] }: ResponseHeader,
  { seed, examples: told }: RequestOptions,
): readonly (readonly [string, string])[] => {
  if (!/^[\w!#$%&'*+.^|~-]+$/.test(name) || ownHeaders.includes(name.toLowerCase())) return [];
  const options = { plan, direction: "output", seed, examples: told } as const;
  const value = sampleValue({ allOf: [schema], examples }, options);
  const text =
    value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0)
      ? ""
      : headerText(value);
  return /^[!-~](?:[ -~]*[!-~])?$/.test(text) ? [[name, text]] : [];
};

const concrete = (mediaType: string): string =>
  mediaType.replace(/^(\w+)\/\*$/, (_, type: string) => (type === "text" ? "text/plain" : `${type}/octet-stream`));

const bodyOf = (
  plan: ApiPlan,
  contents: readonly Content[],
  options: RequestOptions,
): Pick<SampleReply, "body" | "contentType"> => {
  for (const content of preferred(contents)) {
    const body = sampleContent(plan, content, "output", options);
    if (body === undefined) continue;
    const { mediaType } = content;
    const isPlain = mediaType === "application/json" || mediaType === "*/*";
    return isPlain ? { body } : { body, contentType: concrete(mediaType) };
  }
  return {};
};

/** What the operation answers when all is well; without a described success, 200 and nothing more. */
export const sampleReply = (plan: ApiPlan, operation: Operation, options: RequestOptions): SampleReply => {
  const response = successOf(operation);
  if (response === undefined) return { status: 200, headers: {} };
  const headers = Object.fromEntries(response.headers.flatMap((header) => headerEntry(plan, header, options)));
  const status = statusOf(response);
  return { status, headers, ...(status === 204 || status === 304 ? {} : bodyOf(plan, response.contents, options)) };
};
