// EmitKit: the helpers handed to a framework plugin, so that a plugin script needs no packages of its own.
import type { GeneratedFile } from "../kernel/fileset.ts";
import { errorFiles, planErrors } from "./emit-errors.ts";
import { mockFiles } from "./emit-mocks.ts";
import { handlerFiles } from "./emit-handlers.ts";
import { operationTypeFiles } from "./emit-operation-types.ts";
import { validatorFiles } from "./emit-operation-validators.ts";
import type { AppParts, RouteTable, ServiceTexts } from "./emit-service.ts";
import { appParts, frameworkFiles, routeTable } from "./emit-service.ts";
import type { EmitOptions } from "./emit-options.ts";
import { defaultOptions } from "./emit-options.ts";
import { securityFiles, securityPackages } from "./emit-security.ts";
import { sentTypeFiles } from "./emit-sent-types.ts";
import { modelTypes } from "./emit-types.ts";
import acceptText from "./emitted/accept.ts.txt" with { type: "text" };
import bodyText from "./emitted/body.ts.txt" with { type: "text" };
import bytesText from "./emitted/bytes.ts.txt" with { type: "text" };
import describedText from "./emitted/described.ts.txt" with { type: "text" };
import envelopeText from "./emitted/envelope.ts.txt" with { type: "text" };
import errorsText from "./emitted/errors.ts.txt" with { type: "text" };
import jsonText from "./emitted/json.ts.txt" with { type: "text" };
import jsonSchemaText from "./emitted/json-schema.ts.txt" with { type: "text" };
import operationText from "./emitted/operation.ts.txt" with { type: "text" };
import parametersText from "./emitted/parameters.ts.txt" with { type: "text" };
import replyText from "./emitted/reply.ts.txt" with { type: "text" };
import requestText from "./emitted/request.ts.txt" with { type: "text" };
import segmentsText from "./emitted/segments.ts.txt" with { type: "text" };
import sequencesText from "./emitted/sequences.ts.txt" with { type: "text" };
import type { Doc } from "./layout.ts";
import { call, callLines, openBraces, property, statement } from "./layout.ts";
import type { ApiModel } from "./model.ts";
import { distinctNames, valueName } from "./names.ts";
import { onlyUsed } from "./only-used.ts";
import type { ApiPlan } from "./plan.ts";
import { planApi } from "./plan.ts";
import { commentText, key, literal } from "./print.ts";

/** Parts of code that know how to break into lines; plain text is one that does not. */
export interface CodeKit {
  /** `name(first, second)`; a last argument that is an object or a list opens on the same line. */
  call(name: string, args: readonly Doc[]): Doc;
  /** Calls on something, each in a line of its own: `.get(…)`, `.post(…)`. */
  callLines(head: Doc, calls: readonly Doc[]): Doc;
  /** An object with a line for each property; keys are any text. */
  object(properties: readonly (readonly [key: string, value: Doc])[]): Doc;
  /** The text of a statement at a depth, with its semicolon. */
  statement(depth: number, doc: Doc): string;
}

export interface EmitKit {
  readonly version: 1;
  /** What the user chose; the kit's own files follow it already. */
  readonly options: EmitOptions;
  /** Names, files and route order of everything: a plugin never invents its own. */
  plan(api: ApiModel): ApiPlan;
  /** `types/models.ts`, `types/<tag>.ts`, and `types/sent.ts` for webhooks and callbacks. */
  typeFiles(plan: ApiPlan): readonly GeneratedFile[];
  /** The types, and the one file that they import: for a service that is written otherwise. */
  typeOnlyFiles(plan: ApiPlan): readonly GeneratedFile[];
  /** `middleware/validators.ts`, the validators behind it, `error-body.ts`, and what reads requests without any framework. */
  validationFiles(plan: ApiPlan): readonly GeneratedFile[];
  /** `routes/<tag>.ts`: typed handlers to be written; they import `Handler` from the plugin's `middleware/handle.ts`. */
  handlerFiles(plan: ApiPlan): readonly GeneratedFile[];
  /** All files of a service: what only the framework can say, and everything else. */
  serviceFiles(plan: ApiPlan, texts: ServiceTexts): readonly GeneratedFile[];
  /** Every route as code, the most specific first. `taken`: names that the plugin's `routes/index.ts` uses itself. */
  routeTable(plan: ApiPlan, taken: readonly string[]): RouteTable;
  /** npm packages of the kit's own files. */
  packages(plan: ApiPlan): Readonly<Record<string, string>>;
  /** How `app.ts` begins, and what its `createApp` takes. */
  appParts(plan: ApiPlan): AppParts;
  /** Prints code as prettier would. */
  readonly code: CodeKit;
  /** A string literal: the only way that text of a document may enter code. */
  literal(text: string): string;
  /** Text for a comment, which it cannot end. */
  commentText(text: string): string;
  /** Identifiers for texts, each its own, none of `taken`. */
  identifiers(texts: readonly string[], taken: readonly string[]): readonly string[];
}

