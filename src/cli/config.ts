// Configuration files: found, checked, and turned into raw flag values that remember where they stand.
import { LineCounter, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Node as YamlNode, Pair, Scalar, YAMLMap } from "yaml";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import type { Location } from "../kernel/finding.ts";
import { joinPath } from "../kernel/paths.ts";
import { nearest } from "../kernel/words.ts";

export type Owner = "project" | "user";

/** One setting: raw values as a flag would get them, and the line they stand on. */
export interface Setting {
  readonly values: readonly string[];
  readonly at: Extract<Location, { kind: "file" }>;
}

export interface Config {
  readonly owner: Owner;
  readonly path: string;
  /** The folder that holds the file: relative paths in it start there. */
  readonly folder: string;
  /** Settings by flag name without dashes; section "" applies to every command, others to the command so named. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, Setting>>;
  readonly plugins: readonly Setting[];
}

const fileNames = ["senior.config.yaml", "senior.config.json"] as const;

/** The folders from `cwd` up to the repository root; only `cwd` itself outside a repository. */
export const searchFolders = async (io: Io): Promise<readonly string[]> => {
  const folders: string[] = [];
  for (let folder = io.cwd; ; folder = folder.slice(0, folder.lastIndexOf("/")) || "/") {
    folders.push(folder);
    if ((await io.files.kind(joinPath(folder, ".git"))) !== "missing") return folders;
    if (folder === "/" || !folder.includes("/")) return [io.cwd];
  }
};

export const userFolder = (io: Io): string =>
  joinPath(io.env["XDG_CONFIG_HOME"] ?? io.env["APPDATA"] ?? joinPath(io.home, ".config"), "senior");

/** The one configuration file of a folder, if it has one. */
const configIn = async (io: Io, folder: string): Promise<string | undefined> => {
  const paths = fileNames.map((name) => joinPath(folder, name));
  const kinds = await Promise.all(paths.map((path) => io.files.kind(path)));
  const present = paths.filter((_, i) => kinds[i] !== "missing");
  if (present.length > 1) {
    throw new Fault("input.invalid", `${folder} has two configuration files: ${fileNames.join(" and ")}`, {
      help: "keep one of them",
    });
  }
  return present[0];
};

const firstConfig = async (io: Io, folders: readonly string[]): Promise<string | undefined> => {
  for (const folder of folders) {
    const path = await configIn(io, folder);
    if (path !== undefined) return path;
  }
  return undefined;
};

interface Source {
  readonly path: string;
  readonly lines: LineCounter;
}

const placeOf = ({ path, lines }: Source, offset: number): Setting["at"] => {
  const { line, col } = lines.linePos(offset);
  return { kind: "file", path, line, column: col };
};

const invalid = (source: Source, node: YamlNode | null, message: string, help?: string): Fault =>
  new Fault("input.invalid", message, {
    at: placeOf(source, node?.range?.[0] ?? 0),
    ...(help === undefined ? {} : { help }),
  });

const scalarText = (source: Source, node: YamlNode | null): string => {
  if (isScalar(node) && ["string", "number", "boolean", "bigint"].includes(typeof node.value))
    return String(node.value);
  if (isScalar(node) && node.value === null) return "";
  throw invalid(source, node, "expected a text, a number, true or false");
};

const setting = (source: Source, node: YamlNode | null, named: YamlNode | null): Setting => ({
  values: isSeq<YamlNode>(node) ? node.items.map((item) => scalarText(source, item)) : [scalarText(source, node)],
  at: placeOf(source, named?.range?.[0] ?? 0),
});

type Entry = Pair<Scalar, YamlNode | null>;

const entries = (source: Source, node: YamlNode | null, what: string): readonly (readonly [string, Entry])[] => {
  if (!isMap<Scalar, YamlNode | null>(node)) throw invalid(source, node, `${what} must be a mapping`);
  return node.items.map((pair) => [String(pair.key.value), pair] as const);
};

const settings = (source: Source, pairs: readonly (readonly [string, Entry])[]): ReadonlyMap<string, Setting> =>
  new Map(pairs.map(([name, pair]) => [name, setting(source, pair.value, pair.key)]));

const readSections = (source: Source, root: YAMLMap, commands: readonly string[]): Config["sections"] => {
  const top = entries(source, root, "a configuration file");
  const commandPairs = top
    .filter(([name]) => name === "commands")
    .flatMap(([, pair]) => entries(source, pair.value, "commands"));
  for (const [name, pair] of commandPairs) {
    if (commands.includes(name)) continue;
    const near = nearest(name, commands);
    throw invalid(source, pair.key, `no command "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`);
  }
  const general = top.filter(([name]) => name !== "commands" && name !== "plugins");
  return new Map([
    ["", settings(source, general)],
    ...commandPairs.map(([name, pair]) => [name, settings(source, entries(source, pair.value, name))] as const),
  ]);
};

const readPlugins = (source: Source, root: YAMLMap): readonly Setting[] => {
  const node = root.get("plugins", true) as YamlNode | undefined;
  if (node === undefined) return [];
  if (!isSeq<YamlNode>(node)) throw invalid(source, node, "plugins must be a list of paths");
  return node.items.map((item) => setting(source, item, item));
};

const readConfig = async (io: Io, path: string, owner: Owner, commands: readonly string[]): Promise<Config> => {
  const lines = new LineCounter();
  const document = parseDocument(await io.files.readText(path), { lineCounter: lines, uniqueKeys: true });
  const source = { path, lines };
  const error = document.errors[0];
  if (error !== undefined) {
    throw new Fault(
      "input.syntax",
      (error.message.split("\n")[0] ?? "not valid YAML").replace(/ at line \d+, column \d+:?$/, ""),
      {
        at: placeOf(source, error.pos[0]),
      },
    );
  }
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const root = document.contents;
  if (root === null) return { owner, path, folder, sections: new Map(), plugins: [] };
  if (!isMap(root)) throw invalid(source, root, "a configuration file must be a mapping");
  return { owner, path, folder, sections: readSections(source, root, commands), plugins: readPlugins(source, root) };
};

/** The user's and the project's configuration, weakest first. `named` replaces the project's file. */
export const findConfig = async (
  io: Io,
  named: string | undefined,
  commands: readonly string[],
): Promise<readonly Config[]> => {
  const user = await configIn(io, userFolder(io));
  const project = named ?? (await firstConfig(io, await searchFolders(io)));
  return Promise.all([
    ...(user === undefined ? [] : [readConfig(io, user, "user", commands)]),
    // A file that a person names on the command line is theirs, wherever it stands.
    ...(project === undefined ? [] : [readConfig(io, project, named === undefined ? "project" : "user", commands)]),
  ]);
};
