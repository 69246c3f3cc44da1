// `bun scripts/trial-documents.ts FILE|FOLDER…`: scaffolds each document in each framework, type-checks and boots the service, and calls every operation with a valid and an invalid request.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { readdirSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { express } from "../plugins/express.ts";
import { fastify } from "../plugins/fastify.ts";
import { koa } from "../plugins/koa.ts";
import { defaultOptions } from "../src/api/emit-options.ts";
import { gatherDocuments } from "../src/api/gather-documents.ts";
import { createKit } from "../src/api/kit.ts";
import type { ApiModel, Operation } from "../src/api/model.ts";
import type { ApiPlan } from "../src/api/plan.ts";
import { readDocument } from "../src/api/read-document.ts";
import type { ReadApi } from "../src/api/read-openapi.ts";
import { readOpenApi } from "../src/api/read-openapi.ts";
import { sampleRequestValues } from "../src/api/sample-request.ts";
import { choose, fork } from "../src/api/seeds.ts";
import type { SampleRequest } from "../src/api/write-request.ts";
import { writeRequest } from "../src/api/write-request.ts";
import type { GeneratedFile } from "../src/kernel/fileset.ts";
import { fileSet } from "../src/kernel/fileset.ts";
import { plural } from "../src/kernel/words.ts";
import type { FrameworkPlugin } from "../src/sdk.ts";
import { brokenRequest } from "../src/testing/broken-request.ts";
import { strictOptions } from "../src/testing/strict-options.ts";
import { freePort } from "../src/testing/free-port.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Several are tried one after another: `express,fastify,koa`. */
    framework: { type: "string", default: "express" },
    /** So many documents, drawn by `--seed` from all that the arguments name. */
    limit: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    /** `2/5`: the second fifth of the documents, for runs that must be short. */
    portion: { type: "string", default: "1/1" },
    /** Larger documents are passed over. */
    "max-bytes": { type: "string", default: "20000000" },
    /** Handlers answer with examples, which are checked before they are sent. */
    mock: { type: "boolean", default: false },
    "only-types": { type: "boolean", default: false },
    "no-types": { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

const frameworks = [express, fastify, koa].filter(({ name }) => flags.framework.split(",").includes(name));
const kit = createKit({ ...defaultOptions, mock: flags.mock, validateResponses: flags.mock });
const seed = Number(flags.seed);

interface Failure {
  readonly framework: string;
  readonly document: string;
  readonly kind: "scaffold" | "types" | "boot" | "valid request refused" | "invalid request let through" | "no request";
  readonly message: string;
}

interface Trial {
  readonly framework: string;
  readonly path: string;
  readonly folder: string;
  readonly api: ApiModel;
  readonly plan: ApiPlan;
}

const failures: Failure[] = [];
const newCounts = () => ({ documents: 0, operations: 0, valid: 0, invalid: 0, unbreakable: 0, seconds: 0 });
const countsOf = new Map(frameworks.map(({ name }) => [name, newCounts()]));
const countsFor = (framework: string) => countsOf.get(framework) ?? newCounts();

const documentsBelow = (path: string): readonly string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((name) => /\.(ya?ml|json)$/.test(name) && !/node_modules/.test(name))
        .map((name) => join(path, name))
    : [path];

const drawn = (all: readonly string[], count: number): readonly string[] => {
  const left = [...all].sort();
  if (count === 0) return left;
  return Array.from({ length: Math.min(count, left.length) }, (_, index) =>
    left.splice(choose(fork(seed, index), left.length), 1),
  ).flat();
};

const portionOf = (all: readonly string[], text: string): readonly string[] => {
  const [part = 1, parts = 1] = text.split("/").map(Number);
  return all.slice(Math.floor(((part - 1) * all.length) / parts), Math.floor((part * all.length) / parts));
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);

/** Without security: that credentials are asked for is another trial. */
const openly = (api: ApiModel): ApiModel => ({
  ...api,
  securitySchemes: [],
  operations: api.operations.map((operation) => ({ ...operation, security: [] })),
});

const writeFiles = async (folder: string, files: readonly GeneratedFile[]): Promise<void> => {
  for (const { path, text } of fileSet(".", files).files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
};

/** With the files that it refers to. */
const read = async (path: string): Promise<ReadApi> => {
  const first = readDocument(path, await Bun.file(path).text());
  const { document } = await gatherDocuments(first, {
    file: (file) => Bun.file(file).text(),
    address: () => undefined,
  });
  return readOpenApi(document);
};

const scaffold = async (plugin: FrameworkPlugin, path: string, index: number): Promise<readonly Trial[]> => {
  const framework = plugin.name;
  try {
    const { api } = await read(path);
    const open = openly(api);
    const folder = join(root, `d${index}`);
    await mkdir(folder, { recursive: true });
    await writeFiles(folder, await plugin.emit(open, kit));
    return [{ framework, path, folder, api: open, plan: kit.plan(open) }];
  } catch (error) {
    failures.push({ framework, document: path, kind: "scaffold", message: messageOf(error) });
    return [];
  }
};

const repository = new URL("..", import.meta.url).pathname;
const modules = Bun.resolveSync("zod/package.json", repository).replace(/\/zod\/package\.json$/, "");

/** All of a batch in one run of the compiler: most of its time is spent on the libraries. */
const checkTypes = async (root: string, trials: readonly Trial[]): Promise<void> => {
  const config = {
    compilerOptions: strictOptions("NodeNext"),
    include: trials.map(({ folder }) => `${folder}/**/*.ts`),
  };
  await writeFile(join(root, "tsconfig.json"), JSON.stringify(config));
  const tsc = Bun.spawn([process.execPath, join(modules, "typescript/bin/tsc"), "-p", "tsconfig.json"], {
    cwd: root,
    stdout: "pipe",
  });
  const lines = (await new Response(tsc.stdout).text()).split("\n").filter((line) => line.includes("error TS"));
  if ((await tsc.exited) !== 0 && lines.length === 0) lines.push("d0 the compiler ended without saying why");
  for (const line of lines) {
    const trial = trials.find(({ folder }) => line.startsWith(`${folder.slice(root.length + 1)}/`)) ?? trials[0];
    failures.push({
      framework: trial?.framework ?? "?",
      document: trial?.path ?? "?",
      kind: "types",
      message: line,
    });
  }
};

/** One exchange, byte for byte: no client's own ideas of methods, bodies and addresses come between. */
const send = async (port: number, request: SampleRequest): Promise<{ status: number; text: string }> => {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const body = new TextEncoder().encode(request.body ?? "");
  const headers = { host: `127.0.0.1:${port}`, connection: "close", accept: "*/*", ...request.headers };
  const head = [
    `${request.method} ${request.path} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body.length > 0 || request.body !== undefined ? [`content-length: ${body.length}`] : []),
  ];
  let text = "";
  const socket = connect({ host: "127.0.0.1", port }, () => {
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    socket.write(body);
  });
  socket.setTimeout(10_000, () => socket.destroy(new Error("no answer within 10 s")));
  socket.on("data", (chunk) => (text += chunk.toString()));
  socket.on("error", reject);
  socket.on("close", () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }));

  return promise;
};

const bodyOf = (text: string): string => (text.split("\r\n\r\n")[1] ?? "").slice(0, 300);

const isServed = (status: number): boolean => (flags.mock ? status >= 200 && status < 400 : status === 501);

const callOperation = async (port: number, trial: Trial, operation: Operation): Promise<void> => {
  const { framework, path, plan } = trial;
  const counts = countsFor(framework);
  const own = fork(seed, `${operation.method} ${operation.path}`);
  const name = `${operation.method} ${operation.path}`;
  const values = sampleRequestValues(plan, operation, { seed, examples: true, optional: true });
  if (values === undefined) {
    failures.push({ framework, document: path, kind: "no request", message: name });
    return;
  }
  const request = writeRequest(plan, operation, values);
  const answer = await send(port, request);
  if (isServed(answer.status)) counts.valid++;
  else {
    const sent = `${request.path} ${(request.body ?? "").slice(0, 300)}`;
    failures.push({
      framework,
      document: path,
      kind: "valid request refused",
      message: `${name}: ${answer.status} ${bodyOf(answer.text)} to ${sent}`,
    });
  }
  const broken = brokenRequest(plan, operation, values, own);
  if (broken === undefined) {
    counts.unbreakable++;
    return;
  }
  const refused = await send(port, writeRequest(plan, operation, broken.values));
  if (refused.status === 400) counts.invalid++;
  else {
    failures.push({
      framework,
      document: path,
      kind: "invalid request let through",
      message: `${name}: ${refused.status} ${bodyOf(refused.text)} where ${broken.what}`,
    });
  }
};

const call = async (trial: Trial): Promise<void> => {
  const port = await freePort();
  const server = Bun.spawn([process.execPath, "server.ts"], {
    cwd: trial.folder,
    env: { ...process.env, PORT: String(port) },
    stdout: "ignore",
    stderr: "pipe",
  });
  try {
    const isUp = async (): Promise<boolean> => {
      try {
        return (await send(port, { method: "GET", path: "/", headers: {} })).status > 0;
      } catch {
        return false;
      }
    };
    const end = Date.now() + 30_000;
    while (!(await isUp())) {
      if (server.exitCode !== null || Date.now() > end) throw new Error(await new Response(server.stderr).text());
      await Bun.sleep(20);
    }
  } catch (error) {
    const message = messageOf(error).slice(0, 600);
    failures.push({ framework: trial.framework, document: trial.path, kind: "boot", message });
    server.kill();
    return;
  }
  try {
    for (const operation of trial.api.operations) await callOperation(port, trial, operation);
  } catch (error) {
    const message = `while answering: ${messageOf(error)}`;
    failures.push({ framework: trial.framework, document: trial.path, kind: "boot", message });
  } finally {
    server.kill();
    await server.exited;
  }
};

const root = await mkdtemp(join(tmpdir(), "senior-trial-"));
await symlink(modules, join(root, "node_modules"));
await writeFile(join(root, "package.json"), '{ "type": "module" }');
const small = positionals.flatMap(documentsBelow).filter((path) => statSync(path).size <= Number(flags["max-bytes"]));
const documents = portionOf(drawn(small, Number(flags.limit)), flags.portion);
const batch = 8;

const tryBatch = async (plugin: FrameworkPlugin, start: number): Promise<void> => {
  const counts = countsFor(plugin.name);
  const started = Date.now();
  const trials: Trial[] = [];
  for (const [index, path] of documents.slice(start, start + batch).entries()) {
    counts.documents++;
    trials.push(...(await scaffold(plugin, path, start + index)));
  }
  counts.operations += trials.reduce((sum, { api }) => sum + api.operations.length, 0);
  if (!flags["no-types"] && trials.length > 0) await checkTypes(root, trials);
  for (const trial of flags["only-types"] ? [] : trials) await call(trial);
  if (!flags.keep) for (const { folder } of trials) await rm(folder, { recursive: true, force: true });
  counts.seconds += (Date.now() - started) / 1000;
  process.stderr.write(
    `\r${plugin.name}: ${counts.documents} of ${documents.length}, ${plural(failures.length, "failure")}  `,
  );
};

for (const plugin of frameworks) {
  for (let start = 0; start < documents.length; start += batch) await tryBatch(plugin, start);
}
process.stderr.write("\n");
if (flags.keep) console.log(`kept in ${root}`);
else await rm(root, { recursive: true, force: true });

const byKind = Map.groupBy(failures, ({ kind }) => kind);
for (const [kind, all] of byKind) {
  const documentsOf = new Set(all.map(({ document }) => document));
  console.log(`\n${kind}: ${plural(all.length, "time")} in ${plural(documentsOf.size, "document")}`);
  for (const { framework, document, message } of flags.verbose ? all : all.slice(0, 10)) {
    console.log(`  ${framework}  ${document.split("/").slice(-3).join("/")}  ${message}`);
  }
}

const isOf = (framework: string, kind: Failure["kind"]) => (one: Failure) =>
  one.framework === framework && one.kind === kind;
const documentsWith = (framework: string, kind: Failure["kind"]): number =>
  new Set(failures.filter(isOf(framework, kind)).map(({ document }) => document)).size;

console.log("");
for (const { name } of frameworks) {
  const { documents: tried, operations, valid, invalid, unbreakable, seconds } = countsFor(name);
  const count = (kind: Failure["kind"]): number => failures.filter(isOf(name, kind)).length;
  const figures = [
    `${name}: ${plural(tried, "document")}, ${plural(operations, "operation")}`,
    `fail to scaffold ${documentsWith(name, "scaffold")}, to type-check ${documentsWith(name, "types")}, to boot ${documentsWith(name, "boot")}`,
    `valid served ${valid}, refused ${count("valid request refused")}, no sample ${count("no request")}`,
    `invalid refused ${invalid}, let through ${count("invalid request let through")}, nothing to break ${unbreakable}`,
    `seed ${seed}, ${seconds.toFixed(0)} s`,
  ];
  console.log(figures.join(" · "));
}
process.exitCode = failures.length === 0 ? 0 : 1;
