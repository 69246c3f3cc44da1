// What is remembered of a generation for the next one, as files in a folder of its own.
import { plainChange } from "./changes.ts";
import { withLineEnd } from "./edits.ts";
import type { Manifest } from "./manifest.ts";
import { basePath, manifestPath, manifestText, memoryFolder } from "./manifest.ts";
import type { MergedProject } from "./merge-project.ts";
import type { Change, Input } from "./regeneration.ts";

/** How the manifest knows a text again. */
export const digest = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex");

/** Without the line ends that version control may have put in. */
export const plain = (text: string): string => withLineEnd(text, "\n");

const attributes = `# Generated texts: exact bytes on every platform, and folded away in reviews.\n* -text linguist-generated\n`;

export const memoryTexts = (
  input: Input,
  { files }: MergedProject,
  handlers: Pick<Manifest, "handlers" | "retired">,
  conflicts: Manifest["conflicts"],
): ReadonlyMap<string, string> => {
  const { previous, generation, disk } = input;
  const generated = [...files.values()].flatMap(({ path, generated: text }) =>
    text === undefined ? [] : [[path, text] as const],
  );
  const others = generation.isPart ? Object.entries(previous?.files ?? {}) : [];
  const manifest: Manifest = {
    document: generation.document,
    framework: generation.framework,
    options: generation.options,
    ...handlers,
    files: Object.fromEntries([...others, ...generated.map(([path, text]) => [path, digest(text)] as const)]),
    conflicts,
  };
  const carried = others.flatMap(([path]) => {
    const text = disk.texts.get(basePath(path));
    return text === undefined ? [] : [[basePath(path), text] as const];
  });
  return new Map([
    [manifestPath, manifestText(manifest)],
    [`${memoryFolder}/.gitattributes`, attributes],
    ...carried,
    ...generated.map(([path, text]) => [basePath(path), text] as const),
  ]);
};

export const memoryChanges = (texts: ReadonlyMap<string, string>, { previous, disk }: Input): readonly Change[] => {
  const gone = Object.keys(previous?.files ?? {})
    .map(basePath)
    .filter((path) => disk.texts.has(path) && !texts.has(path));
  return [
    ...[...texts].map(([path, after]) => plainChange(path, disk.texts.get(path), after)),
    ...gone.map((path) => plainChange(path, disk.texts.get(path), undefined)),
  ];
};
