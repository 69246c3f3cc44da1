// `senior demo`: the whole product on a bundled example, in a temporary folder, with the commands a user would type.
import type { Io } from "../io/io.ts";
import type { Service } from "../io/service.ts";
import { ask, findPackages, linkPackages, startSample, startService } from "../io/service.ts";
import { openWorkshop } from "../io/workshop.ts";
import { fileSet } from "../kernel/fileset.ts";
import { locationText } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import type { Block, Report } from "../kernel/report.ts";
import { heading, list, text } from "../kernel/report.ts";
import type { Registry } from "../registry.ts";
import type { Call } from "./command.ts";
import { command } from "./command.ts";
import openapi from "./demo/openapi.yaml" with { type: "text" };
import schema from "./demo/schema.sql" with { type: "text" };
import type { Args } from "./flags.ts";
import { duration } from "./flags.ts";

interface Step {
  readonly blocks: readonly Block[];
  readonly data: Json;
}

/** Everything a step works with: the world of the temporary folder, and a way to run command lines in it. */
interface Stage {
  readonly io: Io;
  readonly run: (line: string) => Promise<Report>;
}

const typed = (line: string): Block => ({ kind: "code", language: "usage", text: `$ senior ${line}` });

/** The blocks from a heading up to the next one. */
const section = (report: Report, start: string): readonly Block[] => {
  const first = report.blocks.findIndex((block) => block.kind === "heading" && block.text.startsWith(start));
  if (first < 0) return [];
  const next = report.blocks.findIndex((block, i) => i > first && block.kind === "heading");
  return report.blocks.slice(first, next < 0 ? undefined : next);
};

/** A section of another report inside a step: its heading becomes a line of its own, no rival to the step's. */
const subsection = (report: Report, start: string): readonly Block[] =>
  section(report, start).map((block): Block => (block.kind === "heading" ? text(`${block.text}:`) : block));

const beforeHeadings = (report: Report): readonly Block[] => {
  const first = report.blocks.findIndex((block) => block.kind === "heading");
  return first < 0 ? report.blocks : report.blocks.slice(0, first);
};

const scaffold = async ({ io, run }: Stage, registry: Registry): Promise<Step & { readonly modules?: string }> => {
  io.terminal.progress("scaffolding the example API …");
  const line = "scaffold openapi.yaml --framework express --output shop/src";
  const report = await run(line);
  const files = report.written ?? [];
  const modules = findPackages(Object.keys(registry.frameworks.get("express")?.packages ?? {}));
  return {
    blocks: [
      heading("1. From an OpenAPI document to a service"),
      typed(line),
      ...beforeHeadings(report).slice(0, 1),
      list(files.map(({ path }) => path)),
    ],
    data: { files: files.length },
    ...(modules === undefined ? {} : { modules }),
  };
};

/** The one handler that the demo writes, as a developer would. */
const handler = {
  file: "shop/src/routes/products.ts",
  stub: '() => notImplemented("listProducts")',
  code: `({ query }) =>
  reply(200, {
    data: [
      { id: "0b0f7c1e-5d0c-4c59-9d8e-6a1f0a4be001", name: "Rye bread", category: "bread", priceCents: 420 } as const,
      { id: "0b0f7c1e-5d0c-4c59-9d8e-6a1f0a4be002", name: "Pears", category: "fruit", priceCents: 310 } as const,
    ].slice(0, query.limit),
  })`,
};

const writeHandler = async ({ io }: Stage): Promise<Step> => {
  const before = await io.files.readText(handler.file);
  const after = before
    .replace(handler.stub, handler.code)
    .replace(/^(import type \{ Handler \}.*)$/m, '$1\nimport { reply } from "../middleware/reply.js";');
  if (!after.includes(handler.code)) throw new Error(`${handler.file} has no stub of listProducts`);
  await io.files.write(fileSet(".", [{ path: handler.file, text: after }]), { force: true, dryRun: false });
  return {
    blocks: [
      text(`A developer writes the first handler, in ${handler.file}; its input is typed and validated:`),
      { kind: "code", language: "ts", text: `listProducts = ${handler.code};` },
    ],
    data: { handler: "listProducts" },
  };
};

const callsOf = (origin: string): readonly string[] => [
  `${origin}/api/v1/products?limit=lots&category=cheese`,
  `${origin}/api/v1/products?limit=1`,
];

const pretty = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
};

const callService = async ({ io }: Stage, { origin }: Service): Promise<Step> => {
  io.terminal.progress("calling the service …");
  const answers = [];
  for (const url of callsOf(origin)) answers.push({ shown: `curl '${url}'`, ...(await ask(url)) });
  const blocks = answers.flatMap(({ shown, status, body }): readonly Block[] => [
    { kind: "code", language: "usage", text: `$ ${shown}` },
    { kind: "code", language: "json", text: `${status}\n${pretty(body)}` },
  ]);
  return {
    blocks: [
      heading("2. It runs: a wrong request is answered field by field, a right one reaches the handler"),
      ...blocks,
    ],
    data: answers.map(({ shown, status }) => ({ request: shown, status })),
  };
};

