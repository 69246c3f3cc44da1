// Imports of a file that is being merged: the user's names stay, what new code needs is added, what nothing needs goes.
import type { Edit } from "./edits.ts";
import { applyEdits } from "./edits.ts";
import type { Source } from "./source.ts";
import type { Binding, Import } from "./statements.ts";
import { readSource } from "./source.ts";

const bindingsOf = ({ imports }: Source): readonly Binding[] => imports.flatMap(({ bindings }) => bindings);

const isSame = (a: Binding, b: Binding): boolean => a.module === b.module && a.imported === b.imported;

const inImport = ({ imports }: Source, at: number): boolean =>
  imports.some(({ start, end }) => at >= start && at < end);

/** Names that the code of a file uses or declares, imports aside. */
export const usedNames = (source: Source): ReadonlySet<string> =>
  new Set(source.identifiers.filter(({ start }) => !inImport(source, start)).map(({ name }) => name));

const shapeOf = ({ bindings }: Import): string =>
  bindings
    .map(({ imported, local }) => `${imported} ${local}`)
    .sort()
    .join();

/** Modules whose path changed while what is imported from them did not. */
const movedModules = (base: Source, theirs: Source): ReadonlyMap<string, string> => {
  const modules = ({ imports }: Source): ReadonlySet<string> => new Set(imports.map(({ module }) => module));
  const [before, now] = [modules(base), modules(theirs)];
  const added = theirs.imports.filter(({ module }) => !before.has(module));
  return new Map(
    base.imports
      .filter(({ module, bindings }) => !now.has(module) && bindings.length > 0)
      .flatMap((one) => {
        const [same, ...more] = added.filter((other) => shapeOf(other) === shapeOf(one));
        return same === undefined || more.length > 0 ? [] : [[one.module, same.module] as const];
      }),
  );
};

const withModules = (source: Source, moved: ReadonlyMap<string, string>): Source => {
  const edits = source.imports.flatMap(({ module, moduleStart, moduleEnd }) => {
    const to = moved.get(module);
    return to === undefined ? [] : [{ start: moduleStart + 1, end: moduleEnd - 1, text: to }];
  });
  return edits.length === 0 ? source : (readSource(applyEdits(source.text, edits)) ?? source);
};

/** Base and ours with the module paths that theirs has. */
export const followModules = (base: Source, ours: Source, theirs: Source): readonly [base: Source, ours: Source] => {
  const moved = movedModules(base, theirs);
  return [withModules(base, moved), withModules(ours, moved)];
};

const freeName = (name: string, taken: ReadonlySet<string>): string => {
  for (let n = 2; ; n++) if (!taken.has(`${name}${n}`)) return `${name}${n}`;
};

/** What theirs must call its imports, so that its code can stand in ours. */
const localNames = (ours: Source, theirs: Source): ReadonlyMap<string, string> => {
  const own = bindingsOf(ours);
  const declared = new Set([...ours.units.flatMap(({ names }) => names), ...own.map(({ local }) => local)]);
  return new Map(
    bindingsOf(theirs).flatMap((binding) => {
      const known = own.find((other) => isSame(other, binding) && (binding.isType || !other.isType));
      if (known !== undefined) return known.local === binding.local ? [] : [[binding.local, known.local] as const];
      return declared.has(binding.local) ? [[binding.local, freeName(binding.local, declared)] as const] : [];
    }),
  );
};

const renamedBinding = ({ imported, start, end }: Binding, to: string, text: string): Edit => {
  const isType = text.slice(start, end).startsWith("type ");
  const whole = imported === "*" ? `* as ${to}` : imported === "default" ? to : `${imported} as ${to}`;
  return { start, end, text: `${isType ? "type " : ""}${whole}` };
};

/** Theirs with the names that ours gave to its imports. */
export const inWordsOf = (ours: Source, theirs: Source): Source => {
  const names = localNames(ours, theirs);
  if (names.size === 0) return theirs;
  const uses = theirs.identifiers.flatMap(({ name, start, end, shorthand }): readonly Edit[] => {
    const to = names.get(name);
    if (to === undefined || inImport(theirs, start)) return [];
    return [{ start, end, text: shorthand ? `${name}: ${to}` : to }];
  });
  const bindings = bindingsOf(theirs).flatMap((binding) => {
    const to = names.get(binding.local);
    return to === undefined ? [] : [renamedBinding(binding, to, theirs.text)];
  });
  return readSource(applyEdits(theirs.text, [...uses, ...bindings])) ?? theirs;
};

interface ImportStyle {
  readonly quote: string;
  readonly end: string;
  readonly lineEnd: string;
}

