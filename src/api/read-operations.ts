// Paths and methods of a document to operations: parameters merged, references followed, broken ones left out.
import { noteAdjacentVariables } from "./adjacent-variables.ts";
import { isObject, own, pointerToken } from "../kernel/json.ts";
import type { Operation, Parameter, SecurityRequirement } from "./model.ts";
import { readBody, readFormBody, readPayload } from "./read-body.ts";
import { readParameter } from "./read-parameter.ts";
import { readResponses } from "./read-responses.ts";
import { templateNames } from "./route-path.ts";
import type { Found, Reading } from "./reading.ts";
import { entriesOf, listOf, note, resolve, textOf } from "./reading.ts";

/** Methods that path items have keys of their own for. */
export const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"] as const;

/** One operation with what its path item gives to all of them. */
interface Site {
  readonly method: string;
  /** As it is served. */
  readonly path: string;
  /** As the document has it. */
  readonly written: string;
  readonly item: Found;
  readonly operation: Found;
}

const identity = ({ in: location, name }: Parameter): string =>
  `${location} ${location === "header" ? name.toLowerCase() : name}`;

const rawParameters = ({ value, pointer }: Found): readonly (readonly [unknown, string])[] =>
  listOf(own(value, "parameters")).map((one, index) => [one, `${pointer}/parameters/${index}`]);

/** The operation's own parameters win over those of the path. */
const readParameters = (reading: Reading, site: Site): readonly Parameter[] => {
  const all = [...rawParameters(site.item), ...rawParameters(site.operation)];
  const found = all.flatMap(([raw, at]) => readParameter(reading, raw, at) ?? []);
  const unique = new Map(found.map((parameter) => [identity(parameter), parameter]));
  return checkPathParameters(reading, site, [...unique.values()]);
};

const plainPathParameter = (name: string, at: string): Parameter => ({
  name,
  in: "path",
  required: true,
  deprecated: false,
  style: "simple",
  explode: false,
  schema: { type: "string" },
  pointer: at,
});

/** Template and declarations must name the same variables; text is assumed for what is not declared. */
const checkPathParameters = (reading: Reading, site: Site, found: readonly Parameter[]): readonly Parameter[] => {
  const names = templateNames(site.path);
  const at = site.operation.pointer;
  const missing = names.filter((name) => !found.some((one) => one.in === "path" && one.name === name));
  for (const name of missing) {
    note(reading, "undeclared-parameter", at, `the path variable {${name}} is not declared; it is read as text`);
  }
  const isSpare = (one: Parameter): boolean => one.in === "path" && !names.includes(one.name);
  for (const one of found.filter(isSpare)) {
    note(reading, "unused-parameter", one.pointer, `the path has no variable {${one.name}}; the parameter is left out`);
  }
  const all = [...found.filter((one) => !isSpare(one)), ...missing.map((name) => plainPathParameter(name, at))];
  noteAdjacentVariables(reading, site.path, all, at);
  return all;
};

const readSecurity = (reading: Reading, { operation }: Site): readonly SecurityRequirement[] => {
  const given = own(operation.value, "security") ?? own(reading.document.root, "security");
  return listOf(given).flatMap((one) =>
    isObject(one)
      ? [Object.fromEntries(Object.entries(one).map(([name, scopes]) => [name, listOf(scopes).map(String)]))]
      : [],
  );
};

const bodyOf = (reading: Reading, site: Site): Pick<Operation, "body"> => {
  const { operation, item } = site;
  if (reading.dialect !== "2.0") {
    const given = own(operation.value, "requestBody");
    const body = given === undefined ? undefined : readBody(reading, given, `${operation.pointer}/requestBody`);
    return body === undefined ? {} : { body };
  }
  const all = [...rawParameters(item), ...rawParameters(operation)];
  const found = all.flatMap(([raw, at]) => {
    const place = isObject(raw) ? resolve(reading, raw, at) : undefined;
    return place === undefined ? [] : [place];
  });
  const body = readPayload(reading, found, operation) ?? readFormBody(reading, found, operation);
  return body === undefined ? {} : { body };
};

const optionalTexts = ({ value }: Found): Pick<Operation, "operationId" | "summary" | "description"> =>
  Object.fromEntries(
    ["operationId", "summary", "description"].flatMap((key) => {
      const text = textOf(value, key);
      return text === undefined || text === "" ? [] : [[key, text]];
    }),
  );

