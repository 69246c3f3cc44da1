// What one file asks of another: names that it imports, or passes on.
import type { Source } from "./source.ts";

export interface Reference {
  /** Path of the file that must have it. */
  readonly file: string;
  readonly name: string;
  /** Where it is asked for. */
  readonly offset: number;
}

/** The source file that a relative specifier means, among those that exist. */
export const resolveModule = (from: string, module: string, exists: (path: string) => boolean): string | undefined => {
  if (!module.startsWith(".")) return undefined;
  const parts = from.split("/").slice(0, -1);
  for (const part of module.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  const path = parts.join("/");
  const bare = path.replace(/\.[cm]?js$/, "");
  return [path, `${bare}.ts`, `${path}.ts`, `${path}/index.ts`].find(exists);
};

const importedNames = (source: Source): readonly (readonly [module: string, name: string, offset: number])[] =>
  source.imports.flatMap(({ bindings }) =>
    bindings.flatMap(({ module, imported, local, start }) => {
      if (imported !== "*") return [[module, imported, start] as const];
      return source.identifiers.flatMap(({ name, member, start: offset }) =>
        name === local && member !== undefined ? [[module, member, offset] as const] : [],
      );
    }),
  );

const forwardedNames = (source: Source): readonly (readonly [module: string, name: string, offset: number])[] =>
  source.forwarded.flatMap(({ module, names }) =>
    names.flatMap(([imported]) => (imported === "*" ? [] : [[module, imported, 0] as const])),
  );

/** Every name that a file asks of files that `exists` knows. */
export const referencesOf = (path: string, source: Source, exists: (path: string) => boolean): readonly Reference[] =>
  [...importedNames(source), ...forwardedNames(source)].flatMap(([module, name, offset]) => {
    const file = resolveModule(path, module, exists);
    return file === undefined ? [] : [{ file, name, offset }];
  });

/** Files that a file imports or passes on, whether it names anything of them or not. */
export const importsOf = (path: string, source: Source, exists: (path: string) => boolean): readonly string[] =>
  [...source.imports, ...source.forwarded].flatMap(({ module }) => resolveModule(path, module, exists) ?? []);

/** Does a file give others this name? */
export const offers = (source: Source, name: string): boolean =>
  source.exports.has(name) || source.forwarded.some(({ names }) => names.some(([imported]) => imported === "*"));

/** Top-level names of `donor` that some of its units use, directly or through one another. */
export const neededUnits = (donor: Source, first: ReadonlySet<string>): ReadonlySet<string> => {
  const found = new Set<string>();
  const queue = [...first];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const wanted = name;
    for (const unit of donor.units.filter(({ names }) => names.includes(wanted))) {
      const inside = donor.identifiers.filter(({ start }) => start >= unit.start && start < unit.end);
      for (const other of inside) {
        if (donor.units.some(({ names }) => names.includes(other.name))) queue.push(other.name);
      }
    }
  }
  return found;
};
