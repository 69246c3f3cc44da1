// Kills db migrate at random points, hundreds of times, and checks after each run that the database and the history agree.
// Usage: bun scripts/kill-migrations.ts [--runs 100] [--how client|backend|crash] [--seed 1] [--binary dist/senior]
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { testServer } from "../src/testing/postgres-server.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100" },
    how: { type: "string", default: "client" },
    seed: { type: "string", default: "1" },
    binary: { type: "string", default: "" },
  },
});

/** mulberry32. */
let state = Number(values.seed);
const random = (): number => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

/** Every migration adds one row to `log` in each of its transactions, so that what ran twice or half is seen. */
const migrations: Readonly<Record<string, string>> = {
  "01_log.sql":
    "create table log (step text not null); create table t (id int primary key, v int); insert into log values ('01');",
  "02_rows.sql": "insert into t select n, n from generate_series(1, 60000) n; insert into log values ('02');",
  "03_mixed.sql":
    "alter table t add column w int; insert into log values ('03a');\ncreate index concurrently t_v on t (v);\nalter table t add column x int; insert into log values ('03b');\ncreate index concurrently t_w on t (w);\nvacuum t;\ninsert into log values ('03c');",
  "04_slow.sql": "update t set w = v; select pg_sleep(0.05); insert into log values ('04');",
  "05_drop.sql":
    "drop index concurrently t_v;\ninsert into log values ('05');\nreindex index concurrently t_w;\ninsert into log values ('05b');",
  "06_begin.sql":
    "begin; create table u (id int); insert into log values ('06a'); commit;\nbegin; alter table u add column v int; insert into log values ('06b'); commit;",
};
const steps = ["01", "02", "03a", "03b", "03c", "04", "05", "05b", "06a", "06b"];

/** What the history must say once these steps are in. */
const recorded: Readonly<Record<string, readonly string[]>> = {
  "01": ["01"],
  "02": ["02"],
  "03": ["03a", "", "03b", "", "", "03c"],
  "04": ["04"],
  "05": ["", "05", "", "05b"],
  "06": ["06a", "06b"],
};

/** After a crash the server takes a moment to let anybody in. */
const patient = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt > 200) throw error;
      await Bun.sleep(50);
    }
  }
};

const server = await testServer();
if (server === undefined) throw new Error("no server for this platform");
const folder = mkdtempSync(join(tmpdir(), "senior-kill-"));
for (const [name, text] of Object.entries(migrations)) writeFileSync(join(folder, name), text);

const command = values.binary === "" ? ["bun", join(import.meta.dirname, "../src/main.ts")] : [values.binary];

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

const run = (database: string, onStart: (pid: number) => void): Promise<Ended> =>
  new Promise((resolve) => {
    const [program = "", ...args]: readonly string[] = [...command, "db", "migrate", folder, "--wait", "60s"];
    const child = spawn(program, args, { env: { ...process.env, DATABASE_URL: server.url(database) } });
    let text = "";
    child.stdout.on("data", (bytes: Buffer) => (text += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (text += bytes.toString()));
    child.on("close", (code) => resolve({ code, text }));
    onStart(child.pid ?? 0);
  });

const killers: Readonly<Record<string, (pid: number, database: string) => Promise<unknown>>> = {
  client: (pid) => Promise.resolve(process.kill(pid, "SIGKILL")),
  crash: (_, database) => crash(database),
  backend: (_, database) =>
    admin.unsafe(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}' and application_name = 'senior'`,
    ),
};

/** The server process of the runner is killed: the whole server goes down and recovers. */
const crash = async (database: string): Promise<void> => {
  const rows = await admin.unsafe<{ pid: number }[]>(
    `select pid from pg_stat_activity where datname = '${database}' and application_name = 'senior' order by backend_start limit 1`,
  );
  const [row] = rows;
  if (row !== undefined) process.kill(row.pid, "SIGKILL");
};

/** Everybody loses their connection in a crash, we too. */
const admin = postgres(server.url(), { max: 1, onnotice: () => undefined });

