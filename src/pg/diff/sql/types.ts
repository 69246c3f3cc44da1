// SQL of types: enums that grow in place, composites and domains that change in place, and what only a new type can be.
import { keyOf, sameName } from "../../catalog/object.ts";
import { quoteName, quotePath } from "../../quote.ts";
import { boundColumn } from "../bound-enums.ts";
import type { CompositePart, DomainConstraintPart, DomainPart, Objects, TableShell } from "../part.ts";
import { collate, literal, sameJson } from "./text.ts";
import type { Context, Piece, Writer } from "./writer.ts";
import { alwaysRebuild, rebuild } from "./writer.ts";

type Enum = Objects["enum"];

const createEnum = (type: Enum): string =>
  `CREATE TYPE ${quotePath(type)} AS ENUM (${type.values.map(literal).join(", ")})`;

/** New values among the old ones, which keep their order; undefined when the old ones change. */
const addedValues = (from: readonly string[], to: readonly string[]): readonly string[] | undefined => {
  const kept = to.filter((value) => from.includes(value));
  return sameJson(kept, from) ? to.filter((value) => !from.includes(value)) : undefined;
};

const addValue = (type: Enum, value: string, isKept: boolean): string => {
  const at = type.values.indexOf(value);
  const after = type.values[at - 1];
  const place =
    after === undefined
      ? type.values[1] === undefined
        ? ""
        : ` BEFORE ${literal(type.values[1])}`
      : at === type.values.length - 1
        ? ""
        : ` AFTER ${literal(after)}`;
  return `ALTER TYPE ${quotePath(type)} ADD VALUE ${isKept ? "IF NOT EXISTS " : ""}${literal(value)}${place}`;
};

/** First values come first: each is placed after the one before it, or before the first that stays. */
const addValues = (from: Enum, to: Enum, added: readonly string[], sides: Context): readonly Piece[] => {
  // Where the way back leaves a value, the way forth may meet it again.
  const isKept = boundColumn(sides.to.catalog, sides.from.catalog, to) !== undefined;
  const present = [...from.values];
  return added.map((value): Piece => {
    const at = to.values.indexOf(value);
    const after = to.values.slice(0, at).findLast((one) => present.includes(one));
    const before = to.values.slice(at + 1).find((one) => present.includes(one));
    const view: Enum = {
      ...to,
      values: [...(after === undefined ? [] : [after]), value, ...(before === undefined ? [] : [before])],
    };
    present.push(value);
    return { sql: addValue(view, value, isKept), stage: "early" };
  });
};

export const enumWriter: Writer<"enum"> = {
  create: (type) => [createEnum(type)],
  drop: (type) => [`DROP TYPE ${quotePath(type)}`],
  alter: (from, to, context) => {
    const added = context.online ? addedValues(from.values, to.values) : undefined;
    return added === undefined ? rebuild : addValues(from, to, added, context);
  },
};

const attributeText = ({ name, type, collation }: CompositePart["attributes"][number]): string =>
  `${quoteName(name)} ${type.text}${collate(collation)}`;

/** Attributes keep their places: where all that differs is what some are called, they were renamed. */
const renamedAttributes = (from: CompositePart, to: CompositePart, all: string): readonly Piece[] => {
  const has = ({ attributes }: CompositePart, name: string): boolean => attributes.some((one) => one.name === name);
  const pairs = from.attributes.flatMap((one, at) => {
    const next = to.attributes[at];
    return next === undefined ? [] : [[one, next] as const];
  });
  const isRenamed = pairs.every(
    ([one, next]) =>
      sameJson({ ...one, name: "" }, { ...next, name: "" }) &&
      (one.name === next.name || (!has(to, one.name) && !has(from, next.name))),
  );
  if (!isRenamed || from.attributes.length !== to.attributes.length) return [];
  return pairs
    .filter(([one, next]) => one.name !== next.name)
    .map(
      ([one, next]) =>
        `ALTER TYPE ${quotePath(to)} RENAME ATTRIBUTE ${quoteName(one.name)} TO ${quoteName(next.name)}${all}`,
    );
};

/** Tables of the type take part in what changes of it. */
const cascade = (type: CompositePart, { from }: Context): string =>
  [...from.byKey.values()].some(({ kind, value }) => kind === "table" && isOfType(value, type)) ? " CASCADE" : "";

const isOfType = ({ ofType }: TableShell, type: CompositePart): boolean =>
  ofType !== undefined && sameName(ofType, type);

