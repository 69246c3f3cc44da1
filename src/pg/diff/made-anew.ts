// What is made anew although it could be changed where it stands, since what is around it lets PostgreSQL do nothing else.
import { keyOf, sameName } from "../catalog/object.ts";
import type { Change } from "./change.ts";
import { columnsAround } from "./holders.ts";
import { comes } from "./node.ts";
import type { Part, PartOf } from "./part.ts";
import type { Context } from "./sql/writer.ts";

type Changes = ReadonlyMap<string, Change>;

const isTied = (part: Part, index: PartOf<"index">): boolean =>
  (part.kind === "index" || part.kind === "constraint") &&
  part.value.partOf !== undefined &&
  sameName(part.value.partOf, index.value);

/** Indexes of a parent that a new partition is to lack: it would get its own when it is attached. They come again after that. */
const indexesToLack = ({ from, to }: Context, change: Change): readonly string[] => {
  if (!comes(change) || !("to" in change) || change.to.kind !== "partition") return [];
  const own = to.childrenOf(keyOf("table", change.to.value.table));
  return to.childrenOf(keyOf("table", change.to.value.parent)).flatMap((part) => {
    if (part.kind !== "index" || !from.byKey.has(part.key)) return [];
    return own.some((one) => isTied(one, part)) ? [] : [part.key];
  });
};

/** A domain that will let in less: PostgreSQL looks for values of it in columns, and not within those that hold it in something else. */
const tightenedDomain = ({ from, to }: Context, change: Change): readonly string[] => {
  const key =
    change.verb === "create" && change.to.kind === "domain constraint" && change.to.value.validated
      ? keyOf("type", change.to.value.domain)
      : change.verb === "alter" && change.to.kind === "domain" && !change.to.value.nullable
        ? change.key
        : undefined;
  if (key === undefined || !from.byKey.has(key)) return [];
  const [before, after] = [from.byKey.get(key), to.byKey.get(key)];
  const isTightened =
    change.verb === "create" || (before?.kind === "domain" && after?.kind === "domain" && before.value.nullable);
  return isTightened && !columnsAround(from, key).isDisjointFrom(columnsAround(to, key)) ? [key] : [];
};

/** Changes that take the place of what was found so far. */
export const madeAnew = (context: Context, changes: Changes): readonly Change[] => {
  const keys = new Set(
    [...changes.values()].flatMap((change) => [...indexesToLack(context, change), ...tightenedDomain(context, change)]),
  );
  return [...keys].flatMap((key): readonly Change[] => {
    const [from, to] = [context.from.byKey.get(key), context.to.byKey.get(key)];
    const verb = changes.get(key)?.verb ?? "alter";
    return from === undefined || to === undefined || verb !== "alter" ? [] : [{ verb: "rebuild", key, from, to }];
  });
};
