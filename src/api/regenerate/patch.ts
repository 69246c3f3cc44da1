// What a regeneration would change, as unified diffs for people to read.
import { createTwoFilesPatch } from "diff";
import type { Change } from "./regeneration.ts";

/** `folder` is how a person names the output folder. A file that moved is compared with what it was. */
export const patchOf = ({ path, before, after, from }: Change, folder: string): string => {
  const shown = (name: string): string =>
    folder === "" || folder === "." ? name : `${folder.replace(/^\.\//, "")}/${name}`;
  const old = from?.text ?? before;
  const names = [
    old === undefined ? "/dev/null" : `a/${shown(from?.path ?? path)}`,
    after === undefined ? "/dev/null" : `b/${shown(path)}`,
  ] as const;
  const patch = createTwoFilesPatch(...names, old ?? "", after ?? "", undefined, undefined, {
    context: 3,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  });
  return patch.replaceAll(/^(--- |\+\+\+ )(.*?)\t?$/gm, "$1$2");
};
