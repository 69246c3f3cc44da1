// How alike what goes is to what comes, from 0 to 1 and with reasons.
import type { ObjectName } from "../catalog/object.ts";
import { keyOf, partKey } from "../catalog/object.ts";
import { quoteName } from "../quote.ts";
import { distance, wordsOf } from "../../kernel/words.ts";
import { omit } from "./omit.ts";
import type { ColumnPart, Kind, Part, Parts } from "./part.ts";
import { sameJson } from "./sql/text.ts";

export type CandidateKind = Kind | "type";

/** What can have another name and stay what it is. */
export type Renameable = Extract<
  Part,
  {
    kind: "table" | "column" | "constraint" | "index" | "view" | "enum" | "domain" | "composite" | "range" | "sequence";
  }
>;

export const groups = {
  table: "table",
  column: "column",
  constraint: "constraint",
  index: "index",
  view: "view",
  enum: "type",
  domain: "type",
  composite: "type",
  range: "type",
  sequence: "sequence",
} as const satisfies { readonly [K in Renameable["kind"]]: CandidateKind };

export const isRenameable = (part: Part): part is Renameable => Object.hasOwn(groups, part.kind);

export const ownName = (part: Renameable): string => part.value.name;

/** Where it is: a schema, or the table of a column, index or constraint. */
export const placeOf = (part: Renameable): string => {
  if (part.kind === "column" || part.kind === "constraint" || part.kind === "index")
    return keyOf("table", part.value.table);
  return part.value.schema;
};

/** From 0 to 1: how alike two names are, by letters and by words. */
export const nameLikeness = (a: string, b: string): number => {
  const letters = 1 - distance(a.toLowerCase(), b.toLowerCase()) / Math.max(a.length, b.length, 1);
  const [left, right] = [new Set(wordsOf(a)), new Set(wordsOf(b))];
  const shared = [...left].filter((word) => right.has(word)).length;
  return Math.max(letters, shared / Math.max(left.size, right.size, 1));
};

interface Judged {
  readonly score: number;
  readonly reasons: readonly string[];
}

const columnsOf = (parts: Parts, table: ObjectName): readonly ColumnPart[] =>
  parts.childrenOf(keyOf("table", table)).flatMap((part) => (part.kind === "column" ? [part.value] : []));

/** From 0 to 1: how many columns two tables share, and of how many. */
const shapeLikeness = (from: ObjectName, to: ObjectName, [old, next]: readonly [Parts, Parts]) => {
  const shape = ({ name, type }: ColumnPart): string => `${name} ${type.text}`;
  const [before, after] = [columnsOf(old, from).map(shape), columnsOf(next, to).map(shape)];
  const shared = before.filter((one) => after.includes(one)).length;
  const alike = before.length + after.length === 0 ? 0 : (2 * shared) / (before.length + after.length);
  return { before, after, shared, alike };
};

/** Is a table that stays as like the new one? Tables of a framework, or of a log, are made of the same columns. */
const isUsualShape = (alike: number, to: ObjectName, sides: readonly [Parts, Parts]): boolean =>
  sides[0].catalog.tables.some(
    (table) => sides[1].byKey.has(keyOf("table", table)) && shapeLikeness(table, to, sides).alike >= alike - 0.05,
  );

const tableLikeness = (from: ObjectName, to: ObjectName, sides: readonly [Parts, Parts]): Judged => {
  const { before, after, shared, alike } = shapeLikeness(from, to, sides);
  const name = nameLikeness(from.name, to.name);
  // What may be asked about at all needs a shape like it; only then it is worth looking at all the other tables.
  const weight = alike > 0.5 && isUsualShape(alike, to, sides) ? 0.25 : 0.75;
  return {
    // A table of one or two columns is like many others.
    score: alike * weight * Math.min(1, before.length / 3) + name * (1 - weight),
    reasons: [
      `${shared} of ${Math.max(before.length, after.length)} columns are the same`,
      `names are ${Math.round(name * 100)} % alike`,
    ],
  };
};

/** What a column is for the keys of its table: which of them, where in them, and what it refers to. */
const rolesOf = (parts: Parts, { table, name }: ColumnPart): readonly string[] =>
  parts
    .childrenOf(keyOf("table", table))
    .flatMap((part): readonly string[] => {
      if (part.kind !== "constraint" || part.value.kind === "check") return [];
      const at = part.value.columns.indexOf(name);
      if (at < 0) return [];
      const refers = part.value.kind === "foreign-key" ? part.value.references.table : undefined;
      return [
        [part.value.kind, at, part.value.columns.length, refers === undefined ? "" : keyOf("table", refers)].join(" "),
      ];
    })
    .sort();

interface Same {
  readonly position: boolean;
  readonly defaults: boolean;
  /** Both are of a key, and of the same. */
  readonly roles: boolean;
}

const columnLikeness = (from: ColumnPart, to: ColumnPart, { position, defaults, roles }: Same): Judged => {
  const name = nameLikeness(from.name, to.name);
  if (from.type.text !== to.type.text) return { score: 0, reasons: [] };
  const same =
    from.nullable === to.nullable &&
    sameJson([from.identity === undefined, from.generated], [to.identity === undefined, to.generated]);
  return {
    score: 0.35 + name * 0.35 + (same ? 0.1 : 0) + (defaults ? 0.05 : 0) + (position ? 0.15 : 0) + (roles ? 0.1 : 0),
    reasons: [
      `both are ${from.type.text}`,
      `names are ${Math.round(name * 100)} % alike`,
      ...(position ? ["in the same place"] : []),
      ...(roles ? ["of the same keys"] : []),
    ],
  };
};

/** The same definition under another name. */
const sameBut = (from: Renameable, to: Renameable): Judged => {
  const bare = (part: Renameable): unknown => {
    const value = part.value as unknown as Readonly<Record<string, unknown>>;
    const { definition, keys } = value;
    const rest = omit(value, "name", "definition", "index", "keys");
    const text =
      typeof definition === "string"
        ? definition.replace(ownName(part), "").replace(quoteName(ownName(part)), "")
        : definition;
    return { ...rest, keys, text };
  };
  return sameJson(bare(from), bare(to))
    ? { score: 0.95, reasons: ["the same but for the name"] }
    : { score: 0, reasons: [] };
};

export const score = (from: Renameable, to: Renameable, sides: readonly [Parts, Parts]): Judged => {
  if (from.kind !== to.kind) return { score: 0, reasons: [] };
  if (from.kind === "table" && to.kind === "table")
    return from.value.kind === to.value.kind && from.value.schema === to.value.schema
      ? tableLikeness(from.value, to.value, sides)
      : { score: 0, reasons: [] };
  if (from.kind === "column" && to.kind === "column") {
    const place = (parts: Parts, { table, name }: ColumnPart): number =>
      columnsOf(parts, table).findIndex((one) => one.name === name);
    const text = (parts: Parts, { table, name }: ColumnPart): unknown =>
      parts.byKey.get(partKey("default", table, name))?.value;
    const bare = (value: unknown): unknown => (value as { readonly expression?: string } | undefined)?.expression;
    const roles = rolesOf(sides[0], from.value);
    return columnLikeness(from.value, to.value, {
      position: place(sides[0], from.value) === place(sides[1], to.value),
      defaults: bare(text(sides[0], from.value)) === bare(text(sides[1], to.value)),
      roles: roles.length > 0 && sameJson(roles, rolesOf(sides[1], to.value)),
    });
  }
  return sameBut(from, to);
};
