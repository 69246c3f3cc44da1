// Documents that refer to each other, as one: what lies in other files is put into the first, and every reference leads there.
import { isObject, own, pointerPath, pointerToken } from "../kernel/json.ts";
import type { SourceDocument } from "./read-document.ts";
import { anchorsOf } from "./anchors.ts";
import type { Anchors } from "./anchors.ts";
import { entriesOf, valueAt } from "./reading.ts";
import { referencePlaces } from "./reference-places.ts";

type Loose = Readonly<Record<string, unknown>>;

/** Where other documents are put in the first. */
const home = "x-referenced-documents";

interface Reference {
  /** The file or address as it can be read; the referring document's own path when the reference stays inside. */
  readonly path: string;
  /** What follows the `#`, decoded. */
  readonly fragment: string;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** `a/b/../c` gives `a/c`; dots at the beginning stay. */
const normal = (path: string): string => {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "." || (part === "" && kept.length > 0)) continue;
    if (part === ".." && kept.length > 0 && kept.at(-1) !== ".." && kept.at(-1) !== "") kept.pop();
    else kept.push(part);
  }
  return kept.join("/");
};

const hasScheme = (reference: string): boolean => /^[a-z][a-z0-9+.-]+:|^\/\//i.test(reference);

/** Is it an address that documents can be fetched from? */
export const isAddress = (path: string): boolean => /^https?:\/\//i.test(path);

/** The address that a reference of a document names: absolute, or relative to the document's own address. */
const addressOf = (file: string, from: string): string | undefined => {
  const base = isAddress(from) ? from : undefined;
  if (!URL.canParse(file, base)) return undefined;
  const { href } = new URL(file, base);
  return isAddress(href) ? href : undefined;
};

/** A reference as a file or address, and a fragment; undefined for what is neither. */
export const parseReference = (reference: string, from: string): Reference | undefined => {
  const [file = "", fragment = ""] = reference.split("#", 2);
  if (file === "") return { path: from, fragment: decoded(fragment) };
  if (hasScheme(reference) || isAddress(from)) {
    const path = addressOf(file, from);
    return path === undefined ? undefined : { path, fragment: decoded(fragment) };
  }
  const folder = from.includes("/") ? from.slice(0, from.lastIndexOf("/") + 1) : "";
  const name = decoded(file);
  return { path: normal(name.startsWith("/") ? name : folder + name), fragment: decoded(fragment) };
};

export interface OutwardReference {
  readonly path: string;
  /** Where it stands. */
  readonly document: SourceDocument;
  readonly pointer: string;
  readonly reference: string;
}

/** The files that a document refers to, each once. */
export const outwardReferences = (document: SourceDocument): readonly OutwardReference[] => {
  const found = new Map<string, OutwardReference>();
  for (const { reference, pointer } of referencePlaces(document.root)) {
    const path = parseReference(reference, document.path)?.path;
    if (path === undefined || path === document.path || found.has(path)) continue;
    found.set(path, { path, document, pointer, reference });
  }
  return [...found.values()];
};

interface Linking {
  /** The pointer of each document in the whole. */
  readonly homes: ReadonlyMap<string, string>;
  readonly anchors: ReadonlyMap<string, Anchors>;
  /** The pointer in the whole of every schema that has an `$id`. */
  readonly ids: ReadonlyMap<string, string>;
  /** `file#fragment` that a component of the first document stands for, with that component's pointer. */
  readonly components: ReadonlyMap<string, string>;
}

const keyOf = ({ path, fragment }: Reference): string => `${path}#${fragment}`;

/** The pointer in the whole that a reference of one document names; undefined when it names nothing known. */
const targetOf = (linking: Linking, reference: string, from: string): string | undefined => {
  const identified = linking.ids.get(reference);
  if (identified !== undefined) return identified;
  const parsed = parseReference(reference, from);
  const at = parsed === undefined ? undefined : linking.homes.get(parsed.path);
  if (parsed === undefined || at === undefined) return undefined;
  const component = linking.components.get(keyOf(parsed));
  if (component !== undefined) return component;
  if (parsed.fragment === "" || parsed.fragment.startsWith("/")) return at + parsed.fragment;
  const anchored = linking.anchors.get(parsed.path)?.names.get(parsed.fragment);
  return anchored === undefined ? undefined : at + anchored;
};

