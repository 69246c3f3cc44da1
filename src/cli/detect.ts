// `senior detect`: names the stack of each package of a project, with the line that shows it.
import type { Named, Stack } from "../project/detect.ts";
import { detectStacks, researchQueries } from "../project/detect.ts";
import { manifestKindOf } from "../project/manifests.ts";
import type { ManifestFile } from "../project/manifests.ts";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import type { Json } from "../kernel/json.ts";
import { joinPath } from "../kernel/paths.ts";
import type { Report } from "../kernel/report.ts";
import { heading, list, text } from "../kernel/report.ts";
import { plural } from "../kernel/words.ts";
import { command } from "./command.ts";
import { flag, text as textFlag } from "./flags.ts";

/** Other people's code, and what tools made: nobody's stack. */
const skipped = new Set([
  "node_modules",
  "vendor",
  "target",
  "dist",
  "build",
  "out",
  "bin",
  "obj",
  "deps",
  "_build",
  "venv",
  "__pycache__",
  "coverage",
  "fixtures",
]);

const maxDepth = 8;
const maxEntries = 50_000;

interface Walk {
  readonly files: ManifestFile[];
  seen: number;
}

const walk = async (io: Io, root: string, folder: string, state: Walk, depth: number): Promise<void> => {
  const names = await io.files.list(joinPath(root, folder));
  for (const name of names.filter((one) => !one.startsWith(".") && !skipped.has(one))) {
    if (++state.seen > maxEntries) return;
    const path = folder === "" ? name : `${folder}/${name}`;
    const kind = await io.files.kind(joinPath(root, path));
    if (kind === "folder" && depth > 0) await walk(io, root, path, state, depth - 1);
    if (kind === "file" && manifestKindOf(path) !== undefined)
      state.files.push({ path, text: await io.files.readText(joinPath(root, path)) });
  }
};

const shown = (found: readonly Named[]): string =>
  found.map(({ name, evidence }) => `${name} (${evidence.path.replace(/^.*\//, "")}:${evidence.line})`).join(", ") ||
  "unknown";

const row = ({ folder, languages, frameworks, databases }: Stack): readonly string[] => [
  folder === "" ? "." : folder,
  languages.join(", "),
  shown(frameworks),
  shown(databases),
];

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

const report = (stacks: readonly Stack[], queries: readonly string[], isCut: boolean): Report => ({
  command: "detect",
  blocks: [
    heading(stacks.length === 0 ? "No package was found" : plural(stacks.length, "package")),
    ...(stacks.length === 0
      ? []
      : [
          {
            kind: "table" as const,
            columns: ["Folder", "Language", "Framework", "Database"].map((title) => ({ title })),
            rows: stacks.map(row),
          },
        ]),
    ...(queries.length === 0 ? [] : [heading("Searches"), list(queries)]),
    ...(isCut ? [text(`Only the first ${maxEntries.toLocaleString("en-US")} files were looked at.`, "warn")] : []),
  ],
  findings: [],
  data: { packages: asJson(stacks), queries: asJson(queries), complete: !isCut },
});

export default command({
  name: "detect",
  about: "Name the stack of each package of a project, with the line that shows it",
  more: "Reads manifests alone: package.json, go.mod, Cargo.toml, pyproject.toml, requirements.txt, pom.xml, build.gradle, *.csproj, mix.exs, Gemfile. What they do not tell is unknown, and said so.",
  examples: [
    { run: "senior detect", about: "the project in this folder" },
    {
      run: "senior detect services/api --research-queries",
      about: "and what to search for before recommending anything",
    },
  ],
  positionals: { folder: textFlag("Where to look", { value: "FOLDER", default: "." }) },
  flags: { researchQueries: flag("Print four searches for current practice with each framework, with this year") },
  async run({ args, io }) {
    if ((await io.files.kind(args.folder)) !== "folder")
      throw new Fault("input.not-found", `${args.folder} is no folder`, { help: "name the folder of a project" });
    const state: Walk = { files: [], seen: 0 };
    await walk(io, args.folder, "", state, maxDepth);
    const stacks = detectStacks(state.files);
    const queries = args.researchQueries ? researchQueries(stacks, io.now().getUTCFullYear()) : [];
    return report(stacks, queries, state.seen > maxEntries);
  },
});
