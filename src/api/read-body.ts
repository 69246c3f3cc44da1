// Request bodies and other content by media type; for 2.0, bodies made of `body` and `formData` parameters.
import { isObject, own, pointerToken } from "../kernel/json.ts";
import type { Body, Content, Encoding, Schema } from "./model.ts";
import { inlineSchema, stylesOf, writtenInSwagger } from "./read-parameter.ts";
import { readExamples } from "./read-examples.ts";
import { readSchema } from "./read-schema.ts";
import type { Found, Reading } from "./reading.ts";
import { entriesOf, listOf, note, resolve, textOf } from "./reading.ts";
import { listedTypes, schemaIn } from "./schema-view.ts";
import { sequenceForm } from "./sequences.ts";

/** Without parameters such as charset or a vendor's version: they say nothing about the schema. */
const bareMediaType = (text: string): string => (text.split(/[;,]/)[0] ?? "").trim().toLowerCase();

const isForm = (mediaType: string): boolean =>
  mediaType === "multipart/form-data" || mediaType === "application/x-www-form-urlencoded";

const readEncoding = (value: unknown): Encoding => {
  if (!isObject(value)) return {};
  const contentType = textOf(value, "contentType");
  const style = stylesOf.query.find((known) => known === own(value, "style"));
  const explode = own(value, "explode");
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(style === undefined ? {} : { style }),
    ...(typeof explode === "boolean" ? { explode } : {}),
  };
};

const isScalar = (schema: Schema): boolean =>
  typeof schema !== "boolean" && (listedTypes(schema)?.every((type) => type !== "object" && type !== "array") ?? false);

/** 3.2: `itemSchema`, or the items of a schema that describes the whole sequence as a list. */
const readItems = (
  reading: Reading,
  { value, pointer }: Found,
  mediaType: string,
  whole: Schema,
): { items?: Schema } => {
  if (sequenceForm(mediaType) === undefined) return {};
  const items = own(value, "itemSchema");
  if (items !== undefined) return { items: readSchema(reading, items, `${pointer}/itemSchema`) };
  const isList = typeof whole !== "boolean" && listedTypes(whole)?.join() === "array";
  const isStream = isList && /^3\.[2-9]/.test(String(own(reading.document.root, "openapi")));
  return isStream ? { items: schemaIn(whole, "items") ?? true } : {};
};

/** The Media Type Objects of a `content` mapping, one for each media type. */
export const readContents = (reading: Reading, value: unknown, at: string): readonly Content[] => {
  const contents = entriesOf(value).flatMap(([mediaType, raw]): readonly Content[] => {
    const here = `${at}/${pointerToken(mediaType)}`;
    const media = resolve(reading, raw, here);
    const bare = bareMediaType(mediaType);
    if (media === undefined) return [];
    if (!/^[\w.+*!#$&^-]+\/[\w.+*!#$&^-]+$/.test(bare)) {
      note(reading, "bad-media-type", here, `${JSON.stringify(mediaType)} is not a media type; it is left out`);
      return [];
    }
    const schema = own(media.value, "schema");
    const read = schema === undefined ? true : readSchema(reading, schema, `${media.pointer}/schema`);
    const isNoForm = isForm(bare) && isScalar(read);
    if (isNoForm) {
      const message = "a form has fields, and this schema describes a text: it is read as a form with any fields";
      note(reading, "bad-schema", `${here}/schema`, message, "describe an object with a property for each field");
    }
    return [
      {
        mediaType: bare,
        schema: isNoForm ? { type: "object" } : read,
        ...readItems(reading, media, bare, read),
        encoding: Object.fromEntries(
          entriesOf(own(media.value, "encoding")).map(([name, encoding]) => [name, readEncoding(encoding)]),
        ),
        examples: readExamples(media.value),
        pointer: here,
      },
    ];
  });
  return [...new Map(contents.toReversed().map((content) => [content.mediaType, content])).values()].toReversed();
};

/** Nobody sends events to a service: as a request they stay the text that they are. */
const withoutEvents = ({ items, ...content }: Content): Content =>
  items === undefined || sequenceForm(content.mediaType) === "events" ? content : { ...content, items };

/** A Request Body Object. */
export const readBody = (reading: Reading, raw: unknown, at: string): Body | undefined => {
  const found = resolve(reading, raw, at);
  if (found === undefined) return undefined;
  const description = textOf(found.value, "description");
  return {
    required: own(found.value, "required") === true,
    ...(description === undefined ? {} : { description }),
    contents: readContents(reading, own(found.value, "content"), `${found.pointer}/content`).map(withoutEvents),
    pointer: found.pointer,
  };
};

const consumed = (reading: Reading, operation: Found): readonly string[] =>
  listOf(own(operation.value, "consumes") ?? own(reading.document.root, "consumes"))
    .filter((type) => typeof type === "string")
    .map(bareMediaType);

/** 2.0: the one `body` parameter, in each media type that the operation consumes. */
export const readPayload = (reading: Reading, parameters: readonly Found[], operation: Found): Body | undefined => {
  const body = parameters.findLast(({ value }) => own(value, "in") === "body");
  if (body === undefined) return undefined;
  const types = consumed(reading, operation).filter((type) => !isForm(type));
  const schema = own(body.value, "schema");
  const read = schema === undefined ? true : readSchema(reading, schema, `${body.pointer}/schema`);
  const description = textOf(body.value, "description");
  return {
    required: own(body.value, "required") === true,
    ...(description === undefined ? {} : { description }),
    contents: (types.length === 0 ? ["application/json"] : [...new Set(types)]).map((mediaType) => ({
      mediaType,
      schema: read,
      encoding: {},
      examples: [],
      pointer: body.pointer,
    })),
    pointer: body.pointer,
  };
};

/** 2.0: all `formData` parameters as one object. */
export const readFormBody = (reading: Reading, parameters: readonly Found[], operation: Found): Body | undefined => {
  const all = parameters.filter(({ value }) => own(value, "in") === "formData" && textOf(value, "name") !== undefined);
  const fields = new Map(all.map((field) => [textOf(field.value, "name") ?? "", field]));
  if (fields.size === 0) return undefined;
  const named = [...fields];
  const required = named.filter(([, { value }]) => own(value, "required") === true).map(([name]) => name);
  const hasFile = named.some(([, { value }]) => own(value, "type") === "file");
  const types = consumed(reading, operation).filter(isForm);
  const fallback = hasFile ? "multipart/form-data" : "application/x-www-form-urlencoded";
  const schema = {
    type: "object",
    properties: Object.fromEntries(
      named.map(([name, { value, pointer }]) => [name, readSchema(reading, inlineSchema(value), pointer)]),
    ),
    ...(required.length === 0 ? {} : { required }),
  };
  const encoding = Object.fromEntries(named.map(([name, { value }]) => [name, writtenInSwagger(value, "query")]));
  return {
    required: required.length > 0,
    contents: (types.length === 0 ? [fallback] : [...new Set(types)]).map((mediaType) => ({
      mediaType,
      schema,
      encoding,
      examples: [],
      pointer: operation.pointer,
    })),
    pointer: operation.pointer,
  };
};
