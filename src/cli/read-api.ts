// Reading an OpenAPI document for a command: the file itself, and the files that it refers to.
import { gatherDocuments } from "../api/gather-documents.ts";
import { readDocument } from "../api/read-document.ts";
import type { ReadApi } from "../api/read-openapi.ts";
import { readOpenApi } from "../api/read-openapi.ts";
import type { Io } from "../io/io.ts";
import { sortFindings } from "../kernel/finding.ts";
import { splitPath } from "../kernel/paths.ts";

export interface ApiSource extends ReadApi {
  /** All that was read, file by file, the document first. */
  readonly texts: readonly string[];
}

/** `refRoot`: the folder that references may reach; empty for the document's own. */
export const readApi = async (io: Io, path: string, refRoot = ""): Promise<ApiSource> => {
  const folder = refRoot === "" ? splitPath(path).folder : refRoot;
  const first = readDocument(path, await io.files.readText(path));
  const { document, findings } = await gatherDocuments(first, (file) => io.files.readBelow(folder, file));
  const read = readOpenApi(document);
  return {
    api: read.api,
    findings: sortFindings([...read.findings, ...findings]),
    texts: [first.text, ...(document.parts ?? []).map((part) => part.document.text)],
  };
};
