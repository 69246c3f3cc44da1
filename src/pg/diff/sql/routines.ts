// SQL of functions, procedures, aggregates, and of what is built from them: operators, casts, triggers of events, languages.
import type { ObjectName, Option } from "../../catalog/object.ts";
import { sameName } from "../../catalog/object.ts";
import { quoteName, quotePath } from "../../quote.ts";
import type { Kind, Objects } from "../part.ts";
import { bare, literal, sameJson } from "./text.ts";
import { omit } from "../omit.ts";
import type { Context, Piece, Writer } from "./writer.ts";
import { alwaysRebuild, rebuild } from "./writer.ts";

type Routine = Objects["routine"];

const nouns = { function: "FUNCTION", window: "FUNCTION", procedure: "PROCEDURE" } as const;

const routineName = ({ kind, schema, name, types }: Routine): string =>
  `${nouns[kind]} ${quotePath({ schema, name })}(${types.join(", ")})`;

/** CREATE OR REPLACE keeps who depends on it; it cannot change what goes in by name, what comes out, or what it is. */
const replaceable = (from: Routine, to: Routine): boolean => {
  const shape = ({ kind, parameters, returns }: Routine): unknown => [kind, parameters, returns];
  return sameJson(shape(from), shape(to)) && defaultsKept(from, to);
};

const defaults = ({ arguments: text }: Routine): number => text.split(/ DEFAULT /).length - 1;

/** A default may be added or changed, not taken away. */
const defaultsKept = (from: Routine, to: Routine): boolean => defaults(from) <= defaults(to);

export const routineWriter: Writer<"routine"> = {
  create: (routine) => [bare(routine.definition).replace(/^CREATE OR REPLACE /, "CREATE ")],
  drop: (routine) => [`DROP ${routineName(routine)}`],
  alter: (from, to) => (replaceable(from, to) ? [bare(to.definition)] : rebuild),
};

/** Words of CREATE AGGREGATE that stand alone, those that take a literal; the rest take a name or number. */
const aggregatePart = ({ name, value }: Option): string => {
  const word = name.toUpperCase();
  if (/_extra$/.test(name)) return word;
  return `${word} = ${/initcond$/.test(name) ? literal(value) : value}`;
};

type Aggregate = Objects["aggregate"];

const aggregateName = (aggregate: Aggregate): string =>
  `${quotePath(aggregate)}(${aggregate.arguments === "" ? "*" : aggregate.arguments})`;

const createAggregate = (aggregate: Aggregate): string => {
  const parts = [
    ...aggregate.parts.map(aggregatePart),
    ...(aggregate.parallel === "unsafe" ? [] : [`PARALLEL = ${aggregate.parallel.toUpperCase()}`]),
    ...(aggregate.kind === "hypothetical" ? ["HYPOTHETICAL"] : []),
  ];
  return `CREATE AGGREGATE ${aggregateName(aggregate)} (\n  ${parts.join(",\n  ")}\n)`;
};

export const aggregateWriter: Writer<"aggregate"> = {
  create: (aggregate) => [createAggregate(aggregate)],
  drop: (aggregate) => [`DROP AGGREGATE ${aggregateName(aggregate)}`],
  alter: alwaysRebuild,
};

type Operator = Objects["operator"];

const operatorPath = ({ schema, name }: ObjectName): string => `${quoteName(schema)}.${name}`;
const operatorRef = (name: ObjectName): string => `OPERATOR(${operatorPath(name)})`;

const operatorParts = (operator: Operator): readonly string[] => [
  ...(operator.function === undefined ? [] : [`FUNCTION = ${quotePath(operator.function)}`]),
  ...(operator.left === undefined ? [] : [`LEFTARG = ${operator.left}`]),
  `RIGHTARG = ${operator.right}`,
  ...(operator.commutator === undefined ? [] : [`COMMUTATOR = ${operatorRef(operator.commutator)}`]),
  ...(operator.negator === undefined ? [] : [`NEGATOR = ${operatorRef(operator.negator)}`]),
  ...(operator.restrict === undefined ? [] : [`RESTRICT = ${quotePath(operator.restrict)}`]),
  ...(operator.join === undefined ? [] : [`JOIN = ${quotePath(operator.join)}`]),
  ...(operator.hashes ? ["HASHES"] : []),
  ...(operator.merges ? ["MERGES"] : []),
];