const load = async ({ run }: Stage, service: Service, generated: boolean, seconds: number): Promise<Step> => {
  const path = generated ? "/api/v1/products?limit=20" : "/";
  const line = `load ${service.origin}${path} --concurrency 10 --duration ${seconds}s`;
  const report = await run(line);
  return {
    blocks: [
      heading("3. Load, with every request accounted for"),
      ...(generated
        ? []
        : [text("the generated service's packages are not here, so a built-in sample server is loaded", "warn")]),
      typed(line),
      ...beforeHeadings(report),
      ...section(report, "Requests").slice(1),
      ...section(report, "Response time").slice(1, 2),
    ],
    data: report.data,
  };
};

const analyze = async ({ io, run }: Stage): Promise<Step> => {
  io.terminal.progress("analysing the schema in the embedded PostgreSQL …");
  const line = "db analyze schema.sql";
  const report = await run(line);
  const fixes = report.findings.flatMap(({ fix }) => (fix?.kind === "sql" ? [fix.up] : []));
  return {
    blocks: [
      heading("4. A schema, loaded into the embedded PostgreSQL and judged"),
      typed(line),
      ...beforeHeadings(report),
      list(report.findings.map(({ severity, at, message }) => `${severity}: ${locationText(at)}: ${message}`)),
      { kind: "code", language: "sql", text: fixes.join("\n") },
    ],
    data: { findings: report.findings.map(({ rule, at }) => ({ rule, at: locationText(at) })) },
  };
};

const decide = async ({ run }: Stage): Promise<Step> => {
  const line =
    "decide --team-size 8 --qps-p99 50 --read-write-ratio 20 --tenancy shared-multi-tenant --data-sensitivity pii --pattern modular-monolith --language-preference typescript";
  const report = await run(line);
  return {
    blocks: [
      heading("5. A decision with its evidence, for people to approve"),
      typed(line.replaceAll(" --", " \\\n      --")),
      ...subsection(report, "Recommended").slice(0, 2),
      ...subsection(report, "Service levels"),
      ...subsection(report, "Approvals"),
      ...subsection(report, "What would change"),
    ],
    data: report.data,
  };
};

/** Boots the generated service where its packages are at hand, else a sample server. */
const serve = async ({ io }: Stage, folder: string, modules: string | undefined): Promise<Service> => {
  if (modules === undefined) return startSample();
  io.terminal.progress("starting the generated service …");
  await linkPackages(folder, modules);
  return startService(folder, "shop/src/server.ts", io.signal);
};

const interrupted = (io: Io, blocks: readonly Block[]): Report => ({
  command: "demo",
  blocks: [...blocks, text("interrupted", "warn")],
  findings: [],
  data: null,
  exit: io.signal.reason === 143 ? 143 : 130,
});

const perform = async (stage: Stage, folder: string, registry: Registry, seconds: number): Promise<Report> => {
  const built = await scaffold(stage, registry);
  const written = await writeHandler(stage);
  const service = await serve(stage, folder, built.modules);
  const generated = built.modules !== undefined;
  const steps: Step[] = [built, written];
  try {
    if (generated) steps.push(await callService(stage, service));
    steps.push(await load(stage, service, generated, seconds));
  } finally {
    await service.stop();
  }
  if (!stage.io.signal.aborted) steps.push(await analyze(stage));
  if (!stage.io.signal.aborted) steps.push(await decide(stage));
  const intro = text("Everything below ran just now, in a temporary folder that is gone again.", "dim");
  const blocks = [intro, ...steps.flatMap((step) => step.blocks)];
  if (stage.io.signal.aborted) return interrupted(stage.io, blocks);
  const next = [
    heading("Next"),
    list([
      "senior scaffold YOUR-API.yaml --framework express --output src",
      "senior db analyze YOUR-SCHEMA.sql, or --connection postgres://…",
      "senior load http://localhost:3000/…",
      "senior --help; every command has --help with examples, and --json",
    ]),
  ];
  return { command: "demo", blocks: [...blocks, ...next], findings: [], data: steps.map(({ data }) => data) };
};

const run = async ({ args, io, registry, senior }: Call<Args, Args>): Promise<Report> => {
  const workshop = await openWorkshop(io);
  const stage: Stage = { io: workshop.io, run: (line) => senior(line.split(" "), workshop.io) };
  try {
    const files = [
      { path: "openapi.yaml", text: openapi as string },
      { path: "schema.sql", text: schema },
    ];
    await workshop.io.files.write(fileSet(".", files), { force: false, dryRun: false });
    return await perform(stage, workshop.folder, registry, Number(args["duration"]) / 1000);
  } finally {
    await workshop.remove();
  }
};

export default command({
  name: "demo",
  about: "Show everything on a bundled example: scaffold, boot, call, load, analyse, decide",
  more: "Works offline in a temporary folder that is removed afterwards. Loads only servers that it starts itself, on this machine.",
  examples: [
    { run: "senior demo", about: "The tour, in about ten seconds" },
    { run: "senior demo --duration 30s --json", about: "A longer load, as data" },
  ],
  graceful: true,
  positionals: {},
  flags: { duration: duration("How long to load the service", { default: 3000, min: 1000, max: 60_000 }) },
  run,
});
