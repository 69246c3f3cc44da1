// SQL of columns and their defaults: made, changed in place without losing a value, dropped.
import type { ObjectName } from "../../catalog/object.ts";
import { keyOf, partKey } from "../../catalog/object.ts";
import type { Identity } from "../../catalog/tables.ts";
import { quoteName, quotePath } from "../../quote.ts";
import { castOf } from "../cast/expression.ts";
import { toldFor } from "../told.ts";
import { checkedNow } from "../checked-now.ts";
import { fillOf, toldFill, unfitDefault } from "../fill.ts";
import { columnsOfRows } from "../holders.ts";
import type { ColumnPart, DefaultPart } from "../part.ts";
import { beforeDefaultGoes, beforeIdentityGoes, goOn } from "./position.ts";
import { identityOptions, identitySequence, ownType } from "./sequences.ts";
import { collate, foreignOptionChanges, foreignOptions, optionChanges, sameJson, settingsList } from "./text.ts";
import type { Context, Piece, Refusal, Writer } from "./writer.ts";
import { rebuild } from "./writer.ts";

export const alterTable = ({ table, tableKind }: { readonly table: ObjectName; readonly tableKind: string }): string =>
  `ALTER ${tableKind === "foreign" ? "FOREIGN TABLE" : "TABLE"} ${quotePath(table)}`;

const alterColumn = (column: ColumnPart): string => `${alterTable(column)} ALTER COLUMN ${quoteName(column.name)}`;

const identityText = ({ generation, sequence }: Identity, column: ColumnPart): string =>
  ` GENERATED ${generation.toUpperCase()} AS IDENTITY${identityOptions(sequence, column)}`;

const notNullText = ({ nullable, notNull, identity }: ColumnPart): string => {
  if (nullable || notNull?.validated === false) return "";
  if (identity !== undefined && notNull === undefined) return " NOT NULL";
  return `${notNull?.name === undefined ? "" : ` CONSTRAINT ${quoteName(notNull.name)}`} NOT NULL${notNull?.noInherit === true ? " NO INHERIT" : ""}`;
};

/** A column as in CREATE TABLE. */
export const columnText = (column: ColumnPart, defaultExpression: string | undefined): string =>
  [
    `${quoteName(column.name)} ${column.type.text}`,
    column.foreignOptions.length === 0 ? "" : foreignOptions(column.foreignOptions),
    column.compression === undefined ? "" : ` COMPRESSION ${column.compression}`,
    collate(column.collation),
    defaultExpression === undefined ? "" : ` DEFAULT ${defaultExpression}`,
    column.generated === undefined
      ? ""
      : ` GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.storage.toUpperCase()}`,
    column.identity === undefined ? "" : identityText(column.identity, column),
    notNullText(column),
  ].join("");

/** The constraint by its name, or as it is. */
const addNotNull = (column: ColumnPart): string => {
  const { name, noInherit = false, validated = true } = column.notNull ?? {};
  const constraint = name === undefined ? "" : `CONSTRAINT ${quoteName(name)} `;
  return `${alterTable(column)} ADD ${constraint}NOT NULL ${quoteName(column.name)}${noInherit ? " NO INHERIT" : ""}${validated ? "" : " NOT VALID"}`;
};

/** Of a table that inherits the column, but not that it is NOT NULL. */
export const ownNotNull = (column: ColumnPart): string =>
  column.notNull === undefined ? `${alterColumn(column)} SET NOT NULL` : addNotNull(column);

/** What CREATE TABLE has no words for. */
export const columnSettings = (column: ColumnPart): readonly string[] => [
  ...(column.identity === undefined ? [] : ownType(column.identity.sequence)),
  ...(column.nullable || column.notNull?.validated !== false ? [] : [addNotNull(column)]),
  ...(column.storage === undefined ? [] : [`${alterColumn(column)} SET STORAGE ${column.storage.toUpperCase()}`]),
  ...(column.statistics === undefined ? [] : [`${alterColumn(column)} SET STATISTICS ${column.statistics}`]),
  ...(column.options.length === 0 ? [] : [`${alterColumn(column)} SET (${settingsList(column.options)})`]),
];

/** The default that comes with the column, unless a circle keeps it apart. */
const defaultOf = ({ to, holds }: Context, { table, name }: ColumnPart): string | undefined => {
  const key = partKey("default", table, name);
  const part = to.byKey.get(key);
  return part?.kind === "default" && holds(key) ? part.value.expression : undefined;
};