const operatorSignature = (name: ObjectName, { left, right }: Pick<Operator, "left" | "right">): string =>
  `${operatorPath(name)} (${left ?? "NONE"}, ${right})`;

/** An operator that only this one named is there by name alone, and stays when this one goes. */
const dropNamed = (
  operator: Operator,
  name: ObjectName | undefined,
  turned: boolean,
  { to }: Context,
): readonly Piece[] => {
  const { left = operator.right, right } = operator;
  const args = turned ? { left: right, right: left } : { ...operator, right };
  const stays = to.catalog.operators.some(
    (one) => name !== undefined && sameName(one, name) && one.left === args.left && one.right === args.right,
  );
  return name !== undefined && !stays ? [`DROP OPERATOR IF EXISTS ${operatorSignature(name, args)}`] : [];
};

export const operatorWriter: Writer<"operator"> = {
  create: (operator) => [`CREATE OPERATOR ${operatorPath(operator)} (${operatorParts(operator).join(", ")})`],
  drop: (operator, context) => {
    const isShell = (name: ObjectName | undefined): name is ObjectName =>
      name !== undefined &&
      context.from.catalog.operators.some((one) => one.function === undefined && sameName(one, name));
    return [
      `DROP OPERATOR ${operatorSignature(operator, operator)}`,
      ...(isShell(operator.commutator) ? dropNamed(operator, operator.commutator, true, context) : []),
      ...(isShell(operator.negator) ? dropNamed(operator, operator.negator, false, context) : []),
    ];
  },
  alter: (from, to) => {
    const { restrict, join } = to;
    if (!sameJson(omit(from, "restrict", "join"), omit(to, "restrict", "join"))) return rebuild;
    const said = (name: ObjectName | undefined): string => (name === undefined ? "NONE" : quotePath(name));
    return [`ALTER OPERATOR ${operatorSignature(to, to)} SET (RESTRICT = ${said(restrict)}, JOIN = ${said(join)})`];
  },
};

type Family = Objects["operator family"];

const family = (one: Family): string => `OPERATOR FAMILY ${quotePath(one)} USING ${quoteName(one.method)}`;

/** `OPERATOR 1 < (a, b)` is dropped as `OPERATOR 1 (a, b)`. */
const memberHead = (member: string): string => {
  const [, head = "", types = ""] = /^((?:OPERATOR|FUNCTION) \d+)[^(]*(\([^)]*\))/.exec(member) ?? [];
  return `${head} ${types}`;
};

export const operatorFamilyWriter: Writer<"operator family"> = {
  create: (one) => [
    `CREATE ${family(one)}`,
    ...(one.members.length === 0 ? [] : [`ALTER ${family(one)} ADD ${one.members.join(", ")}`]),
  ],
  drop: (one) => [`DROP ${family(one)}`],
  alter: (from, to) => {
    const gone = from.members.filter((member) => !to.members.includes(member));
    const added = to.members.filter((member) => !from.members.includes(member));
    return [
      ...(gone.length === 0 ? [] : [`ALTER ${family(to)} DROP ${gone.map(memberHead).join(", ")}`]),
      ...(added.length === 0 ? [] : [`ALTER ${family(to)} ADD ${added.join(", ")}`]),
    ];
  },
};

type OperatorClass = Objects["operator class"];

const createClass = (one: OperatorClass): string => {
  const storage = one.storage === undefined ? [] : [`STORAGE ${one.storage}`];
  const head = `CREATE OPERATOR CLASS ${quotePath(one)}${one.default ? " DEFAULT" : ""} FOR TYPE ${one.type}`;
  return `${head} USING ${quoteName(one.method)} FAMILY ${quotePath(one.family)} AS ${[...one.members, ...storage].join(", ")}`;
};

export const operatorClassWriter: Writer<"operator class"> = {
  create: (one) => [createClass(one)],
  drop: (one) => [`DROP OPERATOR CLASS ${quotePath(one)} USING ${quoteName(one.method)}`],
  alter: alwaysRebuild,
};

