// Types and validators of each operation's input and replies, one file of each for every tag.
import type { Json, JsonObject } from "../kernel/json.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { checkedSchema, formFields, kindOf } from "./content.ts";
import { shapeOf } from "./emit-shapes.ts";
import type { TypeScope } from "./emit-types.ts";
import { declareType, documented, typeDoc, typeBraces, unionDoc } from "./emit-types.ts";
import type { ValidatorScope } from "./emit-validators.ts";
import {
  declareValidator,
  inherited,
  objectValidator,
  optionalValidator,
  separated,
  usableDefault,
  validatorOf,
  zod,
} from "./emit-validators.ts";
import type { Doc } from "./layout.ts";
import { assigned, braces, call, concat, group, hardline, indent, join, layout, line, softline } from "./layout.ts";
import type { ApiResponse, Body, Content, Parameter, ParameterLocation, Schema } from "./model.ts";
import type { ApiPlan, PlannedGroup, PlannedOperation } from "./plan.ts";
import { receivedRefs } from "./plan.ts";
import { comment, commentText, data, key, literal } from "./print.ts";

/** Where parameters go in a handler's input, and how their names end. */
const parts = [
  { location: "path", part: "params", suffix: "Params" },
  { location: "query", part: "query", suffix: "Query" },
  { location: "header", part: "headers", suffix: "Headers" },
  { location: "cookie", part: "cookies", suffix: "Cookies" },
] as const satisfies readonly { location: ParameterLocation; part: string; suffix: string }[];

export const headline = ({ operation }: PlannedOperation): string => `${operation.method} ${operation.path}`;

/** All parameters of a location as one object. */
const parametersSchema = (parameters: readonly Parameter[], always: (one: Parameter) => boolean): JsonObject => ({
  type: "object",
  properties: Object.fromEntries(
    parameters.map(({ name, schema, description }) => [name, describedSchema(schema, description)]),
  ),
  required: parameters.filter(always).map(({ name }) => name),
  additionalProperties: false,
});

/** The parameter's own words win over those of its schema. */
const describedSchema = (schema: Schema, description: string | undefined): Schema => {
  if (description === undefined) return schema;
  return schema === true ? { description } : schema === false ? schema : { ...schema, description };
};

// Types

const declareParameters = (plan: ApiPlan, planned: PlannedOperation): readonly Doc[] =>
  parts.flatMap(({ location, suffix }) => {
    const parameters = planned.parameters[location];
    if (parameters.length === 0) return [];
    const scope: ValidatorScope = { plan, prefix: "", uses: new Set() };
    const isPresent = (one: Parameter): boolean => one.required || usableDefault(one.schema, scope) !== undefined;
    const schema = parametersSchema(parameters, isPresent);
    return [declareType(`${planned.type}${suffix}`, schema, { plan, direction: "output", prefix: "models." })];
  });

const contentType = (plan: ApiPlan, content: Content, scope: TypeScope): Doc => {
  const kind = kindOf(content.mediaType);
  return kind === "bytes" ? "Uint8Array" : typeDoc(checkedSchema(plan, content), scope);
};

const declareBody = (plan: ApiPlan, { body, type }: PlannedOperation): readonly Doc[] => {
  if (body === undefined) return [];
  const scope: TypeScope = { plan, direction: "input", prefix: "models." };
  const types = body.contents.map((content) => contentType(plan, content, scope));
  return [concat(`export type ${type}Body =`, assigned(unionDoc(types)), ";")];
};

const declareRequest = ({ type, parameters, body }: PlannedOperation): Doc => {
  const members = parts
    .filter(({ location }) => parameters[location].length > 0)
    .map(({ part, suffix }) => `${part}: ${type}${suffix}`);
  const optional = body?.required === true ? "" : " | undefined";
  const bodyMembers =
    body === undefined
      ? []
      : [`body: ${type}Body${optional}`, ...contentTypeMember(body).map((one) => `${one}${optional}`)];
  const all = [...members, ...bodyMembers];
  if (all.length === 0) return concat(`export type ${type}Request =`, assigned("object"), ";");
  return concat(`export interface ${type}Request `, blockOf(all));
};

