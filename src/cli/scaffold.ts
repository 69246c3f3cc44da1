// senior scaffold: from an OpenAPI document to typed handlers, validators and types for one web framework.
import { createKit } from "../api/kit.ts";
import type { ApiPlan } from "../api/plan.ts";
import type { ReadApi } from "../api/read-openapi.ts";
import type { Generation, Mode } from "../api/regenerate/regeneration.ts";
import { serviceFindings } from "../api/service-findings.ts";
import { checkSources } from "../io/check-source.ts";
import { readRemoteHost } from "../io/remote-hosts.ts";
import { Fault } from "../kernel/fault.ts";
import { fileSet } from "../kernel/fileset.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { joinPath, splitPath } from "../kernel/paths.ts";
import type { Block } from "../kernel/report.ts";
import { heading, text as paragraph } from "../kernel/report.ts";
import { listed, nearest, plural } from "../kernel/words.ts";
import type { Registry } from "../registry.ts";
import type { FrameworkPlugin } from "../sdk.ts";
import { command } from "./command.ts";
import { choice, flag, many, text, toggle } from "./flags.ts";
import type { Planned } from "./generation.ts";
import { changeData, changeSummary, checkReport, patchBlocks, planGeneration } from "./generation.ts";
import { readApi } from "./read-api.ts";
import { readPrevious } from "./scaffold-disk.ts";
import { chosenOptions, envelopes, errorBodies, layouts } from "./scaffold-options.ts";

/** `src/routes` means that the routes go there: the output root is the folder above. */
const outputRoot = (output: string): string => {
  const bare = output.replace(/(?<=.)[/\\]+$/, "");
  const { folder, name } = splitPath(bare.replaceAll("\\", "/"));
  return name === "routes" ? folder : bare;
};

const frameworkNamed = (name: string, { frameworks }: Registry): FrameworkPlugin => {
  const found = frameworks.get(name);
  if (found !== undefined) return found;
  const known = [...frameworks.keys()].sort();
  const near = nearest(name, known);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  throw new Fault("usage.bad-value", `--framework got "${name}", expected ${listed(known, "or")}${hint}`, {
    help: "a framework of your own comes from a plugin script: --plugin PATH",
  });
};

/** A plugin in a worker answers with whatever it likes: only text files with paths go on. */
const checkedFiles = (files: unknown, { name }: FrameworkPlugin): readonly GeneratedFile[] => {
  const isFile = (file: unknown): file is GeneratedFile =>
    typeof file === "object" &&
    file !== null &&
    "path" in file &&
    typeof file.path === "string" &&
    "text" in file &&
    typeof file.text === "string";
  if (Array.isArray(files) && files.every(isFile)) {
    return files.map(({ path, text, executable }) => ({ path, text, ...(executable === true ? { executable } : {}) }));
  }
  throw new Fault(
    "plugin.broken",
    `the framework plugin "${name}" must return a list of files, each with path and text`,
  );
};

const installLines = (packages: FrameworkPlugin["packages"]): readonly string[] => {
  const all = Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1));
  const line = (command: string, isType: boolean): readonly string[] => {
    const words = all
      .filter(([name]) => name.startsWith("@types/") === isType)
      .map(([name, range]) => `"${name}@${range}"`);
    return words.length === 0 ? [] : [`${command} ${words.join(" ")}`];
  };
  return [...line("npm install", false), ...line("npm install --save-dev typescript tsx", true)];
};

interface NextSteps {
  readonly framework: FrameworkPlugin;
  readonly root: string;
  readonly mock: boolean;
  readonly isSecured: boolean;
}

