// One parameter, of any version, location and style.
import type { Json } from "../kernel/json.ts";
import { isObject, own } from "../kernel/json.ts";
import type { Parameter, ParameterLocation, ParameterStyle } from "./model.ts";
import { readExamples } from "./read-examples.ts";
import { readSchema } from "./read-schema.ts";
import type { Found, Reading } from "./reading.ts";
import { asJson, entriesOf, note, resolve, textOf } from "./reading.ts";

interface Written {
  readonly style: ParameterStyle;
  readonly explode: boolean;
}

/** The first of a location's styles is its default. */
export const stylesOf: Readonly<Record<ParameterLocation, readonly ParameterStyle[]>> = {
  path: ["simple", "label", "matrix"],
  query: ["form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject"],
  header: ["simple"],
  cookie: ["form"],
};

/** These describe the message itself; OpenAPI says that such parameters are ignored. */
const ownHeaders = ["accept", "content-type", "authorization"];

const collectionFormats: Readonly<Record<string, Written>> = {
  csv: { style: "form", explode: false },
  ssv: { style: "spaceDelimited", explode: false },
  tsv: { style: "tabDelimited", explode: false },
  pipes: { style: "pipeDelimited", explode: false },
  multi: { style: "form", explode: true },
};

/** How a 2.0 parameter's items are separated; without a word, by commas. */
export const writtenInSwagger = (value: object, location: ParameterLocation): Written => {
  const simple = stylesOf[location][0] ?? "form";
  const named = textOf(value, "collectionFormat") ?? "csv";
  const written = Object.hasOwn(collectionFormats, named) ? collectionFormats[named] : undefined;
  return location === "query" ? (written ?? { style: simple, explode: false }) : { style: simple, explode: false };
};

const writtenInOpenApi = (reading: Reading, { value, pointer }: Found, location: ParameterLocation): Written => {
  const [usual = "form", ...others] = stylesOf[location];
  const given = textOf(value, "style") ?? usual;
  const style = [usual, ...others].find((known) => known === given);
  if (style === undefined) {
    note(reading, "bad-parameter", pointer, `style "${given}" is not for ${location} parameters; "${usual}" is used`);
  }
  const explode = own(value, "explode");
  return { style: style ?? usual, explode: typeof explode === "boolean" ? explode : (style ?? usual) === "form" };
};

/** The schema, and the media type when the value is a document of its own. */
const readValue = (reading: Reading, { value, pointer }: Found): Pick<Parameter, "schema" | "mediaType"> => {
  if (reading.dialect === "2.0") return { schema: readSchema(reading, inlineSchema(value), pointer) };
  const content = entriesOf(own(value, "content"))[0];
  const schema = own(value, "schema");
  if (content === undefined) {
    return { schema: schema === undefined ? true : readSchema(reading, schema, `${pointer}/schema`) };
  }
  const [mediaType, media] = content;
  const inner = isObject(media) ? own(media, "schema") : undefined;
  const at = `${pointer}/content/${mediaType.replaceAll("~", "~0").replaceAll("/", "~1")}/schema`;
  return { mediaType: mediaType.toLowerCase(), schema: inner === undefined ? true : readSchema(reading, inner, at) };
};

const parameterWords = ["name", "in", "required", "description", "collectionFormat", "allowEmptyValue"];

/** In 2.0 a parameter is its own schema. */
export const inlineSchema = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !parameterWords.includes(key)));

/** 2.0 has no word for them; many write `x-example`. A parameter with content has them there. */
const examplesOf = ({ dialect }: Reading, value: object): readonly Json[] => {
  if (dialect === "2.0") return [own(value, "x-example")].filter((one) => one !== undefined).map(asJson);
  const content = entriesOf(own(value, "content"))[0]?.[1];
  return [...readExamples(value), ...(isObject(content) ? readExamples(content) : [])];
};

const isLocation = (value: unknown): value is ParameterLocation =>
  typeof value === "string" && Object.hasOwn(stylesOf, value);

/** Undefined, with a finding where it is a mistake, for what cannot be read; bodies of 2.0 are read elsewhere. */
export const readParameter = (reading: Reading, raw: unknown, at: string): Parameter | undefined => {
  const found = resolve(reading, raw, at);
  if (found === undefined) return undefined;
  const { value, pointer } = found;
  const name = textOf(value, "name");
  const location = own(value, "in");
  if (reading.dialect === "2.0" && (location === "body" || location === "formData")) return undefined;
  if (name === undefined || name === "" || !isLocation(location)) {
    note(reading, "bad-parameter", pointer, "a parameter needs a name, and in: path, query, header or cookie");
    return undefined;
  }
  if (location === "header" && ownHeaders.includes(name.toLowerCase())) return undefined;
  if (name === "__proto__") {
    note(reading, "bad-parameter", pointer, 'a parameter cannot be called "__proto__"; it is left out');
    return undefined;
  }
  const description = textOf(value, "description");
  const examples = examplesOf(reading, value);
  return {
    name,
    in: location,
    required: location === "path" || own(value, "required") === true,
    deprecated: own(value, "deprecated") === true,
    ...(description === undefined ? {} : { description }),
    ...(reading.dialect === "2.0" ? writtenInSwagger(value, location) : writtenInOpenApi(reading, found, location)),
    ...readValue(reading, found),
    ...(examples.length === 0 ? {} : { examples }),
    pointer,
  };
};
