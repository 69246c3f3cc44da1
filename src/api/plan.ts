// What the generated code calls everything, and in which order: decided once, for types, validators and every framework.
import { order } from "../kernel/graph.ts";
import type { Json } from "../kernel/json.ts";
import type { EmitOptions } from "./emit-options.ts";
import { defaultOptions } from "./emit-options.ts";
import type { ApiModel, Body, Content, NamedSchema, Operation, Parameter, ParameterLocation, Schema } from "./model.ts";
import { distinctNames, fileName, typeName, valueName } from "./names.ts";
import type { RoutePath } from "./route-path.ts";
import { bySpecificity, parseRoutePath, pathPattern, templateNames } from "./route-path.ts";
import { innerSchemas, listedValues, refOf, referencesIn, referencesInPlace, schemaMapIn } from "./schema-view.ts";

export interface PlannedSchema {
  readonly named: NamedSchema;
  /** The type of values that the service sends. */
  readonly output: string;
  /** The type of values that it receives: differs where properties are read-only or write-only. */
  readonly input: string;
  /** The name of the validator of received values. */
  readonly validator: string;
  /** That of sent values: another one where properties are read-only or write-only. */
  readonly replyValidator: string;
  /** Leads back to itself in place, so that it constrains nothing. */
  readonly hollow: boolean;
}

export interface PlannedOperation {
  readonly operation: Operation;
  /** `listUsers` */
  readonly name: string;
  /** `ListUsers` */
  readonly type: string;
  /** The file of its group, without extension: `users`. */
  readonly file: string;
  readonly parameters: Readonly<Record<ParameterLocation, readonly Parameter[]>>;
  /** Present when there is content to read. */
  readonly body?: Body;
}

export interface PlannedGroup {
  readonly file: string;
  readonly title: string;
  readonly description?: string;
  readonly operations: readonly PlannedOperation[];
}

/** Everything that one path answers. Templates that differ only in the names of their variables are one path. */
export interface PlannedRoute {
  /** That of its first operation: names of variables are the operations' own. */
  readonly path: RoutePath;
  /** By method; no two share one. */
  readonly operations: readonly PlannedOperation[];
  /** The `Allow` header: its own methods, HEAD with GET, and OPTIONS. */
  readonly allow: string;
}

export interface ApiPlan {
  readonly api: ApiModel;
  readonly options: EmitOptions;
  /** By `$ref`; targets before the schemas that refer to them, as far as there are no circles. */
  readonly schemas: ReadonlyMap<string, PlannedSchema>;
  readonly groups: readonly PlannedGroup[];
  /** Most specific first: the first that matches is the right one. */
  readonly routes: readonly PlannedRoute[];
  /** The path of the document's first server, without a slash at its end; empty when it has none, or paths repeat it. */
  readonly basePath: string;
}

const byLocation = (parameters: readonly Parameter[]): PlannedOperation["parameters"] => {
  const at = (location: ParameterLocation): readonly Parameter[] => parameters.filter((one) => one.in === location);
  return { path: at("path"), query: at("query"), header: at("header"), cookie: at("cookie") };
};

const isDirectional = (schema: Schema): boolean =>
  typeof schema !== "boolean" &&
  (schemaMapIn(schema, "properties").some(([, one]) => marks(one)) ||
    innerSchemas(schema).some(([, one]) => isDirectional(one)));

const marks = (schema: Schema): boolean =>
  typeof schema !== "boolean" && (schema["readOnly"] === true || schema["writeOnly"] === true);

/** Schemas whose received and sent values differ, through what they refer to as well. */
const directionalRefs = (schemas: readonly NamedSchema[], edges: ReadonlyMap<string, readonly string[]>) => {
  const users = new Map<string, string[]>();
  for (const [from, targets] of edges) {
    for (const to of targets) {
      const known = users.get(to);
      if (known === undefined) users.set(to, [from]);
      else known.push(from);
    }
  }
  const found = new Set<string>();
  const marked = schemas.filter(({ schema }) => marks(schema)).flatMap(({ pointer }) => users.get(`#${pointer}`) ?? []);
  const queue = [
    ...schemas.filter(({ schema }) => isDirectional(schema)).map(({ pointer }) => `#${pointer}`),
    ...marked,
  ];
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    if (found.has(ref)) continue;
    found.add(ref);
    queue.push(...(users.get(ref) ?? []));
  }
  return found;
};

