// What is remembered of a generation beside its files: which handlers it made, for whom, and from what.
import { Fault } from "../../kernel/fault.ts";
import type { Json } from "../../kernel/json.ts";

/** The folder in the output root that remembers the last generation; made to be committed. */
export const memoryFolder = ".senior";
export const manifestPath = `${memoryFolder}/scaffold.json`;

/** The last generated text of a file, under a name that no compiler, linter or formatter takes for source. */
export const basePath = (path: string): string => `${memoryFolder}/base/${path}.txt`;

export interface HandlerRecord {
  /** `GET /books/{isbn}` */
  readonly operation: string;
  readonly operationId?: string;
  readonly name: string;
  readonly file: string;
  /** Where it is declared, and as what, when a user's code had to stay where it was. */
  readonly home?: { readonly file: string; readonly name: string };
}

export interface ConflictRecord {
  readonly about: string;
  readonly key?: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface Manifest {
  readonly document: { readonly title: string; readonly version: string; readonly sha256: string };
  readonly framework: string;
  readonly options: Readonly<Record<string, Json>>;
  readonly handlers: readonly HandlerRecord[];
  /** Handlers of operations that are gone, kept because somebody wrote them. */
  readonly retired: readonly HandlerRecord[];
  /** Path → SHA-256 of the text last generated. */
  readonly files: Readonly<Record<string, string>>;
  /** Path → what could not be merged, until the conflict file is deleted. */
  readonly conflicts: Readonly<Record<string, readonly ConflictRecord[]>>;
}

const schema = "senior/scaffold/1";
const note =
  "Written by `senior scaffold`: what it needs to keep your edits when it generates again. Commit this folder.";

const sorted = <T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

const byOperation = (handlers: readonly HandlerRecord[]): readonly HandlerRecord[] =>
  handlers.toSorted((a, b) => (a.operation < b.operation ? -1 : a.operation > b.operation ? 1 : 0));

export const manifestText = ({ handlers, retired, files, conflicts, ...rest }: Manifest): string =>
  `${JSON.stringify(
    {
      schema,
      note,
      ...rest,
      handlers: byOperation(handlers),
      retired: byOperation(retired),
      files: sorted(files),
      conflicts: sorted(conflicts),
    },
    null,
    2,
  )}\n`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isHandler = (value: unknown): boolean =>
  isRecord(value) && ["operation", "name", "file"].every((field) => typeof value[field] === "string");

const isList = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem);

const isConflict = (value: unknown): boolean =>
  isRecord(value) && ["about", "ours", "theirs"].every((field) => typeof value[field] === "string");

const isManifest = (value: unknown): value is Manifest =>
  isRecord(value) &&
  isRecord(value["document"]) &&
  typeof value["framework"] === "string" &&
  isRecord(value["options"]) &&
  isList(value["handlers"], isHandler) &&
  isList(value["retired"], isHandler) &&
  isRecord(value["files"]) &&
  Object.values(value["files"]).every((hash) => typeof hash === "string") &&
  isRecord(value["conflicts"]) &&
  Object.values(value["conflicts"]).every((list) => isList(list, isConflict));

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** `path` is how a person finds the file. */
export const readManifest = (text: string, path: string): Manifest => {
  const value = parsed(text);
  if (isRecord(value) && typeof value["schema"] === "string" && value["schema"] !== schema) {
    throw new Fault("input.unsupported", `${path} was written by another version (${value["schema"]})`, {
      help: "use that version, or start over from the files as they are with --adopt",
    });
  }
  if (isManifest(value)) return value;
  throw new Fault("input.invalid", `${path} is damaged, so nothing can be said about what was generated before`, {
    help: "restore it from version control, or start over from the files as they are with --adopt",
  });
};
