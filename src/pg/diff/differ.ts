// What differs between two catalogs, part by part, and what must be made anew because of it.
import { partKey } from "../catalog/object.ts";
import type { Change, Difference, Refused } from "./change.ts";
import type { Kind, Part } from "./part.ts";
import { leaveImplied } from "./leave-implied.ts";
import { madeAnew } from "./made-anew.ts";
import { isLetGo } from "./parentage.ts";
import { renamedParts } from "./renamed-parts.ts";
import { sameValue } from "./same-value.ts";
import { isShell } from "./take-apart/types.ts";
import { typesInUse } from "./types-in-use.ts";
import { writerOf } from "./sql/index.ts";
import type { Context } from "./sql/writer.ts";
import { isRefusal, rebuild } from "./sql/writer.ts";

/** Kinds that hold rows or other objects: never dropped to be changed. */
const lasting: readonly Kind[] = ["table", "column", "sequence", "schema", "extension", "language", "access method"];

/** A type of somebody's, which may have stepped aside too: `public.mood[]`. */
const isOwn = (type: string): boolean => type.includes(".") || type.startsWith('"');

const isGoing = (change: Change | undefined): boolean =>
  change?.verb === "drop" || change?.verb === "rebuild" || change?.verb === "swap";

/** Expressions are kept as they were parsed, for the old type. */
const mentionsType = (part: Part): boolean => {
  if (part.kind === "default") return true;
  if (part.kind === "constraint") return part.value.kind === "check" || part.value.kind === "exclusion";
  return (
    part.kind === "index" &&
    (part.value.predicate !== undefined || part.value.keys.some(({ expression }) => expression))
  );
};

/** Real state while the difference is worked out: every decision may bring others with it. */
class Differ {
  readonly changes = new Map<string, Change>();
  readonly refusals: Refused[] = [];
  readonly #context: Context;
  /** What cannot be changed in place, since what it lets go has to go before what it takes can come. */
  readonly #torn: ReadonlySet<string>;
  #open: string[] = [];

