// A document and all the files that it refers to, read through what is handed in, as one document.
import { Fault } from "../kernel/fault.ts";
import type { Finding } from "../kernel/finding.ts";
import { plural } from "../kernel/words.ts";
import type { OutwardReference } from "./link-documents.ts";
import { anchorsOf } from "./anchors.ts";
import { isAddress, linkDocuments, outwardReferences } from "./link-documents.ts";
import { locatePointers } from "./locate.ts";
import type { SourceDocument } from "./read-document.ts";
import { referencePlaces } from "./reference-places.ts";
import { readDocument } from "./read-document.ts";

/** What gives the text of a reference. Faults for what must not be read. */
export interface ReadReference {
  /** A file below the folder that references may reach. */
  readonly file: (path: string) => Promise<string>;
  /** How to read what is at an address; undefined where nobody may ask. */
  readonly address: (address: string) => (() => Promise<string>) | undefined;
}

const maxDocuments = 2_000;
const maxText = 64 * 1024 * 1024;

export interface Gathered {
  readonly document: SourceDocument;
  /** Files that could not be read; the references to them are left as they are. */
  readonly findings: readonly Finding[];
}

const placeOf = ({ document, pointer }: OutwardReference) => ({
  path: document.path,
  pointer,
  ...locatePointers(document.text, [pointer]).get(pointer),
});

/** A file that is not there is a finding; one that must not be read ends the call. */
const read = async (outward: OutwardReference, text: () => Promise<string>): Promise<SourceDocument | Finding> => {
  try {
    return readDocument(outward.path, await text());
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const at = placeOf(outward);
    if (error.code === "input.not-found" || error.code === "input.not-a-file") {
      const message = `the reference ${JSON.stringify(outward.reference.slice(0, 200))} leads to no document: ${error.message}`;
      return { rule: "api/missing-file", severity: "warning", message, at: { kind: "pointer", ...at } };
    }
    if (error.at !== undefined) throw error;
    const { line = 1, column = 1 } = at as { line?: number; column?: number };
    throw new Fault(error.code, error.message, { at: { kind: "file", path: at.path, line, column }, help: error.help });
  }
};

/** A reference to a file by its address reaches anywhere: it is refused, not passed over. */
const refuseAddresses = (document: SourceDocument): void => {
  for (const { reference, pointer } of referencePlaces(document.root)) {
    if (!/^file:/i.test(reference)) continue;
    const { line = 1, column = 1 } = locatePointers(document.text, [pointer]).get(pointer) ?? {};
    throw new Fault("input.refused", `the reference ${JSON.stringify(reference.slice(0, 200))} is not followed`, {
      at: { kind: "file", path: document.path, line, column },
      help: "name files by their path, relative to the document",
    });
  }
};

/** How to read what a reference leads to; undefined for addresses that nobody may ask, and names that documents gave themselves. */
const reader = (
  { path, reference }: OutwardReference,
  { file, address }: ReadReference,
  names: ReadonlySet<string>,
): (() => Promise<string>) | undefined => {
  if (!isAddress(path)) return () => file(path);
  return names.has(reference) ? undefined : address(path);
};

/** Each file is read once, whatever refers to it and in whatever circle. */
export const gatherDocuments = async (first: SourceDocument, readReference: ReadReference): Promise<Gathered> => {
  refuseAddresses(first);
  const found = new Map<string, SourceDocument>();
  const findings: Finding[] = [];
  const met = new Set([first.path]);
  const names = new Set(anchorsOf(first.root).ids.keys());
  const queue = [...outwardReferences(first)];
  let size = first.text.length;
  for (let outward = queue.shift(); outward !== undefined; outward = queue.shift()) {
    if (met.has(outward.path)) continue;
    const text = reader(outward, readReference, names);
    if (text === undefined) continue;
    met.add(outward.path);
    const result = await read(outward, text);
    if ("rule" in result) {
      findings.push(result);
      continue;
    }
    size += result.text.length;
    if (met.size > maxDocuments || size > maxText) {
      throw new Fault("input.too-large", `${first.path} refers to more than ${plural(maxDocuments, "file")} or 64 MiB`);
    }
    refuseAddresses(result);
    found.set(result.path, result);
    for (const name of anchorsOf(result.root).ids.keys()) names.add(name);
    queue.push(...outwardReferences(result));
  }
  const others = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { document: linkDocuments(first, others), findings };
};
