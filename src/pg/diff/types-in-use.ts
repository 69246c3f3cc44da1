// Types that cannot be dropped to be made again: columns are of them, or other types that columns are of.
import type { Kind, Part } from "./part.ts";

const typeKinds: readonly Kind[] = ["enum", "domain", "composite", "range", "base type"];

/** Keys of all types that are made again while something is of them. */
export const typesInUse = (
  changes: ReadonlyMap<string, { readonly verb: string; readonly key: string }>,
  dependantsOf: (key: string) => readonly string[],
  partOf: (key: string) => Part | undefined,
): ReadonlySet<string> => {
  const rebuilt = [...changes.values()].filter(
    ({ verb, key }) => verb === "rebuild" && typeKinds.some((kind) => kind === partOf(key)?.kind),
  );
  const found = new Set<string>();
  const isUsed = (user: string): boolean =>
    found.has(user) || (partOf(user)?.kind === "column" && changes.get(user)?.verb !== "rebuild");
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { key } of rebuilt) if (dependantsOf(key).some(isUsed)) found.add(key);
  }
  return found;
};
