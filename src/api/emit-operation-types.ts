// Types of each operation's input and replies, one file for every tag.
import type { GeneratedFile } from "../kernel/fileset.ts";
import { checkedSchema, kindOf } from "./content.ts";
import { usableDefault } from "./defaults.ts";
import { authTypes } from "./emit-security.ts";
import type { TypeScope } from "./emit-types.ts";
import { declareType, documented, typeBraces, typeDoc, unionDoc } from "./emit-types.ts";
import type { Doc } from "./layout.ts";
import {
  assigned,
  braces,
  concat,
  group,
  hardline,
  indent,
  join,
  layout,
  line,
  separated,
  softline,
  startsWithBrace,
} from "./layout.ts";
import type { ApiResponse, Body, Content, Operation, Parameter } from "./model.ts";
import { headline, imports, isEmptyStatus, parametersSchema, parts } from "./operation-parts.ts";
import type { ApiPlan, PlannedGroup, PlannedOperation } from "./plan.ts";
import { comment, commentText, literal } from "./print.ts";
import { itemSchema } from "./sequences.ts";

const declareParameters = (plan: ApiPlan, planned: PlannedOperation): readonly Doc[] =>
  parts.flatMap(({ location, suffix }) => {
    const parameters = planned.parameters[location];
    if (parameters.length === 0) return [];
    const isPresent = (one: Parameter): boolean => one.required || usableDefault(one.schema, plan) !== undefined;
    const schema = parametersSchema(parameters, isPresent);
    return [declareType(`${planned.type}${suffix}`, schema, { plan, direction: "output", prefix: "models." })];
  });

const contentType = (plan: ApiPlan, content: Content, scope: TypeScope): Doc => {
  const kind = kindOf(content);
  return kind === "bytes" ? "Uint8Array" : typeDoc(checkedSchema(plan, content), scope);
};

const inputScope = (plan: ApiPlan): TypeScope => ({ plan, direction: "input", prefix: "models." });

/** What a body may be, each kind once, with the media types that say so. */
const bodyKinds = (plan: ApiPlan, { contents }: Body): readonly { type: Doc; mediaTypes: readonly string[] }[] => {
  const kinds = new Map<string, { type: Doc; mediaTypes: string[] }>();
  for (const content of contents) {
    const type = contentType(plan, content, inputScope(plan));
    const kind = kinds.getOrInsert(layout(type), { type, mediaTypes: [] });
    kind.mediaTypes.push(content.mediaType);
  }
  return [...kinds.values()];
};

const declareBody = (plan: ApiPlan, { body, type }: PlannedOperation): readonly Doc[] => {
  if (body === undefined) return [];
  const types = bodyKinds(plan, body).map((kind) => kind.type);
  return [concat(`export type ${type}Body =`, assigned(unionDoc(types)), ";")];
};

/** A media type as a type: a range is a template, which tells it from the others as well. */
const mediaTypeType = (mediaType: string): string => {
  if (!mediaType.includes("*")) return literal(mediaType);
  const isPlain = /^[\w.+*/-]+$/.test(mediaType) && mediaType !== "*/*";
  return isPlain ? `\`${mediaType.replaceAll("*", "${string}")}\`` : "string";
};

const mediaTypeOf = (mediaTypes: readonly string[]): string => mediaTypes.map(mediaTypeType).join(" | ");

/** The members that tell of the body: one list, or one for every kind of body where the media type tells which. */
const bodyMembers = (plan: ApiPlan, { type, body }: PlannedOperation): readonly (readonly Doc[])[] => {
  if (body === undefined) return [[]];
  const optional = body.required ? "" : " | undefined";
  const kinds = bodyKinds(plan, body);
  if (kinds.length > 1) {
    const members = kinds.map((kind): readonly Doc[] => [
      `contentType: ${mediaTypeOf(kind.mediaTypes)}`,
      concat("body: ", kind.type),
    ]);
    return body.required ? members : [...members, ["contentType: undefined", "body: undefined"]];
  }
  const mediaTypes = kinds.flatMap((kind) => kind.mediaTypes);
  const told = mediaTypes.length > 1 ? [`contentType: ${mediaTypeOf(mediaTypes)}${optional}`] : [];
  const value = unionDoc([`${type}Body`, ...(body.required ? [] : ["undefined"])]);
  return [[concat("body: ", value), ...told]];
};

/** The type of `auth`, where a handler knows who asks. */
export type AuthType = (operation: Operation) => readonly string[];

