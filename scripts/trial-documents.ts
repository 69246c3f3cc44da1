// `bun scripts/trial-documents.ts FILE|FOLDER…`: scaffolds each document, type-checks and boots the service, and calls every operation with a valid and an invalid request.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { readdirSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { express } from "../plugins/express.ts";
import { fastify } from "../plugins/fastify.ts";
import { koa } from "../plugins/koa.ts";
import { defaultOptions } from "../src/api/emit-options.ts";
import { createKit } from "../src/api/kit.ts";
import type { ApiModel, Operation } from "../src/api/model.ts";
import type { ApiPlan } from "../src/api/plan.ts";
import { readDocument } from "../src/api/read-document.ts";
import { readOpenApi } from "../src/api/read-openapi.ts";
import type { SampleRequest } from "../src/api/sample-request.ts";
import { sampleRequestValues, writeRequest } from "../src/api/sample-request.ts";
import { choose, fork } from "../src/api/seeds.ts";
import type { GeneratedFile } from "../src/kernel/fileset.ts";
import { fileSet } from "../src/kernel/fileset.ts";
import { plural } from "../src/kernel/words.ts";
import { brokenRequest } from "../src/testing/broken-request.ts";
import { strictOptions } from "../src/testing/strict-options.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    framework: { type: "string", default: "express" },
    /** So many documents, drawn by `--seed` from all that the arguments name. */
    limit: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
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

const plugins = new Map([express, fastify, koa].map((one) => [one.name, one]));
const plugin = plugins.get(flags.framework) ?? express;
const kit = createKit({ ...defaultOptions, mock: flags.mock, validateResponses: flags.mock });
const seed = Number(flags.seed);

interface Failure {
  readonly document: string;
  readonly kind: "scaffold" | "types" | "boot" | "valid request refused" | "invalid request let through" | "no request";
  readonly message: string;
}

interface Trial {
  readonly path: string;
  readonly folder: string;
  readonly api: ApiModel;
  readonly plan: ApiPlan;
}

const failures: Failure[] = [];
const counts = { documents: 0, operations: 0, valid: 0, invalid: 0, unbreakable: 0 };

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

const scaffold = async (root: string, path: string, index: number): Promise<readonly Trial[]> => {
  try {
    const { api } = readOpenApi(readDocument(path, await Bun.file(path).text()));
    const open = openly(api);
    const folder = join(root, `d${index}`);
    await mkdir(folder, { recursive: true });
    await writeFiles(folder, await plugin.emit(open, kit));
    return [{ path, folder, api: open, plan: kit.plan(open) }];
  } catch (error) {
    failures.push({ document: path, kind: "scaffold", message: messageOf(error) });
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
    failures.push({ document: trial?.path ?? "?", kind: "types", message: line });
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

const freePort = async (): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    probe.close(() => resolve(port));
  });
  return promise;
};

const bodyOf = (text: string): string => (text.split("\r\n\r\n")[1] ?? "").slice(0, 300);

const isServed = (status: number): boolean => (flags.mock ? status >= 200 && status < 400 : status === 501);

const callOperation = async (port: number, { path, plan }: Trial, operation: Operation): Promise<void> => {
  const own = fork(seed, `${operation.method} ${operation.path}`);
  const name = `${operation.method} ${operation.path}`;
  const values = sampleRequestValues(plan, operation, { seed, examples: true, optional: true });
  if (values === undefined) {
    failures.push({ document: path, kind: "no request", message: name });
    return;
  }
  const request = writeRequest(plan, operation, values);
  const answer = await send(port, request);
  if (isServed(answer.status)) counts.valid++;
  else {
    const sent = `${request.path} ${(request.body ?? "").slice(0, 300)}`;
    failures.push({
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
    failures.push({ document: trial.path, kind: "boot", message: messageOf(error).slice(0, 600) });
    server.kill();
    return;
  }
  try {
    for (const operation of trial.api.operations) await callOperation(port, trial, operation);
  } catch (error) {
    failures.push({ document: trial.path, kind: "boot", message: `while answering: ${messageOf(error)}` });
  } finally {
    server.kill();
    await server.exited;
  }
};

const root = await mkdtemp(join(tmpdir(), "senior-trial-"));
await symlink(modules, join(root, "node_modules"));
await writeFile(join(root, "package.json"), '{ "type": "module" }');
const small = positionals.flatMap(documentsBelow).filter((path) => statSync(path).size <= Number(flags["max-bytes"]));
const documents = drawn(small, Number(flags.limit));
const batch = 8;
const started = Date.now();
for (let start = 0; start < documents.length; start += batch) {
  const trials: Trial[] = [];
  for (const [index, path] of documents.slice(start, start + batch).entries()) {
    counts.documents++;
    trials.push(...(await scaffold(root, path, start + index)));
  }
  counts.operations += trials.reduce((sum, { api }) => sum + api.operations.length, 0);
  if (!flags["no-types"] && trials.length > 0) await checkTypes(root, trials);
  for (const trial of flags["only-types"] ? [] : trials) await call(trial);
  process.stderr.write(`\r${counts.documents} of ${documents.length}, ${plural(failures.length, "failure")}  `);
  if (!flags.keep) for (const { folder } of trials) await rm(folder, { recursive: true, force: true });
}
process.stderr.write("\n");
if (flags.keep) console.log(`kept in ${root}`);
else await rm(root, { recursive: true, force: true });

const byKind = Map.groupBy(failures, ({ kind }) => kind);
for (const [kind, all] of byKind) {
  console.log(
    `\n${kind}: ${plural(all.length, "time")} in ${plural(new Set(all.map(({ document }) => document)).size, "document")}`,
  );
  for (const { document, message } of flags.verbose ? all : all.slice(0, 10)) {
    console.log(`  ${document.split("/").slice(-3).join("/")}  ${message}`);
  }
}
console.log(
  [
    "",
    `${plugin.name}, seed ${seed}: ${plural(counts.documents, "document")}, ${plural(counts.operations, "operation")} in ${((Date.now() - started) / 1000).toFixed(0)} s`,
    `valid requests served: ${counts.valid} · invalid requests refused with 400: ${counts.invalid} · nothing to break: ${counts.unbreakable}`,
    `failures: ${failures.length}`,
  ].join("\n"),
);
process.exitCode = failures.length === 0 ? 0 : 1;
