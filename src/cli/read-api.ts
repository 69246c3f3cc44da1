// Reading an OpenAPI document for a command: the file itself, and the files that it refers to.
import { gatherDocuments } from "../api/gather-documents.ts";
import { readDocument } from "../api/read-document.ts";
import type { ReadApi } from "../api/read-openapi.ts";
import { readOpenApi } from "../api/read-openapi.ts";
import { documentFetcher } from "../io/fetch-document.ts";
import type { Io } from "../io/io.ts";
import type { RemoteHosts } from "../io/remote-hosts.ts";
import { isNamed } from "../io/remote-hosts.ts";
import { sortFindings } from "../kernel/finding.ts";
import { splitPath } from "../kernel/paths.ts";

export interface ApiSource extends ReadApi {
  /** All that was read, file by file, the document first. */
  readonly texts: readonly string[];
}

export interface Reach {
  /** The folder that references may reach; empty for the document's own. */
  readonly refRoot?: string | undefined;
  /** The hosts that references may reach. */
  readonly hosts?: RemoteHosts;
}

export const readApi = async (io: Io, path: string, { refRoot = "", hosts = [] }: Reach = {}): Promise<ApiSource> => {
  const folder = refRoot === "" ? splitPath(path).folder : refRoot;
  const fetchText = documentFetcher(hosts, io.signal);
  const first = readDocument(path, await io.files.readText(path));
  const { document, findings } = await gatherDocuments(first, {
    file: (file) => io.files.readBelow(folder, file),
    address: (address) => (isNamed(new URL(address), hosts) ? () => fetchText(address) : undefined),
  });
  const read = readOpenApi(document);
  return {
    ...read,
    findings: sortFindings([...read.findings, ...findings]),
    texts: [first.text, ...(document.parts ?? []).map((part) => part.document.text)],
  };
};