/** Rows of the table are values of columns: PostgreSQL writes nothing into those, and adds no column that comes with a value. */
const isHeldElsewhere = ({ table }: ColumnPart, { from, to }: Context): boolean => {
  const [before, after] = [columnsOfRows(from, keyOf("table", table)), columnsOfRows(to, keyOf("table", table))];
  return !before.isDisjointFrom(after);
};

/** A column that is there, in rows that hold no value yet. */
const settled = (column: ColumnPart, given: string | undefined, context: Context): readonly Piece[] => {
  const fill = fillOf(column, context);
  const own = given ?? (fill.kind === "told" ? fill.expression : undefined);
  const [before, value, after] =
    own !== undefined || fill.kind === "told" ? [[], own ?? "", []] : [fill.before, fill.default, fill.after];
  return [
    ...before,
    `UPDATE ${quotePath(column.table)} SET ${quoteName(column.name)} = ${value}`,
    ...checkedNow(column.table, context),
    ...after,
    ...(column.nullable ? [] : [`${alterColumn(column)} SET NOT NULL`]),
    ...columnSettings(column),
  ];
};

/** A value for rows that exist already: NOT NULL without a default would refuse any table that is not empty. */
const create = (column: ColumnPart, context: Context): readonly Piece[] => {
  const fallback = defaultOf(context, column);
  const later = fallback !== undefined && unfitDefault(column, context) !== undefined && column.tableKind !== "foreign";
  const expression = later ? undefined : fallback;
  const settings = [...(later ? [`${alterColumn(column)} SET DEFAULT ${fallback}`] : []), ...columnSettings(column)];
  const given = expression ?? column.generated?.expression ?? column.identity;
  const isPlain = given === undefined || given === expression;
  if (isPlain && !(column.nullable && given === undefined) && isHeldElsewhere(column, context))
    return [
      `${alterTable(column)} ADD COLUMN ${columnText({ ...column, nullable: true }, undefined)}`,
      ...(fallback === undefined ? [] : [`${alterColumn(column)} SET DEFAULT ${fallback}`]),
      ...settled(column, expression, context),
    ];
  if (column.nullable || given !== undefined || column.tableKind === "foreign") {
    const told = later ? toldFill(column, context) : [];
    return [`${alterTable(column)} ADD COLUMN ${columnText(column, expression)}`, ...told, ...settings];
  }
  const fill = fillOf(column, context);
  const add =
    fill.kind === "told"
      ? [
          `${alterTable(column)} ADD COLUMN ${columnText({ ...column, nullable: true }, undefined)}`,
          ...fill.statements,
          ...nullability({ ...column, nullable: true }, column, { ...context, online: false }),
        ]
      : fill.kind === "nowhere"
        ? [`${alterTable(column)} ADD COLUMN ${columnText(column, undefined)}`]
        : [
            ...fill.before,
            `${alterTable(column)} ADD COLUMN ${columnText(column, fill.default)}`,
            `${alterColumn(column)} DROP DEFAULT`,
            ...fill.after,
          ];
  return [...add, ...settings];
};

/** A column that came with its table's type. */
export const settleTyped = (column: ColumnPart, context: Context): readonly Piece[] => {
  if (column.nullable) return columnSettings(column);
  const part = context.to.byKey.get(partKey("default", column.table, column.name));
  return settled(column, part?.kind === "default" ? part.value.expression : undefined, context);
};

const drop = (column: ColumnPart): readonly Piece[] => [`${alterTable(column)} DROP COLUMN ${quoteName(column.name)}`];

const typeText = ({ type, collation }: ColumnPart): string => `${type.text}${collate(collation)}`;

const typeChange = (from: ColumnPart, to: ColumnPart, context: Context): readonly Piece[] => {
  if (typeText(from) === typeText(to)) return [];
  const own = toldFor(context.using, to.table, to.name);
  const cast = own ?? castOf(from.type, to.type, quoteName(to.name));
  return [`${alterColumn(to)} TYPE ${typeText(to)}${cast === undefined ? "" : ` USING ${cast}`}`];
};

/** On the way back a value that was computed may be NULL where there was none: it is filled while the type is written, which fires no trigger. */
const computedNoMore = (from: ColumnPart, to: ColumnPart, context: Context): readonly Piece[] => {
  const told = toldFor(context.using, to.table, to.name);
  if (!context.isReturn || !from.nullable || to.nullable || told !== undefined) return typeChange(from, to, context);
  const fill = fillOf(to, context);
  if (fill.kind === "told") return typeChange(from, to, context);
  const cast = castOf(from.type, to.type, quoteName(to.name)) ?? quoteName(to.name);
  const written = `${alterColumn(to)} TYPE ${typeText(to)} USING coalesce(${cast}, ${fill.default})`;
  return [...fill.before, written, ...fill.after];
};

