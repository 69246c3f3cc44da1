// `bun scripts/compare-generators.ts --peers FOLDER DOCUMENT…`: time, memory and size of generators side by side, and what the compiler pays for their output.
import { mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    /** Holds a folder for each peer, named as below, with its packages and zod in node_modules. */
    peers: { type: "string", default: "" },
    /** Only these, by name: `senior,hey-api`. */
    only: { type: "string", default: "" },
    /** A generator or compiler that takes longer has failed. */
    "limit-seconds": { type: "string", default: "120" },
  },
});

const repository = new URL("..", import.meta.url).pathname;
const senior = join(repository, "dist/senior");

interface Generator {
  readonly name: string;
  /** What it writes, for the table. */
  readonly writes: string;
  /** Below `--peers`; the repository itself without one. */
  readonly folder?: string;
  readonly command: (document: string, output: string) => readonly string[];
}

const bin = (name: string): string => join("node_modules/.bin", name);

const generators: readonly Generator[] = [
  {
    name: "senior",
    writes: "Express service, zod, types",
    command: (document, output) => [senior, "scaffold", document, "--output", output],
  },
  {
    name: "senior --types-only",
    writes: "types",
    command: (document, output) => [senior, "scaffold", document, "--types-only", "--output", output],
  },
  {
    name: "hey-api",
    writes: "zod, types",
    folder: "hey",
    command: (document, output) => {
      const plugins = ["-p", "@hey-api/typescript", "zod"];
      return [bin("openapi-ts"), "-i", document, "-o", output, "--no-log-file", "-s", ...plugins];
    },
  },
  {
    name: "orval",
    writes: "zod",
    folder: "orval",
    command: (document, output) => [bin("orval"), "-i", document, "-o", `${output}/index.ts`, "--client", "zod"],
  },
  {
    name: "openapi-zod-client",
    writes: "zod, client",
    folder: "ozc",
    command: (document, output) => [bin("openapi-zod-client"), document, "-o", `${output}/index.ts`],
  },
  {
    name: "typed-openapi",
    writes: "zod, client",
    folder: "typed",
    // It takes an absolute path for one below the working folder.
    command: (document, output) => [bin("typed-openapi"), document, "-o", `${basename(output)}/index.ts`, "-r", "zod"],
  },
  {
    name: "openapi-typescript",
    writes: "types",
    folder: "oats",
    command: (document, output) => [bin("openapi-typescript"), document, "-o", `${output}/index.ts`],
  },
];

interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
  readonly failure?: string;
}

interface Measured {
  readonly made: Cost;
  readonly files: number;
  readonly bytes: number;
  readonly checked?: Cost;
  readonly errors: number;
}

const megabytes = (bytes: number): number => bytes / 2 ** 20;

const run = async (command: readonly string[], cwd: string): Promise<Cost & { readonly text: string }> => {
  const started = performance.now();
  const child = Bun.spawn([...command], {
    cwd,
    stdout: "pipe",
    stderr: "pipe",
    timeout: Number(flags["limit-seconds"]) * 1000,
    killSignal: "SIGKILL",
    env: { ...process.env, NODE_OPTIONS: "--max-old-space-size=6144" },
  });
  const [text, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const wall = (performance.now() - started) / 1000;
  const usage = child.resourceUsage();
  const cost = {
    wall,
    cpu: Number(usage?.cpuTime.total ?? 0) / 1e6,
    memory: megabytes(usage?.maxRSS ?? 0),
    text,
  };
  if (code === 0) return cost;
  const why =
    child.signalCode === "SIGKILL" ? `more than ${flags["limit-seconds"]} s` : lastLine(errors) || lastLine(text);
  return { ...cost, failure: why };
};

const lastLine = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => /error|cannot|fail/i.test(line))
    ?.slice(0, 90) ?? "";

