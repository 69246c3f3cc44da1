// A shorter way from a path to its node in the embedded server's memory files: the server opens, extends and truncates files by the
// thousand, and the package puts every path together anew, part by part, each time.

/** A node of Emscripten's MEMFS, as far as it is used here. */
interface MemoryNode {
  readonly mode: number;
  /** Set where something is mounted. */
  readonly mounted: { readonly root: MemoryNode } | null;
}

interface LookupOptions {
  readonly follow?: boolean;
  readonly follow_mount?: boolean;
  readonly parent?: boolean;
  readonly noent_okay?: boolean;
}

interface Found {
  readonly path: string;
  readonly node?: MemoryNode | undefined;
}

/** Emscripten's file system: internals of the pinned package. */
export interface LookupDisk {
  readonly root: MemoryNode;
  cwd(): string;
  isLink(mode: number): boolean;
  lookupNode(parent: MemoryNode, name: string): MemoryNode;
  lookupPath: (path: string, options?: LookupOptions) => Found;
}

/** Nothing in it that is not a name: no `.` and `..`, and nothing between two slashes that is empty. */
const isPlain = (path: string): boolean =>
  path.startsWith("/") && !path.endsWith("/") && !path.includes("//") && !path.includes("/.");

/** ENOENT of Emscripten. */
const missing = 44;

const isMissing = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "errno" in error && error.errno === missing;

/** Walks from the root; undefined where a link has to be followed. */
const walk = (disk: LookupDisk, path: string, options: LookupOptions): Found | undefined => {
  const names = path.split("/");
  let node = disk.root;
  for (let at = 1; at < names.length; at++) {
    const isLast = at === names.length - 1;
    if (isLast && options.parent === true) return { path: path.slice(0, path.lastIndexOf("/")) || "/", node };
    try {
      node = disk.lookupNode(node, names[at] ?? "");
    } catch (error) {
      if (isLast && options.noent_okay === true && isMissing(error)) return { path };
      throw error;
    }
    if (node.mounted !== null && (!isLast || options.follow_mount !== false)) node = node.mounted.root;
    if (disk.isLink(node.mode) && (!isLast || options.follow === true)) return undefined;
  }
  return { path, node };
};

/** Everything that is not plain goes the package's own way. */
export const shortenLookups = (disk: LookupDisk): void => {
  const whole = disk.lookupPath.bind(disk);
  disk.lookupPath = (path, options = {}) => {
    const absolute = path.startsWith("/") || path === "" ? path : `${disk.cwd()}/${path}`;
    return (isPlain(absolute) ? walk(disk, absolute, options) : undefined) ?? whole(path, options);
  };
};
