// Renames: what goes and what comes may be the same thing under another name. Said by the user, or scored with reasons.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { keyOf, partKey } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import { distance, wordsOf } from "../../kernel/words.ts";
import type { Change } from "./change.ts";
import { omit } from "./omit.ts";
import type { ColumnPart, Part, Parts } from "./parts.ts";
import { partsOf } from "./parts.ts";
import { sameJson } from "./sql/text.ts";
import { partText } from "./words.ts";

export interface Renaming {
  readonly title: string;
  /** As people say it: `public.users.name`. */
  readonly from: string;
  readonly to: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
  readonly change: Change;
  /** The name of a table or column inside a text that begins with `table column`. */
  rekey(text: string): string;
}

/** A guess: why, and how sure from 0 to 1. */
export interface Candidate {
  readonly kind: "table" | "column" | "type" | "constraint" | "index" | "view" | "routine" | "sequence";
  readonly from: string;
  readonly to: string;
  readonly score: number;
  readonly reasons: readonly string[];
}

export interface Renames {
  readonly renamings: readonly Renaming[];
  readonly candidates: readonly Candidate[];
  /** Candidates that cannot be told apart: the user must say which. */
  readonly ambiguous: readonly Candidate[];
}

/** What the user said: names with or without schema and table, quoted or not. */
export interface Said {
  readonly from: string;
  readonly to: string;
}

type Renameable = Extract<
  Part,
  {
    kind: "table" | "column" | "constraint" | "index" | "view" | "enum" | "domain" | "composite" | "range" | "sequence";
  }
>;

const groups = {
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
} as const satisfies { readonly [K in Renameable["kind"]]: Candidate["kind"] };

const isRenameable = (part: Part): part is Renameable => Object.hasOwn(groups, part.kind);

const ownName = (part: Renameable): string => part.value.name;

/** Where it is: a schema, or the table of a column, index or constraint. */
const placeOf = (part: Renameable): string => {
  if (part.kind === "column" || part.kind === "constraint" || part.kind === "index")
    return keyOf("table", part.value.table);
  return part.value.schema;
};

const pathText = (part: Renameable): string => part.key.slice(part.key.indexOf(" ") + 1);

const sqlOf = (part: Renameable, to: string): string => {
  const name = quoteName(to);
  if (part.kind === "column")
    return `ALTER TABLE ${quotePath(part.value.table)} RENAME COLUMN ${quoteName(part.value.name)} TO ${name}`;
  if (part.kind === "constraint")
    return `ALTER TABLE ${quotePath(part.value.table)} RENAME CONSTRAINT ${quoteName(part.value.name)} TO ${name}`;
  if (part.kind === "index")
    return `ALTER INDEX ${quotePath({ schema: part.value.schema, name: part.value.name })} RENAME TO ${name}`;
  const nouns = {
    table: "TABLE",
    view: "VIEW",
    sequence: "SEQUENCE",
    enum: "TYPE",
    domain: "DOMAIN",
    composite: "TYPE",
    range: "TYPE",
  } as const;
  const noun =
    part.kind === "view" && part.value.materialized
      ? "MATERIALIZED VIEW"
      : part.kind === "table" && part.value.kind === "foreign"
        ? "FOREIGN TABLE"
        : nouns[part.kind];
  return `ALTER ${noun} ${quotePath(part.value)} RENAME TO ${name}`;
};

const renamed = (part: Renameable, name: string): Renameable => {
  if (part.kind === "column" || part.kind === "constraint" || part.kind === "index")
    return { ...part, value: { ...part.value, name } } as Renameable;
  return { ...part, value: { ...part.value, name } } as Renameable;
};

const rekeyOf =
  (part: Renameable, to: string) =>
  (text: string): string => {
    if (part.kind === "table") {
      const before = `${quotePath(part.value)} `;
      return text.startsWith(before)
        ? `${quotePath({ schema: part.value.schema, name: to })} ${text.slice(before.length)}`
        : text;
    }
    if (part.kind !== "column") return text;
    const before = `${quotePath(part.value.table)} ${quoteName(part.value.name)} `;
    return text.startsWith(before)
      ? `${quotePath(part.value.table)} ${quoteName(to)} ${text.slice(before.length)}`
      : text;
  };

