// The state of a database as named definitions, read again only where something was written; and how two states differ.
import { listOf } from "../tree.ts";
import type { Trial } from "../trial.ts";
import { horizonSql, lookSql, prepareSql, sections } from "./sections.ts";

/** `kind name` → definition. */
export type State = ReadonlyMap<string, string>;

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly definition: string;
}

export interface Difference {
  readonly kind: string;
  readonly name: string;
  /** Undefined where it was not. */
  readonly before?: string;
  readonly after?: string;
}

/** Kinds by whose names others are known: when one gets another name, all is read again. */
const naming: ReadonlySet<string> = new Set(["relation", "column", "schema", "type", "function"]);

/** `'now'::timestamp` becomes the moment itself when a view is made: that is no difference between two of them. */
const timeless = (definition: string): string =>
  definition.replace(/'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{2,6}([+-]\d\d(:\d\d)?)?'::(timestamp|time)/g, "'now'::$3");

const keyOf = ({ kind, name }: Row): string => `${kind} ${name}`;

/** Real state: what was read last, by the ids of rows. To be asked outside of a transaction. */
export class Watch {
  readonly #trial: Trial;
  #rows: ReadonlyMap<string, Row> = new Map();
  #horizon = "0";
  #isPrepared = false;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** The state as it is now. */
  async look(): Promise<State> {
    await this.#trial.run(["begin", "set local search_path = pg_catalog", "reset role"]);
    if (!this.#isPrepared) await this.#prepare();
    try {
      const isRenamed = await this.#read(this.#horizon);
      if (isRenamed) await this.#read("0");
    } finally {
      await this.#trial.run(["rollback"]);
    }
    return new Map([...this.#rows.values()].map((row) => [keyOf(row), row.definition]));
  }

  async #prepare(): Promise<void> {
    const [known] = await this.#trial.rows(
      "select count(*)::text from pg_prepared_statements where name = 'senior_look'",
    );
    const { error } = await this.#trial.run(known === "0" ? [prepareSql] : []);
    if (error !== undefined) throw new Error(`the state cannot be read: ${error.message}`);
    this.#isPrepared = true;
  }

  async #read(base: string): Promise<boolean> {
    const [horizon = "0"] = await this.#trial.rows(horizonSql);
    const answers = await this.#trial.rows(lookSql(base));
    const rows = new Map<string, Row>();
    let isRenamed = false;
    for (const answer of answers) {
      const [at, ids, written] = listOf(JSON.parse(answer));
      const kind = sections[Number(at)]?.kind ?? "";
      const news = new Map(listOf(written).map((row) => [String(listOf(row)[0]), listOf(row)] as const));
      for (const id of listOf(ids)) {
        const key = `${kind} ${String(id)}`;
        const old = this.#rows.get(key);
        const [, name, definition] = news.get(String(id)) ?? [];
        const row =
          typeof name === "string"
            ? { kind, name, definition: typeof definition === "string" ? timeless(definition) : "" }
            : old;
        if (row === undefined) continue;
        isRenamed ||= old !== undefined && old.name !== row.name && naming.has(kind);
        rows.set(key, row);
      }
    }
    this.#rows = rows;
    this.#horizon = horizon;
    return isRenamed;
  }
}

/** What differs, sorted; a new table's columns and what else belongs to it go without saying. */
export const differencesOf = (before: State, after: State): readonly Difference[] => {
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
  const found = keys.sort().map((key): Difference => {
    const kind =
      sections.map((section) => section.kind).find((one) => key.startsWith(`${one} `) && !longer(key, one)) ?? "";
    const [old, now] = [before.get(key), after.get(key)];
    return {
      kind,
      name: key.slice(kind.length + 1),
      ...(old === undefined ? {} : { before: old }),
      ...(now === undefined ? {} : { after: now }),
    };
  });
  return found.filter((one) => !isPart(one, found));
};

const longer = (key: string, kind: string): boolean =>
  sections.some((other) => other.kind.length > kind.length && key.startsWith(`${other.kind} `));

/** Part of something that came or went as a whole. */
const isPart = (one: Difference, all: readonly Difference[]): boolean =>
  (one.kind === "column" && all.some(({ kind, name }) => kind === "view" && one.name.startsWith(`${name}.`))) ||
  (one.kind !== "relation" &&
    all.some(
      (other) =>
        other.kind === "relation" &&
        (other.before === undefined) === (one.before === undefined) &&
        (other.after === undefined) === (one.after === undefined) &&
        (one.name === other.name || one.name.startsWith(`${other.name}.`) || one.name.includes(` ${other.name}.`)),
    ));

const relationKinds: Readonly<Record<string, string>> = {
  r: "table",
  p: "table",
  v: "view",
  m: "materialized view",
  S: "sequence",
  f: "foreign table",
  c: "type",
};

const kindText = ({ kind, before, after }: Difference): string => {
  if (kind !== "relation") return kind;
  const letter = /^\["(.)"/.exec(before ?? after ?? "")?.[1] ?? "";
  return relationKinds[letter] ?? "relation";
};

const single = (text: string): string => text.replace(/\s+/g, " ").trim();

/** Long texts from a little before where they part. */
const parting = (before: string, after: string): readonly [string, string] => {
  const [old, now] = [single(before), single(after)];
  let at = 0;
  while (at < old.length && old[at] === now[at]) at++;
  const from = old.length < 80 && now.length < 80 ? 0 : Math.max(0, at - 20);
  const cut = (text: string): string =>
    `${from > 0 ? "…" : ""}${text.slice(from, from + 60)}${text.length > from + 60 ? "…" : ""}`;
  return [cut(old), cut(now)];
};

/** The first element of two arrays that differs, else the whole. */
const pair = (before: string, after: string): readonly [string, string] => {
  try {
    const [old, now] = [listOf(JSON.parse(before)), listOf(JSON.parse(after))];
    const at = old.findIndex((value, i) => JSON.stringify(value) !== JSON.stringify(now[i]));
    if (at < 0) return [before, after];
    const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));
    return [text(old[at]), text(now[at])];
  } catch {
    return [before, after];
  }
};

/** `column public.t.c is missing`, `index public.i is left`, `column public.t.c: integer, not bigint`. */
export const differenceText = (one: Difference): string => {
  const what = `${kindText(one)} ${one.name}`;
  if (one.after === undefined) return `${what} is missing`;
  if (one.before === undefined) return `${what} is left over`;
  const [before, after] = pair(one.before, one.after);
  const [old, now] = parting(before, after);
  return `${what} is "${now}", was "${old}"`;
};
