// A document and all the files that it refers to, read through what is handed in, as one document.
import { Fault } from "../kernel/fault.ts";
import type { Finding } from "../kernel/finding.ts";
import { plural } from "../kernel/words.ts";
import type { OutwardReference } from "./link-documents.ts";
import { linkDocuments, outwardReferences } from "./link-documents.ts";
import { locatePointers } from "./locate.ts";
import type { SourceDocument } from "./read-document.ts";
import { referencePlaces } from "./reference-places.ts";
import { readDocument } from "./read-document.ts";

/** Gives the text of a file below the folder that references may reach. Faults for everything else. */
export type ReadReference = (path: string) => Promise<string>;

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
const read = async (outward: OutwardReference, readReference: ReadReference): Promise<SourceDocument | Finding> => {
  try {
    return readDocument(outward.path, await readReference(outward.path));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const at = placeOf(outward);
    if (error.code === "input.not-found" || error.code === "input.not-a-file") {
      const message = `the reference ${JSON.stringify(outward.reference.slice(0, 200))} leads to no file: ${error.message}`;
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

/** Each file is read once, whatever refers to it and in whatever circle. */
export const gatherDocuments = async (first: SourceDocument, readReference: ReadReference): Promise<Gathered> => {
  refuseAddresses(first);
  const found = new Map<string, SourceDocument>();
  const findings: Finding[] = [];
  const met = new Set([first.path]);
  const queue = [...outwardReferences(first)];
  let size = first.text.length;
  for (let outward = queue.shift(); outward !== undefined; outward = queue.shift()) {
    if (met.has(outward.path)) continue;
    met.add(outward.path);
    const result = await read(outward, readReference);
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
    queue.push(...outwardReferences(result));
  }
  const others = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { document: linkDocuments(first, others), findings };
};