const renamingOf = (from: Renameable, to: Renameable, place: Renameable = from): Renaming => {
  const name = ownName(to);
  const there = renamed(place, name);
  return {
    title: `rename ${partText(from)} to ${quoteName(name)}`,
    from: pathText(from),
    to: pathText(to),
    up: [sqlOf(place, name)],
    down: [sqlOf(there, ownName(from))],
    change: { verb: "alter", key: to.key, from, to, pieces: [] },
    rekey: rekeyOf(place, name),
  };
};

/** From 0 to 1: how alike two names are, by letters and by words. */
const nameLikeness = (a: string, b: string): number => {
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
  [...parts.byKey.values()].flatMap((part) =>
    part.kind === "column" && part.of === keyOf("table", table) ? [part.value] : [],
  );

const tableLikeness = (from: ObjectName, to: ObjectName, [old, next]: readonly [Parts, Parts]): Judged => {
  const shape = ({ name, type }: ColumnPart): string => `${name} ${type.text}`;
  const [before, after] = [columnsOf(old, from).map(shape), columnsOf(next, to).map(shape)];
  const shared = before.filter((one) => after.includes(one)).length;
  const alike = before.length + after.length === 0 ? 0 : (2 * shared) / (before.length + after.length);
  const name = nameLikeness(from.name, to.name);
  return {
    // A table of one or two columns is like many others.
    score: alike * 0.75 * Math.min(1, before.length / 3) + name * 0.25,
    reasons: [
      `${shared} of ${Math.max(before.length, after.length)} columns are the same`,
      `names are ${Math.round(name * 100)} % alike`,
    ],
  };
};

const columnLikeness = (from: ColumnPart, to: ColumnPart, position: boolean, defaults: boolean): Judged => {
  const name = nameLikeness(from.name, to.name);
  if (from.type.text !== to.type.text) return { score: 0, reasons: [] };
  const same =
    from.nullable === to.nullable &&
    sameJson([from.identity === undefined, from.generated], [to.identity === undefined, to.generated]);
  return {
    score: 0.35 + name * 0.35 + (same ? 0.1 : 0) + (defaults ? 0.05 : 0) + (position ? 0.15 : 0),
    reasons: [
      `both are ${from.type.text}`,
      `names are ${Math.round(name * 100)} % alike`,
      ...(position ? ["in the same place"] : []),
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

/** From here on a rename is worth asking about; from `certain` on it is taken for one unless a rival is as near. */
const likely = 0.68;
const certain = 0.75;
const near = 0.17;

const score = (from: Renameable, to: Renameable, sides: readonly [Parts, Parts]): Judged => {
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
    return columnLikeness(
      from.value,
      to.value,
      place(sides[0], from.value) === place(sides[1], to.value),
      bare(text(sides[0], from.value)) === bare(text(sides[1], to.value)),
    );
  }
  return sameBut(from, to);
};

/** The words that a user's name may be: its own, and with what it belongs to. */
const isCalled = (part: Renameable, said: string): boolean => {
  const bare = said.replaceAll('"', "");
  const path = pathText(part).replaceAll('"', "");
  return bare === ownName(part) || bare === path || path.endsWith(`.${bare}`);
};

const gone = (from: Parts, to: Parts): readonly Renameable[] =>
  [...from.byKey.values()].filter((part): part is Renameable => isRenameable(part) && !to.byKey.has(part.key));

/** Columns follow the table that they belong to under its new name. */
const atNewTable = (part: Renameable, tables: ReadonlyMap<string, ObjectName>): Renameable => {
  if (part.kind !== "column" && part.kind !== "constraint" && part.kind !== "index") return part;
  const before = part.value.table;
  const table = tables.get(keyOf("table", before));
  if (table === undefined) return part;
  const value = { ...part.value, table };
  if (!("definition" in value)) return { ...part, value } as Renameable;
  const definition = value.definition.replace(`${quotePath(before)} USING `, () => `${quotePath(table)} USING `);
  return { ...part, value: { ...value, definition } } as Renameable;
};

/**
 * What was renamed. What the user said counts; then what is the same but for its name or alike enough, unless two guesses are too close
 * to each other. Columns and tables are guessed only where a wrong guess could not be taken for a right one.
 */
export const findRenames = (from: Catalog, to: Catalog, said: readonly Said[], guess = true): Renames => {
  const sides = [partsOf(from), partsOf(to)] as const;
  const [old, next] = [gone(sides[0], sides[1]), gone(sides[1], sides[0])];
  const renamings: Renaming[] = [];
  const candidates: Candidate[] = [];
  const ambiguous: Candidate[] = [];
  const tables = new Map<string, ObjectName>();
  const used = new Set<string>();
  const keep = (a: Renameable, b: Renameable): void => {
    used.add(a.key).add(`new ${b.key}`);
    if (a.kind === "table" && b.kind === "table") tables.set(a.key, { schema: b.value.schema, name: b.value.name });
    renamings.push(renamingOf(a, b, atNewTable(a, tables)));
  };
  for (const kinds of [
    ["table"],
    ["enum", "domain", "composite", "range"],
    ["column"],
    ["constraint", "index"],
    ["view", "sequence"],
  ]) {
    const of = (list: readonly Renameable[]): readonly Renameable[] => list.filter(({ kind }) => kinds.includes(kind));
    const [left, right] = [of(old), of(next)];
    const here = left.map((part) => ({ part, moved: atNewTable(part, tables) }));
    const free = (part: Renameable): boolean => !used.has(part.key) && !used.has(`new ${part.key}`);
    // What went along with its table has its name still.
    for (const { part, moved } of here) {
      const same = right.find(
        (one) => one.kind === part.kind && ownName(one) === ownName(part) && placeOf(one) === placeOf(moved),
      );
      if (same !== undefined) used.add(part.key).add(`new ${same.key}`);
    }
    for (const { from: before, to: after } of said) {
      const a = here.find(({ part }) => free(part) && isCalled(part, before));
      const b = right.find(
        (part) => free(part) && isCalled(part, after) && (a === undefined || placeOf(part) === placeOf(a.moved)),
      );
      if (a !== undefined && b !== undefined) keep(a.part, b);
    }
    if (!guess) continue;
    const pairs = here
      .filter(({ part }) => free(part))
      .flatMap(({ part, moved }) =>
        right
          .filter(
            (other) => free(other) && placeOf(other) === placeOf(moved) && sides[1].byKey.get(moved.key) === undefined,
          )
          // What came with a new table, or went with an old one, was not renamed.
          .filter((other) => kinds.includes("table") || kinds.includes("enum") || existed(other, sides[0], tables))
          .map((other) => ({ part, other, ...score(moved, other, sides) })),
      )
      .filter((one) => one.score >= likely)
      .sort((a, b) => b.score - a.score || (a.part.key < b.part.key ? -1 : 1));
    for (const { part, other, score: value, reasons } of pairs) {
      const group = groups[part.kind];
      candidates.push({
        kind: group,
        from: pathText(part),
        to: pathText(other),
        score: Math.round(value * 100) / 100,
        reasons,
      });
    }
    for (const one of pairs) {
      if (!free(one.part) || !free(one.other)) continue;
      const rivals = pairs.filter(
        (rival) =>
          rival !== one &&
          (rival.part === one.part || rival.other === one.other) &&
          free(rival.part) &&
          free(rival.other) &&
          one.score - rival.score < near,
      );
      const guess = {
        kind: groups[one.part.kind],
        from: pathText(one.part),
        to: pathText(one.other),
        score: Math.round(one.score * 100) / 100,
        reasons: one.reasons,
      };
      if (rivals.length === 0 && one.score >= certain) keep(one.part, one.other);
      else if (groups[one.part.kind] === "column" || groups[one.part.kind] === "table") ambiguous.push(guess);
    }
  }
  return { renamings, candidates, ambiguous };
};

/** Was the table of a column, index or constraint there before? */
const existed = (part: Renameable, before: Parts, tables: ReadonlyMap<string, ObjectName>): boolean => {
  if (part.kind !== "column" && part.kind !== "constraint" && part.kind !== "index") return true;
  const key = keyOf("table", part.value.table);
  return (
    before.byKey.has(key) ||
    [...tables.values()].some((table) => keyOf("table", table) === key) ||
    part.kind === "index"
  );
};
