// What differs between two catalogs, part by part, and what must be made anew because of it.
import { keyOf, partKey } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { Change, Difference, Refused, Verb } from "./change.ts";
import type { ColumnPart, Kind, Objects, Part, Parts } from "./part.ts";
import {
  handedDown,
  inherits,
  isHandedDown,
  isLetGo,
  isSamePartition,
  lastingParentColumn,
  parentColumn,
  renamePartition,
} from "./parentage.ts";
import { sameValue } from "./same-value.ts";
import { isShell } from "./take-apart/types.ts";
import { typesInUse } from "./types-in-use.ts";
import { writerOf } from "./sql/index.ts";
import { sameJson } from "./sql/text.ts";
import { omit } from "./omit.ts";
import type { Context } from "./sql/writer.ts";
import { isRefusal, rebuild } from "./sql/writer.ts";
import { besideType, typeOfTable } from "./typed-tables.ts";

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

const dependantsIn = ({ needs }: Parts): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const [key, needed] of needs)
    for (const need of needed) {
      const list = found.get(need);
      if (list === undefined) found.set(need, [key]);
      else list.push(key);
    }
  return found;
};

/** Real state while the difference is worked out: every decision may bring others with it. */
class Differ {
  readonly changes = new Map<string, Change>();
  readonly implied = new Map<string, string>();
  readonly refusals: Refused[] = [];
  readonly #context: Context;
  /** What cannot be changed in place, since what it lets go has to go before what it takes can come. */
  readonly #torn: ReadonlySet<string>;
  #known: ReadonlyMap<string, readonly string[]> | undefined;
  #open: string[] = [];