const readOperation = (reading: Reading, site: Site): Operation => ({
  method: site.method.toUpperCase(),
  path: site.path,
  ...optionalTexts(site.operation),
  deprecated: own(site.operation.value, "deprecated") === true,
  tags: listOf(own(site.operation.value, "tags")).filter((tag) => typeof tag === "string"),
  parameters: readParameters(reading, site),
  ...bodyOf(reading, site),
  responses: readResponses(reading, own(site.operation.value, "responses"), site.operation),
  security: readSecurity(reading, site),
  pointer: site.operation.pointer,
});

/** A query or fragment is no part of a path; what stands before it is served. */
const servedPath = (reading: Reading, path: string, at: string): string | undefined => {
  if (path.startsWith("/")) return path.replace(/[?#].*$/s, "");
  note(reading, "bad-path", at, `the path ${JSON.stringify(path)} does not begin with "/"; it is skipped`);
  return undefined;
};

const sitesOf = (reading: Reading, path: string, raw: unknown, at: string): readonly Site[] => {
  const served = servedPath(reading, path, at);
  const item = served === undefined ? undefined : resolve(reading, raw, at);
  if (served === undefined || item === undefined) return [];
  const standard = methods.flatMap((method) => {
    const value = own(item.value, method);
    return isObject(value) ? [{ method, value, pointer: `${item.pointer}/${method}` }] : [];
  });
  const additional = entriesOf(own(item.value, "additionalOperations")).flatMap(([method, value]) =>
    isObject(value) ? [{ method, value, pointer: `${item.pointer}/additionalOperations/${pointerToken(method)}` }] : [],
  );
  return [...standard, ...additional].map(({ method, value, pointer }) => ({
    method,
    path: served,
    written: path,
    item,
    operation: { value, pointer },
  }));
};

const isMethod = (reading: Reading, { method, operation }: Site): boolean => {
  if (/^[A-Za-z][A-Za-z-]{0,30}$/.test(method)) return true;
  note(reading, "bad-method", operation.pointer, `${JSON.stringify(method)} is not a method; it is skipped`);
  return false;
};

/** Two templates that differ only in the names of their variables answer the same requests. */
const routeKey = ({ method, path }: Site): string => `${method.toUpperCase()} ${path.replace(/\{[^{}]*\}/g, "{}")}`;

const isExact = ({ path, written }: Site): boolean => path === written;

/** The site of each route: one whose path stands as it is served, or else the first. */
const servingSites = (sites: readonly Site[]): ReadonlyMap<string, Site> =>
  sites.reduce((serving, site) => {
    const known = serving.get(routeKey(site));
    if (known === undefined || (isExact(site) && !isExact(known))) serving.set(routeKey(site), site);
    return serving;
  }, new Map<string, Site>());

const noteUnserved = (reading: Reading, { method, written, operation }: Site, serving: Site): void => {
  const message = `${method.toUpperCase()} ${written} is already served by ${serving.written}; it is skipped`;
  note(reading, "duplicate-operation", operation.pointer, message);
};

const noteCut = (reading: Reading, { path, written, operation }: Site): void => {
  const message = `a path has no query or fragment: ${JSON.stringify(written)} is served as ${JSON.stringify(path)}`;
  note(reading, "bad-path", operation.pointer, message);
};

/** No two operations answer the same requests. */
const distinct = (reading: Reading, sites: readonly Site[]): readonly Site[] => {
  const serving = servingSites(sites);
  return sites.filter((site) => {
    const chosen = serving.get(routeKey(site)) ?? site;
    if (chosen !== site) noteUnserved(reading, site, chosen);
    else if (!isExact(site)) noteCut(reading, site);
    return chosen === site;
  });
};

/** Every operation that can be served. */
export const readOperations = (reading: Reading): readonly Operation[] => {
  const paths = own(reading.document.root, "paths");
  if (paths !== undefined && !isObject(paths)) note(reading, "bad-value", "/paths", "paths must be a mapping");
  const sites = entriesOf(paths)
    .filter(([path]) => !path.startsWith("x-"))
    .flatMap(([path, item]) => (item === null ? [] : sitesOf(reading, path, item, `/paths/${pointerToken(path)}`)));
  const usable = distinct(
    reading,
    sites.filter((site) => isMethod(reading, site)),
  );
  if (usable.length === 0) note(reading, "no-operations", "/paths", "the document has no operation that can be served");
  return usable.map((site) => readOperation(reading, site));
};