/** NOT NULL that a validated check has proven already takes no scan under a strong lock. */
const provenNotNull = (column: ColumnPart): readonly Piece[] => {
  const check = quoteName(`${column.name.slice(0, 40)}_not_null_check`);
  return [
    `${alterTable(column)} ADD CONSTRAINT ${check} CHECK (${quoteName(column.name)} IS NOT NULL) NOT VALID`,
    { sql: `${alterTable(column)} VALIDATE CONSTRAINT ${check}`, stage: "late" },
    { sql: `${alterColumn(column)} SET NOT NULL`, stage: "late" },
    { sql: `${alterTable(column)} DROP CONSTRAINT ${check}`, stage: "late" },
  ];
};

/** A constraint of PostgreSQL 18 binds new rows at once, and is held against the others without a strong lock. */
const namedNotNull = (column: ColumnPart, { online }: Context): readonly Piece[] => {
  const { name, noInherit = false, validated = true } = column.notNull ?? {};
  if (!online || name === undefined || !validated || column.tableKind === "foreign") return [addNotNull(column)];
  return [
    addNotNull({ ...column, notNull: { name, noInherit, validated: false } }),
    { sql: `${alterTable(column)} VALIDATE CONSTRAINT ${quoteName(name)}`, stage: "late" },
  ];
};

const nullability = (from: ColumnPart, to: ColumnPart, context: Context): readonly Piece[] => {
  if (from.nullable && !to.nullable) {
    const { name, noInherit, validated } = to.notNull ?? {};
    if (name !== undefined || noInherit === true || validated === false) return namedNotNull(to, context);
    return context.online && to.tableKind !== "foreign" ? provenNotNull(to) : [`${alterColumn(to)} SET NOT NULL`];
  }
  if (!from.nullable && to.nullable) return [`${alterColumn(to)} DROP NOT NULL`];
  if (from.nullable || sameJson(from.notNull, to.notNull)) return [];
  const { name, noInherit = false, validated = true } = to.notNull ?? {};
  const isProven = from.notNull?.validated === false && validated;
  const old = from.notNull?.name;
  if (old !== undefined && name !== undefined && old !== name && sameJson({ ...from.notNull, name }, to.notNull))
    return [`${alterTable(to)} RENAME CONSTRAINT ${quoteName(old)} TO ${quoteName(name)}`];
  if (isProven && from.notNull.name === name && from.notNull.noInherit === noInherit)
    return [{ sql: `${alterColumn(to)} SET NOT NULL`, stage: context.online ? "late" : "main" }];
  return [
    `${alterColumn(to)} DROP NOT NULL`,
    ...nullability({ ...from, nullable: true }, to, { ...context, online: context.online && to.notNull !== undefined }),
  ];
};

const identityChange = (from: ColumnPart, to: ColumnPart, context: Context): readonly Piece[] => {
  const [before, after] = [from.identity, to.identity];
  const isKept = after?.sequence.type === undefined || from.type.text === to.type.text;
  if (after === undefined || (sameJson(before, after) && isKept)) return [];
  if (before === undefined)
    return [
      `${alterColumn(to)} ADD${identityText(after, to)}`,
      ...ownType(after.sequence),
      ...goOn(to, after.sequence, context),
    ];
  const renamed = before.sequence.name !== after.sequence.name;
  return [
    ...(renamed ? [`ALTER SEQUENCE ${quotePath(before.sequence)} RENAME TO ${quoteName(after.sequence.name)}`] : []),
    ...(before.generation === after.generation
      ? []
      : [`${alterColumn(to)} SET GENERATED ${after.generation.toUpperCase()}`]),
    ...identitySequence(before.sequence, after.sequence, to, from.type.text !== to.type.text),
  ];
};

/** A smaller type takes no bounds beyond its own: those of the sequence come down first. */
const shrinks = (from: ColumnPart, to: ColumnPart): boolean => {
  const sizes = ["smallint", "integer", "bigint"];
  return (
    from.identity !== undefined &&
    to.identity !== undefined &&
    to.identity.sequence.type === undefined &&
    sizes.indexOf(from.type.text) > sizes.indexOf(to.type.text)
  );
};

