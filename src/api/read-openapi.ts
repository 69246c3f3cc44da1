// An OpenAPI document (2.0 to 3.2) to an ApiModel, with a finding for everything that could not be kept.
import { Fault } from "../kernel/fault.ts";
import type { Finding } from "../kernel/finding.ts";
import { sortFindings } from "../kernel/finding.ts";
import type { JsonObject } from "../kernel/json.ts";
import { isObject, own, pointerPath, pointerToken } from "../kernel/json.ts";
import { noteContradictions } from "./contradictions.ts";
import { linkDocuments, placeOf, referencedWords } from "./link-documents.ts";
import { locatePointers } from "./locate.ts";
import type { ApiModel, NamedSchema, SecurityScheme, Server, Tag } from "./model.ts";
import { distinctNames } from "./names.ts";
import type { SourceDocument } from "./read-document.ts";
import { readOperations } from "./read-operations.ts";
import { readSchema } from "./read-schema.ts";
import { readSent } from "./read-sent.ts";
import type { Dialect, Reading } from "./reading.ts";
import { asJson, entriesOf, listOf, note, textOf, valueAt } from "./reading.ts";
import { roundedNumbers } from "./rounded-numbers.ts";
import { uncheckedBodies } from "./unchecked-bodies.ts";

export interface ReadApi {
  readonly api: ApiModel;
  /** Warnings, each with pointer, line and column. */
  readonly findings: readonly Finding[];
  /** Gives findings about the model the same. */
  readonly place: (findings: readonly Finding[]) => readonly Finding[];
}

interface Version {
  readonly text: string;
  readonly dialect: Dialect;
}

const notOpenApi = (document: SourceDocument, message: string, at: string): Fault => {
  const place = locatePointers(document.text, [at]).get(at) ?? { line: 1, column: 1 };
  return new Fault("input.unsupported", `${document.path} is not an OpenAPI document: ${message}`, {
    at: { kind: "file", path: document.path, ...place },
    help: "give an OpenAPI document of version 2.0, 3.0, 3.1 or 3.2, as YAML or JSON",
  });
};

/** `openapi: 3.1` without quotes is a number in YAML, and so is a version or a port. */
const textOrNumber = (value: unknown): string | undefined =>
  typeof value === "number" ? String(value) : asText(value);

const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const versionOf = (document: SourceDocument): Version => {
  const { root } = document;
  const key = own(root, "openapi") === undefined ? "swagger" : "openapi";
  const text = textOrNumber(own(root, key))?.replace(/^\d$/, "$&.0");
  if (text === undefined) throw notOpenApi(document, 'it has neither "openapi" nor "swagger" with a version', "");
  if (key === "swagger" && text === "2.0") return { text, dialect: "2.0" };
  if (key === "openapi" && /^3\.0(\.|$)/.test(text)) return { text, dialect: "3.0" };
  if (key === "openapi" && /^3\.[12](\.|$)/.test(text)) return { text, dialect: "3.1" };
  throw notOpenApi(document, `its ${key} version ${JSON.stringify(text)} is not one of 2.0, 3.0, 3.1, 3.2`, `/${key}`);
};

const withDefaults = (url: string, variables: unknown): string =>
  url.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const variable = isObject(variables) ? own(variables, name) : undefined;
    return (isObject(variable) ? textOrNumber(own(variable, "default")) : undefined) ?? whole;
  });

const readServers = ({ document: { root }, dialect }: Reading): readonly Server[] => {
  if (dialect === "2.0") {
    const host = textOf(root, "host");
    const scheme = asText(listOf(own(root, "schemes"))[0]) ?? "https";
    const base = textOf(root, "basePath") ?? "/";
    return [{ url: host === undefined ? base : `${scheme}://${host}${base}` }];
  }
  return listOf(own(root, "servers")).flatMap((server) => {
    if (!isObject(server)) return [];
    const description = textOf(server, "description");
    const url = withDefaults(textOf(server, "url") ?? "/", own(server, "variables"));
    return [{ url, ...(description === undefined ? {} : { description }) }];
  });
};

const readTags = (reading: Reading): readonly Tag[] =>
  listOf(own(reading.document.root, "tags")).flatMap((tag) => {
    const name = isObject(tag) ? textOf(tag, "name") : undefined;
    const description = isObject(tag) ? textOf(tag, "description") : undefined;
    return name === undefined ? [] : [{ name, ...(description === undefined ? {} : { description }) }];
  });

const readSecuritySchemes = ({ document: { root }, dialect }: Reading): readonly SecurityScheme[] => {
  const at = dialect === "2.0" ? "/securityDefinitions" : "/components/securitySchemes";
  return entriesOf(valueAt(root, at)).flatMap(([name, scheme]) =>
    isObject(scheme)
      ? [
          {
            name,
            type: textOf(scheme, "type") ?? "",
            definition: asJson(scheme) as JsonObject,
            pointer: `${at}/${pointerToken(name)}`,
          },
        ]
      : [],
  );
};