/** The same tree with every reference as a pointer into the whole. */
const relinked = (linking: Linking, { root, path }: SourceDocument): Loose => {
  const changes = new Map<object, Map<string, string>>();
  for (const { holder, key, reference } of referencePlaces(root)) {
    const target = targetOf(linking, reference, path);
    if (target === undefined) continue;
    const own = changes.get(holder) ?? new Map<string, string>();
    changes.set(holder, own.set(key, `#${target.replace(/%/g, "%25")}`));
  }
  const copy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(copy);
    if (!isObject(node)) return node;
    const changed = changes.get(node);
    const entries = Object.entries(node).map(([key, value]): readonly [string, unknown] => {
      const target = changed?.get(key);
      if (target === undefined) return [key, copy(value)];
      // Read as it stands here: which document it is reached from does not matter.
      return [key === "$dynamicRef" ? "$ref" : key, target];
    });
    return Object.fromEntries(entries);
  };
  return copy(root) as Loose;
};

const schemaHomes = ["/components/schemas", "/definitions"];

/** Components that only name a schema of another file give it their name. */
const componentsOf = (
  first: SourceDocument,
  documents: ReadonlyMap<string, SourceDocument>,
): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const at of schemaHomes) {
    for (const [name, schema] of entriesOf(valueAt(first.root, at))) {
      const reference = isObject(schema) && Object.keys(schema).length === 1 ? own(schema, "$ref") : undefined;
      const parsed = typeof reference === "string" ? parseReference(reference, first.path) : undefined;
      const target = parsed === undefined ? undefined : documents.get(parsed.path);
      if (parsed === undefined || target === undefined || parsed.path === first.path || found.has(keyOf(parsed)))
        continue;
      if (!/^$|^\//.test(parsed.fragment) || !isObject(valueAt(target.root, parsed.fragment))) continue;
      found.set(keyOf(parsed), `${at}/${pointerToken(name)}`);
    }
  }
  return found;
};

/** The first document with the schemas that its components stand for in their places. */
const withComponents = (root: Loose, linking: Linking, trees: ReadonlyMap<string, Loose>): Loose => {
  const placed = new Map([...linking.components].map(([key, pointer]) => [pointer, key]));
  const replaced = (node: unknown, at: string, depth: number): unknown => {
    const key = placed.get(at);
    if (key !== undefined) {
      const cut = key.indexOf("#");
      return valueAt(trees.get(key.slice(0, cut)), key.slice(cut + 1));
    }
    if (!isObject(node) || depth === 0) return node;
    return Object.fromEntries(
      Object.entries(node).map(([name, value]) => [name, replaced(value, `${at}/${pointerToken(name)}`, depth - 1)]),
    );
  };
  return replaced(root, "", 3) as Loose;
};

/** One document out of several; findings in its parts are told with the part's own file and line. */
export const linkDocuments = (first: SourceDocument, others: readonly SourceDocument[]): SourceDocument => {
  const documents = new Map([first, ...others].map((document) => [document.path, document]));
  const homes = new Map([
    [first.path, ""],
    ...others.map(({ path }) => [path, `/${home}/${pointerToken(path)}`] as const),
  ]);
  const anchors = new Map([...documents].map(([path, { root }]) => [path, anchorsOf(root)]));
  const ids = [...anchors].flatMap(([path, own]) =>
    [...own.ids].map(([id, at]) => [id, (homes.get(path) ?? "") + at] as const),
  );
  const linking: Linking = {
    homes,
    anchors,
    ids: new Map(ids),
    components: componentsOf(first, documents),
  };
  const trees = new Map(others.map((document) => [document.path, relinked(linking, document)]));
  const root = withComponents(relinked(linking, first), linking, trees);
  return {
    ...first,
    root: others.length === 0 ? root : { ...root, [home]: Object.fromEntries(trees) },
    parts: others.map((document) => ({ at: linking.homes.get(document.path) ?? "", document })),
  };
};

/** The document that holds a pointer of the whole, and the pointer there. */
export const placeOf = (
  whole: SourceDocument,
  pointer: string,
): { readonly document: SourceDocument; readonly pointer: string } => {
  const part = whole.parts?.find(({ at }) => pointer === at || pointer.startsWith(`${at}/`));
  return part === undefined
    ? { document: whole, pointer }
    : { document: part.document, pointer: pointer.slice(part.at.length) };
};

/** Words for the name of a schema in another file: its own name there, or the file's. */
export const referencedWords = (pointer: string): readonly string[] | undefined => {
  const [first, path, ...rest] = pointerPath(pointer);
  if (first !== home || path === undefined) return undefined;
  const file = path.slice(path.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
  const last = rest.at(-1);
  const isNamed = /\/(schemas|definitions|\$defs)\/[^/]+$/.test(pointer) || rest.length === 1;
  return isNamed && last !== undefined ? [last] : [file, ...rest];
};