  constructor(context: Context, torn: ReadonlySet<string>) {
    [this.#context, this.#torn] = [context, torn];
  }

  run(): Difference {
    const { from, to } = this.#context;
    for (const key of new Set([...from.byKey.keys(), ...to.byKey.keys()])) this.#compare(key);
    for (const { gone, ...renamed } of renamedParts(this.#context, this.changes)) {
      this.changes.delete(gone);
      this.changes.delete(`comment on ${gone}`);
      this.#set(renamed);
    }
    for (const change of madeAnew(this.#context, this.changes)) this.#set(change);
    for (let key = this.#open.pop(); key !== undefined; key = this.#open.pop()) this.#spread(key);
    this.#swapTypes();
    for (let key = this.#open.pop(); key !== undefined; key = this.#open.pop()) this.#spread(key);
    return { ...leaveImplied(this.#context, this.changes), refusals: this.refusals };
  }

  #set(change: Change): void {
    this.changes.set(change.key, change);
    this.#open.push(change.key);
  }

  #compare(key: string): void {
    const [from, to] = [this.#context.from.byKey.get(key), this.#context.to.byKey.get(key)];
    if (from === undefined && to !== undefined) this.#set({ verb: "create", key, to });
    else if (from !== undefined && to === undefined) this.#set({ verb: "drop", key, from });
    else if (from !== undefined && to !== undefined && (!sameValue(from, to) || this.#changesHands(to)))
      this.#alter(from, to);
  }

  /** Rights pass to the new owner of an object with it, whether or not that is meant. */
  #changesHands(part: Part): boolean {
    if (part.kind !== "grants" || part.value.column !== undefined) return false;
    const key = `owner of ${part.value.key}`;
    const [from, to] = [this.#context.from.byKey.get(key), this.#context.to.byKey.get(key)];
    return from !== undefined && to !== undefined && !sameValue(from, to);
  }

  /** A base type takes its functions along: they speak of its shell before it is there again. */
  #rebuildBase(from: Part, to: Part): void {
    const { key } = to;
    const user = (this.#context.from.dependants.get(key) ?? []).find((one) => one.startsWith("column "));
    if (user !== undefined) {
      this.refusals.push({
        key,
        refused: `${key} is made otherwise, and ${user} has values of it: PostgreSQL has no command for that`,
        help: "make the new type under another name, move the columns over with --using, and drop the old one",
      });
      return;
    }
    this.#set({ verb: "rebuild", key, from, to });
    const shell = [...(this.#context.from.needs.get(key) ?? [])].find(isShell) ?? "";
    const [old, next] = [this.#context.from.byKey.get(shell), this.#context.to.byKey.get(shell)];
    if (old !== undefined && next !== undefined)
      this.#set({ verb: "rebuild", key: shell, from: old, to: next, forced: true });
  }

  #alter(from: Part, to: Part): void {
    const { key } = to;
    const isOne = from.kind === to.kind && !this.#torn.has(key);
    const result = isOne ? writerOf(to.kind).alter(from.value, to.value, this.#context) : rebuild;
    if (result === rebuild && to.kind === "base type") this.#rebuildBase(from, to);
    else if (result === rebuild) this.#set({ verb: "rebuild", key, from, to });
    else if (isRefusal(result)) this.refusals.push({ key, ...result });
    else if (result.length > 0) this.#set({ verb: "alter", key, from, to, pieces: result });
  }

  /** What needs a part that goes, or whose shape changes under it, goes too and comes back. */
  #spread(key: string): void {
    const change = this.changes.get(key);
    if (change === undefined || change.verb === "create") return;
    const gone = change.verb === "drop" || change.verb === "rebuild";
    for (const dependant of this.#context.from.dependants.get(key) ?? []) {
      if (gone) this.#release(dependant, key);
      else this.#reshape(dependant, change);
    }
  }

  #release(dependant: string, key: string): void {
    const { from, to } = this.#context;
    const [before, after] = [from.byKey.get(dependant), to.byKey.get(dependant)];
    const change = this.changes.get(dependant);
    if (before === undefined || after === undefined || isGoing(change)) return;
    // A foreign key keeps the key that it was made on.
    const isForeignKey = before.kind === "constraint" && before.value.kind === "foreign-key";
    const letsGo = change?.verb === "alter" && !isForeignKey && to.needs.get(dependant)?.has(key) !== true;
    if (letsGo && before.of !== key) return;
    if (isLetGo(before, (one) => this.changes.get(one)?.verb) && before.of !== key) return;
    // What is computed, or stands elsewhere, is not lost.
    const lasts = !(
      (before.kind === "column" && before.value.generated !== undefined) ||
      (before.kind === "table" && before.value.kind === "foreign")
    );
    const keeps = lasting.includes(before.kind) && lasts;
    if (keeps && before.of !== key) return;
    this.#set({ verb: "rebuild", key: dependant, from: before, to: after, forced: true });
  }

  /** A column of another type: what PostgreSQL does not carry over by itself. */
  #reshape(dependant: string, change: Change): void {
    const revokes =
      change.verb === "alter" &&
      change.to.kind === "grants" &&
      change.pieces.some((piece) => typeof piece === "string" && piece.startsWith("REVOKE"));
    if (revokes) this.#release(dependant, change.key);
    if (change.verb !== "alter" || change.from.kind !== "column" || change.to.kind !== "column") return;
    const [type, next] = [change.from.value.type, change.to.value.type];
    const retyped = change.pieces.some((piece) => (typeof piece === "string" ? piece : piece.sql).includes(" TYPE "));
    if (!retyped) return;
    const part = this.#context.from.byKey.get(dependant);
    const renamed = type.schema !== next.schema || type.name !== next.name || type.array !== next.array;
    const refused: readonly Kind[] = ["view", "rule", "trigger", "policy", "routine", "publication", "column"];
    const carried =
      part?.kind === "default" || part?.kind === "constraint" || part?.kind === "index" || part?.kind === "statistics";
    const isForeignKey = part?.kind === "constraint" && part.value.kind === "foreign-key";
    if (part === undefined) return;
    if (refused.includes(part.kind) || isForeignKey || (carried && renamed && mentionsType(part)))
      this.#release(dependant, change.key);
  }

  /** A type that columns use cannot be dropped: they move to the new one, which is made beside it. */
  #swapTypes(): void {
    const inUse = typesInUse(
      this.changes,
      (key) => this.#context.from.dependants.get(key) ?? [],
      (key) => this.#context.from.byKey.get(key),
    );
    for (const key of inUse) {
      const change = this.changes.get(key);
      if (change?.verb !== "rebuild") continue;
      const columns = (this.#context.from.dependants.get(key) ?? []).filter(
        (user) => this.#context.from.byKey.get(user)?.kind === "column" && this.changes.get(user)?.verb !== "rebuild",
      );
      // Those that go may go later than the new type comes.
      const users = columns.filter((user) => this.#context.to.byKey.has(user));
      this.#set({ ...change, verb: "swap" });
      for (const user of users) this.#moveColumn(user, key);
      for (const dependant of this.#context.from.dependants.get(key) ?? [])
        if (!columns.includes(dependant) && !inUse.has(dependant)) this.#release(dependant, key);
    }
  }

  #moveColumn(key: string, typeKey: string): void {
    const [from, to] = [this.#context.from.byKey.get(key), this.#context.to.byKey.get(key)];
    if (from?.kind !== "column" || to?.kind !== "column") return;
    const { base, ...type } = from.value.type;
    const moved = {
      ...type,
      name: `${type.name} before`,
      ...(base === undefined ? {} : { base: isOwn(base) ? base.replace(/(\[\])?$/, " before$1") : base }),
    };
    const result = writerOf("column").alter(
      { ...from.value, type: { ...moved, text: `${moved.text} before` } },
      to.value,
      this.#context,
    );
    if (result === rebuild) this.#set({ verb: "rebuild", key, from, to });
    else if (!isRefusal(result))
      this.#set({ verb: "alter", key, from: { ...from, value: { ...from.value, type: moved } }, to, pieces: result });
    const fallback = partKey("default", to.value.table, to.value.name);
    if (typeKey !== "" && this.#context.from.byKey.has(fallback)) this.#release(fallback, key);
  }
}

export const differ = (context: Context, torn: ReadonlySet<string> = new Set()): Difference =>
  new Differ(context, torn).run();