const declareRequest = (plan: ApiPlan, planned: PlannedOperation, authOf: AuthType): Doc => {
  const { type, parameters } = planned;
  const auth = authOf(planned.operation);
  const members = [
    ...(auth.length === 0 ? [] : [concat("auth: ", unionDoc(auth))]),
    ...parts
      .filter(({ location }) => parameters[location].length > 0)
      .map(({ part, suffix }) => `${part}: ${type}${suffix}`),
  ];
  const [first = [], ...others] = bodyMembers(plan, planned).map((own) => [...members, ...own]);
  if (others.length > 0)
    return concat(`export type ${type}Request = `, unionDoc([first, ...others].map(typeBraces)), ";");
  if (first.length === 0) return concat(`export type ${type}Request =`, assigned("object"), ";");
  return concat(`export interface ${type}Request `, blockOf(first));
};

/** Members of an interface always stand one to a line. */
const blockOf = (members: readonly Doc[]): Doc =>
  concat(typeBraces([concat(members[0] ?? "", breakHere), ...members.slice(1)]));
const breakHere: Doc = { kind: "group", inner: "", broken: true };

const generic = (name: string, ...args: readonly Doc[]): Doc =>
  group(`${name}<`, indent(softline, join(args, concat(",", line))), softline, ">");

const replyType = (plan: ApiPlan, status: string, content: Content): Doc => {
  const { mediaType, schema } = content;
  const kind = kindOf(content);
  const isPlain = mediaType === "application/json" || mediaType === "*/*";
  if (kind === "json") {
    const body = typeDoc(schema, { plan, direction: "output", prefix: "models." });
    return isPlain ? generic("JsonReply", status, body) : generic("MediaReply", status, literal(mediaType), body);
  }
  if (kind === "sequence") {
    const item = typeDoc(itemSchema(plan, content), { plan, direction: "output", prefix: "models." });
    const sequence = startsWithBrace(item) ? concat("Sequence<", item, ">") : generic("Sequence", item);
    return generic("MediaReply", status, literal(mediaType), sequence);
  }
  const body = kind === "text" || kind === "bytes" ? "Payload" : "unknown";
  return generic("MediaReply", status, mediaTypeType(mediaType), body);
};

const replyTypes = (plan: ApiPlan, { status, contents }: ApiResponse): readonly Doc[] => {
  const code = /^\d+$/.test(status) ? status : "number";
  const isOpen = /^(2|default)/.test(status) && !isEmptyStatus(status);
  if (contents.length === 0) return [generic(isOpen ? "OpenReply" : "EmptyReply", code)];
  return contents.map((content) => replyType(plan, code, content));
};

const isSuccess = ({ status }: ApiResponse): boolean => status === "default" || /^[123]/.test(status);

const declareReply = (plan: ApiPlan, { operation, type }: PlannedOperation): Doc => {
  const { responses } = operation;
  const declared = responses.flatMap((response) => replyTypes(plan, response));
  const all = responses.some(isSuccess) ? declared : [...declared, "Reply"];
  return concat(`export type ${type}Reply = `, unionDoc(all), ";");
};

const operationTypes = (plan: ApiPlan, planned: PlannedOperation, authOf: AuthType): Doc => {
  const request = documented(comment(`What ${headline(planned)} takes.`), declareRequest(plan, planned, authOf));
  const reply = documented(comment(`What ${headline(planned)} answers.`), declareReply(plan, planned));
  return separated([...declareParameters(plan, planned), ...declareBody(plan, planned), request, reply]);
};

/** Is a name used as a type? Strings, comments, properties and members of that name do not count. */
const mentions = (text: string, name: string): boolean =>
  new RegExp(`(?<![.\\w$])${name}(?![\\w$]|\\??:)`).test(
    text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*\*.*?\*\//gs, '""'),
  );

const typesFile = (plan: ApiPlan, group: PlannedGroup, authOf: AuthType): GeneratedFile => {
  const body = layout(concat(separated(group.operations.map((one) => operationTypes(plan, one, authOf))), hardline));
  const knowsAuth = group.operations.some(({ operation }) => authOf(operation).length > 0);
  const names = ["EmptyReply", "JsonReply", "MediaReply", "OpenReply", "Payload", "Reply", "Sequence"].filter((name) =>
    mentions(body, name),
  );
  const head = imports([
    names.length > 0 && layout(concat("import type ", braces(names), ' from "../middleware/reply.js";')),
    knowsAuth && 'import type { Auth } from "../middleware/security.js";',
    mentions(body, "models") && 'import type * as models from "./models.js";',
  ]);
  const title = commentText(group.title);
  return {
    path: `types/${group.file}.ts`,
    text: `// Input and replies of the operations of ${title}.\n${head}${body}`,
  };
};

export const operationTypeFiles = (plan: ApiPlan, authOf: AuthType = authTypes): readonly GeneratedFile[] =>
  plan.groups.map((group) => typesFile(plan, group, authOf));