const contentTypeMember = ({ contents }: Body): readonly string[] =>
  contents.length < 2 ? [] : ["contentType: string"];

/** Members of an interface always stand one to a line. */
const blockOf = (members: readonly Doc[]): Doc =>
  concat(typeBraces([concat(members[0] ?? "", breakHere), ...members.slice(1)]));
const breakHere: Doc = { kind: "group", inner: "", broken: true };

const payloads = (kind: string): Doc => (kind === "text" || kind === "bytes" ? "Payload" : "unknown");

const replyBody = (plan: ApiPlan, content: Content): readonly Doc[] => {
  const kind = kindOf(content.mediaType);
  if (kind === "json") {
    const plainJson = content.mediaType === "application/json" || content.mediaType === "*/*";
    const type = typeDoc(content.schema, { plan, direction: "output", prefix: "models." });
    return [concat("body: ", type), plainJson ? "" : concat("contentType: ", literal(content.mediaType))];
  }
  const isRange = content.mediaType.includes("*");
  return [concat("body: ", payloads(kind)), concat("contentType: ", isRange ? "string" : literal(content.mediaType))];
};

const replyTypes = (plan: ApiPlan, { status, contents }: ApiResponse): readonly Doc[] => {
  const statusMember = `status: ${/^\d+$/.test(status) ? status : "number"}`;
  const headers = "headers?: ReplyHeaders | undefined";
  if (contents.length === 0) return [typeBraces([statusMember, "body?: undefined", headers])];
  return contents.map((content) => {
    const members = replyBody(plan, content).filter((member) => member !== "");
    return typeBraces([statusMember, ...members, headers]);
  });
};

const isSuccess = ({ status }: ApiResponse): boolean => status === "default" || /^[123]/.test(status);

const declareReply = (plan: ApiPlan, { operation, type }: PlannedOperation): Doc => {
  const { responses } = operation;
  const declared = responses.flatMap((response) => replyTypes(plan, response));
  const all = responses.some(isSuccess) ? declared : [...declared, "Reply"];
  return concat(`export type ${type}Reply = `, unionDoc(all), ";");
};

const operationTypes = (plan: ApiPlan, planned: PlannedOperation): Doc => {
  const request = documented(comment(`What ${headline(planned)} takes.`), declareRequest(planned));
  const reply = documented(comment(`What ${headline(planned)} answers.`), declareReply(plan, planned));
  return separated([...declareParameters(plan, planned), ...declareBody(plan, planned), request, reply]);
};

/** Is a name used as a type? Strings, comments, properties and members of that name do not count. */
const mentions = (text: string, name: string): boolean =>
  new RegExp(`(?<![.\\w$])${name}(?![\\w$]|\\??:)`).test(text.replace(/"(?:[^"\\]|\\.)*"|\/\*\*.*?\*\//gs, '""'));

const imports = (lines: readonly (string | false)[]): string => {
  const used = lines.filter((one) => one !== false);
  return used.length === 0 ? "" : `${used.join("\n")}\n\n`;
};

const typesFile = (plan: ApiPlan, group: PlannedGroup): GeneratedFile => {
  const body = layout(concat(separated(group.operations.map((one) => operationTypes(plan, one))), hardline));
  const names = ["Payload", "Reply", "ReplyHeaders"].filter((name) => mentions(body, name));
  const head = imports([
    names.length > 0 && `import type { ${names.join(", ")} } from "../middleware/reply.js";`,
    mentions(body, "models") && 'import type * as models from "./models.js";',
  ]);
  const title = commentText(group.title);
  return {
    path: `types/${group.file}.ts`,
    text: `// Input and replies of the operations of ${title}.\n${head}${body}`,
  };
};

export const operationTypeFiles = (plan: ApiPlan): readonly GeneratedFile[] =>
  plan.groups.map((group) => typesFile(plan, group));

// Validators

/** Parameters beyond those declared are ignored: gateways and clients add their own. */
const parametersValidator = (parameters: readonly Parameter[], scope: ValidatorScope): Doc => {
  const schema = parametersSchema(parameters, ({ required }) => required);
  if (parameters.some(({ name }) => inherited.has(name))) {
    return objectValidator({ ...schema, additionalProperties: true }, scope);
  }
  // Read-only says nothing about a parameter: it is only ever sent.
  const members = parameters.map(({ name, required, schema: own }) =>
    concat(key(name), ": ", required ? validatorOf(own, scope) : optionalValidator(own, scope)),
  );
  return zod(scope, "object", braces(members));
};