/** Everything that disagrees, in words. */
const judge = async (database: string, finished: boolean): Promise<readonly string[]> => {
  const client = postgres(server.url(database), { max: 1, onnotice: () => undefined });
  try {
    const [there] = await client.unsafe<{ log: boolean; history: boolean }[]>(
      "select to_regclass('log') is not null as log, to_regclass('senior.migrations') is not null as history",
    );
    const log = there?.log
      ? (await client.unsafe<{ step: string }[]>("select step from log order by ctid")).map(({ step }) => step)
      : [];
    const rows = there?.history
      ? await client.unsafe<{ version: string; state: string; done: number; segments: number }[]>(
          "select version, state, done, segments from senior.migrations order by position",
        )
      : [];
    const expected = rows.flatMap(({ version, done }) =>
      (recorded[version] ?? []).slice(0, done).filter((step) => step !== ""),
    );
    const invalid = await client.unsafe("select 1 from pg_index where not indisvalid");
    return [
      ...(JSON.stringify(log) === JSON.stringify(expected)
        ? []
        : [`log ${log.join(" ")} against history ${expected.join(" ")}`]),
      ...(finished && log.join() !== steps.join() ? [`not all is in: ${log.join(" ")}`] : []),
      ...(finished && invalid.length > 0 ? ["an INVALID index is left"] : []),
      ...(finished && rows.some((row) => row.state !== "applied") ? ["a migration is not applied"] : []),
    ];
  } finally {
    await client.end();
  }
};

/** How long a whole run takes, from its first connection on: kills fall into that time. */
let wholeMs = 0;
for (let warm = 0; warm < 3; warm++) {
  const begin = performance.now();
  const whole = await run(await server.createDatabase(), () => undefined);
  wholeMs = performance.now() - begin;
  if (whole.code !== 0) throw new Error(whole.text);
}

const runs = Number(values.runs);
const kill = killers[values.how];
if (kill === undefined) throw new Error(`--how ${values.how}?`);
const tally = {
  runs: 0,
  hit: 0,
  before: 0,
  after: 0,
  survived: 0,
  kills: 0,
  problems: [] as string[],
  partsInAtKill: new Map<string, number>(),
};
for (let n = 0; n < runs; n++) {
  const database = await patient(() => server.createDatabase());
  // Up to three kills in one history: also the run that mends is killed.
  for (let attempt = 0; attempt < 3; attempt++) {
    const at = wholeMs * (0.15 + 0.85 * random());
    let done: Promise<unknown> = Promise.resolve();
    const ended = await run(database, (pid) => {
      done = Bun.sleep(at)
        .then(() => kill(pid, database))
        .catch(() => undefined);
    });
    tally.kills++;
    if (ended.code === 0) {
      if (ended.text.includes("the connection was lost")) tally.survived++;
      else tally.after++;
      await done;
      break;
    }
    await done;
    // The server may still be at work for the dead client.
    for (;;) {
      const busy = await patient(() =>
        admin.unsafe(`select 1 from pg_stat_activity where datname = '${database}' and application_name = 'senior'`),
      );
      if (busy.length === 0) break;
      await Bun.sleep(20);
    }
    tally.hit++;
    tally.problems.push(
      ...(await patient(() => judge(database, false))).map(
        (one) => `run ${n}.${attempt}, killed after ${at.toFixed(0)} ms: ${one}`,
      ),
    );
  }
  const last = await run(database, () => undefined);
  if (last.code !== 0) tally.problems.push(`run ${n}: the run after the kill ended with ${last.code}: ${last.text}`);
  tally.problems.push(...(await patient(() => judge(database, true))).map((one) => `run ${n}, mended: ${one}`));
  tally.runs++;
  await patient(() => admin.unsafe(`drop database ${database} with (force)`));
  if (tally.runs % 10 === 0)
    console.error(`${tally.runs} histories, ${tally.hit} kills that hit, ${tally.problems.length} problems`);
}
await admin.end();
console.log(
  JSON.stringify(
    {
      how: values.how,
      seed: values.seed,
      histories: tally.runs,
      kills: tally.kills,
      hit: tally.hit,
      wentOnByItself: tally.survived,
      tooLate: tally.after,
      wholeRunMs: Math.round(wholeMs),
      problems: tally.problems,
    },
    null,
    1,
  ),
);
process.exit(tally.problems.length > 0 ? 1 : 0);
