// What errors look like: the file that is the user's, with the service's own body and those that the document describes.
import type { GeneratedFile } from "../kernel/fileset.ts";
import type { Json } from "../kernel/json.ts";
import { accepts } from "./accepts.ts";
import type { EmitOptions } from "./emit-options.ts";
import { kindOf } from "./content.ts";
import type { Failure } from "./error-facts.ts";
import { sampleFailures } from "./error-facts.ts";
import type { Filled } from "./error-shapes.ts";
import { errorFilling } from "./error-shapes.ts";
import { documented } from "./emit-types.ts";
import type { Doc } from "./layout.ts";
import { braces, concat, hardline, layout, openBraces, property, separated } from "./layout.ts";
import type { ApiResponse, Content, Operation, Schema } from "./model.ts";
import { distinctNames, valueName } from "./names.ts";
import { imports } from "./operation-parts.ts";
import type { ApiPlan, PlannedOperation } from "./plan.ts";
import { followed } from "./plan.ts";
import { comment, key, literal } from "./print.ts";
import { listedTypes, refOf } from "./schema-view.ts";

/** One body of errors that the document describes. */
export interface ErrorShape {
  /** What `error-body.ts` calls it. */
  readonly name: string;
  readonly content: Content;
  /** Absent where the service does not know what belongs there. */
  readonly filled?: Filled;
  /** Is it problem details, with more than the document's type has? */
  readonly isProblem: boolean;
  /** `POST /books: 409`, the first that describes it. */
  readonly about: string;
  /** How often it is described. */
  readonly count: number;
}

export interface PlannedErrors {
  readonly shapes: readonly ErrorShape[];
  /** For each status of an operation's errors, the name of its shape. */
  readonly of: (operation: PlannedOperation) => readonly (readonly [status: string, shape: string])[];
}

/** The service's own bodies, as code and as values. */
const own = {
  standard: {
    mediaType: "application/json; charset=utf-8",
    uses: ["code", "message", "details", "requestId"],
    code: braces([property("error", braces(["code", "message", "details"])), property("meta", braces(["requestId"]))]),
    value: ({ code, message, details, requestId }) => ({ error: { code, message, details }, meta: { requestId } }),
  },
  problem: {
    mediaType: "application/problem+json",
    uses: ["status", "code", "title", "message", "details", "requestId", "path"],
    code: braces([
      property("type", '"about:blank"'),
      "title",
      "status",
      property("detail", "message"),
      property("instance", "path"),
      "code",
      property("errors", "details"),
      "requestId",
    ]),
    value: ({ status, code, title, message, details, requestId, path }) => ({
      ...{ type: "about:blank", title, status, detail: message, instance: path },
      ...{ code, errors: details, requestId },
    }),
  },
} as const satisfies Readonly<
  Record<
    Exclude<EmitOptions["errorBody"], "documented">,
    { mediaType: string; uses: readonly (keyof Failure)[]; code: Doc; value: (failure: Failure) => Json }
  >
>;

const ownFor = ({ options }: ApiPlan) => own[options.errorBody === "documented" ? "standard" : options.errorBody];

/** A default response speaks of errors where another one speaks of success. */
const describesErrors = ({ status }: ApiResponse, { responses }: Operation): boolean =>
  status === "default" ? responses.some((one) => /^[23]/.test(one.status)) : /^[45]/.test(status);

const ranks = ["application/problem+json", "application/json", "", "text/plain"];

const rank = ({ mediaType }: Content): number => ranks.indexOf(ranks.includes(mediaType) ? mediaType : "");

/** A sentence, and nothing that a browser would take for more. */
const isSentence = (plan: ApiPlan, { mediaType, schema }: Content): boolean => {
  const target = followed(plan, schema);
  const isText = typeof target === "boolean" ? target : listedTypes(target)?.join() === "string";
  return mediaType === "text/plain" && isText;
};

const contentOf = (plan: ApiPlan, { contents }: ApiResponse): Content | undefined =>
  contents
    .filter((content) => kindOf(content) === "json" || isSentence(plan, content))
    .sort((a, b) => rank(a) - rank(b))[0];

/** Media types that are ranges go over the wire as JSON. */
const mediaTypeOf = ({ mediaType }: Content): string => {
  if (mediaType === "text/plain") return "text/plain; charset=utf-8";
  return mediaType === "application/json" || mediaType.includes("*") ? own.standard.mediaType : mediaType;
};

const sentence: Filled = { code: "summary", uses: new Set(["summary"]), value: ({ summary }) => summary };

/** What the service can put there. */
const fillingOf = (plan: ApiPlan, content: Content): Filled | undefined => {
  if (content.mediaType !== "text/plain") return errorFilling(plan, content.schema);
  return fits(plan, content.schema, ({ summary }) => summary) ? sentence : undefined;
};

const identity = (content: Content): string => JSON.stringify([mediaTypeOf(content), content.schema]);

/** Does a body fit as it is, whatever the error? */
const fits = (plan: ApiPlan, schema: Schema, value: (failure: Failure) => Json): boolean =>
  sampleFailures.every((failure) => accepts(schema, value(failure), { plan, direction: "output" }));

/** Problem details as the document may have them too: all that RFC 9457 knows, and what the service adds. */
const problem: Filled = { ...own.problem, uses: new Set(own.problem.uses) };

interface Described {
  readonly operation: PlannedOperation;
  readonly response: ApiResponse;
  readonly content: Content;
}

const describedErrors = (plan: ApiPlan): readonly Described[] =>
  plan.groups.flatMap(({ operations }) =>
    operations.flatMap((operation) =>
      operation.operation.responses.flatMap((response) => {
        const content = describesErrors(response, operation.operation) ? contentOf(plan, response) : undefined;
        return content === undefined ? [] : [{ operation, response, content }];
      }),
    ),
  );