const nextSteps = ({ framework, root, mock, isSecured }: NextSteps): readonly Block[] => [
  heading("Next"),
  {
    kind: "code",
    language: "usage",
    text: [...installLines(framework.packages), `npx tsx ${joinPath(root, "server.ts")}`].join("\n"),
  },
  paragraph(
    `The code is made of ES modules: package.json needs "type": "module". Handlers are in ${joinPath(root, "routes")}; each answers ${mock ? "with an example" : "501"} until it is written.`,
  ),
  ...(isSecured
    ? [
        paragraph(
          `Who may call is said in ${joinPath(root, "verify.ts")}: ${mock ? "whoever brings credentials is let in until it has verifiers" : "what needs a verifier that is not there is refused"}.`,
        ),
      ]
    : []),
];

const handlersOf = ({ groups }: ApiPlan): Generation["handlers"] =>
  groups.flatMap(({ file, operations }) =>
    operations.map(({ operation, name }) => ({
      operation: `${operation.method} ${operation.path}`,
      ...(operation.operationId === undefined ? {} : { operationId: operation.operationId }),
      name,
      file: `routes/${file}.ts`,
    })),
  );

const what = (plan: ApiPlan, typesOnly: boolean): string =>
  typesOnly
    ? "TypeScript types"
    : `${plural(plan.api.operations.length, "route handler")}, validation middleware, and TypeScript types`;

const summary = (plan: ApiPlan, typesOnly: boolean, planned: Planned): string =>
  planned.isFirst
    ? `Generated ${what(plan, typesOnly)}`
    : `Regenerated ${what(plan, typesOnly)}: ${changeSummary(planned)}`;

const dataOf = (
  { api }: ReadApi,
  plan: ApiPlan,
  framework: FrameworkPlugin,
  planned: Planned,
  { typesOnly, dryRun, check }: { readonly typesOnly: boolean; readonly dryRun: boolean; readonly check: boolean },
) => ({
  document: { title: api.title, version: api.version, openapi: api.openapi },
  framework: typesOnly ? null : framework.name,
  root: planned.root,
  operations: plan.groups.flatMap(({ file, operations }) =>
    operations.map(({ operation, name }) => ({
      method: operation.method,
      path: operation.path,
      handler: name,
      file: typesOnly ? null : `routes/${file}.ts`,
    })),
  ),
  packages: typesOnly ? {} : { ...framework.packages },
  changes: changeData(planned, dryRun || check),
  stale: planned.isStale,
});

/** Names the document that was read. */
const digest = (source: string): string => new Bun.CryptoHasher("sha256").update(source).digest("hex");

const modeOf = ({ force, adopt }: { readonly force: boolean; readonly adopt: boolean }): Mode => {
  if (force && adopt) {
    throw new Fault(
      "usage.bad-value",
      "--force takes the generated side and --adopt takes yours: only one can be meant",
    );
  }
  return force ? "force" : adopt ? "adopt" : "merge";
};

