// Schemas that are called otherwise: all that one held stands in a new one.
import type { Catalog } from "../catalog.ts";
import { globalKey } from "../catalog/object.ts";
import { quoteName } from "../quote.ts";
import type { Part, Parts } from "./part.ts";
import { partsOf } from "./parts.ts";
import type { Movable } from "./relocate-sql.ts";
import { identityOf, likenessOf, movables } from "./relocate.ts";
import type { Candidate, Renames, Renaming, Said } from "./renaming.ts";
import { certain, near, rounded } from "./rename.ts";
import { stillNaming } from "./still-naming.ts";

type SchemaPart = Extract<Part, { kind: "schema" }>;

interface Pair {
  readonly from: SchemaPart;
  readonly to: SchemaPart;
  readonly score: number;
  readonly shared: number;
  readonly count: number;
}

const only = (one: Parts, other: Parts): readonly SchemaPart[] =>
  [...one.byKey.values()].filter((part): part is SchemaPart => part.kind === "schema" && !other.byKey.has(part.key));

const heldIn = (parts: Parts, { value }: SchemaPart): readonly Movable[] =>
  movables(parts).filter((part) => part.value.schema === value.name);

const extensionsIn = ({ catalog: { extensions } }: Parts, { value }: SchemaPart): readonly string[] =>
  extensions.filter(({ schema }) => schema === value.name).map(({ name }) => name);

/** The share of what both hold that is the same but for the schema. */
const pairOf = (from: SchemaPart, to: SchemaPart, sides: readonly [Parts, Parts]): Pair => {
  const [before, after] = [heldIn(sides[0], from), heldIn(sides[1], to)];
  const there = new Map(after.map((part) => [identityOf(part), part]));
  const shared = before.filter((part) => {
    const twin = there.get(identityOf(part));
    return twin !== undefined && likenessOf(part, twin, sides).score >= certain;
  }).length;
  const [had, has] = [extensionsIn(sides[0], from), extensionsIn(sides[1], to)];
  const all = shared + had.filter((name) => has.includes(name)).length;
  const [left, right] = [before.length + had.length, after.length + has.length];
  return { from, to, score: all === 0 ? 0 : (2 * all) / (left + right), shared: all, count: Math.max(left, right) };
};

/** An extension that does not move, or of which nothing is known, goes from one schema to another with that schema alone. */
const isBound = ({ from, to }: Pair, sides: readonly [Parts, Parts]): boolean => {
  const has = extensionsIn(sides[1], to);
  return sides[0].catalog.extensions.some(
    ({ name, schema, fixed, opaque }) => (fixed ?? opaque) === true && schema === from.value.name && has.includes(name),
  );
};

const renamingOf = (from: SchemaPart, to: SchemaPart, target: Catalog): Renaming => {
  const [before, after] = [quoteName(from.value.name), quoteName(to.value.name)];
  const words = (old: string, next: string): string => `ALTER SCHEMA ${old} RENAME TO ${next}`;
  const kept = target.routines.filter(({ settings }) =>
    settings.some(({ name, value }) => name === "search_path" && value.split(/[\s,"]+/).includes(from.value.name)),
  );
  return {
    title: `rename schema ${before} to ${after}`,
    from: before,
    to: after,
    up: [words(before, after)],
    down: [words(after, before)],
    change: { verb: "alter", key: to.key, from, to, pieces: [] },
    breaks: [
      `code that names ${before}, or has it in its search_path, fails`,
      ...stillNaming(target, `${before}.`),
      ...kept.map((one) => `${one.schema}.${one.name} sets a search_path with ${before}`),
    ],
    rekey: (text) => {
      const moved = text.startsWith(`${before}.`) ? `${after}${text.slice(before.length)}` : text;
      const at = moved.lastIndexOf(` ${before}.`);
      return at < 0 ? moved : `${moved.slice(0, at)} ${after}${moved.slice(at + 1 + before.length)}`;
    },
  };
};

const candidateOf = ({ from, to, score, shared, count }: Pair): Candidate => ({
  kind: "schema",
  from: quoteName(from.value.name),
  to: quoteName(to.value.name),
  score: rounded(score),
  reasons: [`${shared} of ${count} objects are the same`],
});

/** Which schemas were renamed: said, or told by what they hold. Where two are as near, their objects are looked at one by one. */
export const findSchemaRenames = (from: Catalog, to: Catalog, said: readonly Said[], guess: boolean): Renames => {
  const sides = [partsOf(from), partsOf(to)] as const;
  const [gone, came] = [only(sides[0], sides[1]), only(sides[1], sides[0])];
  const isCalled = ({ value }: SchemaPart, words: string): boolean => words.replaceAll('"', "") === value.name;
  const told = said.flatMap((one) => {
    const [a, b] = [gone.find((part) => isCalled(part, one.from)), came.find((part) => isCalled(part, one.to))];
    return a === undefined || b === undefined ? [] : [{ from: a, to: b, said: one }];
  });
  const named = new Set(told.flatMap((pair) => [pair.from, pair.to]));
  const pairs = gone
    .flatMap((a) => came.map((b) => [a, b] as const))
    .filter(([a, b]) => !named.has(a) && !named.has(b))
    .map(([a, b]) => pairOf(a, b, sides))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const sure = pairs.filter(
    (one) =>
      (isBound(one, sides) || (guess && one.score >= certain)) &&
      !pairs.some(
        (other) => other !== one && (other.from === one.from || other.to === one.to) && one.score - other.score < near,
      ),
  );
  return {
    renamings: [...told, ...sure].map((pair) => renamingOf(pair.from, pair.to, to)),
    candidates: sure.map(candidateOf),
    ambiguous: [],
    answered: told.map((pair) => pair.said),
  };
};

/** Schemas of the old side that the user says have another name on the new one: they are compared though the new side does not name them. */
export const renamedSchemas = (from: Catalog, to: Catalog, said: readonly Said[]): readonly string[] => {
  const has = ({ schemas }: Catalog, words: string): boolean =>
    schemas.some(({ name }) => globalKey("schema", name) === globalKey("schema", words.replaceAll('"', "")));
  return said
    .filter((one) => has(from, one.from) && !has(to, one.from) && has(to, one.to))
    .map((one) => one.from.replaceAll('"', ""));
};