/** Another type begins with a storage and a compression of its own. */
const asRetyped = (from: ColumnPart, to: ColumnPart): Pick<ColumnPart, "storage" | "compression"> =>
  typeText(from) === typeText(to) ? from : {};

const storageChange = (from: ColumnPart, to: ColumnPart): readonly Piece[] => [
  ...(asRetyped(from, to).storage === to.storage
    ? []
    : [`${alterColumn(to)} SET STORAGE ${(to.storage ?? typeStorage(to)).toUpperCase()}`]),
  ...(asRetyped(from, to).compression === to.compression
    ? []
    : [`${alterColumn(to)} SET COMPRESSION ${to.compression ?? "default"}`]),
  ...(from.statistics === to.statistics ? [] : [`${alterColumn(to)} SET STATISTICS ${to.statistics ?? -1}`]),
  ...optionChanges(alterColumn(to), from.options, to.options),
];

/** The strategy that a type has by itself (`SET STORAGE DEFAULT` came with PostgreSQL 16). */
const typeStorage = ({ type }: ColumnPart): string =>
  /^(numeric|inet|cidr)/.test(type.text) && !type.array ? "main" : "extended";

const foreignChange = (from: ColumnPart, to: ColumnPart): readonly Piece[] => {
  const changes = foreignOptionChanges(from.foreignOptions, to.foreignOptions);
  return changes === undefined ? [] : [`${alterColumn(to)} ${changes}`];
};

/** PostgreSQL 18 takes no other expression for a virtual column of a table that has checks; to make it again costs nothing. */
const takesExpression = ({ table, generated }: ColumnPart, { version, from, to }: Context): boolean => {
  const isChecked = [from, to]
    .flatMap((parts) => parts.childrenOf(keyOf("table", table)))
    .some((part) => part.kind === "constraint" && part.value.kind === "check");
  return version >= 170000 && !(generated?.storage === "virtual" && isChecked);
};

/** `rebuild` where the values are computed and nothing is lost; undefined where the column stays. */
const generation = (from: ColumnPart, to: ColumnPart, context: Context): readonly Piece[] | typeof rebuild => {
  const [before, after] = [from.generated, to.generated];
  if (sameJson(before, after)) return [];
  if (before !== undefined && after === undefined)
    return before.storage === "stored" ? [`${alterColumn(to)} DROP EXPRESSION`] : rebuild;
  if (before?.storage === after?.storage && after !== undefined && takesExpression(to, context))
    return [`${alterColumn(to)} SET EXPRESSION AS (${after.expression})`];
  return rebuild;
};

const alter = (from: ColumnPart, to: ColumnPart, context: Context): readonly Piece[] | typeof rebuild | Refusal => {
  const generated = generation(from, to, context);
  if (generated === rebuild) return rebuild;
  if (to.generated !== undefined && generated.length === 0 && from.type.text !== to.type.text) return rebuild;
  const loses = from.identity !== undefined && to.identity === undefined;
  const first = shrinks(from, to);
  const isFreed = from.generated !== undefined && to.generated === undefined;
  return [
    ...(loses ? [...beforeIdentityGoes(from, context), `${alterColumn(to)} DROP IDENTITY`] : []),
    ...(first ? identityChange(from, to, context) : []),
    ...(isFreed
      ? [...generated, ...computedNoMore(from, to, context)]
      : [...typeChange(from, to, context), ...generated]),
    ...nullability(from, to, context),
    ...(first ? [] : identityChange(from, to, context)),
    ...storageChange(from, to),
    ...foreignChange(from, to),
  ];
};

export const columnWriter: Writer<"column"> = { create, drop, alter };

const onlyTable = ({ table, view }: DefaultPart): string =>
  view ? `ALTER VIEW ${quotePath(table)}` : `ALTER TABLE ONLY ${quotePath(table)}`;

const setDefault = (part: DefaultPart): readonly Piece[] => [
  `${onlyTable(part)} ALTER COLUMN ${quoteName(part.name)} SET DEFAULT ${part.expression}`,
];

/** Of this table alone: its partitions and children have defaults of their own. */
export const defaultWriter: Writer<"default"> = {
  create: setDefault,
  drop: (part, context) => [
    ...beforeDefaultGoes(part, context),
    `${onlyTable(part)} ALTER COLUMN ${quoteName(part.name)} DROP DEFAULT`,
  ],
  alter: (_, to) => setDefault(to),
};
