// Validators of each operation's parameters and bodies, one file for every tag, and the file that has them all.
import type { Json } from "../kernel/json.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { checkedSchema, formFields, kindOf } from "./content.ts";
import type { PlannedErrors } from "./emit-errors.ts";
import { errorMembers } from "./emit-errors.ts";
import { shapeOf } from "./emit-shapes.ts";
import { requirementsOf } from "./emit-security.ts";
import type { Direction } from "./emit-types.ts";
import { documented } from "./emit-types.ts";
import type { ValidatorScope } from "./emit-scalar-validators.ts";
import { inherited, zod } from "./emit-scalar-validators.ts";
import { declareValidator, objectValidator, optionalValidator, validatorOf } from "./emit-validators.ts";
import type { Doc } from "./layout.ts";
import { assigned, braces, brackets, call, concat, hardline, join, layout, property, separated } from "./layout.ts";
import type { Content, Parameter, Schema } from "./model.ts";
import { headline, imports, isEmptyStatus, parametersSchema, parts } from "./operation-parts.ts";
import type { ApiPlan, PlannedGroup, PlannedOperation } from "./plan.ts";
import { receivedRefs, sentRefs } from "./plan.ts";
import { comment, commentText, data, key, literal } from "./print.ts";
import { sharesSegments } from "./route-path.ts";
import { referencesIn } from "./schema-view.ts";
import { describesEvents, itemSchema, sequenceOf } from "./sequences.ts";

/** Parameters beyond those declared are ignored: gateways and clients add their own. */
const parametersValidator = (parameters: readonly Parameter[], scope: ValidatorScope): Doc => {
  const schema = parametersSchema(parameters, ({ required }) => required);
  if (parameters.some(({ name }) => inherited.has(name))) {
    return objectValidator({ ...schema, additionalProperties: true }, scope);
  }
  // Read-only says nothing about a parameter: it is only ever sent.
  const members = parameters.map(({ name, required, schema: own }) =>
    property(key(name), required ? validatorOf(own, scope) : optionalValidator(own, scope)),
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

/** `shared: sharing("/range/{from}-{to}")` */
const sharedMember = ({ operation }: PlannedOperation, { uses }: ValidatorScope): readonly Doc[] => {
  if (!sharesSegments(operation.path)) return [];
  uses.add("sharing");
  return [property("shared", call("sharing", [literal(operation.path)]))];
};

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
    const shared = location === "path" ? sharedMember(planned, scope) : [];
    const value = braces([property("schema", name), property("parameters", data(rules)), ...shared]);
    return [{ declared, member: property(part, value) }];
  });

const contentRules = (content: Content, schema: Doc | undefined, plan: ApiPlan): Doc => {
  const kind = kindOf(content);
  const hasFields = kind === "form" || kind === "multipart";
  return braces([
    `kind: "${sequenceOf(content) ?? kind}"`,
    ...(schema === undefined ? [] : [property("schema", schema)]),
    ...(hasFields ? [property("fields", data(formFields(plan, content)))] : []),
  ]);
};

/** The first content with a schema gives the body's named validator; equal ones share it. */
const bodyParts = ({ body, name, type }: PlannedOperation, scope: ValidatorScope) => {
  if (body === undefined) return [];
  const checked = body.contents.map((content) => ({
    content,
    schema: kindOf(content) === "bytes" ? undefined : checkedSchema(scope.plan, content),
  }));
  const first = checked.find(({ schema }) => schema !== undefined)?.schema;
  const printed = (schema: Schema | undefined): Doc | undefined =>
    schema === undefined
      ? undefined
      : JSON.stringify(schema) === JSON.stringify(first)
        ? `${name}Body`
        : validatorOf(schema, scope);
  const contents = checked.map(({ content, schema }) =>
    property(key(content.mediaType), contentRules(content, printed(schema), scope.plan)),
  );
  const value = braces([`required: ${body.required}`, property("contents", braces(contents))]);
  const declared: readonly Declared[] =
    first === undefined
      ? []
      : [{ name: `${name}Body`, type: `types.${type}Body`, validator: validatorOf(first, scope) }];
  return [{ declared: declared[0], member: property("body", value) }];
};

