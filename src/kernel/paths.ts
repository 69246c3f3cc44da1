// Paths as text: joining without touching a disk.

const isAbsolute = (path: string): boolean => /^([/\\]|[A-Za-z]:)/.test(path);

/** `name` below `folder`; an absolute name stays itself. Slashes are kept as they are. */
export const joinPath = (folder: string, name: string): string =>
  isAbsolute(name) || folder === "" ? name : `${folder.replace(/\/$/, "")}/${name.replace(/^\.\//, "")}`;

/** The folder part and the last part of a path; the folder of a bare name is ".". */
export const splitPath = (path: string): { readonly folder: string; readonly name: string } => {
  const cut = path.lastIndexOf("/");
  return { folder: cut < 0 ? "." : path.slice(0, Math.max(cut, 1)), name: path.slice(cut + 1) };
};
