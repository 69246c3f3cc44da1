// Studies `senior load --compare` from the compiled binary against a server of its own: how often identical URLs are called different, and how often a delay is found.
import { parseArgs } from "node:util";
import { exactInterval } from "./exact-interval.ts";

const { values } = parseArgs({
  options: {
    binary: { type: "string", default: "dist/senior" },
    /** Trials of identical URLs, and of each delay. */
    same: { type: "string", default: "200" },
    trials: { type: "string", default: "60" },
    /** Microseconds that the second URL takes longer. */
    delays: { type: "string", default: "100,300" },
    rate: { type: "string", default: "400" },
    duration: { type: "string", default: "3s" },
  },
});

// The server burns its time, as real work does; timers of a millisecond could not tell 100 µs.
const server = `
const base = 600, busy = (us) => { const end = performance.now() + us / 1000; while (performance.now() < end); };
const { port } = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch(request) {
  const more = Number(/plus=(\\d+)/.exec(request.url)?.[1] ?? 0);
  busy(base + more);
  return new Response('{"status":"ok"}', { headers: { "content-type": "application/json" } });
} });
console.log(port);`;

type Verdict = "slower" | "faster" | "same" | "inconclusive";
interface Trial {
  readonly verdict: Verdict;
  readonly change: number;
}

const trial = async (url: string, plus: number, seed: number): Promise<Trial> => {
  const child = Bun.spawn(
    [
      ...(values.binary.endsWith(".ts") ? [process.execPath] : []),
      ...[values.binary, "load", `${url}?plus=0`, `${url}?plus=${plus}`, "--compare", "--json", "--fail-on", "never"],
      ...["--rate", values.rate, "--duration", values.duration, "--seed", String(seed)],
    ],
    { stdout: "pipe", stderr: "ignore" },
  );
  const text = await new Response(child.stdout).text();
  const { data } = JSON.parse(text) as {
    data: { verdict: Verdict; metrics: readonly { metric: string; change: number }[] };
  };
  return { verdict: data.verdict, change: data.metrics.find(({ metric }) => metric === "p50")?.change ?? Number.NaN };
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const study = async (url: string, plus: number, count: number): Promise<void> => {
  const trials: Trial[] = [];
  for (let i = 0; i < count; i++) {
    trials.push(await trial(url, plus, 1000 * plus + i));
    if (process.stderr.isTTY) process.stderr.write(`\r+${plus} µs: ${i + 1} of ${count} `);
  }
  const of = (...verdicts: readonly Verdict[]): number =>
    trials.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const found = plus === 0 ? of("slower", "faster") : of("slower");
  const [low, high] = exactInterval(found, count);
  const changes = trials.map(({ change }) => change).sort((a, b) => a - b);
  const at = (share: number): string => percent(changes[Math.floor(share * (count - 1))] ?? Number.NaN);
  console.log(
    `${plus === 0 ? "identical URLs, called different" : `second takes ${plus} µs more, called slower`}: ${found} of ${count} = ${percent(found / count)} (95 % interval ${percent(low)} to ${percent(high)})` +
      `\n  faster ${of("faster")}, same ${of("same")}, inconclusive ${of("inconclusive")}; change of p50: median ${at(0.5)}, middle half ${at(0.25)} to ${at(0.75)}`,
  );
};

const child = Bun.spawn([process.execPath, "-e", server], { stdout: "pipe", stderr: "inherit" });
try {
  const { value } = await child.stdout.getReader().read();
  const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}/`;
  console.log(`answers of about 600 µs at ${values.rate}/s, ${values.duration} for each URL`);
  if (Number(values.same) > 0) await study(url, 0, Number(values.same));
  for (const plus of values.delays
    .split(",")
    .filter((one) => one !== "")
    .map(Number))
    await study(url, plus, Number(values.trials));
} finally {
  child.kill();
}
