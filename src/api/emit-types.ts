// TypeScript types of schemas: printed, so that the compiler reads them instead of inferring them.
import type { Json, JsonObject } from "../kernel/json.ts";
import type { Doc } from "./layout.ts";
import { assigned, concat, group, hardline, indent, join, layout, line, softline, startsWithBrace } from "./layout.ts";
import type { Schema } from "./model.ts";
import type { ApiPlan, PlannedSchema } from "./plan.ts";
import { followed } from "./plan.ts";
import { comment, isList, literal, typeKey } from "./print.ts";
import type { JsonType } from "./schema-keywords.ts";
import {
  fileKeyword,
  get,
  hasKeywordOf,
  listedTypes,
  listedValues,
  namesIn,
  refOf,
  schemaIn,
  schemaMapIn,
  schemasIn,
  textIn,
} from "./schema-view.ts";

/** Values that the service receives, or values that it sends. */
export type Direction = "input" | "output";

export interface TypeScope {
  readonly plan: ApiPlan;
  readonly direction: Direction;
  /** What stands before the name of a named schema: `models.`, or nothing in the file that declares them. */
  readonly prefix: string;
}

/** Weaker operators need parentheses inside stronger ones. */
interface Typed {
  readonly doc: Doc;
  readonly form: "plain" | "and" | "or";
  /** What a union is made of, so that a union around it lists them itself. */
  readonly members?: readonly Typed[];
}

const plain = (doc: Doc): Typed => ({ doc, form: "plain" });
const unknownType = plain("unknown");

const textOfDoc = (doc: Doc): string => layout(doc, Infinity);

const distinct = (types: readonly Typed[]): readonly Typed[] => [
  ...new Map(types.map((type) => [textOfDoc(type.doc), type])).values(),
];

/** A union in several lines begins with a bar. */
const firstBar: Doc = { kind: "broken", text: "| " };

/** One object, or nothing: it begins where the line is. */
const isHugging = (members: readonly Typed[]): boolean =>
  members.filter(isObject).length === 1 && members.every((type) => isObject(type) || type.doc === "null");

const alternatives = (members: readonly Typed[]): Doc =>
  concat(
    firstBar,
    join(
      members.map((type) => indent(inParentheses(type, ["and"]))),
      concat(line, "| "),
    ),
  );

/** In parentheses a union has lines of its own. */
const inParentheses = (type: Typed, loose: readonly Typed["form"][]): Doc => {
  if (!loose.includes(type.form)) return type.doc;
  if (type.members === undefined || isHugging(type.members)) return concat("(", type.doc, ")");
  return group("(", indent(softline, alternatives(type.members)), softline, ")");
};

/** On this line, or on the next one, or a line for each. */
const union = (types: readonly Typed[]): Typed => {
  const all = distinct(types.flatMap((type) => type.members ?? [type]));
  const [only] = all;
  if (only === undefined) return plain("never");
  if (all.length === 1) return only;
  if (all.some((type) => type.doc === "unknown")) return unknownType;
  if (isHugging(all))
    return {
      doc: join(
        all.map(({ doc }) => doc),
        " | ",
      ),
      form: "or",
      members: all,
    };
  return { doc: group(indent(softline, group(alternatives(all)))), form: "or", members: all };
};

/** A union of printed types. */
export const unionDoc = (docs: readonly Doc[]): Doc => union(docs.map(plain)).doc;

const isObject = ({ doc }: Typed): boolean => startsWithBrace(doc);

/** Two names stand on lines of their own when they must; an object begins where the other ends. */
const intersection = (types: readonly Typed[]): Typed => {
  const all = distinct(types.filter((type) => type.doc !== "unknown"));
  const [only] = all;
  if (only === undefined) return unknownType;
  if (all.length === 1) return only;
  let isIndented = false;
  const parts = all.map((type, index): Doc => {
    const doc = inParentheses(type, ["or"]);
    const before = all[index - 1];
    if (before === undefined) return doc;
    if (isObject(before) && isObject(type)) return concat(" & ", isIndented ? indent(doc) : doc);
    if (!isObject(before) && !isObject(type)) return indent(" &", line, doc);
    if (index > 1) isIndented = true;
    return concat(" & ", index > 1 ? indent(doc) : doc);
  });
  return { doc: group(...parts), form: "and" };
};