const ruleOf = (plan: ApiPlan, { schema, style, explode, mediaType }: Parameter): Json => {
  const isDefault = style === "form" || style === "simple";
  const usual = style === "form";
  return {
    shape: mediaType === undefined ? shapeOf(plan, schema) : "string",
    ...(isDefault ? {} : { style }),
    ...(explode === usual ? {} : { explode }),
    ...(/[/+]json$/.test(mediaType ?? "") ? { json: true } : {}),
  };
};

interface Declared {
  readonly name: string;
  readonly type: string;
  readonly validator: Doc;
}

const parameterParts = (planned: PlannedOperation, scope: ValidatorScope) =>
  parts.flatMap(({ location, part, suffix }) => {
    const parameters = planned.parameters[location];
    if (parameters.length === 0) return [];
    const name = `${planned.name}${suffix}`;
    const declared: Declared = {
      name,
      type: `types.${planned.type}${suffix}`,
      validator: parametersValidator(parameters, scope),
    };
    const rules = Object.fromEntries(parameters.map((one) => [one.name, ruleOf(scope.plan, one)]));
    const value = braces([concat("schema: ", name), concat("parameters: ", data(rules))]);
    return [{ declared, member: concat(part, ": ", value) }];
  });

const contentRules = (content: Content, schema: Doc | undefined, plan: ApiPlan): Doc => {
  const kind = kindOf(content.mediaType);
  const hasFields = kind === "form" || kind === "multipart";
  return braces([
    `kind: "${kind}"`,
    ...(schema === undefined ? [] : [concat("schema: ", schema)]),
    ...(hasFields ? [concat("fields: ", data(formFields(plan, content)))] : []),
  ]);
};

/** The first content with a schema gives the body's named validator; equal ones share it. */
const bodyParts = ({ body, name, type }: PlannedOperation, scope: ValidatorScope) => {
  if (body === undefined) return [];
  const checked = body.contents.map((content) => ({
    content,
    schema: kindOf(content.mediaType) === "bytes" ? undefined : checkedSchema(scope.plan, content),
  }));
  const first = checked.find(({ schema }) => schema !== undefined)?.schema;
  const printed = (schema: Schema | undefined): Doc | undefined =>
    schema === undefined
      ? undefined
      : JSON.stringify(schema) === JSON.stringify(first)
        ? `${name}Body`
        : validatorOf(schema, scope);
  const contents = checked.map(({ content, schema }) =>
    concat(key(content.mediaType), ": ", contentRules(content, printed(schema), scope.plan)),
  );
  const value = braces([`required: ${body.required}`, concat("contents: ", braces(contents))]);
  const declared: readonly Declared[] =
    first === undefined
      ? []
      : [{ name: `${name}Body`, type: `types.${type}Body`, validator: validatorOf(first, scope) }];
  return [{ declared: declared[0], member: concat("body: ", value) }];
};

const operationValidators = (planned: PlannedOperation, scope: ValidatorScope): Doc => {
  const all = [...parameterParts(planned, scope), ...bodyParts(planned, scope)];
  const declarations = all.flatMap(({ declared }) =>
    declared === undefined ? [] : [declareValidator(declared.name, declared.type, declared.validator, scope)],
  );
  const rules = concat(
    `export const ${planned.name}: RequestRules =`,
    assigned(braces(all.map(({ member }) => member))),
    ";",
  );
  return separated([...declarations, documented(comment(headline(planned)), rules)]);
};

const declaredNames = (planned: PlannedOperation): readonly string[] => {
  const located = parts.filter(({ location }) => planned.parameters[location].length > 0);
  const hasBody = planned.body?.contents.some(({ mediaType }) => kindOf(mediaType) !== "bytes") === true;
  return [
    planned.name,
    ...located.map(({ suffix }) => `${planned.name}${suffix}`),
    ...(hasBody ? [`${planned.name}Body`] : []),
  ];
};

