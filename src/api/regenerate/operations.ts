// Which handler of the last generation is which of this one, and what changed its name or its file with it.
import type { HandlerRecord } from "./manifest.ts";

export interface OperationPair {
  readonly old: HandlerRecord;
  /** Missing when the operation is gone. */
  readonly now?: HandlerRecord;
}

const shapeOf = (operation: string): string => operation.replace(/\{[^{}]*\}/g, "{}");

/** A key that two handlers of one side share says nothing. */
const uniqueBy = (
  handlers: readonly HandlerRecord[],
  key: (handler: HandlerRecord) => string | undefined,
): ReadonlyMap<string, HandlerRecord> => {
  const groups = Map.groupBy(handlers, (handler) => key(handler) ?? "");
  return new Map(
    [...groups].flatMap(([text, [only, ...more]]) =>
      text === "" || only === undefined || more.length > 0 ? [] : [[text, only] as const],
    ),
  );
};

const keys: readonly ((handler: HandlerRecord) => string | undefined)[] = [
  ({ operation }) => operation,
  ({ operation }) => shapeOf(operation),
  ({ operationId }) => operationId,
];

/** By method and path, then without the names of variables, then by operationId. */
export const pairOperations = (
  old: readonly HandlerRecord[],
  now: readonly HandlerRecord[],
): readonly OperationPair[] => {
  const pairs = new Map<HandlerRecord, HandlerRecord>();
  const taken = new Set<HandlerRecord>();
  for (const key of keys) {
    const [before, after] = [
      uniqueBy(
        old.filter((one) => !pairs.has(one)),
        key,
      ),
      uniqueBy(
        now.filter((one) => !taken.has(one)),
        key,
      ),
    ];
    for (const [text, one] of before) {
      const other = after.get(text);
      if (other === undefined) continue;
      pairs.set(one, other);
      taken.add(other);
    }
  }
  return old.map((one) => {
    const other = pairs.get(one);
    return other === undefined ? { old: one } : { old: one, now: other };
  });
};

const suffixes = ["", "Params", "Query", "Headers", "Cookies", "Body", "Request", "Reply"];

const upperFirst = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** Names that follow from a handler's name, before and now. */
export const renamedNames = (pairs: readonly OperationPair[]): ReadonlyMap<string, string> =>
  new Map(
    pairs.flatMap(({ old, now }) =>
      now === undefined || now.name === old.name
        ? []
        : suffixes.flatMap((suffix): (readonly [string, string])[] => [
            [old.name + suffix, now.name + suffix],
            [upperFirst(old.name) + suffix, upperFirst(now.name) + suffix],
          ]),
    ),
  );

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Files whose tag has another name now: old path → new path, in every folder that has a file for each tag. */
export const movedFiles = (
  pairs: readonly OperationPair[],
  before: ReadonlySet<string>,
  now: ReadonlySet<string>,
): ReadonlyMap<string, string> => {
  const targets = Map.groupBy(
    pairs.flatMap(({ old, now: other }) => (other === undefined ? [] : [{ from: old.file, to: other.file }])),
    ({ from }) => from,
  );
  const names = [...targets].flatMap(([from, all]): (readonly [string, string])[] => {
    const [to, ...more] = new Set(all.map((one) => one.to));
    const isWhole = to !== undefined && more.length === 0 && to !== from && !now.has(from) && !before.has(to);
    return isWhole ? [[baseName(from), baseName(to)]] : [];
  });
  // Two tags that became one cannot both be that one.
  const sole = names.filter(([, to]) => names.filter(([, other]) => other === to).length === 1);
  return new Map(
    sole.flatMap(([from, to]) =>
      [...before].flatMap((path): (readonly [string, string])[] => {
        if (baseName(path) !== from) return [];
        const target = path.slice(0, path.length - from.length) + to;
        return now.has(path) || before.has(target) || !now.has(target) ? [] : [[path, target]];
      }),
    ),
  );
};