const securityMember = ({ operation }: PlannedOperation): readonly Doc[] => {
  const requirements = requirementsOf(operation);
  return requirements.length === 0 ? [] : [property("security", data(requirements))];
};

/** Media types of its successes: what a client must accept one of. */
const producedMember = ({ operation }: PlannedOperation): readonly Doc[] => {
  const successes = operation.responses.filter(({ status }) => status.startsWith("2"));
  if (successes.some(({ contents }) => contents.length === 0)) return [];
  const types = [...new Set(successes.flatMap(({ contents }) => contents.map(({ mediaType }) => mediaType)))];
  return types.length === 0 ? [] : [property("produces", data(types))];
};

/** May a success have a body that the document says nothing of? Documents without any success leave everything open. */
const isOpen = ({ operation }: PlannedOperation): boolean => {
  const successes = operation.responses.filter(({ status }) => /^(2|default)/.test(status));
  const isDescribed = successes.some(({ contents }) => contents.length > 0);
  return !isDescribed && (successes.length === 0 || successes.some(({ status }) => !isEmptyStatus(status)));
};

const isEnveloped = ({ options }: ApiPlan, planned: PlannedOperation): boolean =>
  options.envelope === "auto"
    ? isOpen(planned)
    : options.envelope !== "none" && !planned.operation.responses.every(({ status }) => isEmptyStatus(status));

const descriptions = ({ operation }: PlannedOperation, scope: ValidatorScope): Doc =>
  braces(
    operation.responses.map(({ status, contents }) => {
      const types = contents.map((content) => {
        const schema = kindOf(content) === "json" && content.schema;
        return property(key(content.mediaType), validatorOf(schema || true, { ...scope, direction: "output" }));
      });
      return property(key(status), braces(types));
    }),
  );

/** How the items of each media type are written, and what they must be when replies are checked. */
const sequenceRules = ({ operation }: PlannedOperation, scope: ValidatorScope): readonly Doc[] => {
  const { plan } = scope;
  const contents = operation.responses.flatMap((response) => response.contents);
  const byType = new Map(contents.map((content) => [content.mediaType, content]));
  return [...byType].flatMap(([mediaType, content]) => {
    const form = sequenceOf(content);
    if (form === undefined) return [];
    const isData = form === "events" && !describesEvents(plan, content.items ?? true);
    const validator = () => validatorOf(itemSchema(plan, content), { ...scope, direction: "output" });
    const checked = plan.options.validateResponses ? [property("schema", validator())] : [];
    return [property(key(mediaType), braces([`form: "${isData ? "data" : form}"`, ...checked]))];
  });
};

/** What is done with a reply before it is sent. */
const outgoingMember = (planned: PlannedOperation, scope: ValidatorScope): readonly Doc[] => {
  const { plan } = scope;
  const isChecked = plan.options.validateResponses && planned.operation.responses.length > 0;
  const wraps = isEnveloped(plan, planned);
  if (isChecked) scope.uses.add("described");
  if (wraps) scope.uses.add("envelope");
  const items = sequenceRules(planned, scope);
  if (items.length > 0) scope.uses.add("sequences");
  const steps = [
    ...(isChecked ? [call("described", [descriptions(planned, scope)])] : []),
    ...(wraps ? ["envelope"] : []),
    ...(items.length > 0 ? [call("sequences", [braces(items)])] : []),
  ];
  return steps.length === 0 ? [] : [property("outgoing", brackets(steps))];
};

