// One rename: what goes, what comes, and the statements forth and back; and what users and guesses say of renames.
import type { ObjectName } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { Change } from "./change.ts";
import type { CandidateKind, Renameable } from "./likeness.ts";
import { ownName } from "./likeness.ts";
import { rangeConstructors } from "./range-constructors.ts";
import { partText } from "./words.ts";

export interface Renaming {
  readonly title: string;
  /** As people say it: `public.users.name`. */
  readonly from: string;
  readonly to: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
  readonly change: Change;
  /** What may not work after it, in words. */
  readonly breaks: readonly string[];
  /** The name of a table or column inside a text that begins with `table column`. */
  rekey(text: string): string;
}

/** A guess: why, and how sure from 0 to 1. */
export interface Candidate {
  readonly kind: CandidateKind;
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
  /** What the user said and was found. */
  readonly answered: readonly Said[];
}

/** What the user said: names with or without schema and table, quoted or not. */
export interface Said {
  readonly from: string;
  readonly to: string;
}

export const pathText = (part: Renameable): string => part.key.slice(part.key.indexOf(" ") + 1);

/** `type`: of a table that has its columns from a type, which is where they are renamed. */
const sqlOf = (part: Renameable, to: string, type?: ObjectName): string => {
  const name = quoteName(to);
  if (part.kind === "column" && type !== undefined)
    return `ALTER TYPE ${quotePath(type)} RENAME ATTRIBUTE ${quoteName(part.value.name)} TO ${name} CASCADE`;
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

export const renamingOf = (from: Renameable, to: Renameable, place: Renameable = from, type?: ObjectName): Renaming => {
  const name = ownName(to);
  const there = renamed(place, name);
  const made =
    place.kind === "range"
      ? rangeConstructors(place.value, { schema: place.value.schema, name })
      : { up: [], down: [] };
  return {
    title: `rename ${partText(from)} to ${quoteName(name)}`,
    from: pathText(from),
    to: pathText(to),
    up: [sqlOf(place, name, type), ...made.up],
    down: [sqlOf(there, ownName(from), type), ...made.down],
    change: { verb: "alter", key: to.key, from, to, pieces: [] },
    breaks: [`code that still uses the name ${pathText(from)} fails`],
    rekey: rekeyOf(place, name),
  };
};

/** The words that a user's name may be: its own, and with what it belongs to. */
export const isCalled = (part: Renameable, said: string): boolean => {
  const bare = said.replaceAll('"', "");
  const path = pathText(part).replaceAll('"', "");
  return bare === ownName(part) || bare === path || path.endsWith(`.${bare}`);
};