/** PostgreSQL changes the type of an attribute where no column holds such values and nothing names the attribute. */
const changesInPlace = (type: CompositePart, { from }: Context): boolean => {
  const key = keyOf("type", type);
  return [...from.needs].every(([user, needs]) => {
    const part = needs.has(key) ? from.byKey.get(user) : undefined;
    return part === undefined || ["table", "comment", "owner", "grants"].includes(part.kind);
  });
};

/** Attributes come and go in place; a changed type is refused by PostgreSQL while a column uses it. */
const alterComposite = (
  from: CompositePart,
  to: CompositePart,
  context: Context,
): readonly Piece[] | typeof rebuild => {
  const all = cascade(from, context);
  const renamed = renamedAttributes(from, to, all);
  if (renamed.length > 0) return renamed;
  const before = new Map(from.attributes.map((one) => [one.name, one]));
  const after = new Set(to.attributes.map(({ name }) => name));
  const retyped = to.attributes.filter((one) => before.has(one.name) && !sameJson(before.get(one.name), one));
  if (retyped.length > 0 && !changesInPlace(from, context)) return rebuild;
  const changes = [
    ...from.attributes.filter(({ name }) => !after.has(name)).map(({ name }) => `DROP ATTRIBUTE ${quoteName(name)}`),
    ...to.attributes.filter(({ name }) => !before.has(name)).map((one) => `ADD ATTRIBUTE ${attributeText(one)}`),
    ...retyped.map(
      ({ name, type, collation }) => `ALTER ATTRIBUTE ${quoteName(name)} TYPE ${type.text}${collate(collation)}`,
    ),
  ];
  if (changes.length === 0) return [];
  return [`ALTER TYPE ${quotePath(to)} ${changes.map((change) => `${change}${all}`).join(", ")}`];
};

export const compositeWriter: Writer<"composite"> = {
  create: (type) => [
    type.attributes.length === 0
      ? `CREATE TYPE ${quotePath(type)} AS ()`
      : `CREATE TYPE ${quotePath(type)} AS (\n${type.attributes.map((one) => `  ${attributeText(one)}`).join(",\n")}\n)`,
  ],
  drop: (type) => [`DROP TYPE ${quotePath(type)}`],
  alter: alterComposite,
};

const domain = (part: { readonly schema: string; readonly name: string }): string => `ALTER DOMAIN ${quotePath(part)}`;

const heldChecks = (part: DomainPart, { to, holds }: Context): readonly string[] =>
  [...to.byKey.values()].flatMap((one) =>
    one.kind === "domain constraint" && sameName(one.value.domain, part) && holds(one.key)
      ? [` CONSTRAINT ${quoteName(one.value.name)} ${one.value.definition}`]
      : [],
  );

export const domainWriter: Writer<"domain"> = {
  create: (part, context) => [
    [
      `CREATE DOMAIN ${quotePath(part)} AS ${part.base.text}`,
      collate(part.collation),
      part.default === undefined ? "" : ` DEFAULT ${part.default}`,
      part.nullable ? "" : " NOT NULL",
      ...heldChecks(part, context),
    ].join(""),
  ],
  drop: (part) => [`DROP DOMAIN ${quotePath(part)}`],
  alter: (from: DomainPart, to: DomainPart) => {
    if (!sameJson([from.base, from.collation], [to.base, to.collation])) return rebuild;
    return [
      ...(from.default === to.default
        ? []
        : [`${domain(to)} ${to.default === undefined ? "DROP DEFAULT" : `SET DEFAULT ${to.default}`}`]),
      ...(from.nullable === to.nullable ? [] : [`${domain(to)} ${to.nullable ? "DROP" : "SET"} NOT NULL`]),
    ];
  },
};

const addCheck = (part: DomainConstraintPart, { online, isNew }: Context): readonly Piece[] => {
  const add = `${domain(part.domain)} ADD CONSTRAINT ${quoteName(part.name)} ${part.definition.replace(/ NOT VALID$/, "")}`;
  if (!part.validated) return [`${add} NOT VALID`];
  if (!online || isNew(`type ${quotePath(part.domain)}`)) return [add];
  const validate = `${domain(part.domain)} VALIDATE CONSTRAINT ${quoteName(part.name)}`;
  return [`${add} NOT VALID`, { sql: validate, stage: "late" }];
};