export default command({
  name: "scaffold",
  about: "Turn an OpenAPI document into a typed, validating service",
  more: [
    "Reads OpenAPI 2.0, 3.0, 3.1 and 3.2, as YAML or JSON. Writes route handlers to fill in, Zod validators for body,",
    "query, path, header and cookie parameters, and TypeScript types. When the last part of --output is `routes`, the",
    "other folders go beside it. What a document has wrong is listed as warnings, with line and pointer, and the rest is",
    "generated all the same.",
    "",
    "Generate again whenever the document changes: what you wrote stays, byte for byte, and what is new is merged in. The",
    "folder .senior beside the code remembers the last generation; commit it. Where both sides changed the same place,",
    "yours stands, FILE.conflict has both, and the exit status is 1 until you delete that file. What you chose the first",
    "time (--framework, --layout, --mock …) holds until you choose otherwise (--no-mock).",
  ].join("\n"),
  examples: [
    { run: "senior scaffold openapi.yaml --framework express --output src/routes/", about: "Handlers in src/routes" },
    { run: "senior scaffold openapi.yaml --types-only --output src", about: "Only the TypeScript types" },
    {
      run: "senior scaffold openapi.yaml --mock",
      about: "A service that answers with examples, to build clients against",
    },
    { run: "senior scaffold openapi.yaml --dry-run", about: "What would change in ./generated, as a diff" },
    { run: "senior scaffold openapi.yaml --check", about: "In a pipeline: fail when the code is not up to date" },
  ],
  positionals: { spec: text("The OpenAPI document", { value: "SPEC", required: true }) },
  flags: {
    framework: text("The web framework to generate for (default express)", { short: "f", value: "NAME" }),
    output: text("Where to write", { short: "o", value: "DIR", default: "./generated" }),
    mock: toggle("Handlers answer with the document's examples, or data made from its schemas, instead of 501"),
    refRoot: text("References ($ref) reach files below this folder (default: the document's own)", { value: "DIR" }),
    allowRemoteRefs: many(
      text("Fetch references from this host, over https; without it nothing is fetched (repeatable)", {
        value: "HOST",
        scope: "user",
      }),
    ),
    typesOnly: flag("Write only the TypeScript types"),
    layout: choice(layouts, "One file for each tag, for each operation, or one for all (default tags)"),
    envelope: choice(
      envelopes,
      "What success bodies travel in: as described, else {data, meta}; never; always {data, meta}; {success, data, meta} (default auto)",
    ),
    errorBody: choice(
      errorBodies,
      "What errors look like where the document does not say: {error, meta}; problem details (RFC 9457); or what it describes most often (default standard)",
    ),
    validateResponses: toggle("Check replies as well: a wrong one is logged and answered with 500"),
    validationStatus: choice(["400", "422"], "The status of answers that list wrong fields (default 400)"),
    check: flag("Write nothing; exit 1 when the files are not what the document gives"),
    adopt: flag("Take files of unknown origin for yours: keep them, and add what is missing"),
    dryRun: flag("Show the plan, file by file and as a diff, and write nothing"),
    force: flag("Take the generated side of every file; what you had written goes to .senior/replaced"),
  },
  output: "files",
  async run({ args, io, registry }) {
    const root = outputRoot(args.output);
    const mode = modeOf(args);
    const before = mode === "merge" ? await readPrevious(io, root) : undefined;
    const framework = frameworkNamed(args.framework ?? before?.framework ?? "express", registry);
    const kit = createKit(chosenOptions(args, before?.options));
    io.terminal.progress(`reading ${args.spec}`);
    const read = await readApi(io, args.spec, {
      refRoot: args.refRoot,
      hosts: args.allowRemoteRefs.map(readRemoteHost),
    });
    const plan = kit.plan(read.api);
    const needed = { ...framework, packages: { ...framework.packages, ...kit.packages(plan) } };
    io.terminal.progress(`generating ${plural(plan.api.operations.length, "operation")} for ${framework.name}`);
    const files = args.typesOnly
      ? kit.typeOnlyFiles(plan)
      : checkedFiles(await framework.emit(read.api, kit), framework);
    checkSources(files, framework.name);
    const generation = (isPart: boolean): Generation => ({
      document: { title: read.api.title, version: read.api.version, sha256: digest(read.texts.join("\0")) },
      framework: framework.name,
      options: { typesOnly: args.typesOnly, ...kit.options },
      handlers: args.typesOnly ? [] : handlersOf(plan),
      files: fileSet("", files).files,
      isPart,
    });
    const isSecured = files.some(({ path }) => path === "verify.ts");
    const planned = await planGeneration(io, root, generation, { mode, isPart: args.typesOnly });
    const report = {
      command: "scaffold",
      blocks: [
        paragraph(summary(plan, args.typesOnly, planned), "good"),
        ...(args.dryRun ? patchBlocks(planned) : []),
        ...(args.typesOnly || !planned.isFirst
          ? []
          : nextSteps({ framework: needed, root, mock: kit.options.mock, isSecured })),
      ],
      findings: [
        ...read.findings,
        ...(args.typesOnly ? [] : read.place(serviceFindings(plan, args.spec))),
        ...planned.findings,
      ],
      data: dataOf(read, plan, needed, planned, args),
      files: planned.set,
    };
    return args.check ? checkReport(planned, report) : report;
  },
});