type Cast = Objects["cast"];

const castMethod = ({ method, function: name }: Cast): string =>
  method === "function" && name !== undefined
    ? `WITH FUNCTION ${name}`
    : method === "inout"
      ? "WITH INOUT"
      : "WITHOUT FUNCTION";

export const castWriter: Writer<"cast"> = {
  create: (cast) => [
    `CREATE CAST (${cast.source} AS ${cast.target}) ${castMethod(cast)}${cast.context === "explicit" ? "" : ` AS ${cast.context.toUpperCase()}`}`,
  ],
  drop: (cast) => [`DROP CAST (${cast.source} AS ${cast.target})`],
  alter: alwaysRebuild,
};

type Transform = Objects["transform"];

export const transformWriter: Writer<"transform"> = {
  create: (one: Transform) => {
    const parts = [
      ...(one.fromSql === undefined ? [] : [`FROM SQL WITH FUNCTION ${one.fromSql}`]),
      ...(one.toSql === undefined ? [] : [`TO SQL WITH FUNCTION ${one.toSql}`]),
    ];
    return [`CREATE TRANSFORM FOR ${one.type} LANGUAGE ${quoteName(one.language)} (${parts.join(", ")})`];
  },
  drop: (one) => [`DROP TRANSFORM FOR ${one.type} LANGUAGE ${quoteName(one.language)}`],
  alter: alwaysRebuild,
};

export const conversionWriter: Writer<"conversion"> = {
  create: (one) => [
    `CREATE ${one.default ? "DEFAULT " : ""}CONVERSION ${quotePath(one)} FOR ${literal(one.from)} TO ${literal(one.to)} FROM ${quotePath(one.function)}`,
  ],
  drop: (one) => [`DROP CONVERSION ${quotePath(one)}`],
  alter: alwaysRebuild,
};

export const firingWords = {
  origin: "ENABLE",
  disabled: "DISABLE",
  replica: "ENABLE REPLICA",
  always: "ENABLE ALWAYS",
} as const;

type EventTrigger = Objects["event trigger"];

const createEventTrigger = (one: EventTrigger): readonly Piece[] => {
  const tags = one.tags.length === 0 ? "" : ` WHEN TAG IN (${one.tags.map(literal).join(", ")})`;
  return [
    `CREATE EVENT TRIGGER ${quoteName(one.name)} ON ${one.event}${tags} EXECUTE FUNCTION ${quotePath(one.function)}()`,
    ...(one.firing === "origin" ? [] : [`ALTER EVENT TRIGGER ${quoteName(one.name)} ${firingWords[one.firing]}`]),
  ];
};

export const eventTriggerWriter: Writer<"event trigger"> = {
  create: createEventTrigger,
  drop: (one) => [`DROP EVENT TRIGGER ${quoteName(one.name)}`],
  alter: (from, to) =>
    sameJson({ ...from, firing: "" }, { ...to, firing: "" })
      ? [`ALTER EVENT TRIGGER ${quoteName(to.name)} ${firingWords[to.firing]}`]
      : rebuild,
};

type Language = Objects["language"];

export const languageWriter: Writer<"language"> = {
  create: (one: Language) => [
    [
      `CREATE ${one.trusted ? "TRUSTED " : ""}LANGUAGE ${quoteName(one.name)} HANDLER ${quotePath(one.handler)}`,
      one.inline === undefined ? "" : ` INLINE ${quotePath(one.inline)}`,
      one.validator === undefined ? "" : ` VALIDATOR ${quotePath(one.validator)}`,
    ].join(""),
  ],
  drop: (one) => [`DROP LANGUAGE ${quoteName(one.name)}`],
  alter: alwaysRebuild,
};

export const accessMethodWriter: Writer<"access method"> = {
  create: (one) => [
    `CREATE ACCESS METHOD ${quoteName(one.name)} TYPE ${one.kind.toUpperCase()} HANDLER ${quotePath(one.handler)}`,
  ],
  drop: (one) => [`DROP ACCESS METHOD ${quoteName(one.name)}`],
  alter: alwaysRebuild,
};

export type RoutineKind = Extract<Kind, "routine" | "aggregate">;
