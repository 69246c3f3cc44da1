// `npm run bench:load`: compares the load engines with other load testers, those that are installed: processor time per request, requests a second, memory, interleaved; then rates held, and memory after a minute.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    binary: { type: "string", default: "dist/senior" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    connections: { type: "string", default: "50,500" },
    /** Requests a second that are to be held; empty for none. */
    rates: { type: "string", default: "1000,20000" },
    /** Of the run whose memory is told; 0 for none. */
    long: { type: "string", default: "60" },
    /** Only contenders whose names hold one of these words. */
    only: { type: "string", default: "" },
    /** Where else to look for programs, as PATH does. */
    path: { type: "string", default: "" },
  },
});

const PATH = [values.path, process.env["PATH"] ?? ""].filter((part) => part !== "").join(":");

interface Measure {
  readonly perSecond: number;
  /** Of the whole process, its start included. */
  readonly cpuUs: number;
  readonly memoryMb: number;
}

interface Contender {
  readonly name: string;
  /** The program that must be found for it to take part. */
  readonly program: string;
  /** It cannot have more requests under way. */
  readonly mostConnections?: number;
  readonly argv: (url: string, connections: number, seconds: number) => readonly string[];
  readonly requests: (stdout: string) => number;
}

const numberIn =
  (pattern: RegExp) =>
  (stdout: string): number =>
    Number(pattern.exec(stdout)?.[1] ?? Number.NaN);

const senior = (name: string, more: readonly string[], mostConnections?: number): Contender => ({
  name: `senior, ${name}`,
  program: process.execPath,
  ...(mostConnections === undefined ? {} : { mostConnections }),
  argv: (url, connections, seconds) => [
    ...(values.binary.endsWith(".ts") ? [process.execPath] : []),
    values.binary,
    ...["load", url, "-c", String(connections), "-d", `${seconds}s`, "--json", "--fail-on", "never", ...more],
  ],
  requests: (stdout) => (JSON.parse(stdout) as { data: { requests: { answered: number } } }).data.requests.answered,
});

const peer = (program: string, argv: Contender["argv"], pattern: RegExp): Contender => ({
  name: program,
  program,
  argv,
  requests: numberIn(pattern),
});

const k6Script = join(tmpdir(), `senior-bench-${process.pid}.js`);

const contenders: readonly Contender[] = [
  peer("wrk", (url, c, s) => ["wrk", "-t1", `-c${c}`, `-d${s}s`, url], /(\d+) requests in/),
  senior("closed loop", []),
  senior("open loop, saturated", ["--rate", "200000", "--workers", "1"]),
  senior("open loop, 50,000/s", ["--rate", "50000", "--workers", "1"]),
  senior("two threads", ["--workers", "2"]),
  senior("engine fetch", ["--engine", "fetch"], 256),
  peer("h2load", (url, c, s) => ["h2load", "--h1", "-t1", `-c${c}`, `-D${s}`, url], /(\d+) succeeded/),
  peer("autocannon", (url, c, s) => ["autocannon", "-j", "-c", String(c), "-d", String(s), url], /"2xx":(\d+)/),
  peer("hey", (url, c, s) => ["hey", "-z", `${s}s`, "-c", String(c), url], /\[200\]\s+(\d+)/),
  peer("oha", (url, c, s) => ["oha", "--no-tui", "-z", `${s}s`, "-c", String(c), url], /\[200\] (\d+)/),
  peer(
    "k6",
    (url, c, s) => ["k6", "run", "-q", "-u", String(c), "-d", `${s}s`, "-e", `URL=${url}`, k6Script],
    /http_reqs\.*: (\d+)/,
  ),
];

const measure = async (
  { argv, requests }: Contender,
  url: string,
  connections: number,
  seconds = Number(values.seconds),
): Promise<Measure> => {
  const env = { ...process.env, PATH };
  const child = Bun.spawn([...argv(url, connections, seconds)], { stdout: "pipe", stderr: "ignore", env });
  const stdout = await new Response(child.stdout).text();
  await child.exited;
  const usage = child.resourceUsage();
  const count = requests(stdout);
  return {
    perSecond: count / seconds,
    cpuUs: Number(usage?.cpuTime.total ?? 0) / count,
    memoryMb: (usage?.maxRSS ?? 0) / 2 ** 20,
  };
};

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const range = (list: readonly number[], digits: number): string =>
  `${median(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)}-${Math.max(...list).toFixed(digits)})`;