const validatorsFile = (plan: ApiPlan, group: PlannedGroup): GeneratedFile => {
  const scope: ValidatorScope = { plan, prefix: "models.", uses: new Set() };
  const body = layout(concat(separated(group.operations.map((one) => operationValidators(one, scope))), hardline));
  const declares = group.operations.some((one) => declaredNames(one).length > 1);
  const usesZod = scope.uses.has("z");
  const head = imports([
    declares && `import ${usesZod ? "" : "type "}{ z } from "zod";`,
    scope.uses.has("s") && 'import * as s from "../json-schema.js";',
    'import type { RequestRules } from "../request.js";',
    declares && `import type * as types from "../../types/${group.file}.js";`,
    scope.uses.has("models") && 'import * as models from "./models.js";',
  ]);
  const title = commentText(group.title);
  return {
    path: `middleware/validators/${group.file}.ts`,
    text: `// What the operations of ${title} accept.\n${head}${body}`,
  };
};

const modelValidators = (plan: ApiPlan): GeneratedFile => {
  const received = receivedRefs(plan);
  const declared = new Set<string>();
  const scope: ValidatorScope = { plan, prefix: "", declared, uses: new Set() };
  const declarations = [...plan.schemas].flatMap(([ref, { named, input, validator, hollow }]) => {
    if (!received.has(ref) || hollow) return [];
    const doc = declareValidator(validator, `types.${input}`, validatorOf(named.schema, scope), scope);
    declared.add(ref);
    return [doc];
  });
  const usesZod = scope.uses.has("z");
  const head = imports([
    declarations.length > 0 && `import ${usesZod ? "" : "type "}{ z } from "zod";`,
    scope.uses.has("s") && 'import * as s from "../json-schema.js";',
    declarations.length > 0 && 'import type * as types from "../../types/models.js";',
  ]);
  const body = declarations.length === 0 ? "export {};" : separated(declarations);
  return {
    path: "middleware/validators/models.ts",
    text: `// The named schemas of what requests send.\n${head}${layout(concat(body, hardline))}`,
  };
};

/** One name for everything: validators of body, query, path, header and cookie parameters. */
const validatorsFace = (plan: ApiPlan): GeneratedFile => {
  const exports = plan.groups.map(({ file, operations }) => {
    const names = operations.flatMap(declaredNames).sort();
    return concat(call0("export ", names), ` from "./validators/${file}.js";`);
  });
  const body = exports.length === 0 ? "export {};" : join(exports, hardline);
  return {
    path: "middleware/validators.ts",
    text: layout(
      concat(
        "// Validators of body, query, path, header and cookie parameters, by operation.",
        hardline,
        body,
        hardline,
      ),
    ),
  };
};

const call0 = (before: string, names: readonly string[]): Doc => concat(before, braces(names));

export const validatorFiles = (plan: ApiPlan): readonly GeneratedFile[] => [
  validatorsFace(plan),
  modelValidators(plan),
  ...plan.groups.map((group) => validatorsFile(plan, group)),
];

// Handlers

const handlerDoc = (planned: PlannedOperation): Doc => {
  const { operation, name, type } = planned;
  const lines = comment(operation.summary, headline(planned), operation.deprecated ? "@deprecated" : undefined);
  const input = concat(`types.${type}Request`, ",", line, `types.${type}Reply`);
  const stub = group(indent(line, call("notImplemented", [literal(name)])));
  return documented(
    lines,
    concat(`export const ${name}: `, group("Handler<", indent(softline, input), softline, ">"), " = () =>", stub, ";"),
  );
};

/** Handlers to be written, one file for each tag: `Handler` comes from the framework's own `middleware/handle.ts`. */
export const handlerFiles = (plan: ApiPlan): readonly GeneratedFile[] =>
  plan.groups.map((group) => {
    const title = commentText(group.title);
    const head = imports([
      'import { notImplemented } from "../middleware/errors.js";',
      'import type { Handler } from "../middleware/handle.js";',
      `import type * as types from "../types/${group.file}.js";`,
    ]);
    const body = layout(concat(separated(group.operations.map(handlerDoc)), hardline));
    return {
      path: `routes/${group.file}.ts`,
      text: `// Handlers of ${title}. Their input is validated; what they return is sent.\n${head}${body}`,
    };
  });