  constructor(context: Context, torn: ReadonlySet<string>) {
    [this.#context, this.#torn] = [context, torn];
  }

  /** Who needs whom; where nothing differs nobody asks. */
  get #dependants(): ReadonlyMap<string, readonly string[]> {
    return (this.#known ??= dependantsIn(this.#context.from));
  }

  run(): Difference {
    const { from, to } = this.#context;
    for (const key of new Set([...from.byKey.keys(), ...to.byKey.keys()])) this.#compare(key);
    this.#renamePartitionKeys();
    this.#renameDomainChecks();
    for (let key = this.#open.pop(); key !== undefined; key = this.#open.pop()) this.#spread(key);
    this.#swapTypes();
    for (let key = this.#open.pop(); key !== undefined; key = this.#open.pop()) this.#spread(key);
    this.#leaveImplied();
    this.#leaveParts();
    return { changes: this.changes, implied: this.implied, refusals: this.refusals };
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

  /** The key of a partition comes with its parent's, under a name of PostgreSQL's choice: it can only be renamed. */
  #renamePartitionKeys(): void {
    for (const [key, change] of [...this.changes]) {
      if (change.verb !== "drop" || (change.from.kind !== "constraint" && change.from.kind !== "index")) continue;
      const { from } = change;
      if (change.from.value.partOf === undefined) continue;
      // Another key of the parent takes that of the partition with it.
      const parent = this.#context.from.partKeyOf(keyOf("index", change.from.value.partOf));
      if (parent === undefined || (this.changes.get(parent)?.verb ?? "alter") !== "alter") continue;
      const next = [...this.changes.values()].find((one) => one.verb === "create" && isSamePartition(from, one.to));
      if (next?.verb !== "create") continue;
      this.changes.delete(key);
      this.changes.delete(`comment on ${key}`);
      this.#set({ verb: "alter", key: next.key, from, to: next.to, pieces: [renamePartition(from, next.to)] });
    }
  }

  /** A base type takes its functions along: they speak of its shell before it is there again. */
  #rebuildBase(from: Part, to: Part): void {
    const { key } = to;
    const user = (this.#dependants.get(key) ?? []).find((one) => one.startsWith("column "));
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

  /** A check of a domain under another name: columns that hold the domain within something else let no new one be added. */
  #renameDomainChecks(): void {
    const bare = (value: Objects["domain constraint"]): unknown => omit(value, "name");
    for (const [key, change] of [...this.changes]) {
      if (change.verb !== "drop" || change.from.kind !== "domain constraint") continue;
      const { value } = change.from;
      const next = [...this.changes.values()].find(
        (one) =>
          one.verb === "create" && one.to.kind === "domain constraint" && sameJson(bare(one.to.value), bare(value)),
      );
      if (next?.verb !== "create" || next.to.kind !== "domain constraint") continue;
      this.changes.delete(key);
      this.changes.delete(`comment on ${key}`);
      const sql = `ALTER DOMAIN ${quotePath(value.domain)} RENAME CONSTRAINT ${quoteName(value.name)} TO ${quoteName(next.to.value.name)}`;
      this.#set({ verb: "alter", key: next.key, from: change.from, to: next.to, pieces: [sql] });
    }
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
    for (const dependant of this.#dependants.get(key) ?? []) {
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
      (key) => this.#dependants.get(key) ?? [],
      (key) => this.#context.from.byKey.get(key),
    );
    for (const key of inUse) {
      const change = this.changes.get(key);
      if (change?.verb !== "rebuild") continue;
      const columns = (this.#dependants.get(key) ?? []).filter(
        (user) => this.#context.from.byKey.get(user)?.kind === "column" && this.changes.get(user)?.verb !== "rebuild",
      );
      // Those that go may go later than the new type comes.
      const users = columns.filter((user) => this.#context.to.byKey.has(user));
      this.#set({ ...change, verb: "swap" });
      for (const user of users) this.#moveColumn(user, key);
      for (const dependant of this.#dependants.get(key) ?? [])
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

  /** Partitions and inheriting tables follow their parent. */
  #leaveImplied(): void {
    const { from, to } = this.#context;
    for (const [key, change] of [...this.changes]) {
      if (this.#leaveToType(change)) continue;
      if (change.verb === "create" && inherits(change.to) && this.#isImplied(to, change.to.value, "create", key))
        this.changes.delete(key);
      else if (change.verb === "drop" && inherits(change.from) && this.#isImplied(from, change.from.value, "drop", key))
        this.changes.delete(key);
      else if (change.verb === "alter" && change.to.kind === "column" && this.#leaveToParent(change, change.to.value))
        continue;
      else if (this.#parentDoes(change, "to" in change ? change.to : change.from)) this.changes.delete(key);
      else if (change.verb === "create" && change.to.kind === "default" && this.#defaultImplied(change.to.value))
        this.changes.delete(key);
    }
  }

  /** What the parent's ALTER does not bring along stays to be done. */
  #leaveToParent(change: Extract<Change, { verb: "alter" }>, column: ColumnPart): boolean {
    const { key } = change;
    const handed = handedDown(this.#context, column);
    if (handed?.follows !== true) return false;
    const before = this.#context.from.byKey.get(key);
    this.implied.set(key, lastingParentColumn(this.#context, this.#context.to, column) ?? key);
    const { type, generated, collation } = column;
    const own = before?.kind === "column" ? before.value : column;
    const { notNull } = handed.nullable === own.nullable ? own : column;
    const given = { type, generated, collation, nullable: handed.nullable, notNull };
    const rest =
      before?.kind === "column"
        ? writerOf("column").alter({ ...before.value, ...given } as ColumnPart, column, this.#context)
        : [];
    if (rest === rebuild || isRefusal(rest) || rest.length === 0) this.changes.delete(key);
    else this.changes.set(key, { ...change, pieces: rest });
    return true;
  }

  /** True where the type of a typed table does it. */
  #leaveToType(change: Change): boolean {
    const type = typeOfTable(this.#context.from, this.#context.to, "to" in change ? change.to : change.from);
    if (type === undefined || !this.changes.has(type)) return false;
    const { key } = change;
    this.implied.set(key, type);
    const before = "from" in change ? change.from : undefined;
    const rest = "to" in change ? besideType(before, change.to, this.#context) : undefined;
    if (rest === undefined) this.changes.delete(key);
    else this.changes.set(key, { verb: "alter", key, ...rest });
    return true;
  }

  #isImplied(parts: Parts, column: ColumnPart, verb: Verb, key: string): boolean {
    const own = this.changes.get(keyOf("table", column.table))?.verb;
    if (own === verb) return false;
    const parent = lastingParentColumn(this.#context, parts, column);
    if (parent === undefined || parent === key || this.#originally(parent) !== verb) return false;
    this.implied.set(key, parent);
    return true;
  }

  /** What belongs to something that goes by itself goes with it. */
  #leaveParts(): void {
    const { to } = this.#context;
    for (const [key, change] of [...this.changes]) {
      if (change.verb !== "drop" || change.from.of === undefined) continue;
      if (!to.byKey.has(change.from.of) && !this.changes.has(change.from.of)) this.changes.delete(key);
    }
  }

  /** What a new table has by its parents, and checks that parents hand down. */
  #parentDoes(change: Change, part: Part): boolean {
    if (part.kind === "inheritance")
      return change.verb === "create" && this.changes.get(keyOf("table", part.value.table))?.verb === "create";
    if (part.kind !== "constraint" || !part.value.fromParent) return false;
    const { from, to } = this.#context;
    const table = this.changes.get(keyOf("table", part.value.table))?.verb;
    // What CREATE TABLE says of its parents brings their checks; a partition is attached when it has them.
    if (table === "create") return !part.value.partition;
    return table !== "drop" && isHandedDown(this.#context, change.verb === "drop" ? from : to, part.value);
  }

  /** The parent's own change may have been left out already, for its parent's. */
  #originally(key: string): Verb | undefined {
    const { from, to } = this.#context;
    const known = this.changes.get(key)?.verb;
    if (known !== undefined) return known;
    return from.byKey.has(key) === to.byKey.has(key) ? undefined : from.byKey.has(key) ? "drop" : "create";
  }

  /** A column that a parent adds brings the parent's default along. */
  #defaultImplied({ table, name, expression }: Objects["default"]): boolean {
    const { to } = this.#context;
    const column = to.byKey.get(partKey("column", table, name));
    if (
      column === undefined ||
      !inherits(column) ||
      this.changes.has(column.key) ||
      this.#context.from.byKey.has(column.key)
    )
      return false;
    const parent = parentColumn(to, column.value);
    const theirs = parent === undefined ? undefined : to.byKey.get(parent.replace(/^column /, "default "));
    return theirs?.kind === "default" && theirs.value.expression === expression;
  }
}

export const differ = (context: Context, torn: ReadonlySet<string> = new Set()): Difference =>
  new Differ(context, torn).run();