const sizeOf = async (folder: string): Promise<readonly [files: number, bytes: number]> => {
  const names = await readdir(folder, { recursive: true });
  const own = names.filter((name) => name.endsWith(".ts") && !name.includes("node_modules"));
  const sizes = await Promise.all(own.map(async (name) => (await stat(join(folder, name))).size));
  return [own.length, sizes.reduce((sum, size) => sum + size, 0)];
};

const compilerOptions = {
  target: "ES2022",
  lib: ["ES2022", "DOM"],
  types: ["node"],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  module: "Preserve",
  moduleResolution: "Bundler",
};

const check = async (folder: string): Promise<Cost & { readonly errors: number }> => {
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
  const tsc = join(repository, "node_modules/typescript/bin/tsc");
  const { text, ...cost } = await run(["node", tsc, "-p", "tsconfig.json"], folder);
  return { ...cost, errors: text.split("\n").filter((line) => line.includes("error TS")).length };
};

const modulesOf = ({ folder }: Generator): string =>
  folder === undefined ? join(repository, "node_modules") : resolve(flags.peers, folder, "node_modules");

const measure = async (generator: Generator, document: string): Promise<Measured> => {
  const home = generator.folder === undefined ? repository : resolve(flags.peers, generator.folder);
  const folder = join(home, ".compared");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    const made = await run(generator.command(document, folder), home);
    const [files, bytes] = await sizeOf(folder);
    if (made.failure !== undefined || files === 0) {
      return { made: { ...made, failure: made.failure ?? "nothing written" }, files, bytes, errors: 0 };
    }
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await symlink(modulesOf(generator), join(folder, "node_modules"));
    const { errors, ...checked } = await check(folder);
    return { made, files, bytes, checked, errors };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

const isHere = (generator: Generator): boolean => {
  const isWanted = flags.only === "" || flags.only.split(",").includes(generator.name);
  return isWanted && (generator.folder === undefined || existsSync(modulesOf(generator)));
};

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

const rowOf = ({ name, writes }: Generator, all: readonly Measured[]): string => {
  const [first] = all;
  if (first?.made.failure !== undefined)
    return row([name, writes, `fails: ${first.made.failure}`, ...Array<string>(6).fill("")]);
  const of = (pick: (one: Measured) => number, digits = 1): string => median(all.map(pick)).toFixed(digits);
  const tsc =
    first?.checked?.failure?.startsWith("more than") === true
      ? first.checked.failure
      : `${of(({ checked }) => checked?.wall ?? Number.NaN)} / ${of(({ checked }) => checked?.cpu ?? Number.NaN)}`;
  return row([
    name,
    writes,
    `${of(({ made }) => made.wall)} / ${of(({ made }) => made.cpu)}`,
    of(({ made }) => made.memory, 0),
    first?.files ?? 0,
    Math.round((first?.bytes ?? 0) / 1000),
    tsc,
    of(({ checked }) => checked?.memory ?? Number.NaN, 0),
    first?.errors ?? 0,
  ]);
};

const present = generators.filter(isHere);
for (const document of positionals.map((path) => resolve(path))) {
  const seen = present.map((): Measured[] => []);
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [index, generator] of present.entries()) {
      // What failed once fails again.
      if (seen[index]?.[0]?.made.failure !== undefined) continue;
      seen[index]?.push(await measure(generator, document));
      process.stderr.write(`\r${basename(document)}, round ${round + 1}, ${generator.name}          `);
    }
  }
  process.stderr.write("\n");
  const size = (await stat(document)).size / 1e6;
  console.log(
    `\n${basename(document)}, ${size.toFixed(1)} MB: medians of ${flags.rounds}, interleaved; wall / CPU in s\n`,
  );
  console.log(
    row(["generator", "writes", "generate", "peak MB", "files", "kB", "tsc --strict", "tsc peak MB", "errors"]),
  );
  console.log(row(["---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"]));
  for (const [index, generator] of present.entries()) console.log(rowOf(generator, seen[index] ?? []));
}