/** nginx with one worker where it is installed, which is faster than any client here; otherwise a server of Bun's. */
const startServer = async (folder: string): Promise<{ url: string; stop: () => void }> => {
  const port = 20_000 + (process.pid % 20_000);
  const url = `http://127.0.0.1:${port}/`;
  const config = join(folder, "nginx.conf");
  await writeFile(
    config,
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_rlimit_nofile 4096;
events { worker_connections 4000; }
http { access_log off; keepalive_requests 1000000000;
  server { listen 127.0.0.1:${port} backlog=4096;
    location / { default_type application/json; return 200 '{"status":"ok","items":[1,2,3],"next":"/items?page=2"}'; } } }`,
  );
  const nginx = Bun.which("nginx") ?? Bun.which("nginx", { PATH: "/usr/sbin:/usr/local/sbin" });
  const code = `Bun.serve({hostname:"127.0.0.1",port:${port},fetch:()=>Response.json({status:"ok",items:[1,2,3]})})`;
  const argv = nginx === null ? [process.execPath, "-e", code] : [nginx, "-e", join(folder, "error.log"), "-c", config];
  const child = Bun.spawn(argv, { stdout: "ignore", stderr: "ignore" });
  for (let tries = 0; tries < 100; tries++) {
    const up = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (up) break;
    await Bun.sleep(50);
  }
  console.log(`server: ${nginx === null ? "Bun.serve" : "nginx, one worker"} at ${url}`);
  return { url, stop: () => child.kill() };
};

const show = (connections: number, seen: ReadonlyMap<string, readonly Measure[]>): void => {
  console.log(
    `\n${connections} connections, ${values.rounds} rounds of ${values.seconds} s, interleaved: median (range)`,
  );
  const base = seen.get("wrk");
  for (const [name, list] of seen) {
    const column = (of: (one: Measure) => number, digits: number): string => range(list.map(of), digits);
    const ratios = base?.map((one, i) => (list[i]?.cpuUs ?? Number.NaN) / one.cpuUs) ?? [];
    const parts = [
      `${column(({ perSecond }) => perSecond, 0)}/s`,
      `${column(({ cpuUs }) => cpuUs, 2)} µs CPU/request`,
      `${column(({ memoryMb }) => memoryMb, 0)} MB`,
      ...(ratios.length === 0 ? [] : [`ratio to wrk ${range(ratios, 2)}`]),
    ];
    console.log(`  ${name.padEnd(30)} ${parts.join("  ")}`);
  }
};

interface Held {
  readonly requests: { readonly answered: number; readonly neverSent: number };
  readonly throughput: { readonly answersPerSecond: number };
  readonly client: {
    readonly sendLagMs: number;
    readonly lagMs: number;
    readonly cpuShare: number;
    readonly stamp: string;
  };
}

/** An open loop at a rate that must be held: what became of it, and how late requests left. */
const holdRate = async (url: string, rate: number): Promise<void> => {
  const argv = senior("", ["--rate", String(rate), "--workers", "1"]).argv(url, 50, 10);
  const child = Bun.spawn([...argv], { stdout: "pipe", stderr: "ignore" });
  const { data } = (await new Response(child.stdout).json()) as { data: Held };
  const { answersPerSecond } = data.throughput;
  const { sendLagMs, lagMs, cpuShare, stamp } = data.client;
  console.log(
    `  ${String(rate).padStart(6)}/s asked: ${answersPerSecond.toFixed(1)}/s answered, ${data.requests.neverSent} never sent, left late at p99 by ${sendLagMs.toFixed(2)} ms, timer late at p99 by ${lagMs.toFixed(2)} ms, thread busy ${(cpuShare * 100).toFixed(0)} %, ${stamp}`,
  );
};

const compareAll = async (url: string, present: readonly Contender[]): Promise<void> => {
  for (const connections of values.connections.split(",").map(Number)) {
    const able = present.filter(({ mostConnections = Infinity }) => connections <= mostConnections);
    const seen = new Map<string, Measure[]>(able.map(({ name }) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const contender of able) seen.get(contender.name)?.push(await measure(contender, url, connections));
    }
    show(connections, seen);
  }
};

const folder = await mkdtemp(join(tmpdir(), "senior-bench-"));
const server = await startServer(folder);
try {
  await writeFile(k6Script, `import http from "k6/http"; export default () => { http.get(__ENV.URL); };`);
  const wanted = values.only.split(",").filter((word) => word !== "");
  const asked = contenders.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
  const present = asked.filter(({ program }) => Bun.which(program, { PATH }) !== null);
  const absent = asked.filter((one) => !present.includes(one)).map(({ name }) => name);
  if (absent.length > 0) console.log(`not installed: ${absent.join(", ")}`);
  await compareAll(server.url, present);
  const rates = values.rates.split(",").filter((rate) => rate !== "");
  if (rates.length > 0) console.log("\nrates held for 10 s over 50 connections, one thread");
  for (const rate of rates) await holdRate(server.url, Number(rate));
  const long = Number(values.long);
  for (const workers of long > 0 ? ["1", "2"] : []) {
    const { memoryMb, perSecond } = await measure(senior("", ["--workers", workers]), server.url, 50, long);
    console.log(
      `\n${workers === "1" ? "one thread" : "two threads"}, closed loop, ${long} s: ${memoryMb.toFixed(0)} MB at most, ${perSecond.toFixed(0)}/s`,
    );
  }
} finally {
  server.stop();
  await rm(folder, { recursive: true, force: true });
  await rm(k6Script, { force: true });
}
