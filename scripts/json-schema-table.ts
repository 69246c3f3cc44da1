// `bun scripts/json-schema-table.ts FOLDER`: the JSON Schema Test Suite's cases through generated validators, directly and over HTTP, and through peers.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { express } from "../plugins/express.ts";
import { emitKit } from "../src/api/kit.ts";
import { readDocument } from "../src/api/read-document.ts";
import { readOpenApi } from "../src/api/read-openapi.ts";
import { fileSet } from "../src/kernel/fileset.ts";
import { casesDocument, readCases } from "../src/testing/schema-cases.ts";
import type { SchemaCase } from "../src/testing/schema-cases.ts";
import type { Contender, Draft, Named } from "./judge/json-schema-contenders.ts";
import { drafts, otherContenders } from "./judge/json-schema-contenders.ts";
import { freePort } from "../src/testing/free-port.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Folders whose node_modules hold json-schema-to-zod, ajv-draft-04, @hyperjump/json-schema, @hey-api/openapi-ts. */
    peers: { type: "string", default: [], multiple: true },
    /** Where to write one row for each keyword: a Markdown table for each draft. */
    table: { type: "string", default: "" },
  },
});

const modules = Bun.resolveSync("zod/package.json", import.meta.dir).replace(/\/zod\/package\.json$/, "");

interface Service extends AsyncDisposable {
  readonly folder: string;
  readonly url: string;
}

const service = async (cases: readonly SchemaCase[], { openapi }: Draft): Promise<Service> => {
  const folder = await mkdtemp(join(tmpdir(), "senior-table-"));
  const { api } = readOpenApi(readDocument("cases.json", casesDocument(cases, openapi)));
  for (const { path, text } of fileSet(".", await express.emit(api, emitKit)).files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await symlink(modules, join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const port = await freePort();
  const server = Bun.spawn([process.execPath, "server.ts"], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdout: "ignore",
    stderr: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 400; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      break;
    await Bun.sleep(25);
  }
  return {
    folder,
    url,
    async [Symbol.asyncDispose]() {
      server.kill();
      await server.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const indexes = (cases: readonly SchemaCase[]): ReadonlyMap<string, number> =>
  new Map([...new Set(cases.map(({ gid }) => gid))].map((gid, index) => [gid, index]));

const ours = async (cases: readonly SchemaCase[], { folder, url }: Service): Promise<readonly Named[]> => {
  const number = indexes(cases);
  const validators = (await import(join(folder, "middleware/validators.ts"))) as Record<
    string,
    { safeParse(value: unknown): { success: boolean } }
  >;
  const post: Contender = async ({ gid, data }) => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(data) };
    const { status } = await fetch(`${url}/${number.get(gid) ?? ""}`, init);
    return status === 501 ? true : status === 400 ? false : undefined;
  };
  return [
    ["senior", ({ gid, data }) => validators[`case${number.get(gid) ?? ""}Body`]?.safeParse(data).success],
    ["senior, over HTTP in Express", post],
  ];
};

interface Score {
  right: number;
  wrongAccept: number;
  wrongReject: number;
  unreadable: number;
}

const score = async (cases: readonly SchemaCase[], contender: Contender): Promise<ReadonlyMap<string, Score>> => {
  const scores = new Map<string, Score>();
  for (const one of cases) {
    const own = scores.get(one.keyword) ?? { right: 0, wrongAccept: 0, wrongReject: 0, unreadable: 0 };
    const verdict = await contender(one);
    if (verdict === undefined) own.unreadable++;
    else if (verdict === one.valid) own.right++;
    else if (verdict) own.wrongAccept++;
    else own.wrongReject++;
    scores.set(one.keyword, own);
  }
  return scores;
};

const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;

/** Half of it for what must be accepted, half for what must be refused: accepting everything gives 50 %. */
const balanced = async (cases: readonly SchemaCase[], contender: Contender): Promise<string> => {
  const rate = async (valid: boolean): Promise<number> => {
    const own = cases.filter((one) => one.valid === valid);
    let right = 0;
    for (const one of own) if ((await contender(one)) === valid) right++;
    return right / own.length;
  };
  return percent(((await rate(true)) + (await rate(false))) / 2, 1);
};

type Scores = readonly (readonly [name: string, scores: ReadonlyMap<string, Score>])[];

/** Right answers of all, keyword by keyword. */
const markdown = ({ name }: Draft, cases: readonly SchemaCase[], all: Scores): string => {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const sizes = [...Map.groupBy(cases, ({ keyword }) => keyword)].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `${name}: ${cases.length} cases, right answers by keyword`,
    "",
    row(["keyword", "cases", ...all.map(([contender]) => contender)]),
    row(["---", ...["", ...all].map(() => "--:")]),
    ...sizes.map(([keyword, own]) =>
      row([keyword, String(own.length), ...all.map(([, scores]) => String(scores.get(keyword)?.right ?? 0))]),
    ),
    "",
  ].join("\n");
};

const tables: string[] = [];
for (const draft of drafts) {
  const file = join(positionals[0] ?? ".", `${draft.name}.jsonl`);
  if (!existsSync(file)) continue;
  const cases = await readCases(file);
  await using running = await service(cases, draft);
  console.log(`\n${draft.name}: ${cases.length} cases`);
  const contenders = [
    ...(await ours(cases, running)),
    ...(await otherContenders({ draft, cases, folder: running.folder, peers: flags.peers })),
  ];
  const all: (readonly [string, ReadonlyMap<string, Score>])[] = [];
  for (const [name, contender] of contenders) {
    const scores = await score(cases, contender);
    all.push([name, scores]);
    const sum = (key: keyof Score): number => [...scores.values()].reduce((total, one) => total + one[key], 0);
    const figures = [
      `right ${sum("right")} (${percent(sum("right"), cases.length)})`,
      `wrong accept ${sum("wrongAccept")}`,
      `wrong reject ${sum("wrongReject")}`,
      `unreadable ${sum("unreadable")}`,
      `balanced ${await balanced(cases, contender)}`,
    ];
    console.log(`  ${name.padEnd(32)} ${figures.join(" · ")}`);
  }
  tables.push(markdown(draft, cases, all));
}
if (flags.table !== "") await writeFile(flags.table, tables.join("\n"));
