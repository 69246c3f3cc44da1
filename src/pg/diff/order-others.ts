// Rules of order beyond tables: extensions, names of columns, values within values, event triggers, default privileges.
import { keyOf, partKey } from "../catalog/object.ts";
import { partOf } from "./change.ts";
import { columnsAround, columnsOfRows } from "./holders.ts";
import { listedIn } from "./listed-columns.ts";
import type { Node } from "./node.ts";
import { actsOf, comes } from "./node.ts";
import { referenced } from "./refers.ts";
import { isNewToRows, seededTables } from "./seed.ts";
import { defaultObjects } from "./sql/attributes.ts";
import { quotePath } from "../quote.ts";
import type { Rule } from "./web.ts";

/** What an extension brings may be used by anything but the schema that it lives in. */
const extensions: Rule = (web) => {
  for (const { id, act, change } of web.nodes.values()) {
    const part = "to" in change && act !== "drop" ? change.to : "from" in change ? change.from : change.to;
    if (part.kind !== "extension") continue;
    const isApart = (key: string): boolean =>
      key === change.key || key.startsWith("schema ") || web.changes.get(key)?.verb === undefined;
    for (const other of web.nodes.values()) {
      if (other.id === id || isApart(other.change.key) || other.change.key.startsWith("extension ")) continue;
      if (part.key !== other.change.key && other.change.key.endsWith(part.key)) continue;
      if (act === "create" && other.act === "create" && !/^(\S+ on|owner of) schema /.test(other.change.key))
        web.edge(id, other.id);
      if (act === "drop" && other.act !== "create" && !/^(\S+ on|owner of) schema /.test(other.change.key))
        web.edge(other.id, id);
    }
  }
};

/** What watches commands watches neither those that come before it nor those after it. */
const eventTriggers: Rule = (web) => {
  const isTrigger = ({ change }: Node): boolean => partOf(change).kind === "event trigger";
  const all = [...web.nodes.values()];
  for (const { id, act } of all.filter(isTrigger))
    for (const other of all) {
      if (isTrigger(other) || other.change.key.includes("event trigger ")) continue;
      const [first, then] = act === "drop" ? [id, other.id] : [other.id, id];
      if (!web.waitsFor(first, then)) web.edge(first, then);
    }
};

/** What is made has the rights that were settled before: those that change are for what comes later. */
const defaultPrivileges: Rule = (web) => {
  const all = [...web.nodes.values()];
  for (const { id } of all.filter(({ change }) => partOf(change).kind === "default privileges"))
    for (const other of all)
      if (
        other.act === "create" &&
        Object.hasOwn(defaultObjects, partOf(other.change).kind) &&
        !web.waitsFor(other.id, id)
      )
        web.edge(other.id, id);
};

/** A query that calls a table's columns by other names lists all of them, as they are when it is made: new ones are there, old ones gone. */
const namedColumns: Rule = (web) => {
  const columns = [...web.nodes.values()].flatMap(({ id, act, change }) => {
    const part = partOf(change);
    return part.kind === "column" && act !== "alter" ? [{ id, act, table: quotePath(part.value.table) }] : [];
  });
  if (columns.length === 0) return;
  for (const { id, act, change } of web.nodes.values()) {
    if (act === "drop" || !("to" in change) || (change.to.kind !== "view" && change.to.kind !== "rule")) continue;
    const listed = listedIn(change.to.value.definition);
    for (const one of columns)
      // A circle with what goes tears the view: it goes before, and comes again after that.
      if (listed.has(one.table) && (one.act === "drop" || !web.waitsFor(one.id, id))) web.edge(one.id, id);
  }
};

/** What a column's values would hold changes before the column comes, and after it has gone. */
const holders: Rule = (web) => {
  for (const change of web.changes.values()) {
    const part = partOf(change);
    const [of, columns] =
      part.kind === "column"
        ? [keyOf("table", part.value.table), columnsOfRows]
        : part.kind === "domain constraint"
          ? [keyOf("type", part.value.domain), columnsAround]
          : [];
    if (of === undefined || columns === undefined || !web.from.byKey.has(of) || !web.to.byKey.has(of)) continue;
    const edge = (first: string, then: string): void => {
      if (!web.waitsFor(first, then)) web.edge(first, then);
    };
    const [before, after] = [columns(web.from, of), columns(web.to, of)];
    for (const act of actsOf(change)) {
      const own = web.idOf(act, change.key);
      for (const key of before) if (!after.has(key)) edge(web.done(key), own);
      for (const key of after) if (!before.has(key)) edge(own, web.done(key));
    }
  }
};

/** Values that are found in another table, or of a row that is made there, wait for what they are found in. */
const sources: Rule = (web) => {
  for (const change of web.changes.values()) {
    if (change.verb !== "create" || change.to.kind !== "column") continue;
    const column = change.to.value;
    if (!isNewToRows(column, web.from, web.to)) continue;
    const target = referenced(column, web);
    const tables = seededTables(column, web.from, web.to).map((table) => keyOf("table", table));
    const own = web.idOf("create", change.key);
    for (const key of [...tables, ...(target === undefined ? [] : [partKey("column", target.name, target.column)])]) {
      const first = comes(web.changes.get(key)) ? web.idOf("create", key) : undefined;
      if (first !== undefined && first !== own && !web.waitsFor(first, own)) web.edge(first, own);
    }
  }
};

export const otherRules: readonly Rule[] = [
  extensions,
  sources,
  namedColumns,
  holders,
  eventTriggers,
  defaultPrivileges,
];
