// A set of generated files, as data: nothing is written until the edges write the whole set.
import { Fault } from "./fault.ts";

export interface GeneratedFile {
  /** Relative to the set's root, `/`-separated, without `..`. */
  readonly path: string;
  readonly text: string;
  readonly executable?: boolean;
  /** For its owner alone: it holds what others must not read. */
  readonly secret?: boolean;
}

/**
 * What becomes of a file. `replaced` happens only when asked for; the others come from a plan that looked at the file:
 * `updated` was as generated, `merged` holds what its user changed and what is new, `kept` stays as its user left it,
 * `conflict` stays as well since both sides changed the same place.
 */
export type FileChange = "created" | "replaced" | "unchanged" | "updated" | "merged" | "kept" | "conflict" | "removed";

/** A file whose fate was decided by looking at its text: that text must still be there when it is written. */
export interface PlannedFile extends GeneratedFile {
  readonly plan?: { readonly change: FileChange; readonly before?: string };
  /** Serves the product itself: written with the others, and not listed. */
  readonly hidden?: boolean;
}

/** Generated files below one folder, sorted by path, no two paths equal even on a file system that ignores case. */
export interface FileSet {
  /** The folder they belong in, as the user named it; relative paths are relative to the working directory. */
  readonly root: string;
  /** A planned file whose change is `removed` goes. */
  readonly files: readonly PlannedFile[];
}

/** What one file of a set became: `unchanged` files are not touched. */
export interface WrittenFile {
  readonly path: string;
  readonly change: FileChange;
}

// Windows refuses these names with any extension; a trailing dot or space is dropped there, which makes two names one.
const deviceName = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

const unsafe = (segment: string): boolean =>
  segment === "" ||
  segment === "." ||
  segment === ".." ||
  segment.length > 255 ||
  /[\u0000-\u001f<>:"|?*\\]/.test(segment) ||
  /[. ]$/.test(segment) ||
  deviceName.test(segment);

/** True when a relative path stays below its root on every platform. */
export const isSafePath = (path: string): boolean => !path.split("/").some(unsafe);

/** A checked, sorted FileSet. Throws a Fault (`guard.path`) for a path that could leave the root or collide. */
export const fileSet = (root: string, files: readonly PlannedFile[]): FileSet => {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    if (!isSafePath(path)) throw new Fault("guard.path", `"${path}" is not a safe file name`);
    const other = seen.get(path.toLowerCase());
    if (other !== undefined)
      throw new Fault("guard.path", `two generated files share a name: "${other}" and "${path}"`);
    seen.set(path.toLowerCase(), path);
  }
  return { root, files: files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)) };
};
