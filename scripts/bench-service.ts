// `npm run bench:service`: what a validated POST costs the generated Express service, beside the same by hand and express-openapi-validator.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { express } from "../plugins/express.ts";
import { emitKit } from "../src/api/kit.ts";
import { readDocument } from "../src/api/read-document.ts";
import { readOpenApi } from "../src/api/read-openapi.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    requests: { type: "string", default: "20000" },
    connections: { type: "string", default: "16" },
    /** A folder whose node_modules hold express-openapi-validator. */
    peers: { type: "string" },
  },
});

const repository = new URL("..", import.meta.url).pathname;

const schema = {
  type: "object",
  required: ["isbn", "title", "price", "tags", "author"],
  additionalProperties: false,
  properties: {
    isbn: { type: "string", pattern: "^[0-9]{13}$" },
    title: { type: "string", minLength: 1, maxLength: 200 },
    price: { type: "number", minimum: 0 },
    published: { type: "string", format: "date" },
    state: { type: "string", enum: ["new", "used"] },
    tags: { type: "array", maxItems: 10, items: { type: "string", maxLength: 30 } },
    author: {
      type: "object",
      required: ["name"],
      properties: { name: { type: "string", minLength: 1 }, email: { type: "string", format: "email" } },
    },
  },
};

const created = { type: "object", properties: { id: { type: "integer" } } };
const document = {
  openapi: "3.0.3",
  info: { title: "Bench", version: "1" },
  paths: {
    "/books": {
      post: {
        operationId: "createBook",
        tags: ["books"],
        parameters: [{ name: "dry", in: "query", schema: { type: "boolean" } }],
        requestBody: { required: true, content: { "application/json": { schema } } },
        responses: { 201: { description: "made", content: { "application/json": { schema: created } } } },
      },
    },
  },
};

const book = {
  isbn: "9780131103627",
  title: "The C Programming Language",
  price: 45.5,
  published: "1988-04-01",
  state: "used",
  tags: ["c", "programming", "classic"],
  author: { name: "Brian W. Kernighan", email: "bwk@example.com" },
};

const listens = "app.listen(Number(process.env.PORT), '127.0.0.1');";

const byHand = `
import express from "express";
import { z } from "zod";
const query = z.object({ dry: z.enum(["true", "false"]).transform((text) => text === "true").optional() });
const body = z.strictObject({
  isbn: z.string().regex(/^[0-9]{13}$/),
  title: z.string().min(1).max(200),
  price: z.number().min(0),
  published: z.iso.date().optional(),
  state: z.enum(["new", "used"]).optional(),
  tags: z.array(z.string().max(30)).max(10),
  author: z.looseObject({ name: z.string().min(1), email: z.email().optional() }),
});
const app = express();
app.use(express.json({ limit: "1mb" }));
app.post("/books", (req, res) => {
  const asked = query.safeParse(req.query);
  const sent = body.safeParse(req.body);
  if (!asked.success || !sent.success) return res.status(400).json({ error: "invalid" });
  res.status(201).json({ id: sent.data.title.length });
});
${listens}
`;

const bare = `
import express from "express";
const app = express();
app.use(express.json({ limit: "1mb" }));
app.post("/books", (req, res) => { res.status(201).json({ id: req.body.title.length }); });
${listens}
`;

const withValidator = `
import express from "express";
import * as validator from "express-openapi-validator";
import { readFileSync } from "node:fs";
const app = express();
app.use(express.json({ limit: "1mb" }));
app.use(validator.middleware({ apiSpec: JSON.parse(readFileSync("openapi.json", "utf8")), validateRequests: true }));
app.post("/books", (req, res) => { res.status(201).json({ id: req.body.title.length }); });
app.use((error, req, res, next) => { res.status(error.status ?? 500).json({ error: error.message }); });
${listens}
`;

const handler = `export const createBook = ({ body }) => ({ status: 201, body: { id: body.title.length } });`;

interface Contender {
  readonly name: string;
  readonly folder: string;
  readonly entry: string;
}

const modulesOf = (folder: string | undefined): string => join(folder ?? repository, "node_modules");

const project = async (name: string, files: Readonly<Record<string, string>>, modules: string): Promise<string> => {
  const folder = join(root, name);
  for (const [path, text] of Object.entries({ ...files, "package.json": '{"type":"module"}' })) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await symlink(modules, join(folder, "node_modules"));
  return folder;
};