const list = (item: Typed): Typed => plain(concat(inParentheses(item, ["or", "and"]), "[]"));

/** `{ a: string; b: number }`, over several lines when it must. */
export const typeBraces = (members: readonly Doc[]): Doc =>
  members.length === 0
    ? "{}"
    : group("{", indent(line, join(members, concat(";", line))), { kind: "broken", text: ";" }, line, "}");

/** A documentation comment above a member or statement. */
export const documented = (lines: readonly string[], doc: Doc): Doc =>
  lines.length === 0 ? doc : concat(...lines.flatMap((text) => [text, hardline]), doc);

const valueType = (value: Json): Typed => {
  if (typeof value === "string") return plain(literal(value));
  if (typeof value === "number") return plain(Object.is(value, -0) ? "0" : String(value));
  if (value === null || typeof value === "boolean") return plain(String(value));
  if (isList(value)) return list(union(value.map(valueType)));
  const members = Object.entries(value).map(([name, inner]) => concat(typeKey(name), ": ", valueType(inner).doc));
  return plain(typeBraces(members));
};

export const isMarked = (
  scope: Pick<TypeScope, "plan">,
  schema: Schema,
  keyword: "readOnly" | "writeOnly",
): boolean => {
  if (typeof schema === "boolean") return false;
  const target = followed(scope.plan, schema);
  return schema[keyword] === true || (typeof target !== "boolean" && target[keyword] === true);
};

/** A name that may be absent: read-only properties are not sent to the service, whatever `required` says. */
export const isOptional = (scope: TypeScope, schema: JsonObject, name: string, property: Schema): boolean =>
  !namesIn(schema, "required").includes(name) ||
  isMarked(scope, property, scope.direction === "input" ? "readOnly" : "writeOnly");

/** The properties of an object schema, with those that `required` names alone. */
export const propertiesOf = (schema: JsonObject): readonly (readonly [string, Schema])[] => {
  const declared = schemaMapIn(schema, "properties");
  const names = new Set(declared.map(([name]) => name));
  const bare = [...new Set(namesIn(schema, "required"))].filter((name) => !names.has(name));
  return [...declared, ...bare.map((name) => [name, true] as const)];
};

const propertyDoc = (schema: Schema): readonly string[] => {
  if (typeof schema === "boolean") return [];
  const deprecated = get(schema, "deprecated") === true ? "@deprecated" : undefined;
  return comment(textIn(schema, "description"), deprecated);
};

const memberOf = (scope: TypeScope, schema: JsonObject, [name, property]: readonly [string, Schema]): Doc => {
  const type = typeOf(property, scope);
  const optional = isOptional(scope, schema, name, property);
  const value = optional ? union([type, plain("undefined")]) : type;
  return documented(propertyDoc(property), concat(typeKey(name), optional ? "?: " : ": ", value.doc));
};

const objectMembers = (schema: JsonObject, scope: TypeScope): readonly Doc[] => {
  const properties = propertiesOf(schema).filter(
    ([, property]) => scope.direction === "input" || !isMarked(scope, property, "writeOnly"),
  );
  const members = properties.map((property) => memberOf(scope, schema, property));
  const rest = schemaIn(schema, "additionalProperties");
  const patterns = schemaMapIn(schema, "patternProperties");
  if (properties.length === 0 && rest !== undefined && rest !== false && patterns.length === 0) {
    return [concat("[key: string]: ", typeOf(rest, scope).doc)];
  }
  const open = (rest !== undefined && rest !== false) || patterns.length > 0 || properties.length === 0;
  return open && !(properties.length === 0 && rest === false && patterns.length === 0)
    ? [...members, "[key: string]: unknown"]
    : members;
};

const arrayType = (schema: JsonObject, scope: TypeScope): Typed => {
  const items = schemaIn(schema, "items");
  const prefix = schemasIn(schema, "prefixItems");
  if (prefix.length === 0) return list(items === undefined ? unknownType : typeOf(items, scope));
  return list(
    union([...prefix.map((one) => typeOf(one, scope)), ...(items === false ? [] : [typeOf(items ?? true, scope)])]),
  );
};

