// `npm run bench`: what the binary costs: its size and parts, its start, the embedded server, and the load engine's CPU.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const binary = join(root, "dist/senior");
const folder = await mkdtemp(join(tmpdir(), "senior-bench-"));

interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rssMiB: number;
}

const once = async (command: readonly string[]): Promise<Run> => {
  const begun = Bun.nanoseconds();
  const child = Bun.spawn([...command], { cwd: folder, stdout: "ignore", stderr: "ignore", env: { HOME: folder } });
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")} exited ${child.exitCode}`);
  const usage = child.resourceUsage();
  return {
    wallMs: (Bun.nanoseconds() - begun) / 1e6,
    cpuMs: Number(usage?.cpuTime.total ?? 0) / 1e3,
    rssMiB: (usage?.maxRSS ?? 0) / 2 ** 20,
  };
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Commands in turn, A B A B …, so that a drifting machine hits all alike. The first round is not counted. */
const compare = async (commands: Readonly<Record<string, readonly string[]>>, rounds: number) => {
  const runs = new Map(Object.keys(commands).map((name) => [name, [] as Run[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const run = await once(command);
      if (round > 0) runs.get(name)?.push(run);
    }
  }
  return runs;
};

const line = (name: string, runs: readonly Run[]): void => {
  const [wall, cpu, rss] = (["wallMs", "cpuMs", "rssMiB"] as const).map((key) => median(runs.map((run) => run[key])));
  console.log(
    `  ${name.padEnd(34)} ${wall?.toFixed(1)} ms wall  ${cpu?.toFixed(1)} ms cpu  ${rss?.toFixed(0)} MiB peak`,
  );
};

const ratio = (a: readonly Run[], b: readonly Run[]): string =>
  median(a.map((run, i) => run.wallMs / (b[i]?.wallMs ?? run.wallMs))).toFixed(2);

const start = async (): Promise<void> => {
  await Bun.write(join(folder, "hello.ts"), 'console.log("hello");\n');
  Bun.spawnSync([process.execPath, "build", "--compile", "hello.ts", "--outfile", "hello"], {
    cwd: folder,
    stdout: "ignore",
  });
  const runs = await compare({ senior: [binary, "--version"], hello: [join(folder, "hello")] }, 50);
  const [ours = [], bare = []] = [runs.get("senior"), runs.get("hello")];
  console.log("\nStart (50 pairs, medians)");
  line("senior --version", ours);
  line("a compiled hello-world", bare);
  console.log(`  ratio ${ratio(ours, bare)}`);
};

const embedded = async (): Promise<void> => {
  await Bun.write(join(folder, "schema.sql"), "CREATE TABLE t (id integer PRIMARY KEY);\n");
  const runs = await compare({ analyze: [binary, "db", "analyze", "schema.sql"] }, 7);
  console.log("\nEmbedded PostgreSQL, from program start to a finished report (7 runs, medians)");
  line("senior db analyze schema.sql", runs.get("analyze") ?? []);
};

const size = async (): Promise<void> => {
  const plain = (await stat(binary)).size;
  const content = await Bun.file(binary).bytes();
  const gzip = Bun.gzipSync(content, { level: 6 }).byteLength;
  const zstd = Bun.zstdCompressSync(content, { level: 10 }).byteLength;
  const bare = (await stat(join(folder, "hello"))).size;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    `\nSize: ${mb(plain)} plain, ${mb(gzip)} with gzip -6, ${mb(zstd)} with zstd -10; the bare runtime is ${mb(bare)}`,
  );
};

// Size comes last: a child's peak memory counts what this process held when it was started.
await start();
await embedded();
await size();
await rm(folder, { recursive: true, force: true });
