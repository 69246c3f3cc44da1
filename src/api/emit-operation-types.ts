// Types of each operation's input and replies, one file for every tag.
import type { GeneratedFile } from "../kernel/fileset.ts";
import { checkedSchema, kindOf } from "./content.ts";
import { usableDefault } from "./defaults.ts";
import type { TypeScope } from "./emit-types.ts";
import { declareType, documented, typeBraces, typeDoc, unionDoc } from "./emit-types.ts";
import type { Doc } from "./layout.ts";
import { assigned, concat, hardline, layout, separated } from "./layout.ts";
import type { ApiResponse, Body, Content, Parameter } from "./model.ts";
import { headline, imports, parametersSchema, parts } from "./operation-parts.ts";
import type { ApiPlan, PlannedGroup, PlannedOperation } from "./plan.ts";
import { comment, commentText, literal } from "./print.ts";

const declareParameters = (plan: ApiPlan, planned: PlannedOperation): readonly Doc[] =>
  parts.flatMap(({ location, suffix }) => {
    const parameters = planned.parameters[location];
    if (parameters.length === 0) return [];
    const isPresent = (one: Parameter): boolean => one.required || usableDefault(one.schema, plan) !== undefined;
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
