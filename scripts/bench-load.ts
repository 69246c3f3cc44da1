// `npm run bench:load`: compares the load engine with wrk, where it is installed: requests a second and processor time per request, interleaved.
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
  },
});

interface Measure {
  readonly perSecond: number;
  /** Of the whole process, its start included. */
  readonly cpuUs: number;
}

interface Contender {
  readonly name: string;
  readonly argv: (url: string, connections: number, seconds: number) => readonly string[];
  readonly requests: (stdout: string) => number;
}

const senior = (name: string, more: readonly string[]): Contender => ({
  name,
  argv: (url, connections, seconds) => [
    ...(values.binary.endsWith(".ts") ? [process.execPath] : []),
    values.binary,
    ...["load", url, "-c", String(connections), "-d", `${seconds}s`, "--json", "--fail-on", "never", ...more],
  ],
  requests: (stdout) => (JSON.parse(stdout) as { data: { requests: { answered: number } } }).data.requests.answered,
});

const contenders: readonly Contender[] = [
  {
    name: "wrk",
    argv: (url, connections, seconds) => ["wrk", "-t1", `-c${connections}`, `-d${seconds}s`, url],
    requests: (stdout) => Number(/(\d+) requests in/.exec(stdout)?.[1] ?? Number.NaN),
  },
  senior("senior, closed loop", []),
  senior("senior at 100,000/s", ["--rate", "100000"]),
];

const measure = async ({ argv, requests }: Contender, url: string, connections: number): Promise<Measure> => {
  const seconds = Number(values.seconds);
  const child = Bun.spawn([...argv(url, connections, seconds)], { stdout: "pipe", stderr: "ignore" });
  const stdout = await new Response(child.stdout).text();
  await child.exited;
  const usage = child.resourceUsage();
  const count = requests(stdout);
  return {
    perSecond: count / seconds,
    cpuUs: Number(usage?.cpuTime.total ?? 0) / count,
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

const folder = await mkdtemp(join(tmpdir(), "senior-bench-"));
const server = await startServer(folder);
try {
  const present = contenders.filter(({ name }) => name !== "wrk" || Bun.which("wrk") !== null);
  if (present.length < contenders.length) console.log("wrk is not installed: no ratio");
  for (const connections of values.connections.split(",").map(Number)) {
    const seen = new Map<string, Measure[]>(present.map(({ name }) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const contender of present)
        seen.get(contender.name)?.push(await measure(contender, server.url, connections));
    }
    const base = seen.get("wrk");
    console.log(
      `\n${connections} connections, ${values.rounds} rounds of ${values.seconds} s, interleaved: median (range)`,
    );
    for (const [name, list] of seen) {
      const ratios = base?.map((one, i) => (list[i]?.cpuUs ?? Number.NaN) / one.cpuUs) ?? [];
      console.log(
        `  ${name.padEnd(22)} ${range(
          list.map(({ perSecond }) => perSecond),
          0,
        )}/s  ${range(
          list.map(({ cpuUs }) => cpuUs),
          2,
        )} µs CPU/request` + (ratios.length === 0 ? "" : `  ratio to wrk ${range(ratios, 2)}`),
      );
    }
  }
} finally {
  server.stop();
  await rm(folder, { recursive: true, force: true });
}
