// Rules of order by calls: overloads of one name, and what bodies of functions call, of which PostgreSQL knows nothing.
import { partOf } from "./change.ts";
import type { Change } from "./change.ts";
import { actsOf, comes } from "./node.ts";
import type { Part, Parts } from "./part.ts";
import type { Rule, Web } from "./web.ts";

/** Calls may fit two functions of one name: the one that goes is gone before the one that comes, where that makes no circle. */
const overloads: Rule = (web) => {
  const gone = Map.groupBy(
    [...web.changes.values()].filter((change) => change.verb === "drop" && change.from.kind === "routine"),
    (change) => change.key.replace(/\([^(]*\)$/, ""),
  );
  for (const { key, verb } of web.changes.values()) {
    if (verb !== "create" || !key.startsWith("routine ")) continue;
    for (const old of gone.get(key.replace(/\([^(]*\)$/, "")) ?? []) {
      const [first, then] = [web.idOf("drop", old.key), web.idOf("create", key)];
      if (!web.waitsFor(first, then)) web.edge(first, then);
    }
  }
};

const wordsIn = (body: string): ReadonlySet<string> => new Set(body.match(/[\p{L}_][\p{L}\p{N}_$]*/gu));

/** Real state: whose body calls which names, looked up once. */
class Bodies {
  readonly #parts: Parts;
  readonly #words = new Map<string, ReadonlySet<string>>();
  #byName: ReadonlyMap<string, readonly Part[]> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  #named(name: string): readonly Part[] {
    this.#byName ??= Map.groupBy(
      [...this.#parts.byKey.values()].filter(({ kind }) => kind === "routine"),
      ({ value }) => ("name" in value && typeof value.name === "string" ? value.name : ""),
    );
    return this.#byName.get(name) ?? [];
  }

  #wordsOf(routine: Part): ReadonlySet<string> {
    const known = this.#words.get(routine.key);
    if (known !== undefined) return known;
    const words = wordsIn(routine.kind === "routine" ? routine.value.body.text : "");
    this.#words.set(routine.key, words);
    return words;
  }

  /** Names of all that is called by what this part needs, and by what that calls. */
  called(key: string): ReadonlySet<string> {
    const names = new Set<string>();
    const open = [...(this.#parts.needs.get(key) ?? [])].flatMap((need) => this.#parts.byKey.get(need) ?? []);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next.kind !== "routine") continue;
      for (const word of this.#wordsOf(next))
        if (!names.has(word) && this.#named(word).length > 0) {
          names.add(word);
          open.push(...this.#named(word));
        }
    }
    return names;
  }
}

/** What is computed for rows that are there already, when it is made. */
const isComputed = (change: Change, { from }: Web): boolean => {
  if (!comes(change) || !("to" in change)) return false;
  const { to } = change;
  if (to.kind === "domain constraint") return from.byKey.has(to.of ?? "");
  const isMet =
    (to.kind === "constraint" && (to.value.kind === "check" || to.value.kind === "exclusion")) ||
    to.kind === "index" ||
    (to.kind === "column" && to.value.generated !== undefined);
  return isMet && from.byKey.has(to.of ?? "");
};

/** Rows are looked at with functions whose bodies call others: those are as they are to be by then. */
const bodies: Rule = (web) => {
  const changed = Map.groupBy(
    [...web.changes.values()].filter((change) => partOf(change).kind === "routine"),
    (change) => {
      const { value } = partOf(change);
      return "name" in value && typeof value.name === "string" ? value.name : "";
    },
  );
  if (changed.size === 0) return;
  const known = new Bodies(web.to);
  for (const change of web.changes.values()) {
    if (!isComputed(change, web)) continue;
    const own = web.idOf("create", change.key);
    for (const name of known.called(change.key))
      for (const routine of changed.get(name) ?? [])
        for (const act of actsOf(routine)) {
          const id = web.idOf(act, routine.key);
          if (!web.waitsFor(id, own)) web.edge(id, own);
        }
  }
};

export const callRules: readonly Rule[] = [overloads, bodies];