export const domainConstraintWriter: Writer<"domain constraint"> = {
  create: addCheck,
  drop: (part) => [`${domain(part.domain)} DROP CONSTRAINT ${quoteName(part.name)}`],
  alter: (from, to) =>
    !from.validated && to.validated && from.expression === to.expression
      ? [`${domain(to.domain)} VALIDATE CONSTRAINT ${quoteName(to.name)}`]
      : rebuild,
};

type Range = Objects["range"];

const rangeOptions = (type: Range): readonly string[] => [
  `SUBTYPE = ${type.subtype.text}`,
  `SUBTYPE_OPCLASS = ${quotePath(type.opclass)}`,
  ...(type.collation === undefined ? [] : [`COLLATION = ${quotePath(type.collation)}`]),
  ...(type.canonical === undefined ? [] : [`CANONICAL = ${quotePath(type.canonical)}`]),
  ...(type.subtypeDiff === undefined ? [] : [`SUBTYPE_DIFF = ${quotePath(type.subtypeDiff)}`]),
  `MULTIRANGE_TYPE_NAME = ${quotePath(type.multirange)}`,
];

export const rangeWriter: Writer<"range"> = {
  create: (type) => [`CREATE TYPE ${quotePath(type)} AS RANGE (${rangeOptions(type).join(", ")})`],
  drop: (type) => [`DROP TYPE ${quotePath(type)}`],
  alter: alwaysRebuild,
};

type Base = Objects["base type"];

/** CREATE TYPE's words for the parts that functions play. */
const functionWords: Readonly<Record<string, string>> = {
  input: "INPUT",
  output: "OUTPUT",
  receive: "RECEIVE",
  send: "SEND",
  typmod_in: "TYPMOD_IN",
  typmod_out: "TYPMOD_OUT",
  analyze: "ANALYZE",
  subscript: "SUBSCRIPT",
};

const createBase = (type: Base): string => {
  if (type.shell) return `CREATE TYPE ${quotePath(type)}`;
  const parts = [
    ...Object.entries(type.functions).map(([part, name]) => `${functionWords[part] ?? part} = ${quotePath(name)}`),
    `INTERNALLENGTH = ${type.length < 0 ? "VARIABLE" : type.length}`,
    ...(type.byValue ? ["PASSEDBYVALUE"] : []),
    `ALIGNMENT = ${type.alignment}`,
    `STORAGE = ${type.storage}`,
    `CATEGORY = ${literal(type.category)}`,
    ...(type.preferred ? ["PREFERRED = true"] : []),
    ...(type.default === undefined ? [] : [`DEFAULT = ${literal(type.default)}`]),
    ...(type.element === undefined ? [] : [`ELEMENT = ${type.element.text}`]),
    ...(type.delimiter === "," ? [] : [`DELIMITER = ${literal(type.delimiter)}`]),
    ...(type.collatable ? ["COLLATABLE = true"] : []),
  ];
  return `CREATE TYPE ${quotePath(type)} (${parts.join(", ")})`;
};

/** Functions of a type need it as a shell before it can be made; dropping it takes them along. */
export const baseTypeWriter: Writer<"base type"> = {
  create: (type) => [createBase(type)],
  drop: (type) => [`DROP TYPE ${quotePath(type)} CASCADE`],
  alter: alwaysRebuild,
};

/** It goes with its type. */
export const shellWriter: Writer<"type shell"> = {
  create: (type) => [`CREATE TYPE ${quotePath(type)}`],
  drop: () => [],
  alter: () => [],
};

type Collation = Objects["collation"];

const collationOptions = (one: Collation): readonly string[] => [
  `PROVIDER = ${one.provider}`,
  ...(one.locale === undefined ? [] : [`LOCALE = ${literal(one.locale)}`]),
  ...(one.collate === undefined ? [] : [`LC_COLLATE = ${literal(one.collate)}`]),
  ...(one.ctype === undefined ? [] : [`LC_CTYPE = ${literal(one.ctype)}`]),
  ...(one.deterministic ? [] : ["DETERMINISTIC = false"]),
  ...(one.rules === undefined ? [] : [`RULES = ${literal(one.rules)}`]),
];

export const collationWriter: Writer<"collation"> = {
  create: (one) => [`CREATE COLLATION ${quotePath(one)} (${collationOptions(one).join(", ")})`],
  drop: (one) => [`DROP COLLATION ${quotePath(one)}`],
  alter: alwaysRebuild,
};
