// A rename and a type change on a large table under load, as `db diff` writes them: with --expand, and as plain ALTERs.
// Usage: bun scripts/show-online-change.ts [--rows 1000000] [--rate 200] [--rounds 3] [--only plain|expand] [--binary dist/senior]; compile first.
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { testServer } from "../src/testing/postgres-server.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rate: { type: "string", default: "200" },
    binary: { type: "string", default: join(import.meta.dirname, "../dist/senior") },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "3" },
    serve: { type: "string" },
  },
});

/** The little service: release 1 knows `note` and `amount`, release 2 `remark` and `cents`. `POST /deploy` starts release 2. */
const serve = (url: string): void => {
  const sql = postgres(url, { max: 10, prepare: false, onnotice: () => undefined });
  let names = { note: "note", amount: "amount" };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/deploy") names = { note: "remark", amount: "cents" };
      if (pathname === "/deploy") return new Response("ok");
      const id = 1 + Math.floor(Math.random() * Number(values.rows));
      try {
        const rows =
          request.method === "POST"
            ? await sql.unsafe(
                `update orders set ${names.note} = 'x' || ${id}, ${names.amount} = ${names.amount} + 1 where id = ${id} returning id`,
              )
            : await sql.unsafe(`select id, ${names.note}, ${names.amount} from orders where id = ${id}`);
        return Response.json(rows[0] ?? null, { status: rows.length === 1 ? 200 : 500 });
      } catch (error) {
        return new Response(String(error), { status: 500 });
      }
    },
  });
  console.log(server.port);
};

const table = (note: string, amount: string): string =>
  `create table orders (id bigint primary key, ${note} text not null, ${amount} not null);`;

const [before, after] = [table("note", "amount integer"), table("remark", "cents bigint")];

/** How the files of each way are written: by the product, from the two schemas. */
const ways = {
  "plain ALTERs": ["--allow-contract", "--accept-data-loss"],
  "expand, backfill, contract": ["--expand"],
} as const;

interface Written {
  readonly folder: string;
  readonly versions: readonly string[];
  readonly backfills: readonly string[];
}

const write = async (flags: readonly string[], url: string): Promise<Written> => {
  const schemas = folderOf({ "old.sql": before, "new.sql": after });
  const folder = join(schemas, "m");
  const { code, text } = await run(
    [
      ...["db", "diff", join(schemas, "old.sql"), "--compare", join(schemas, "new.sql"), "--output", folder, "--json"],
      ...["--rename", "orders.note=remark", "--rename", "orders.amount=cents", ...flags],
    ],
    url,
  );
  if (code !== 0) throw new Error(text);
  const { data } = JSON.parse(text.slice(text.indexOf("{"))) as {
    readonly data: {
      readonly backfills: readonly string[];
      readonly migrations: readonly { readonly version: string }[];
    };
  };
  return { folder, versions: data.migrations.map(({ version }) => version), backfills: data.backfills };
};

interface Sampled {
  /** The longest time for which one session held ACCESS EXCLUSIVE on the table without a gap between two looks. */
  longestMs: number;
  /** The longest time for which anybody waited for a lock on it. */
  waitedMs: number;
  looks: number;
}

const sample = async (url: string, until: () => boolean): Promise<Sampled> => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const seen: Sampled = { longestMs: 0, waitedMs: 0, looks: 0 };
  let [held, waiting] = [0, 0];
  let last = performance.now();
  while (!until()) {
    const [row] = await sql.unsafe<{ held: boolean; waiting: boolean }[]>(
      `select exists (select 1 from pg_locks where relation = ${oid} and mode = 'AccessExclusiveLock' and granted) as held,
       exists (select 1 from pg_locks where relation = ${oid} and not granted) as waiting`,
    );
    const now = performance.now();
    held = row?.held ? held + now - last : 0;
    waiting = row?.waiting ? waiting + now - last : 0;
    last = now;
    seen.looks++;
    seen.longestMs = Math.max(seen.longestMs, held);
    seen.waitedMs = Math.max(seen.waitedMs, waiting);
    await Bun.sleep(5);
  }
  await sql.end();
  return seen;
};

let oid = 0;

