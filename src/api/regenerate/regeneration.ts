// What goes into a regeneration and what comes out of it, as data.
import type { GeneratedFile } from "../../kernel/fileset.ts";
import type { HandlerFate } from "./handlers.ts";
import type { ConflictRecord, Manifest } from "./manifest.ts";
import type { MergedProject } from "./merge-project.ts";

export interface Generation extends Pick<Manifest, "document" | "framework" | "options" | "handlers"> {
  readonly files: readonly GeneratedFile[];
  /** Only a part of what belongs into the folder: files of other generations are left alone. */
  readonly isPart: boolean;
}

/** What is below the output folder now: path → text. */
export interface Disk {
  readonly texts: ReadonlyMap<string, string>;
  /** Source files that were never generated. */
  readonly others: ReadonlyMap<string, string>;
}

/** `merge` keeps what users wrote; `adopt` takes files of unknown origin for theirs; `force` takes the generated side. */
export type Mode = "merge" | "adopt" | "force";

export type ChangeKind = "created" | "updated" | "merged" | "kept" | "unchanged" | "conflict" | "removed";

export interface Change {
  readonly path: string;
  readonly change: ChangeKind;
  readonly before?: string;
  readonly after?: string;
  readonly executable?: boolean;
  /** The file that it was, when it has another path now. */
  readonly from?: { readonly path: string; readonly text: string };
  /** The path that a removed file has now. */
  readonly into?: string;
}

export interface Replaced {
  readonly path: string;
  /** Where its text is now. */
  readonly memory: string;
  readonly text: string;
}

export interface Regeneration {
  /** Generated files, and those beside them that a person should see. */
  readonly changes: readonly Change[];
  /** What is remembered for the next time. */
  readonly memory: readonly Change[];
  readonly project: MergedProject;
  readonly fates: readonly HandlerFate[];
  readonly moved: ReadonlyMap<string, string>;
  readonly conflicts: Readonly<Record<string, readonly ConflictRecord[]>>;
  /** Files that a user deleted, and that nothing else needs. */
  readonly absent: readonly string[];
  /** Files whose text before this generation is kept in the memory, since it was asked to take the generated side. */
  readonly replaced: readonly Replaced[];
}

export interface Input {
  readonly previous: Manifest | undefined;
  readonly disk: Disk;
  readonly generation: Generation;
  readonly mode: Mode;
}
