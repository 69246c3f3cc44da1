// Values as they go over the wire: parameters in each style, forms, and the headers of a request.
import type { Json, JsonObject } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import { checkedSchema, kindOf } from "./content.ts";
import type { Content, Encoding, Operation, Parameter, ParameterLocation, Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { isList } from "./print.ts";
import { sequenceOf, sequenceText } from "./sequences.ts";
import { fileKeyword, listedTypes, schemaIn, schemaMapIn } from "./schema-view.ts";

/** What a request says, before it is written: parameters by location and name, and the body's value. */
export interface RequestValues {
  readonly parameters: Readonly<Record<ParameterLocation, JsonObject>>;
  readonly body?: { readonly content: Content; readonly value: Json };
}

/** A request as any HTTP client can send it. */
export interface SampleRequest {
  readonly method: string;
  /** With the query, percent-encoded; the base path of a server is not part of it. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Multipart forms and JSON are text too; absent when the operation takes no body. */
  readonly body?: string;
}

const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

const encoded = (value: Json): string =>
  encodeURIComponent(textOf(value)).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

type Written = Pick<Parameter, "name" | "style" | "explode"> & { readonly mediaType?: string };

/** Names and values as one text: `a,1,b,2`, or `a=1,b=2` when exploded. */
const joined = (value: Json, { explode }: Written, separator: string, write: (value: Json) => string): string => {
  if (isList(value)) return value.map(write).join(separator);
  if (!isObject(value)) return write(value);
  const entries = Object.entries(value);
  return explode
    ? entries.map(([name, inner]) => `${write(name)}=${write(inner)}`).join(separator)
    : entries.flatMap(([name, inner]) => [write(name), write(inner)]).join(",");
};

const pathText = (value: Json, parameter: Written): string => {
  const { style, explode, name } = parameter;
  if (parameter.mediaType !== undefined) return encoded(value);
  if (style === "label") return `.${joined(value, parameter, explode ? "." : ",", encoded)}`;
  if (style !== "matrix") return joined(value, parameter, ",", encoded);
  if (!explode) return `;${encoded(name)}=${joined(value, parameter, ",", encoded)}`;
  if (isList(value)) return value.map((item) => `;${encoded(name)}=${encoded(item)}`).join("");
  return isObject(value) ? `;${joined(value, parameter, ";", encoded)}` : `;${encoded(name)}=${encoded(value)}`;
};

const deepPairs = (name: string, value: Json): readonly string[] => {
  if (isList(value)) return value.map((item) => `${encoded(name)}=${encoded(item)}`);
  if (!isObject(value)) return [`${encoded(name)}=${encoded(value)}`];
  return Object.entries(value).flatMap(([key, inner]) => deepPairs(`${name}[${key}]`, inner));
};

const delimiters: Readonly<Record<string, string>> = {
  spaceDelimited: "%20",
  pipeDelimited: "%7C",
  tabDelimited: "%09",
};

/** `name=value` pairs of one parameter or form field. */
const queryPairs = (value: Json, parameter: Written): readonly string[] => {
  const { name, style, explode } = parameter;
  if (parameter.mediaType !== undefined) return [`${encoded(name)}=${encodeURIComponent(JSON.stringify(value))}`];
  if (style === "deepObject") return deepPairs(name, value);
  if (explode && isList(value)) return value.map((item) => `${encoded(name)}=${encoded(item)}`);
  if (explode && isObject(value)) {
    return Object.entries(value).flatMap(([key, inner]) =>
      (isList(inner) ? inner : [inner]).map((item) => `${encoded(key)}=${encoded(item)}`),
    );
  }
  return [`${encoded(name)}=${joined(value, { ...parameter, explode: false }, delimiters[style] ?? ",", encoded)}`];
};

const headerText = (value: Json, parameter: Written): string =>
  parameter.mediaType === undefined ? joined(value, parameter, ",", textOf) : JSON.stringify(value);

/** A field of a form as the reader on the other side expects it, where the document leaves it open. */
const fieldStyle = (name: string, value: Json, content: Content): Written => {
  const encoding: Encoding = Object.hasOwn(content.encoding, name) ? (content.encoding[name] ?? {}) : {};
  const style = encoding.style ?? (isObject(value) ? "deepObject" : "form");
  const isJson = /[/+]json$/.test(encoding.contentType ?? "");
  return {
    name,
    style,
    explode: encoding.explode ?? style === "form",
    ...(isJson ? { mediaType: encoding.contentType ?? "" } : {}),
  };
};

const boundary = "----------senior-sample";

const isFileSchema = (plan: ApiPlan, schema: Schema): boolean => {
  const target = followed(plan, schema);
  if (typeof target === "boolean") return false;
  const items = listedTypes(target)?.join() === "array" ? schemaIn(target, "items") : undefined;
  return target[fileKeyword] === true || (items !== undefined && isFileSchema(plan, items));
};

const multipartText = (plan: ApiPlan, content: Content, value: JsonObject): string => {
  const target = followed(plan, checkedSchema(plan, content));
  const properties = new Map(typeof target === "boolean" ? [] : schemaMapIn(target, "properties"));
  const parts = Object.entries(value).flatMap(([name, inner]) => {
    const isFile = isFileSchema(plan, properties.get(name) ?? true);
    const quoted = name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${quoted}"`;
    const { style, mediaType } = fieldStyle(name, inner, content);
    const isJson = mediaType !== undefined || style === "deepObject";
    const items = isList(inner) && !isJson ? inner : [inner];
    return items.map((item) =>
      isFile
        ? `${head}; filename="sample.txt"\r\ncontent-type: application/octet-stream\r\n\r\n${textOf(item)}\r\n`
        : `${head}\r\n\r\n${isJson ? JSON.stringify(item) : textOf(item)}\r\n`,
    );
  });
  return `${parts.join("")}--${boundary}--\r\n`;
};

const concrete = (mediaType: string): string =>
  mediaType === "*/*" ? "application/json" : mediaType.replace(/^(\w+)\/\*$/, (_, type: string) => `${type}/plain`);

const bodyText = (plan: ApiPlan, { content, value }: NonNullable<RequestValues["body"]>): string => {
  const form = sequenceOf(content);
  if (form !== undefined && isList(value)) return sequenceText(value, form);
  const kind = kindOf(content);
  if (kind === "multipart" && isObject(value)) return multipartText(plan, content, value);
  if (kind === "form" && isObject(value)) {
    const pairs = Object.entries(value).flatMap(([name, inner]) => queryPairs(inner, fieldStyle(name, inner, content)));
    return pairs.join("&");
  }
  return kind === "json" ? JSON.stringify(value) : textOf(value);
};

/** Headers that say how a request travels: whoever sends it writes them, or nobody could read it. */
const travelling = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Values as a request. The values need not be valid: a test may send what it expects to be refused. */
export const writeRequest = (plan: ApiPlan, operation: Operation, values: RequestValues): SampleRequest => {
  const { parameters, body } = values;
  const given = (location: ParameterLocation): readonly (readonly [Parameter, Json])[] =>
    operation.parameters.flatMap((one) => {
      const value =
        one.in === location && Object.hasOwn(parameters[location], one.name)
          ? parameters[location][one.name]
          : undefined;
      return value === undefined ? [] : [[one, value] as const];
    });
  const inTemplate = new Map(given("path").map(([one, value]) => [one.name, pathText(value, one)]));
  const path = operation.path
    .split(/(\{[^{}]*\})/)
    .map((part) =>
      part.startsWith("{")
        ? (inTemplate.get(part.slice(1, -1)) ?? "x")
        : encodeURI(decoded(part)).replace(/[?#]/g, encodeURIComponent),
    )
    .join("");
  const query = given("query").flatMap(([one, value]) => queryPairs(value, one));
  const cookies = given("cookie").map(([one, value]) => `${one.name}=${encoded(headerText(value, one))}`);
  const contentType = body === undefined ? undefined : concrete(body.content.mediaType);
  const isMultipart = contentType === "multipart/form-data";
  return {
    method: operation.method,
    path: query.length === 0 ? path : `${path}?${query.join("&")}`,
    headers: {
      ...Object.fromEntries(
        given("header")
          .filter(([{ name }]) => !travelling.has(name.toLowerCase()))
          .map(([one, value]) => [one.name, headerText(value, one)]),
      ),
      ...(cookies.length === 0 ? {} : { cookie: cookies.join("; ") }),
      ...(contentType === undefined
        ? {}
        : { "content-type": isMultipart ? `${contentType}; boundary=${boundary}` : contentType }),
    },
    ...(body === undefined ? {} : { body: bodyText(plan, body) }),
  };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
