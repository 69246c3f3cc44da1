// The state of a database as named definitions, read again only where something was written; and how two states differ.
import { listOf } from "../tree.ts";
import type { Trial } from "../trial.ts";
import {
  catalogsOf,
  horizonSql,
  idsSql,
  lookSql,
  prepareSection,
  prepareSigns,
  rowsSql,
  sections,
  signsSql,
} from "./sections.ts";

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

/** Will what mentions this row be printed otherwise? Values of an enum stand in defaults by their labels. */
const isPrintedOtherwise = (old: Row, now: Row): boolean =>
  (old.name !== now.name && naming.has(now.kind)) || (now.kind === "type" && old.definition !== now.definition);

/** The last part of a name, without quotes and arguments. */
const bare = (name: string): string =>
  (/("(?:[^"]|"")*"|[^.]+)$/.exec(name.replace(/\(.*$/s, ""))?.[1] ?? name).replace(/^"|"$/g, "");

/** A name that stands as it is in whatever mentions it. */
const isPlain = (name: string): boolean => /^[\p{L}\p{N}_]+$/u.test(name);

const keyOf = ({ kind, name }: Row): string => `${kind} ${name}`;

/** Real state: what was read last, by the ids of rows. To be asked outside of a transaction. */
export class Watch {
  readonly #trial: Trial;
  #rows: ReadonlyMap<string, Row> = new Map();
  #counts: ReadonlyMap<number, number> = new Map();
  #horizon = "0";
  #signs: ReadonlyMap<string, number> = new Map();
  #prepared: ReadonlySet<string> = new Set();

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** The state as it is now. */
  async look(): Promise<State> {
    await this.#trial.run([
      "begin",
      "set local search_path = pg_catalog",
      "set local plan_cache_mode = force_generic_plan",
      "reset role",
    ]);
    try {
      const renamed = await this.#read(this.#horizon);
      if (renamed.every(isPlain)) await this.#readMentioning(renamed);
      else {
        [this.#rows, this.#counts, this.#signs] = [new Map(), new Map(), new Map()];
        await this.#read("0");
      }
    } finally {
      await this.#trial.run(["rollback"]);
    }
    return new Map([...this.#rows.values()].map((row) => [keyOf(row), row.definition]));
  }

  /** Where the next look begins. */
  async #begin(): Promise<string> {
    const [answer = "[]"] = await this.#trial.rows(horizonSql);
    const [horizon, prepared] = listOf(JSON.parse(answer));
    this.#prepared = new Set(listOf(prepared).map(String));
    if (!this.#prepared.has("senior_signs")) await this.#must(prepareSigns, "senior_signs");
    return String(horizon);
  }

  async #must(sql: string, name: string): Promise<void> {
    const { error } = await this.#trial.run([sql]);
    if (error !== undefined) throw new Error(`the state cannot be read: ${error.message}`);
    this.#prepared = new Set([...this.#prepared, name]);
  }

  /** Sections of which something was written, or is gone, since the last look. */
  async #touched(base: string): Promise<readonly number[]> {
    const touched = new Set<string>();
    const signs = new Map<string, number>();
    for (const answer of await this.#trial.rows(signsSql(base))) {
      const [name, count, written] = listOf(JSON.parse(answer));
      const catalog = String(name);
      if (Number(written) > 0 || this.#signs.get(catalog) !== Number(count)) touched.add(catalog);
      signs.set(catalog, Number(count));
    }
    this.#signs = signs;
    return sections.flatMap((section, at) => (catalogsOf(section).some((name) => touched.has(name)) ? [at] : []));
  }

  /** Gives the names, old and new, of what others are named by and is called otherwise now. */
  async #read(base: string): Promise<readonly string[]> {
    const horizon = await this.#begin();
    const [rows, counts] = [new Map(this.#rows), new Map(this.#counts)];
    const thinned: number[] = [];
    const renamed: string[] = [];
    for (const at of await this.#touched(base)) {
      const kind = sections[at]?.kind ?? "";
      if (!this.#prepared.has(`senior_look_${at}`)) await this.#must(prepareSection(at), `senior_look_${at}`);
      const [answer = "[]"] = await this.#trial.rows(lookSql(at, base));
      const [count, written, news] = listOf(JSON.parse(answer));
      let rewritten = 0;
      for (const one of listOf(news)) {
        const [id, name, definition] = listOf(one);
        const key = `${kind} ${String(id)}`;
        const old = this.#rows.get(key);
        if (old !== undefined) rewritten++;
        if (typeof name !== "string") continue;
        const row = { kind, name, definition: typeof definition === "string" ? timeless(definition) : "" };
        if (old !== undefined && isPrintedOtherwise(old, row)) renamed.push(bare(old.name), bare(name));
        rows.set(key, row);
      }
      // What nobody has written is what was there, but for what was written anew and what is gone.
      const untouched = Number(count) - Number(written);
      if (untouched !== (counts.get(at) ?? 0) - rewritten) thinned.push(at);
      counts.set(at, Number(count));
    }
    await this.#thin(rows, thinned);
    [this.#rows, this.#counts, this.#horizon] = [rows, counts, horizon];
    return renamed;
  }

  /** What mentions a name is printed otherwise now, though nobody has written it. */
  async #readMentioning(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const rows = new Map(this.#rows);
    for (const [at, { kind }] of sections.entries()) {
      const start = kind.length + 1;
      const ids = [...rows].flatMap(([key, row]) =>
        row.kind === kind && names.some((name) => row.name.includes(name) || row.definition.includes(name))
          ? [key.slice(start)]
          : [],
      );
      if (ids.length === 0) continue;
      for (const answer of await this.#trial.rows(rowsSql(at, ids))) {
        const [id, name, definition] = listOf(JSON.parse(answer));
        if (typeof name !== "string") continue;
        const text = typeof definition === "string" ? timeless(definition) : "";
        rows.set(`${kind} ${String(id)}`, { kind, name, definition: text });
      }
    }
    this.#rows = rows;
  }

  /** Takes away what is gone from sections. */
  async #thin(rows: Map<string, Row>, ats: readonly number[]): Promise<void> {
    if (ats.length === 0) return;
    for (const answer of await this.#trial.rows(idsSql(ats))) {
      const [at, list] = listOf(JSON.parse(answer));
      const kind = sections[Number(at)]?.kind ?? "";
      const ids = new Set(listOf(list).map((id) => `${kind} ${String(id)}`));
      for (const [key, row] of rows) if (row.kind === kind && !ids.has(key)) rows.delete(key);
    }
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