const planSchemas = ({ schemas }: ApiModel): ReadonlyMap<string, PlannedSchema> => {
  const refs = schemas.map(({ pointer }) => `#${pointer}`);
  const edges = new Map(schemas.map(({ pointer, schema }) => [`#${pointer}`, referencesIn(schema)]));
  const inPlace = new Map(schemas.map(({ pointer, schema }) => [`#${pointer}`, referencesInPlace(schema)]));
  const hollow = new Set(order(refs, (ref) => inPlace.get(ref) ?? []).circles.flat());
  const directional = directionalRefs(schemas, edges);
  const outputs = distinctNames(
    schemas.map(({ name }) => name),
    (name) => typeName(name),
  );
  const received = distinctNames(outputs, (name) => `${name}Input`, outputs);
  const validators = outputs.map((name) => `${name}Schema`);
  const replies = distinctNames(outputs, (name) => `${name}ReplySchema`, validators);
  const planned = new Map(
    schemas.map((named, index): [string, PlannedSchema] => {
      const ref = `#${named.pointer}`;
      const output = outputs[index] ?? "";
      const input = directional.has(ref) ? (received[index] ?? output) : output;
      const validator = `${output}Schema`;
      const replyValidator = input === output ? validator : (replies[index] ?? validator);
      return [ref, { named, output, input, validator, replyValidator, hollow: hollow.has(ref) }];
    }),
  );
  const sorted = order(refs, (ref) => edges.get(ref) ?? []).order;
  return new Map(sorted.flatMap((ref) => [[ref, planned.get(ref)] as const]).filter(hasValue));
};

const hasValue = <K, V>(entry: readonly [K, V | undefined]): entry is readonly [K, V] => entry[1] !== undefined;

/** `get users by id` for an operation without a name of its own. */
const spokenName = ({ operationId, method, path }: Operation): string => {
  if (operationId !== undefined && /[A-Za-z0-9]/.test(operationId)) return operationId;
  return `${method.toLowerCase()} ${path.replace(/\{([^{}]*)\}/g, " by $1 ")}`;
};

const suffixes = ["", "Params", "Query", "Headers", "Cookies", "Body", "Request", "Reply"];

/** Names that files of operations import: `open` must not declare a second `OpenReply`. */
const imported = [
  "described",
  "envelope",
  "errorBodies",
  "sequences",
  "sharing",
  "EmptyReply",
  "JsonReply",
  "MediaReply",
  "OpenReply",
  "Sequence",
];

/** Names that stay distinct with every suffix that the generated code adds to them. */
const operationNames = (operations: readonly Operation[]): readonly string[] =>
  distinctNames(operations.map(spokenName), (text) => valueName(text, "operation"), imported, suffixes);

/** Operations without a tag go by the first fixed segment of their path. */
const tagTitle = ({ tags, path }: Operation): string =>
  tags[0] ?? path.split("/").find((segment) => segment !== "" && !segment.includes("{")) ?? "default";

/** What stands together in one file. */
const groupTitles = {
  tags: tagTitle,
  operations: (_, name) => name,
  flat: () => "operations",
} as const satisfies Readonly<Record<EmitOptions["layout"], (operation: Operation, name: string) => string>>;

const planOperations = ({ operations }: ApiModel, layout: EmitOptions["layout"]): readonly PlannedOperation[] => {
  const names = operationNames(operations);
  const groupTitle = (operation: Operation, index: number): string =>
    groupTitles[layout](operation, names[index] ?? "");
  const titles = [...new Set(operations.map(groupTitle))];
  const files = distinctNames(titles, (title) => fileName(title, "default"), ["index", "models", "sent"]);
  const fileOf = new Map(titles.map((title, index) => [title, files[index] ?? "default"]));
  return operations.map((operation, index) => {
    const name = names[index] ?? "";
    const { body } = operation;
    return {
      operation,
      name,
      type: name.slice(0, 1).toUpperCase() + name.slice(1),
      file: fileOf.get(groupTitle(operation, index)) ?? "default",
      parameters: byLocation(operation.parameters),
      ...(body !== undefined && body.contents.length > 0 ? { body } : {}),
    };
  });
};

const planGroups = (
  { tags }: ApiModel,
  operations: readonly PlannedOperation[],
  layout: EmitOptions["layout"],
): readonly PlannedGroup[] =>
  [...Map.groupBy(operations, ({ file }) => file)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, members]) => {
      const [first] = members;
      const title = first === undefined ? file : groupTitles[layout](first.operation, first.name);
      const description = tags.find(({ name }) => name === title)?.description;
      return { file, title, ...(description === undefined ? {} : { description }), operations: members };
    });