const spokenName = (plan: ApiPlan, { operation, response, content }: Described): string => {
  const ref = refOf(content.schema);
  const named = ref === undefined ? undefined : plan.schemas.get(ref)?.output;
  return named ?? `${operation.name} ${response.status} error`;
};

const shapeOf = (plan: ApiPlan, [first, ...others]: readonly Described[]): Omit<ErrorShape, "name"> | undefined => {
  if (first === undefined) return undefined;
  const { operation, response, content } = first;
  const isProblem = content.mediaType === own.problem.mediaType && fits(plan, content.schema, own.problem.value);
  const filled = isProblem ? problem : fillingOf(plan, content);
  if (filled === undefined && fits(plan, content.schema, ownFor(plan).value)) return undefined;
  const about = `${operation.operation.method} ${operation.operation.path}: ${response.status}`;
  return { content, about, count: others.length + 1, isProblem, ...(filled === undefined ? {} : { filled }) };
};

/** The bodies of errors that a document describes, each once, in the order of the operations. */
export const planErrors = (plan: ApiPlan): PlannedErrors => {
  const described = describedErrors(plan);
  const groups = [...Map.groupBy(described, ({ content }) => identity(content))].flatMap(([id, members]) => {
    const shape = shapeOf(plan, members);
    const [first] = members;
    return shape === undefined || first === undefined ? [] : [{ id, shape, spoken: spokenName(plan, first) }];
  });
  const names = distinctNames(
    groups.map(({ spoken }) => spoken),
    (text) => valueName(text, "error"),
    ["standard"],
  );
  const nameOf = new Map(groups.map(({ id }, index) => [id, names[index] ?? "standard"]));
  const byOperation = Map.groupBy(described, ({ operation }) => operation);
  return {
    shapes: groups.map(({ shape }, index) => ({ ...shape, name: names[index] ?? "standard" })),
    of: (operation) =>
      (byOperation.get(operation) ?? []).flatMap(({ response, content }) => {
        const name = nameOf.get(identity(content));
        return name === undefined ? [] : [[response.status, name] as const];
      }),
  };
};

interface Declared {
  readonly name: string;
  readonly words: string;
  readonly mediaType: string;
  readonly parameters: readonly string[];
  /** `: models.Problem` */
  readonly type: string;
  readonly code: Doc;
}

const declareShape = ({ name, words, mediaType, parameters, type, code }: Declared): Doc => {
  const parameter = parameters.length === 0 ? "()" : concat("(", braces(parameters), ")");
  // An object as an arrow's result stands in parentheses.
  const result = typeof code === "string" || !isBraced(code) ? code : concat("(", code, ")");
  const members = openBraces([
    property("contentType", literal(mediaType)),
    property("body", concat(parameter, `${type} => `, result)),
  ]);
  return documented(comment(words), concat(`export const ${name}: ErrorShape = `, members, ";"));
};

const isBraced = (code: Doc): boolean => layout(code, Infinity).startsWith("{");

const declareDescribed = (plan: ApiPlan, shape: ErrorShape): Doc => {
  const { name, content, filled, about } = shape;
  if (filled === undefined) {
    const words = `The document asks for more than the service knows (${about}): yours to write.`;
    return documented(comment(words), `export const ${name}: ErrorShape = standard;`);
  }
  const ref = refOf(content.schema);
  const model = ref === undefined ? undefined : plan.schemas.get(ref);
  const type = shape.isProblem || model === undefined || model.hollow ? "" : `: models.${model.output}`;
  const words = `As the document describes it (${about}).`;
  const parameters = [...filled.uses];
  return declareShape({ name, words, mediaType: mediaTypeOf(content), parameters, type, code: filled.code });
};

const favourite = ({ shapes }: PlannedErrors): ErrorShape | undefined =>
  shapes.filter(({ filled }) => filled !== undefined).sort((a, b) => b.count - a.count)[0];

const declareOwn = (plan: ApiPlan, errors: PlannedErrors): Doc => {
  const words = "Wherever the document describes nothing else.";
  const best = plan.options.errorBody === "documented" ? favourite(errors) : undefined;
  if (best !== undefined) return documented(comment(words), `export const standard: ErrorShape = ${best.name};`);
  const { mediaType, uses, code } = ownFor(plan);
  return declareShape({ name: "standard", words, mediaType, parameters: uses, type: "", code });
};

/** `error-body.ts`. A shape stands before the one that is the same. */
export const errorFiles = (plan: ApiPlan, errors: PlannedErrors): readonly GeneratedFile[] => {
  const isLast = plan.options.errorBody === "documented";
  const filled = errors.shapes.filter((shape) => shape.filled !== undefined);
  const open = errors.shapes.filter((shape) => shape.filled === undefined);
  const described = filled.map((shape) => declareDescribed(plan, shape));
  const ownOne = declareOwn(plan, errors);
  const all = [
    ...(isLast ? [...described, ownOne] : [ownOne, ...described]),
    ...open.map((one) => declareDescribed(plan, one)),
  ];
  const body = layout(concat(separated(all), hardline));
  const head = imports([
    'import type { ErrorShape } from "./middleware/errors.js";',
    body.includes(": models.") && 'import type * as models from "./types/models.js";',
  ]);
  return [{ path: "error-body.ts", text: `// What errors look like: yours to change.\n${head}${body}` }];
};

/** `{ 400: errorBodies.problem }` of an operation's rules. */
export const errorMembers = (errors: PlannedErrors, operation: PlannedOperation): readonly Doc[] => {
  const all = errors.of(operation).map(([status, name]) => property(key(status), `errorBodies.${name}`));
  return all.length === 0 ? [] : [property("errors", braces(all))];
};
