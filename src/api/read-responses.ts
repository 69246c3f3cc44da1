// The responses of an operation: status, headers and content.
import type { JsonObject } from "../kernel/json.ts";
import { isObject, own, pointerToken } from "../kernel/json.ts";
import type { ApiResponse, Content, Link, ResponseHeader } from "./model.ts";
import { readContents } from "./read-body.ts";
import { inlineSchema } from "./read-parameter.ts";
import { readExamples } from "./read-examples.ts";
import { readSchema } from "./read-schema.ts";
import type { Found, Reading } from "./reading.ts";
import { asJson, entriesOf, listOf, note, resolve, textOf } from "./reading.ts";

const readHeaders = (reading: Reading, { value, pointer }: Found): readonly ResponseHeader[] =>
  entriesOf(own(value, "headers")).flatMap(([name, raw]) => {
    const header = resolve(reading, raw, `${pointer}/headers/${pointerToken(name)}`);
    if (header === undefined) return [];
    const modern = own(header.value, "schema");
    const schema =
      reading.dialect === "2.0"
        ? readSchema(reading, inlineSchema(header.value), header.pointer)
        : modern === undefined
          ? true
          : readSchema(reading, modern, `${header.pointer}/schema`);
    const description = textOf(header.value, "description");
    const required = own(header.value, "required") === true;
    const examples = reading.dialect === "2.0" ? [] : readExamples(header.value);
    return [
      {
        name,
        required,
        ...(description === undefined ? {} : { description }),
        schema,
        ...(examples.length === 0 ? {} : { examples }),
      },
    ];
  });

/** 2.0: one schema, in each media type that the operation produces. */
const producedContents = (reading: Reading, { value, pointer }: Found, operation: Found): readonly Content[] => {
  const schema = own(value, "schema");
  if (schema === undefined) return [];
  const read = readSchema(reading, schema, `${pointer}/schema`);
  const examples = Object.fromEntries(entriesOf(own(value, "examples")));
  const given = listOf(own(operation.value, "produces") ?? own(reading.document.root, "produces"));
  const types = given.filter((type) => typeof type === "string").map((type) => type.toLowerCase());
  return (types.length === 0 ? ["application/json"] : [...new Set(types)]).map((mediaType) => ({
    mediaType,
    schema: read,
    encoding: {},
    examples: Object.hasOwn(examples, mediaType) ? [asJson(examples[mediaType])] : [],
    pointer,
  }));
};

const readLinks = (reading: Reading, { value, pointer }: Found): readonly Link[] =>
  entriesOf(own(value, "links")).flatMap(([name, raw]) => {
    const link = resolve(reading, raw, `${pointer}/links/${pointerToken(name)}`);
    const to =
      link === undefined ? undefined : (textOf(link.value, "operationId") ?? textOf(link.value, "operationRef"));
    if (link === undefined || to === undefined) return [];
    return [
      { name, to, parameters: Object.fromEntries(entriesOf(asJson(own(link.value, "parameters")))) as JsonObject },
    ];
  });

const isStatus = (text: string): boolean => /^([1-5]\d\d|[1-5]XX|default)$/.test(text);

/** Responses in the document's order. */
export const readResponses = (reading: Reading, value: unknown, operation: Found): readonly ApiResponse[] => {
  const at = `${operation.pointer}/responses`;
  if (!isObject(value)) {
    note(reading, "no-responses", operation.pointer, "the operation declares no responses; any reply is allowed");
    return [];
  }
  return entriesOf(value).flatMap(([written, raw]) => {
    if (written.startsWith("x-")) return [];
    const here = `${at}/${pointerToken(written)}`;
    const status = written.replace(/xx$/, "XX");
    if (!isStatus(status)) {
      note(reading, "bad-status", here, `${JSON.stringify(written)} is not a status; the response is left out`);
      return [];
    }
    const found = resolve(reading, raw, here);
    if (found === undefined) return [];
    const contents =
      reading.dialect === "2.0"
        ? producedContents(reading, found, operation)
        : readContents(reading, own(found.value, "content"), `${found.pointer}/content`);
    const description = textOf(found.value, "description") ?? "";
    const links = readLinks(reading, found);
    return [{ status, description, headers: readHeaders(reading, found), contents, links, pointer: found.pointer }];
  });
};
