// Builds dist/senior: one standalone executable per target, the same bytes for the same inputs.
import { mkdir, rm, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import packageJson from "./package.json" with { type: "json" };
import { verifyDataDirectory } from "./scripts/pgdata.ts";
import { workerPaths } from "./src/io/workers.ts";

const { values } = parseArgs({
  options: { target: { type: "string" }, outfile: { type: "string", default: "dist/senior" } },
});

const hostTarget = `bun-${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
const target = values.target ?? hostTarget;

/** The commit being built; a source archive has none. */
const commit = (): string => {
  const git = Bun.spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { stdout: "pipe", stderr: "ignore" });
  return git.success ? git.stdout.toString().trim() : "unknown";
};

// Without the two --no-compile-autoload flags the binary would run code named by files in the user's working directory.
const flags = [
  "--compile",
  "--minify",
  "--keep-names",
  "--splitting",
  "--bytecode",
  "--format=esm",
  "--sourcemap=linked",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-tsconfig",
  "--compile-autoload-package-json",
];

const entries = ["src/main.ts", ...Object.values(workerPaths).map((path) => `src/io/${path}`)];
const define = `SENIOR_BUILD=${JSON.stringify({ version: packageJson.version, commit: commit(), target })}`;

await verifyDataDirectory();
await mkdir("dist", { recursive: true });
await rm(values.outfile, { force: true });
const build = Bun.spawnSync(
  [
    process.execPath,
    "build",
    ...flags,
    ...(values.target === undefined ? [] : [`--target=${target}`]),
    "--define",
    define,
    ...entries,
    "--outfile",
    values.outfile,
  ],
  { stdout: "ignore", stderr: "pipe", env: { ...process.env, BUN_OPTIONS: "" } },
);
if (!build.success) {
  process.stderr.write(build.stderr);
  process.exit(1);
}
// The maps are inside the binary as well, where stack traces find them.
for await (const map of new Bun.Glob("dist/*.map").scan()) await rm(map);
const { size } = await stat(values.outfile);
console.log(`${values.outfile}  ${(size / 1e6).toFixed(1)} MB  ${target}  ${packageJson.version} (${commit()})`);