const typeOfKind = {
  null: () => plain("null"),
  boolean: () => plain("boolean"),
  number: () => plain("number"),
  integer: () => plain("number"),
  string: () => plain("string"),
  array: arrayType,
  object: (schema, scope) => plain(typeBraces(objectMembers(schema, scope))),
} as const satisfies Readonly<Record<JsonType, (schema: JsonObject, scope: TypeScope) => Typed>>;

/** Without `type`, keywords of objects or arrays tell what the author had in mind. */
const impliedTypes = (schema: JsonObject): readonly JsonType[] =>
  (["object", "array"] as const).filter((type) => hasKeywordOf(schema, type));

const ownType = (schema: JsonObject, scope: TypeScope): Typed => {
  const values = listedValues(schema);
  if (values !== undefined) return union(values.map(valueType));
  const types = listedTypes(schema) ?? impliedTypes(schema);
  return types.length === 0 ? unknownType : union(types.map((type) => typeOfKind[type](schema, scope)));
};

const referenceType = (ref: string, { plan, direction, prefix }: TypeScope): Typed => {
  const target = plan.schemas.get(ref);
  return target === undefined || target.hollow ? unknownType : plain(`${prefix}${target[direction]}`);
};

/** The type of a schema's values. What types cannot say (patterns, `not`, conditions) is left to the validators. */
export const typeOf = (schema: Schema, scope: TypeScope): Typed => {
  if (typeof schema === "boolean") return plain(schema ? "unknown" : "never");
  if (schema[fileKeyword] === true) return plain("File");
  const ref = refOf(schema);
  const choice = (keyword: string): readonly Typed[] =>
    get(schema, keyword) === undefined ? [] : [union(schemasIn(schema, keyword).map((one) => typeOf(one, scope)))];
  return intersection([
    ...(ref === undefined ? [] : [referenceType(ref, scope)]),
    ownType(schema, scope),
    ...schemasIn(schema, "allOf").map((one) => typeOf(one, scope)),
    ...choice("anyOf"),
    ...choice("oneOf"),
  ]);
};

export const typeDoc = (schema: Schema, scope: TypeScope): Doc => typeOf(schema, scope).doc;

const isPlainObject = (schema: Schema): schema is JsonObject =>
  typeof schema !== "boolean" &&
  listedValues(schema) === undefined &&
  (listedTypes(schema) ?? impliedTypes(schema)).join() === "object" &&
  !["$ref", "allOf", "anyOf", "oneOf"].some((keyword) => Object.hasOwn(schema, keyword));

/** `interface X { … }` for objects, an alias for everything else. */
export const declareType = (name: string, schema: Schema, scope: TypeScope): Doc => {
  if (!isPlainObject(schema)) return concat(`export type ${name} =`, assigned(typeDoc(schema, scope)), ";");
  const members = objectMembers(schema, scope);
  if (members.length === 0) return `export interface ${name} {}`;
  const lines = members.flatMap((member) => [hardline, member, ";"]);
  return concat(`export interface ${name} {`, indent(...lines), hardline, "}");
};

const declareSchema = (plan: ApiPlan, { named, input, output, hollow }: PlannedSchema): readonly Doc[] => {
  const { schema } = named;
  const about = typeof schema === "boolean" ? undefined : (textIn(schema, "description") ?? textIn(schema, "title"));
  const declare = (name: string, direction: Direction, words: string | undefined): Doc =>
    documented(comment(words), declareType(name, hollow ? true : schema, { plan, direction, prefix: "" }));
  if (input === output) return [declare(output, "output", about)];
  return [
    declare(output, "output", about),
    declare(input, "input", `${output} as requests send it: without what is read-only.`),
  ];
};

/** The file of every named schema's type. */
export const modelTypes = (plan: ApiPlan): string => {
  const schemas = [...plan.schemas.values()].sort((a, b) => (a.output < b.output ? -1 : 1));
  const declarations = schemas.flatMap((schema) => declareSchema(plan, schema));
  const body = declarations.length === 0 ? "export {};" : join(declarations, concat(hardline, hardline));
  return layout(concat("// The data that the API speaks of.", hardline, hardline, body, hardline));
};