const middleware = {
  accept: acceptText,
  body: bodyText,
  bytes: bytesText,
  errors: errorsText,
  json: jsonText,
  "json-schema": jsonSchemaText,
  operation: operationText,
  parameters: parametersText,
  reply: replyText,
  request: requestText,
};

const typeFiles = (plan: ApiPlan): readonly GeneratedFile[] => [
  { path: "types/models.ts", text: modelTypes(plan) },
  ...operationTypeFiles(plan),
  ...sentTypeFiles(plan),
];

/** Types of a service that is written otherwise do not know who asks. */
const typeOnlyFiles = (plan: ApiPlan): readonly GeneratedFile[] => [
  { path: "types/models.ts", text: modelTypes(plan) },
  ...operationTypeFiles(plan, () => []),
  ...sentTypeFiles(plan),
  { path: "middleware/reply.ts", text: replyText },
];

/** With 400 in its source, which a user may read and change. */
const requestFor = ({ validationStatus }: EmitOptions): string =>
  requestText.replace("const validationStatus = 400;", `const validationStatus = ${validationStatus};`);

/** The keywords that the validators name, as `s.minLength`, and what reads requests needs. */
const jsonSchemaFor = (validators: readonly GeneratedFile[]): string => {
  const named = validators.flatMap(({ text }) => [...text.matchAll(/\bs\s*\.(\w+)/g)].map(([, name = ""]) => name));
  return onlyUsed(jsonSchemaText, ["parse", "problemsOf", "Schema", ...named]);
};

/** With the flag that some clients look at first. */
const envelopeFor = ({ envelope }: EmitOptions): string =>
  envelope === "success" ? envelopeText.replace("body: { data:", "body: { success: true, data:") : envelopeText;

/** Files for what the user chose, where some operation needs them. */
const chosenFiles = (plan: ApiPlan, validators: readonly GeneratedFile[]): readonly GeneratedFile[] => {
  const texts = {
    described: describedText,
    envelope: envelopeFor(plan.options),
    segments: segmentsText,
    sequences: sequencesText,
  };
  return Object.entries(texts)
    .filter(([name]) => validators.some(({ text }) => text.includes(`from "../${name}.js"`)))
    .map(([name, text]) => ({ path: `middleware/${name}.ts`, text }));
};

const validationFiles = (plan: ApiPlan): readonly GeneratedFile[] => {
  const errors = planErrors(plan);
  const validators = validatorFiles(plan, errors);
  const texts = { ...middleware, "json-schema": jsonSchemaFor(validators), request: requestFor(plan.options) };
  const fixed = Object.entries(texts).map(([name, text]) => ({ path: `middleware/${name}.ts`, text }));
  return [...fixed, ...chosenFiles(plan, validators), ...validators, ...errorFiles(plan, errors)];
};

/** The kit for what a user chose. */
export const createKit = (options: EmitOptions): EmitKit => ({
  version: 1,
  options,
  plan: (api) => planApi(api, options),
  typeFiles,
  typeOnlyFiles,
  validationFiles,
  handlerFiles,
  serviceFiles: (plan, texts) => [
    ...frameworkFiles(texts),
    ...handlerFiles(plan),
    ...mockFiles(plan),
    ...validationFiles(plan),
    ...securityFiles(plan),
    ...typeFiles(plan),
  ],
  packages: (plan) => ({ zod: "^4.1.0", ...securityPackages(plan) }),
  routeTable,
  appParts,
  code: {
    call,
    callLines,
    object: (properties) => openBraces(properties.map(([name, value]) => property(key(name), value))),
    statement,
  },
  literal,
  commentText,
  identifiers: (texts, taken) => distinctNames(texts, (text) => valueName(text, "group"), taken),
});

export const emitKit: EmitKit = createKit(defaultOptions);