/** The service as `tsc` would write it, with its one handler. */
const generated = async (): Promise<Contender> => {
  const { api } = readOpenApi(readDocument("openapi.json", JSON.stringify(document)));
  const transpiler = new Bun.Transpiler({ loader: "ts", target: "node" });
  const files = (await express.emit(api, emitKit)).map(({ path, text }): readonly [string, string] => [
    path.replace(/\.ts$/, ".js"),
    transpiler.transformSync(path === "routes/books.ts" ? handler : text),
  ]);
  return {
    name: "generated",
    folder: await project("generated", Object.fromEntries(files), modulesOf(undefined)),
    entry: "server.js",
  };
};

const written = async (name: string, text: string, modules: string): Promise<Contender> => ({
  name,
  folder: await project(
    name.replaceAll(" ", "-"),
    { "main.js": text, "openapi.json": JSON.stringify(document) },
    modules,
  ),
  entry: "main.js",
});

interface Running {
  readonly url: string;
  readonly child: Bun.Subprocess;
}

const cpuMs = async ({ child }: Running): Promise<number> => {
  const stat = await Bun.file(`/proc/${child.pid}/stat`).text();
  const [user = "0", system = "0"] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
};

const start = async ({ folder, entry }: Contender, port: number): Promise<Running> => {
  const env = { ...process.env, PORT: String(port), NODE_ENV: "production" };
  const child = Bun.spawn(["node", entry], { cwd: folder, env, stdout: "ignore", stderr: "inherit" });
  const url = `http://127.0.0.1:${port}/books`;
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      break;
    await Bun.sleep(25);
  }
  return { url, child };
};

const send = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Every contender must take the right and refuse the wrong; the bare one takes all. */
const verify = async ({ name }: Contender, { url }: Running): Promise<void> => {
  const right = await send(url, book);
  const wrong = await send(url, { ...book, isbn: "978" });
  const expected = name === "no validation" ? 201 : 400;
  if (right.status !== 201 || wrong.status !== expected)
    throw new Error(`${name} answers ${right.status}, ${wrong.status}`);
};

/** CPU time of the server for each request, in µs: what waits elsewhere does not count. */
const measure = async (running: Running, count: number): Promise<number> => {
  const before = await cpuMs(running);
  let left = count;
  const client = async (): Promise<void> => {
    while (left-- > 0) await (await send(running.url, book)).arrayBuffer();
  };
  await Promise.all(Array.from({ length: Number(values.connections) }, client));
  return (((await cpuMs(running)) - before) * 1000) / count;
};

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const range = (list: readonly number[], digits: number): string =>
  `${median(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)}-${Math.max(...list).toFixed(digits)})`;

const node = Bun.spawnSync(["node", "--version"]).stdout.toString().trim();
const root = await mkdtemp(join(tmpdir(), "senior-service-"));
const own = modulesOf(undefined);
const peers = modulesOf(values.peers);
const hasPeer = await Bun.file(join(peers, "express-openapi-validator/package.json")).exists();
if (!hasPeer) console.log("express-openapi-validator is not installed (--peers FOLDER): no ratio");
const contenders = [
  await written("by hand", byHand, own),
  await generated(),
  ...(hasPeer ? [await written("express-openapi-validator", withValidator, peers)] : []),
  await written("no validation", bare, own),
];
const running: Running[] = [];
try {
  for (const [i, contender] of contenders.entries()) {
    const started = await start(contender, 10_000 + (process.pid % 10_000) + i);
    running.push(started);
    await verify(contender, started);
    await measure(started, 3000);
  }
  const seen = contenders.map((): number[] => []);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [i, one] of running.entries()) seen[i]?.push(await measure(one, Number(values.requests)));
  }
  console.log(
    `one validated POST of ${JSON.stringify(book).length} bytes, CPU time of the server (Node ${node}); ` +
      `${values.rounds} rounds of ${values.requests} requests, interleaved: median (range)`,
  );
  const base = seen[0] ?? [];
  for (const [i, { name }] of contenders.entries()) {
    const list = seen[i] ?? [];
    const ratios = list.map((one, round) => one / (base[round] ?? Number.NaN));
    console.log(`  ${name.padEnd(26)} ${range(list, 1)} µs  ratio to by hand ${range(ratios, 2)}`);
  }
} finally {
  for (const { child } of running) child.kill();
  await rm(root, { recursive: true, force: true });
}