const allowOf = (operations: readonly PlannedOperation[]): string => {
  const own = operations.map(({ operation }) => operation.method);
  return [...new Set([...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"])].sort().join(", ");
};

type Followed = (schema: Schema) => Schema;

/** All texts that a path variable may be, where its schema lists them. */
const listedTexts = (
  { parameters }: PlannedOperation,
  name: string,
  follow: Followed,
): readonly string[] | undefined => {
  const found = parameters.path.find((one) => one.name === name);
  const schema = found === undefined || found.style !== "simple" ? true : follow(found.schema);
  const values = typeof schema === "boolean" ? undefined : listedValues(schema);
  const isText = (value: Json): value is string => typeof value === "string" && /^[^/]+$/.test(value);
  return values !== undefined && values.length > 0 && values.every(isText) ? values : undefined;
};

/** The path of operations that share it: a variable has listed values where every one of them lists some. */
const sharedPath = ([first, ...others]: readonly [PlannedOperation, ...PlannedOperation[]], follow: Followed) => {
  const all = [first, ...others];
  const names = all.map(({ operation }) => templateNames(operation.path));
  return parseRoutePath(first.operation.path, (name) => {
    const position = names[0]?.indexOf(name) ?? -1;
    const listed = all.map((one, index) => listedTexts(one, names[index]?.[position] ?? "", follow));
    return listed.every((texts) => texts !== undefined) ? [...new Set(listed.flat())] : undefined;
  });
};

const planRoutes = (operations: readonly PlannedOperation[], follow: Followed): readonly PlannedRoute[] =>
  [...Map.groupBy(operations, ({ operation }) => pathPattern(parseRoutePath(operation.path))).values()]
    .flatMap((members): readonly PlannedRoute[] => {
      const byMethod = Map.groupBy(members, ({ operation }) => operation.method);
      const own = [...byMethod].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, same]) => same.slice(0, 1));
      const [first, ...others] = members;
      if (first === undefined) return [];
      return [{ path: sharedPath([first, ...others], follow), operations: own, allow: allowOf(own) }];
    })
    .sort((a, b) => bySpecificity(a.path, b.path));

const serverPath = ({ servers }: ApiModel): string => {
  const url = servers[0]?.url ?? "";
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "").replace(/[?#].*$/s, "");
  return /^(\/[\w.~%+-]+)+\/?$/.test(path) ? path.replace(/\/$/, "") : "";
};

/** The server's path, where a path of the document begins with it again: nobody asks for `/api/api/users`. */
export const repeatedBase = (api: ApiModel): string | undefined => {
  const base = serverPath(api);
  return base !== "" && api.operations.some(({ path }) => path.startsWith(`${base}/`)) ? base : undefined;
};

const basePathOf = (api: ApiModel): string => (repeatedBase(api) === undefined ? serverPath(api) : "");

/** The plan of a model. Pure: equal models and options give equal plans. */
export const planApi = (api: ApiModel, options: EmitOptions = defaultOptions): ApiPlan => {
  const operations = planOperations(api, options.layout);
  const schemas = planSchemas(api);
  return {
    api,
    options,
    schemas,
    groups: planGroups(api, operations, options.layout),
    routes: planRoutes(operations, (schema) => followed({ schemas }, schema)),
    basePath: basePathOf(api),
  };
};

/** The named schemas that others lead to. */
const reachedRefs = (plan: ApiPlan, roots: readonly Schema[]): ReadonlySet<string> => {
  const found = new Set<string>();
  const queue = roots.flatMap((schema) => [...referencesIn(schema)]);
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    if (found.has(ref)) continue;
    found.add(ref);
    const target = plan.schemas.get(ref);
    if (target !== undefined) queue.push(...referencesIn(target.named.schema));
  }
  return found;
};

const contentSchemas = (contents: readonly Content[]): readonly Schema[] =>
  contents.flatMap(({ schema, items }) => [schema, ...(items === undefined ? [] : [items])]);

/** The schemas that requests can reach: those need validators. */
export const receivedRefs = (plan: ApiPlan): ReadonlySet<string> =>
  reachedRefs(
    plan,
    plan.api.operations.flatMap(({ parameters, body }) => [
      ...parameters.map(({ schema }) => schema),
      ...contentSchemas(body?.contents ?? []),
    ]),
  );

/** The schemas that replies can reach: those need validators when replies are checked. */
export const sentRefs = (plan: ApiPlan): ReadonlySet<string> =>
  plan.options.validateResponses
    ? reachedRefs(
        plan,
        plan.api.operations.flatMap(({ responses }) => responses.flatMap(({ contents }) => contentSchemas(contents))),
      )
    : new Set();

/** The schema itself, or what its reference names; `true` for a circle of bare references. */
export const followed = (plan: Pick<ApiPlan, "schemas">, schema: Schema): Schema => {
  let current = schema;
  for (let steps = 0; steps < 100; steps++) {
    const ref = refOf(current);
    if (ref === undefined) return current;
    current = plan.schemas.get(ref)?.named.schema ?? true;
  }
  return true;
};