const styleOf = ({ text, imports }: Source, lineEnd: string): ImportStyle => {
  const first = imports[0];
  if (first === undefined) return { quote: '"', end: ";", lineEnd };
  return { quote: text[first.moduleStart] ?? '"', end: text[first.end - 1] === ";" ? ";" : "", lineEnd };
};

const specifierText = ({ imported, local }: Binding): string =>
  imported === local ? local : imported === "*" ? `* as ${local}` : `${imported} as ${local}`;

const importLine = (binding: Binding, { quote, end }: ImportStyle): string => {
  const specifier = specifierText(binding);
  const from = `${quote}${binding.module}${quote}${end}`;
  const head = binding.isType ? "import type" : "import";
  if (binding.imported === "*") return `${head} ${specifier} from ${from}`;
  if (binding.imported === "default") return `${head} ${binding.local} from ${from}`;
  return `${head} { ${specifier} } from ${from}`;
};

const isNamed = ({ imported }: Binding): boolean => imported !== "*" && imported !== "default";

/** Into the braces of an import that is there, or as a line below the last one. */
const addition = (source: Source, bindings: readonly Binding[], style: ImportStyle): readonly Edit[] => {
  const lines: string[] = [];
  const edits = bindings.flatMap((binding): readonly Edit[] => {
    const host = source.imports.find(
      ({ module, isType, bindings: own }) =>
        module === binding.module && isType === binding.isType && isNamed(binding) && own.some(isNamed),
    );
    const last = host?.bindings.filter(isNamed).at(-1);
    if (last !== undefined) return [{ start: last.end, end: last.end, text: `, ${specifierText(binding)}` }];
    lines.push(importLine(binding, style));
    return [];
  });
  if (lines.length === 0) return edits;
  const after = source.imports.at(-1)?.end ?? source.header?.end;
  const text = lines.join(style.lineEnd);
  return after === undefined
    ? [...edits, { start: 0, end: 0, text: text + style.lineEnd + style.lineEnd }]
    : [...edits, { start: after, end: after, text: style.lineEnd + text }];
};

/** Through the end of its line when nothing else stands there. */
const wholeLine = (text: string, start: number, end: number): Edit => {
  const rest = /^[^\S\n]*\n/.exec(text.slice(end));
  return { start, end: end + (rest?.[0].length ?? 0), text: "" };
};

const removal = (source: Source, gone: (binding: Binding) => boolean): readonly Edit[] =>
  source.imports.flatMap(({ bindings, start, end }): readonly Edit[] => {
    const left = bindings.filter((one) => !gone(one));
    if (left.length === bindings.length) return [];
    if (left.length === 0) return [wholeLine(source.text, start, end)];
    return bindings.flatMap((one, index): readonly Edit[] => {
      if (!gone(one)) return [];
      const next = bindings[index + 1];
      const before = bindings.slice(0, index).findLast((other) => !gone(other));
      if (before !== undefined) return [{ start: bindings[index - 1]?.end ?? one.start, end: one.end, text: "" }];
      return [{ start: one.start, end: next?.start ?? one.end, text: "" }];
    });
  });

/** Modules imported for what they do. */
const effects = ({ imports }: Source): readonly Import[] => imports.filter(({ bindings }) => bindings.length === 0);

/** The text of a generated file without imports that nothing uses. */
export const withoutUnusedImports = (source: Source): string => {
  const used = usedNames(source);
  return applyEdits(
    source.text,
    removal(source, ({ local }) => !used.has(local)),
  );
};

/** The text of a merged file with the imports that its code needs. */
export const settleImports = (merged: Source, base: Source | undefined, theirs: Source, lineEnd: string): string => {
  const used = usedNames(merged);
  const own = bindingsOf(merged);
  const before = base === undefined ? [] : bindingsOf(base);
  const now = bindingsOf(theirs);
  const missing = now.filter(
    (one) => used.has(one.local) && !own.some((other) => isSame(one, other) && other.local === one.local),
  );
  const style = styleOf(merged, lineEnd);
  const gone = (one: Binding): boolean =>
    !used.has(one.local) && before.some((other) => isSame(one, other)) && !now.some((other) => isSame(one, other));
  const newEffects = effects(theirs).filter(
    ({ module }) =>
      ![...effects(merged), ...(base === undefined ? [] : effects(base))].some((one) => one.module === module),
  );
  const last = merged.imports.at(-1)?.end ?? merged.header?.end ?? 0;
  return applyEdits(merged.text, [
    ...removal(merged, gone),
    ...addition(merged, missing, style),
    ...newEffects.map(({ start, end }) => ({ start: last, end: last, text: lineEnd + theirs.text.slice(start, end) })),
  ]);
};
