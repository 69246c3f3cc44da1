// The embedded server's time to its first query and its peak memory: as its package starts it, and as we do, from source and compiled.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), "senior-bench-"));
const rounds = 5;

const pglite = JSON.stringify(join(root, "node_modules/@electric-sql/pglite/dist/index.js"));
const server = JSON.stringify(join(root, "src/io/embedded/server.ts"));

/** Each prints the milliseconds from its own start to the first row. */
const probes = {
  "initdb.ts": `import { PGlite } from ${pglite}; const db = await PGlite.create(); await db.query("select 1"); console.log(performance.now()); process.exit(0);`,
  "dump.ts": `import { PGlite } from ${pglite}; const db = await PGlite.create({ loadDataDir: Bun.file("dump.tar.gz") }); await db.query("select 1"); console.log(performance.now()); process.exit(0);`,
  "ours.ts": `import { withEmbeddedServer } from ${server};
    await withEmbeddedServer({ deadlineMs: 60000, signal: new AbortController().signal }, (one) => one.rows("select '1'")); console.log(performance.now());`,
  "make-dump.ts": `import { PGlite } from ${pglite}; const db = await PGlite.create(); await Bun.write("dump.tar.gz", await db.dumpDataDir("gzip")); process.exit(0);`,
};

const compile = (): void => {
  const entries = ["ours.ts", join(root, "src/io/embedded/worker.ts")];
  const define = ["--define", 'SENIOR_BUILD={"version":"bench","commit":"bench","target":"bench"}'];
  const flags = ["--compile", "--minify", "--splitting", "--bytecode", "--format=esm", `--root=${root}src`];
  const built = Bun.spawnSync([process.execPath, "build", ...flags, ...define, ...entries, "--outfile", "ours"], {
    cwd: folder,
  });
  if (!built.success) throw new Error(built.stderr.toString());
};

const measure = async (name: string, command: readonly string[]): Promise<void> => {
  const runs: { readonly ms: number; readonly mib: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const child = Bun.spawn([...command], { cwd: folder, stdout: "pipe", stderr: "inherit" });
    const ms = Number(await new Response(child.stdout).text());
    await child.exited;
    runs.push({ ms, mib: (child.resourceUsage()?.maxRSS ?? 0) / 2 ** 20 });
  }
  const middle = (values: readonly number[]): string => (values.toSorted((a, b) => a - b)[rounds >> 1] ?? 0).toFixed(0);
  console.log(
    `  ${name.padEnd(44)} ${middle(runs.map(({ ms }) => ms)).padStart(5)} ms to the first query  ${middle(runs.map(({ mib }) => mib)).padStart(4)} MiB peak`,
  );
};

for (const [name, text] of Object.entries(probes)) await Bun.write(join(folder, name), text);
Bun.spawnSync([process.execPath, "make-dump.ts"], { cwd: folder, stderr: "inherit" });
console.log(`\nEmbedded PostgreSQL (${rounds} runs, medians)`);
await measure("the package alone: initdb at every start", [process.execPath, "initdb.ts"]);
await measure("the package, from its own dump", [process.execPath, "dump.ts"]);
await measure("ours, from source", [process.execPath, "ours.ts"]);
try {
  compile();
  await measure("ours, compiled", [join(folder, "ours")]);
} finally {
  await rm(folder, { recursive: true, force: true });
}
