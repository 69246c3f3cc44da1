// Moves: what goes in one schema and comes in another may be the same thing in another place. Said by the user, or told by name and shape.
import type { Catalog } from "../catalog.ts";
import { quoteName, quotePath } from "../quote.ts";
import { isAssigned, isTextual, plain } from "./cast/plain.ts";
import { nameLikeness } from "./likeness.ts";
import type { ColumnPart, Kind, Part, Parts } from "./part.ts";
import { partsOf } from "./parts.ts";
import type { Movable } from "./relocate-sql.ts";
import { Mover, movable } from "./relocate-sql.ts";
import type { Candidate, Renames, Renaming, Said } from "./renaming.ts";
import { certain, likely, near, rounded } from "./rename.ts";
import { stillNaming } from "./still-naming.ts";
import { nounOf, partText } from "./words.ts";

/** What a rename within its schema is looked for elsewhere. */
const renamedElsewhere: readonly Kind[] = ["table", "view", "sequence", "enum", "domain", "composite", "range"];

/** Rows, or a place in a row of numbers: to guess wrong would lose them. */
const holding: readonly Kind[] = ["table", "sequence"];

const isMovable = (part: Part): part is Movable => (movable as readonly Kind[]).includes(part.kind);

const qualifier = /(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\./gu;

/** Types as they are called in any schema. */
const bareTypes = (text: string): string => text.replace(qualifier, "");

/** `(a.mood, integer)`, ` USING btree`: what a name is told apart by besides. */
const tailOf = ({ key, value }: Movable): string => {
  const path = quotePath(value);
  return key.slice(key.indexOf(path) + path.length);
};

/** The same in every schema. */
export const identityOf = (part: Movable): string =>
  `${part.kind === "table" ? part.value.kind : nounOf(part)} ${part.value.name} ${bareTypes(tailOf(part))}`;

/** Parts that could move: a sequence that belongs to a column moves with its table. */
export const movables = (parts: Parts): readonly Movable[] =>
  [...parts.byKey.values()].filter(
    (part): part is Movable => isMovable(part) && !parts.byKey.has(`owner column of ${part.key}`),
  );

const onlyIn = (one: Parts, other: Parts): readonly Movable[] =>
  movables(one).filter(({ key }) => !other.byKey.has(key));

const shapeOf = (part: Movable, parts: Parts): readonly string[] => {
  if (part.kind === "table")
    return parts
      .childrenOf(part.key)
      .flatMap((one) => (one.kind === "column" ? [`${one.value.name} ${bareTypes(one.value.type.text)}`] : []));
  if (part.kind === "enum") return part.value.values;
  if (part.kind === "domain") return [bareTypes(part.value.base.text)];
  if (part.kind === "composite") return part.value.attributes.map(({ name }) => name);
  if (part.kind === "view") return part.value.columns.map(({ name }) => name);
  return part.kind === "range" ? [bareTypes(part.value.subtype.text)] : [];
};

interface Pair {
  readonly from: Movable;
  readonly to: Movable;
  readonly score: number;
  readonly reasons: readonly string[];
}

/** A column whose values cannot become those of the other one's type: who gave two tables one name made them from nothing. */
const isAtOdds = (from: Movable, to: Movable, [old, next]: readonly [Parts, Parts]): boolean => {
  const columns = (part: Movable, parts: Parts): readonly ColumnPart[] =>
    parts.childrenOf(part.key).flatMap((one) => (one.kind === "column" ? [one.value] : []));
  const after = new Map(columns(to, next).map((column) => [column.name, column.type]));
  return columns(from, old).some(({ name, type }) => {
    const other = after.get(name);
    if (other === undefined || bareTypes(type.text) === bareTypes(other.text)) return false;
    const [source, target] = [plain(type), plain(other)];
    return source.builtIn && target.builtIn && !isTextual(source) && !isAssigned(source, target);
  });
};

/** How alike two are, by name and by what they hold. Another name and another schema at once is believed of tables alone. */
export const likenessOf = (
  from: Movable,
  to: Movable,
  [old, next]: readonly [Parts, Parts],
): Omit<Pair, "from" | "to"> => {
  if (from.kind === "table" && isAtOdds(from, to, [old, next])) return { score: 0, reasons: [] };
  const [before, after] = [shapeOf(from, old), shapeOf(to, next)];
  const shared = before.filter((one) => after.includes(one)).length;
  const alike = before.length + after.length === 0 ? 1 : (2 * shared) / (before.length + after.length);
  const same = identityOf(from) === identityOf(to);
  const holds =
    before.length + after.length === 0
      ? []
      : [`${shared} of ${Math.max(before.length, after.length)} parts are the same`];
  if (same) return { score: 0.6 + 0.38 * alike, reasons: ["the same name in another schema", ...holds] };
  if (from.kind !== "table" || to.kind !== "table" || from.value.kind !== to.value.kind)
    return { score: 0, reasons: [] };
  const name = nameLikeness(from.value.name, to.value.name);
  return {
    score: alike * 0.75 * Math.min(1, before.length / 3) + name * 0.25,
    reasons: [...holds, `names are ${Math.round(name * 100)} % alike`],
  };
};

const pathText = (part: Movable): string => `${quotePath(part.value)}${tailOf(part)}`;

/** As people write it: with or without schema and arguments, quoted or not. */
const isCalled = (part: Movable, said: string): boolean => {
  const words = said.replaceAll('"', "").replaceAll(" ", "");
  return [quotePath(part.value), pathText(part)].some((path) => {
    const bare = path.replaceAll('"', "").replaceAll(" ", "");
    return bare === words || bare.endsWith(`.${words}`);
  });
};

const rekeyOf =
  (from: Movable, to: Movable) =>
  (text: string): string => {
    const [before, after] = [quotePath(from.value), quotePath(to.value)];
    if (text.startsWith(`${before} `)) return `${after}${text.slice(before.length)}`;
    const type = [` ${before}`, ` ${before}[]`].find((one) => text.endsWith(one));
    return type === undefined ? text : `${text.slice(0, -type.length)}${type.replace(before, () => after)}`;
  };

const titleOf = (from: Movable, to: Movable): string =>
  from.value.schema === to.value.schema
    ? `rename ${partText(from)} to ${quoteName(to.value.name)}`
    : from.value.name === to.value.name
      ? `move ${partText(from)} to ${quoteName(to.value.schema)}`
      : `move ${partText(from)} to ${quotePath(to.value)}`;

const renamingOf = (from: Movable, to: Movable, mover: Mover, target: Catalog): Renaming => ({
  title: titleOf(from, to),
  from: pathText(from),
  to: pathText(to),
  ...mover.move(from, to),
  change: { verb: "alter", key: to.key, from, to, pieces: [] },
  breaks: [
    from.value.schema === to.value.schema
      ? `code that still uses the name ${pathText(from)} fails`
      : `code that names ${pathText(from)}, or finds it by a search_path without ${quoteName(to.value.schema)}, fails`,
    ...stillNaming(target, quotePath(from.value)),
  ],
  rekey: rekeyOf(from, to),
});

const toldPairs = (gone: readonly Movable[], came: readonly Movable[], said: readonly Said[]) =>
  said.flatMap((one) => {
    const [left, right] = [
      gone.filter((part) => isCalled(part, one.from)),
      came.filter((part) => isCalled(part, one.to)),
    ];
    const pairs = left.flatMap((from) => {
      const kin = right.filter(
        (to) =>
          to.kind === from.kind &&
          (to.value.schema !== from.value.schema || !renamedElsewhere.includes(from.kind)) &&
          (to.kind !== "operator" || to.value.name === from.value.name),
      );
      const to =
        kin.find((other) => bareTypes(tailOf(other)) === bareTypes(tailOf(from))) ??
        (left.length === 1 ? kin[0] : undefined);
      return to === undefined ? [] : [{ from, to }];
    });
    return pairs.map((pair) => ({ ...pair, said: one }));
  });

const guessed = (
  gone: readonly Movable[],
  came: readonly Movable[],
  sides: readonly [Parts, Parts],
): readonly Pair[] => {
  if (!gone.some((from) => came.some((to) => to.kind === from.kind && to.value.schema !== from.value.schema)))
    return [];
  return gone
    .flatMap((from) =>
      came.filter(({ kind }) => kind === from.kind).map((to) => ({ from, to, ...likenessOf(from, to, sides) })),
    )
    .filter(({ score }) => score >= likely)
    .sort((a, b) => b.score - a.score || (a.from.key < b.from.key ? -1 : 1));
};

const candidateOf = ({ from, to, score, reasons }: Pair): Candidate => ({
  kind: from.kind,
  from: pathText(from),
  to: pathText(to),
  score: rounded(score),
  reasons,
});

/** Pairs without a rival as near, and those that only the user can tell apart. */
const settle = (pairs: readonly Pair[]): { readonly sure: readonly Pair[]; readonly open: readonly Pair[] } => {
  const [sure, open, used]: [Pair[], Pair[], Set<Movable>] = [[], [], new Set()];
  const isFree = ({ from, to }: Pair): boolean => !used.has(from) && !used.has(to);
  for (const one of pairs) {
    if (!isFree(one)) continue;
    const rivals = pairs.filter(
      (other) =>
        other !== one &&
        (other.from === one.from || other.to === one.to) &&
        isFree(other) &&
        one.score - other.score < near,
    );
    // A rename within the schema is settled with its likes.
    const isNear = [one, ...rivals].every(({ from, to }) => from.value.schema === to.value.schema);
    if (isNear) continue;
    if (rivals.length === 0 && one.score >= certain) {
      sure.push(one);
      used.add(one.from).add(one.to);
    } else if (holding.includes(one.from.kind)) open.push(one);
  }
  return { sure, open };
};

/** What stands in another schema, and perhaps under another name, on the second side. */
export const findRelocations = (from: Catalog, to: Catalog, said: readonly Said[], guess: boolean): Renames => {
  const sides = [partsOf(from), partsOf(to)] as const;
  const [gone, came] = [onlyIn(sides[0], sides[1]), onlyIn(sides[1], sides[0])];
  const told = toldPairs(gone, came, said);
  const named = new Set<Movable>(told.flatMap((pair) => [pair.from, pair.to]));
  const isFree = (part: Movable): boolean => !named.has(part);
  const pairs = guess ? guessed(gone.filter(isFree), came.filter(isFree), sides) : [];
  const { sure, open } = settle(pairs);
  const rank = (part: Movable): number => movable.indexOf(part.kind);
  const found = [...told, ...sure];
  const mover = found.length === 0 ? undefined : new Mover(sides);
  const renamings = found
    .toSorted((a, b) => rank(a.from) - rank(b.from) || (a.from.key < b.from.key ? -1 : 1))
    .flatMap((pair) => (mover === undefined ? [] : [renamingOf(pair.from, pair.to, mover, to)]));
  const across = pairs.filter((pair) => pair.from.value.schema !== pair.to.value.schema);
  return {
    renamings,
    candidates: across.map(candidateOf),
    ambiguous: open.map(candidateOf),
    answered: told.map((pair) => pair.said),
  };
};
