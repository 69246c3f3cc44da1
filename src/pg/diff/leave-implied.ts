// Leaves out what happens by itself: partitions and inheriting tables follow their parents, typed tables their type, parts their owner.
import { keyOf, partKey } from "../catalog/object.ts";
import type { Change, Difference, Verb } from "./change.ts";
import type { ColumnPart, Objects, Part, Parts } from "./part.ts";
import { handedDown, inherits, isHandedDown, lastingParentColumn, parentColumn } from "./parentage.ts";
import { writerOf } from "./sql/index.ts";
import type { Context } from "./sql/writer.ts";
import { isRefusal, rebuild } from "./sql/writer.ts";
import { besideType, typeOfTable } from "./typed-tables.ts";

type Alter = Extract<Change, { verb: "alter" }>;

/** Real state while changes are left out: what a parent's own change was is asked for after it has gone. */
class Leaver {
  readonly implied = new Map<string, string>();
  readonly changes: Map<string, Change>;
  readonly #context: Context;

  constructor(context: Context, changes: ReadonlyMap<string, Change>) {
    [this.#context, this.changes] = [context, new Map(changes)];
  }

  run(): Omit<Difference, "refusals"> {
    for (const change of [...this.changes.values()]) {
      if (this.#leaveToType(change) || this.#leaveToParent(change) || this.#leaveRebuilt(change)) continue;
      if (this.#comesByItself(change)) this.changes.delete(change.key);
    }
    this.#leaveParts();
    return { changes: this.changes, implied: this.implied };
  }

  #comesByItself(change: Change): boolean {
    const { from, to } = this.#context;
    if (change.verb === "create" && inherits(change.to)) {
      if (this.#isImplied(to, change.to.value, "create", change.key)) return true;
    } else if (change.verb === "drop" && inherits(change.from)) {
      if (this.#isImplied(from, change.from.value, "drop", change.key)) return true;
    }
    if (this.#parentDoes(change, "to" in change ? change.to : change.from)) return true;
    return change.verb === "create" && change.to.kind === "default" && this.#bringsDefault(change.to.value);
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

  /** What the ALTER of a column's parent does; what it does not bring along stays to be done. */
  #leaveToParent(change: Change): boolean {
    if (change.verb !== "alter" || change.to.kind !== "column") return false;
    const [{ key }, column] = [change, change.to.value];
    const handed = handedDown(this.#context, column);
    if (handed?.follows !== true) return false;
    this.implied.set(key, lastingParentColumn(this.#context, this.#context.to, column) ?? key);
    const rest = this.#besideParent(column, key, handed.nullable);
    if (rest.length === 0) this.changes.delete(key);
    else this.changes.set(key, { ...change, pieces: rest });
    return true;
  }

  #besideParent(column: ColumnPart, key: string, nullable: boolean): Alter["pieces"] {
    const before = this.#context.from.byKey.get(key);
    if (before?.kind !== "column") return [];
    const { type, generated, collation } = column;
    const { notNull } = nullable === before.value.nullable ? before.value : column;
    const given = { ...before.value, type, generated, collation, nullable, notNull } as ColumnPart;
    const rest = writerOf("column").alter(given, column, this.#context);
    return rest === rebuild || isRefusal(rest) ? [] : rest;
  }

  /** A column that goes with its parent's and comes again with it, just as that one is. */
  #leaveRebuilt(change: Change): boolean {
    if (change.verb !== "rebuild" || !inherits(change.from) || !inherits(change.to)) return false;
    const [{ key }, column] = [change, change.to.value];
    const parent = lastingParentColumn(this.#context, this.#context.to, column);
    const theirs = this.#context.to.byKey.get(parent ?? "");
    if (parent === undefined || theirs?.kind !== "column" || this.#originally(parent) !== "rebuild") return false;
    this.implied.set(key, parent);
    const given: ColumnPart = { ...theirs.value, table: column.table, tableKind: column.tableKind, local: false };
    const rest = writerOf("column").alter(given, column, this.#context);
    if (rest === rebuild || isRefusal(rest) || rest.length === 0) this.changes.delete(key);
    else
      this.changes.set(key, { verb: "alter", key, from: { ...change.to, value: given }, to: change.to, pieces: rest });
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
    const parent = this.implied.get(key);
    if (parent !== undefined) return this.#originally(parent);
    return from.byKey.has(key) === to.byKey.has(key) ? undefined : from.byKey.has(key) ? "drop" : "create";
  }

  /** A column that a parent adds brings the parent's default along. */
  #bringsDefault({ table, name, expression }: Objects["default"]): boolean {
    const { from, to } = this.#context;
    const column = to.byKey.get(partKey("column", table, name));
    if (column === undefined || !inherits(column) || this.changes.has(column.key) || from.byKey.has(column.key))
      return false;
    const parent = parentColumn(to, column.value);
    const theirs = parent === undefined ? undefined : to.byKey.get(parent.replace(/^column /, "default "));
    return theirs?.kind === "default" && theirs.value.expression === expression;
  }

  /** What belongs to something that goes by itself goes with it. */
  #leaveParts(): void {
    const { to } = this.#context;
    for (const [key, change] of [...this.changes]) {
      if (change.verb !== "drop" || change.from.of === undefined) continue;
      if (!to.byKey.has(change.from.of) && !this.changes.has(change.from.of)) this.changes.delete(key);
    }
  }
}

export const leaveImplied = (context: Context, changes: ReadonlyMap<string, Change>): Omit<Difference, "refusals"> =>
  new Leaver(context, changes).run();