const run = (
  args: readonly string[],
  url: string,
): Promise<{ readonly code: number | null; readonly text: string; readonly ms: number }> =>
  new Promise((resolve) => {
    const begin = performance.now();
    const child = spawn(values.binary, args, { env: { ...process.env, DATABASE_URL: url } });
    let text = "";
    child.stdout.on("data", (bytes: Buffer) => (text += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (text += bytes.toString()));
    child.on("close", (code) => resolve({ code, text, ms: performance.now() - begin }));
  });

const must = async (args: readonly string[], url: string): Promise<number> => {
  const { code, text, ms } = await run(args, url);
  if (code !== 0) throw new Error(`${args.join(" ")}: ${text}`);
  return Math.round(ms);
};

const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "senior-show-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

const show = async (): Promise<void> => {
  const server = await testServer();
  if (server === undefined) throw new Error("no server for this platform");
  const rows: Record<string, unknown>[] = [];
  const rounds = Array.from({ length: Number(values.rounds) }, () => Object.entries(ways)).flat();
  for (const [name, flags] of rounds.filter(([one]) => one.includes(values.only))) {
    const database = await server.createDatabase(
      `${before}
       insert into orders select n, 'note ' || n, n % 1000 from generate_series(1, ${values.rows}) n;`,
    );
    const url = server.url(database);
    const admin = postgres(url, { max: 1, onnotice: () => undefined });
    await admin.unsafe("vacuum analyze orders");
    const [found] = await admin.unsafe<{ oid: number }[]>("select 'orders'::regclass::oid::int8::text as oid");
    oid = Number(found?.oid);
    const service = spawn("bun", [import.meta.filename, "--serve", url, "--rows", values.rows]);
    const port = await new Promise<string>((resolve) =>
      service.stdout.once("data", (bytes: Buffer) => resolve(bytes.toString().trim())),
    );
    const base = `http://127.0.0.1:${port}`;
    const scenario = join(folderOf({}), "mix.yaml");
    writeFileSync(
      scenario,
      "requests:\n  - name: read\n    weight: 3\n    path: /order\n  - name: write\n    weight: 1\n    method: POST\n    path: /order\n",
    );
    const abort = { over: false };
    const load = run(
      ["load", base, "--scenario", scenario, "--rate", values.rate, "-c", "50", "-d", "600s", "--json"],
      url,
    );
    const samples = sample(url, () => abort.over);
    await Bun.sleep(4000);
    const steps: Record<string, number> = {};
    const way = await write(flags, url);
    const limits = ["--lock-timeout", "200ms", "--lock-retries", "50"];
    const migrate = (...words: readonly string[]): Promise<number> =>
      must(["db", "migrate", way.folder, ...limits, ...words], url);
    const isOnline = way.backfills.length > 0;
    steps["first"] = await migrate(...(isOnline ? ["--to", way.versions[0] ?? ""] : []));
    for (const command of way.backfills) {
      const update = /'(.*)'$/.exec(command)?.[1] ?? "";
      steps["backfill"] = await must(["db", "backfill", update, "--batch-time", "50ms"], url);
    }
    if (isOnline) steps["check"] = await migrate("--to", way.versions.at(-2) ?? "");
    // A deployment takes a moment.
    await Bun.sleep(1000);
    await fetch(`${base}/deploy`, { method: "POST" });
    await Bun.sleep(1000);
    if (isOnline) steps["contract"] = await migrate("--accept-data-loss");
    await Bun.sleep(4000);
    abort.over = true;
    const seen = await samples;
    // Ctrl-C ends the load with a whole report.
    for (const { pid } of await processes(base)) process.kill(pid, "SIGINT");
    const { text } = await load;
    const [wrong] = await admin.unsafe<{ count: string }[]>(
      "select count(*)::text as count from orders where remark is null or cents is null",
    );
    service.kill();
    await admin.end();
    rows.push({
      name,
      steps,
      longestExclusiveMs: Math.round(seen.longestMs),
      longestWaitMs: Math.round(seen.waitedMs),
      looks: seen.looks,
      wrongRows: wrong?.count,
      load: figures(text),
    });
    console.error(JSON.stringify(rows.at(-1)));
  }
  console.log(JSON.stringify(rows, null, 1));
  process.exit(0);
};

/** The load run that was started against this address. */
const processes = async (base: string): Promise<readonly { readonly pid: number }[]> => {
  const found: { pid: number }[] = [];
  for await (const name of new Bun.Glob("[0-9]*/cmdline").scan({ cwd: "/proc", onlyFiles: false })) {
    const words = await Bun.file(`/proc/${name}`)
      .text()
      .catch(() => "");
    if (words.includes(`load\0${base}\0`)) found.push({ pid: Number(name.split("/")[0]) });
  }
  return found;
};

interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const figures = (text: string): unknown => {
  const { data } = JSON.parse(text.slice(text.indexOf("{"))) as {
    readonly data: {
      readonly requests: Readonly<Record<"sent" | "errors" | "unexpected" | "failed", number>>;
      readonly latency: Readonly<Record<string, Latency>>;
    };
  };
  const { sent, errors } = data.requests;
  const { p50Ms, p99Ms, maxMs } = data.latency["all"] ?? data.latency["ok"] ?? { p50Ms: 0, p99Ms: 0, maxMs: 0 };
  return { sent, errors, p50Ms, p99Ms, maxMs };
};

if (values.serve === undefined) await show();
else serve(values.serve);
