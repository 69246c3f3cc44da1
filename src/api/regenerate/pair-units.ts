// Which unit of one version of a file is which of another: by name, by a name that changed, or by likeness.
import { sameKeys } from "./merge-tokens.ts";
import type { Unit } from "./source.ts";
import type { Token } from "./syntax.ts";

/** How much two lists of tokens have in common, from 0 to 1 (Dice). */
const likeness = (a: readonly Token[], b: readonly Token[]): number => {
  const counts = new Map<string, number>();
  for (const { key } of a) counts.set(key, (counts.get(key) ?? 0) + 1);
  let common = 0;
  for (const { key } of b) {
    const left = counts.get(key) ?? 0;
    if (left > 0) common++;
    counts.set(key, left - 1);
  }
  return a.length + b.length === 0 ? 1 : (2 * common) / (a.length + b.length);
};

const isStatement = ({ key }: Unit): boolean => key.startsWith("statement ") || key.startsWith("from ");

/** Statements have no names: one that was changed a little is still the same. */
const byLikeness = (from: readonly Unit[], to: readonly Unit[]): readonly (readonly [Unit, Unit])[] => {
  const ranked = from
    .flatMap((one) => to.map((other) => ({ one, other, score: likeness(one.tokens, other.tokens) })))
    .filter(({ score }) => score > 0.6)
    .sort((a, b) => b.score - a.score);
  const taken = new Set<Unit>();
  return ranked.flatMap(({ one, other }): readonly (readonly [Unit, Unit])[] => {
    if (taken.has(one) || taken.has(other)) return [];
    taken.add(one).add(other);
    return [[one, other]];
  });
};

/** A declaration that differs from another in its name alone. */
const isTwin = (one: Unit, other: Unit): boolean => {
  const [name, otherName] = [one.names[0], other.names[0]];
  if (name === undefined || otherName === undefined || one.key.split(" ")[0] !== other.key.split(" ")[0]) return false;
  const spoken = (tokens: readonly Token[]): readonly Token[] =>
    tokens
      .filter(({ isComment }) => !isComment)
      .map((token) => (token.key === name || token.key === otherName ? { ...token, key: "" } : token));
  return one.tokens.length < 2000 && sameKeys(spoken(one.tokens), spoken(other.tokens));
};

/** Twins that can be told apart: one of many alike would be a guess. */
const byTwins = (from: readonly Unit[], to: readonly Unit[]): readonly (readonly [Unit, Unit])[] =>
  from.length * to.length > 10_000
    ? []
    : from.flatMap((one): readonly (readonly [Unit, Unit])[] => {
        const twins = to.filter((other) => isTwin(one, other));
        const [twin] = twins;
        const isMutual = twin !== undefined && from.filter((other) => isTwin(other, twin)).length === 1;
        return twins.length === 1 && isMutual ? [[one, twin]] : [];
      });

const renamedKey = ({ key, names }: Unit, renamed: ReadonlyMap<string, string>): string =>
  names.length === 0 ? key : `${key.split(" ")[0] ?? ""} ${names.map((name) => renamed.get(name) ?? name).join(",")}`;

/** From units of one version to those of another. */
export const pairUnits = (
  from: readonly Unit[],
  to: readonly Unit[],
  renamed: ReadonlyMap<string, string>,
): ReadonlyMap<Unit, Unit> => {
  const pairs = new Map<Unit, Unit>();
  const open = new Map(to.map((unit) => [unit.key, unit]));
  const settle = (one: Unit, other: Unit | undefined): void => {
    if (other === undefined || pairs.has(one) || !open.delete(other.key)) return;
    pairs.set(one, other);
  };
  for (const unit of from)
    if (renamedKey(unit, renamed) !== unit.key) settle(unit, open.get(renamedKey(unit, renamed)));
  for (const unit of from) settle(unit, open.get(unit.key));
  const rest = (): readonly Unit[] => from.filter((unit) => !pairs.has(unit));
  for (const [one, other] of byLikeness(rest().filter(isStatement), [...open.values()].filter(isStatement))) {
    settle(one, other);
  }
  const isNamed = ({ names }: Unit): boolean => names.length === 1;
  for (const [one, other] of byTwins(rest().filter(isNamed), [...open.values()].filter(isNamed))) settle(one, other);
  return pairs;
};