const operationValidators = (planned: PlannedOperation, errors: PlannedErrors, scope: ValidatorScope): Doc => {
  const all = [...parameterParts(planned, scope), ...bodyParts(planned, scope)];
  const declarations = all.flatMap(({ declared }) =>
    declared === undefined ? [] : [declareValidator(declared.name, declared.type, declared.validator, scope)],
  );
  const rules = concat(
    `export const ${planned.name}: OperationRules =`,
    assigned(
      braces([
        ...securityMember(planned),
        ...producedMember(planned),
        ...all.map(({ member }) => member),
        ...errorMembers(errors, planned),
        ...outgoingMember(planned, scope),
      ]),
    ),
    ";",
  );
  return separated([...declarations, documented(comment(headline(planned)), rules)]);
};

const declaredNames = (planned: PlannedOperation): readonly string[] => {
  const located = parts.filter(({ location }) => planned.parameters[location].length > 0);
  const hasBody = planned.body?.contents.some((content) => kindOf(content) !== "bytes") === true;
  return [
    planned.name,
    ...located.map(({ suffix }) => `${planned.name}${suffix}`),
    ...(hasBody ? [`${planned.name}Body`] : []),
  ];
};

const validatorsFile = (plan: ApiPlan, group: PlannedGroup, errors: PlannedErrors): GeneratedFile => {
  const scope: ValidatorScope = { plan, prefix: "models.", uses: new Set() };
  const code = group.operations.map((one) => operationValidators(one, errors, scope));
  const body = layout(concat(separated(code), hardline));
  const hasErrors = group.operations.some((one) => errors.of(one).length > 0);
  const declares = group.operations.some((one) => declaredNames(one).length > 1);
  const usesZod = scope.uses.has("z");
  const head = imports([
    usesZod && 'import { z } from "zod";',
    hasErrors && 'import * as errorBodies from "../../error-body.js";',
    scope.uses.has("described") && 'import { described } from "../described.js";',
    scope.uses.has("envelope") && 'import { envelope } from "../envelope.js";',
    scope.uses.has("s") && 'import * as s from "../json-schema.js";',
    'import type { OperationRules } from "../operation.js";',
    scope.uses.has("sharing") && 'import { sharing } from "../segments.js";',
    scope.uses.has("sequences") && 'import { sequences } from "../sequences.js";',
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
  const declare = (name: string, type: string, schema: Schema, direction: Direction): Doc => {
    const validator = validatorOf(schema, { ...scope, direction });
    const refersBelow = referencesIn(schema).some((ref) => {
      const target = plan.schemas.get(ref);
      const own = direction === "output" ? target?.replyValidator : target?.validator;
      return target?.hollow === false && own !== undefined && !declared.has(own);
    });
    const doc = declareValidator(name, `types.${type}`, validator, scope, refersBelow);
    declared.add(name);
    return doc;
  };
  const sent = sentRefs(plan);
  const declarations = [...plan.schemas].flatMap(([ref, planned]) => {
    const { named, input, output, validator, replyValidator, hollow } = planned;
    if (hollow) return [];
    const isSame = validator === replyValidator;
    return [
      ...(received.has(ref) || (isSame && sent.has(ref)) ? [declare(validator, input, named.schema, "input")] : []),
      ...(!isSame && sent.has(ref) ? [declare(replyValidator, output, named.schema, "output")] : []),
    ];
  });
  const usesZod = scope.uses.has("z");
  const head = imports([
    usesZod && 'import { z } from "zod";',
    scope.uses.has("s") && 'import * as s from "../json-schema.js";',
    declarations.length > 0 && 'import type * as types from "../../types/models.js";',
  ]);
  const body = declarations.length === 0 ? "export {};" : separated(declarations);
  return {
    path: "middleware/validators/models.ts",
    text: `// The named schemas of what is checked.\n${head}${layout(concat(body, hardline))}`,
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

export const validatorFiles = (plan: ApiPlan, errors: PlannedErrors): readonly GeneratedFile[] => [
  validatorsFace(plan),
  modelValidators(plan),
  ...plan.groups.map((group) => validatorsFile(plan, group, errors)),
];