const containers = new Set([
  "components",
  "schemas",
  "definitions",
  "$defs",
  "properties",
  "patternProperties",
  "content",
  "schema",
  "paths",
  "parameters",
  "allOf",
  "anyOf",
  "oneOf",
]);

/** Components have names; other places get one from the words on the way there. */
const isComponent = (at: string): boolean => /^\/(components\/schemas|definitions)\/[^/]+$/.test(at);

const schemaNames = (pointers: readonly string[]): ReadonlyMap<string, string> => {
  const components = pointers.filter(isComponent);
  const others = pointers.filter((at) => !isComponent(at));
  const own = components.map((at) => pointerPath(at).at(-1) ?? "");
  const words = (at: string): string =>
    (referencedWords(at) ?? pointerPath(at)).filter((key) => !containers.has(key)).join(" ");
  const made = distinctNames(others, words, own);
  return new Map([
    ...components.map((at, index) => [at, own[index] ?? ""] as const),
    ...others.map((at, index) => [at, made[index] ?? ""] as const),
  ]);
};

/** Every component schema, and every other schema that a `$ref` names; reading one may name more. */
const readSchemas = (reading: Reading): readonly NamedSchema[] => {
  const { root } = reading.document;
  const home = reading.dialect === "2.0" ? "/definitions" : "/components/schemas";
  for (const [name] of entriesOf(valueAt(root, home))) reading.wanted.add(`${home}/${pointerToken(name)}`);
  const read: Omit<NamedSchema, "name">[] = [];
  // A Set grows while it is walked, and each pointer comes once: that is the whole work list.
  for (const at of reading.wanted) read.push({ pointer: at, schema: readSchema(reading, valueAt(root, at), at) });
  const names = schemaNames(read.map(({ pointer }) => pointer));
  return read
    .map((schema) => ({ name: names.get(schema.pointer) ?? "", ...schema }))
    .sort((a, b) => (a.pointer < b.pointer ? -1 : 1));
};

/** Adds file, line and column to findings, in one exact parse of each file that has any. */
const placed = (whole: SourceDocument, findings: readonly Finding[]): readonly Finding[] => {
  const pointed = findings.flatMap(({ at }) => (at.kind === "pointer" ? [placeOf(whole, at.pointer)] : []));
  const byFile = Map.groupBy(pointed, ({ document }) => document);
  const places = new Map(
    [...byFile].map(([document, all]) => [
      document,
      locatePointers(
        document.text,
        all.map(({ pointer }) => pointer),
      ),
    ]),
  );
  return sortFindings(
    findings.map((finding) => {
      if (finding.at.kind !== "pointer") return finding;
      const { document, pointer } = placeOf(whole, finding.at.pointer);
      return { ...finding, at: { ...finding.at, path: document.path, pointer, ...places.get(document)?.get(pointer) } };
    }),
  );
};

/** The same trouble met along several references is told once. */
const once = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(
    findings.map((finding) => [JSON.stringify([finding.rule, finding.at, finding.message]), finding]),
  ).values(),
];

/** References by anchor or identifier become pointers first. */
const hasNames = ({ text }: SourceDocument): boolean => /\$(?:anchor|dynamicAnchor|dynamicRef|id)\b/.test(text);

/** Reads a document. Faults: `input.unsupported` when it is not OpenAPI at all; everything less is a finding. */
export const readOpenApi = (source: SourceDocument): ReadApi => {
  const document = source.parts === undefined && hasNames(source) ? linkDocuments(source, []) : source;
  const { root } = document;
  const version = versionOf(document);
  const reading: Reading = { document, dialect: version.dialect, findings: [], wanted: new Set(), schemas: new Map() };
  const info = isObject(own(root, "info")) ? (own(root, "info") as object) : {};
  if (!isObject(own(root, "info"))) note(reading, "bad-value", "/info", "the document has no info");
  const operations = readOperations(reading);
  const sent = readSent(reading, operations);
  const description = textOf(info, "description");
  const api: ApiModel = {
    title: textOf(info, "title") ?? "API",
    version: textOrNumber(own(info, "version")) ?? "0.0.0",
    ...(description === undefined ? {} : { description }),
    openapi: version.text,
    servers: readServers(reading),
    tags: readTags(reading),
    schemas: readSchemas(reading),
    securitySchemes: readSecuritySchemes(reading),
    operations,
    sent,
  };
  noteContradictions(reading);
  const findings = [...reading.findings, ...uncheckedBodies(api, document.path), ...roundedNumbers(reading)];
  const place = (all: readonly Finding[]): readonly Finding[] => placed(document, once(all));
  return { api, findings: place(findings), place };
};
