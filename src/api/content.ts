// How bodies of each media type are read and checked, and which parts of a form are files.
import type { Json, JsonObject } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import { shapeOf } from "./emit-shapes.ts";
import type { Content, Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { listSchema, sequenceOf } from "./sequences.ts";
import { fileKeyword, get, listedTypes, schemaIn, schemaMapIn, textIn } from "./schema-view.ts";

export type ContentKind = "json" | "form" | "multipart" | "sequence" | "text" | "bytes";

/** The way a media type is read. XML is handed over as text: nothing here checks it against a schema. */
export const kindOf = (content: Pick<Content, "mediaType" | "items">): ContentKind => {
  const { mediaType } = content;
  if (sequenceOf(content) !== undefined) return "sequence";
  if (/[/+]json$/.test(mediaType) || mediaType === "*/*") return "json";
  if (mediaType === "application/x-www-form-urlencoded") return "form";
  if (mediaType === "multipart/form-data") return "multipart";
  return /^text\/|[/+](xml|yaml|x-yaml|graphql|x-ndjson|jsonl)$/.test(mediaType) ? "text" : "bytes";
};

const isBinary = (plan: ApiPlan, schema: Schema): boolean => {
  const target = followed(plan, schema);
  if (typeof target === "boolean") return false;
  const isText = listedTypes(target)?.includes("string") ?? false;
  const isOpaque = get(target, "contentMediaType") !== undefined && get(target, "contentEncoding") === undefined;
  return (
    (isText && textIn(target, "format") === "binary") || (isOpaque && (isText || get(target, "type") === undefined))
  );
};

const file: JsonObject = { [fileKeyword]: true };

const withFiles = (plan: ApiPlan, schema: Schema): Schema => {
  if (isBinary(plan, schema)) return file;
  const target = followed(plan, schema);
  if (typeof target === "boolean" || listedTypes(target)?.join() !== "array") return schema;
  const items = schemaIn(target, "items");
  return items !== undefined && isBinary(plan, items) ? { ...target, items: file } : schema;
};

/** The schema that a content's values are checked with: in multipart forms, binary properties are files. */
export const checkedSchema = (plan: ApiPlan, content: Content): Schema => {
  const { schema } = content;
  const kind = kindOf(content);
  if (kind === "sequence") return listSchema(plan, content);
  if (kind === "bytes") return true;
  if (kind === "text") return textSchema(plan, schema);
  if (kind !== "multipart") return schema;
  const target = followed(plan, schema);
  if (typeof target === "boolean" || get(target, "properties") === undefined) return schema;
  const properties = schemaMapIn(target, "properties").map(([name, one]) => [name, withFiles(plan, one)] as const);
  const hasFiles = properties.some(([name, one]) => one !== (target["properties"] as JsonObject)[name]);
  return hasFiles ? { ...target, properties: Object.fromEntries(properties) } : schema;
};

/** Text that the schema describes as something else (XML, CSV rows) is not checked. */
const textSchema = (plan: ApiPlan, schema: Schema): Schema => {
  const target = followed(plan, schema);
  return typeof target !== "boolean" && listedTypes(target)?.join() === "string" ? schema : { type: "string" };
};

const propertiesDeep = (
  plan: ApiPlan,
  schema: Schema,
  seen = new Set<Schema>(),
): readonly (readonly [string, Schema])[] => {
  const target = followed(plan, schema);
  if (typeof target === "boolean" || seen.has(target)) return [];
  seen.add(target);
  const inner = ["allOf", "anyOf", "oneOf"].flatMap((keyword) => (get(target, keyword) ?? []) as readonly Schema[]);
  return [...schemaMapIn(target, "properties"), ...inner.flatMap((one) => propertiesDeep(plan, one, seen))];
};

const isStructured = (shape: Json): boolean => isObject(shape) && Object.hasOwn(shape, "object");

/** How each field of a form is written, as data for the emitted reader. */
export const formFields = (plan: ApiPlan, content: Content): JsonObject => {
  const kind = kindOf(content);
  const fields = propertiesDeep(plan, content.schema).map(([name, schema]): readonly [string, Json] => {
    const shape = shapeOf(plan, schema);
    const encoding = Object.hasOwn(content.encoding, name) ? content.encoding[name] : undefined;
    const style = encoding?.style ?? (isStructured(shape) && kind === "form" ? "deepObject" : undefined);
    const isJson = /[/+]json$/.test(encoding?.contentType ?? "") || (isStructured(shape) && kind === "multipart");
    return [
      name,
      {
        shape,
        ...(style === undefined || style === "form" ? {} : { style }),
        ...(encoding?.explode === undefined ? {} : { explode: encoding.explode }),
        ...(isJson ? { json: true } : {}),
      },
    ];
  });
  return Object.fromEntries(fields);
};
