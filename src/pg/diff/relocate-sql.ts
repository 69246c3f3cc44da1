// The SQL that moves an object to another schema, past names that are taken there, and back.
import { quoteName, quotePath } from "../quote.ts";
import { asideName } from "./aside.ts";
import type { Kind, Part, Parts } from "./part.ts";
import { moveMultirange, rangeConstructors } from "./range-constructors.ts";
import { RelationNames, movingAlong } from "./relation-names.ts";
import { nounOf } from "./words.ts";

/** What `ALTER … SET SCHEMA` takes, in the order in which it moves: functions are named by the types of their arguments, where these still stand. */
export const movable = [
  "aggregate",
  "routine",
  "operator",
  "operator class",
  "operator family",
  "statistics",
  "conversion",
  "text search configuration",
  "text search dictionary",
  "text search template",
  "text search parser",
  "collation",
  "domain",
  "composite",
  "enum",
  "range",
  "base type",
  "sequence",
  "table",
  "view",
] as const satisfies readonly Kind[];

export type Movable = Extract<Part, { kind: (typeof movable)[number] }>;

/** How SQL names it: `FUNCTION a.f(integer)`. */
const subjectOf = (part: Movable, parts: Parts): string => {
  const owner = parts.byKey.get(`owner of ${part.key}`);
  return owner?.kind === "owner" ? owner.value.subject : `${nounOf(part).toUpperCase()} ${quotePath(part.value)}`;
};

interface Way {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

const both = (...ways: readonly Way[]): Way => ({
  up: ways.flatMap(({ up }) => up),
  down: ways.toReversed().flatMap(({ down }) => down),
});

/** One step, told by the path before and after it. */
const stepsOf = (subject: string, part: Movable) => {
  const path = part.kind === "operator" ? `${quoteName(part.value.schema)}.${part.value.name}` : quotePath(part.value);
  const at = (schema: string, name: string): string =>
    subject.replace(path, () =>
      part.kind === "operator" ? `${quoteName(schema)}.${name}` : quotePath({ schema, name }),
    );
  return {
    shift: (from: string, to: string, name: string): Way => ({
      up: [`ALTER ${at(from, name)} SET SCHEMA ${quoteName(to)}`],
      down: [`ALTER ${at(to, name)} SET SCHEMA ${quoteName(from)}`],
    }),
    rename: (schema: string, from: string, to: string): Way => ({
      up: [`ALTER ${at(schema, from)} RENAME TO ${quoteName(to)}`],
      down: [`ALTER ${at(schema, to)} RENAME TO ${quoteName(from)}`],
    }),
  };
};

/** What a range type leaves behind. */
const ofRange = (from: Movable, to: Movable): readonly Way[] =>
  from.kind === "range" && to.kind === "range"
    ? [rangeConstructors(from.value, to.value), moveMultirange(from.value, to.value)]
    : [];

/** Real state: names that are taken while one move after another is planned. */
export class Mover {
  readonly #names: RelationNames;
  readonly #schemas: Set<string>;
  readonly #sides: readonly [Parts, Parts];

  constructor(sides: readonly [Parts, Parts]) {
    this.#sides = sides;
    this.#names = new RelationNames(sides[0].catalog);
    this.#schemas = new Set(sides[0].catalog.schemas.map(({ name }) => name));
  }

  move(from: Movable, to: Movable): Way {
    const steps = stepsOf(subjectOf(from, this.#sides[0]), from);
    const [here, there] = [from.value, to.value];
    if (here.schema === there.schema) return steps.rename(here.schema, here.name, there.name);
    const isFree = (schema: string, name: string): boolean => from.kind === "routine" || !this.#names.has(schema, name);
    // What stands in the way at one end is passed under another name.
    const name = isFree(there.schema, here.name)
      ? here.name
      : isFree(here.schema, there.name)
        ? there.name
        : asideName(here.name);
    const way = both(
      this.#schema(there.schema),
      this.#along(from, there.schema),
      ...(name === here.name ? [] : [steps.rename(here.schema, here.name, name)]),
      steps.shift(here.schema, there.schema, name),
      ...(name === there.name ? [] : [steps.rename(there.schema, name, there.name)]),
      ...ofRange(from, to),
    );
    this.#names.move(here, there);
    return way;
  }

  #schema(name: string): Way {
    if (this.#schemas.has(name)) return both();
    this.#schemas.add(name);
    return { up: [`CREATE SCHEMA ${quoteName(name)}`], down: [`DROP SCHEMA ${quoteName(name)}`] };
  }

  /** Indexes and sequences move along, and may meet their likes. */
  #along(part: Movable, schema: string): Way {
    const along = movingAlong(this.#sides[0].catalog, part.value);
    return both(
      ...along.map(({ noun, name }): Way => {
        const passing = this.#names.has(schema, name) ? asideName(name) : name;
        this.#names.move({ schema: part.value.schema, name }, { schema, name: passing });
        if (passing === name) return both();
        const at = (one: string): string => `ALTER ${noun} ${quotePath({ schema: part.value.schema, name: one })}`;
        return {
          up: [`${at(name)} RENAME TO ${quoteName(passing)}`],
          down: [`${at(passing)} RENAME TO ${quoteName(name)}`],
        };
      }),
    );
  }
}
