// Other validators, and generators of validators, as judges of the JSON Schema Test Suite's cases.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { validator } from "@exodus/schemasafe";
import Ajv2020 from "ajv/dist/2020.js";
import { z } from "zod";
import { casesDocument } from "../../src/testing/schema-cases.ts";
import type { SchemaCase } from "../../src/testing/schema-cases.ts";

/** True or false, or undefined where the contender cannot read the schema. */
export type Verdict = boolean | undefined;
export type Contender = (one: SchemaCase) => Verdict | Promise<Verdict>;
export type Named = readonly [name: string, contender: Contender];

export const drafts = [
  { name: "draft2020-12", openapi: "3.1.1", uri: "https://json-schema.org/draft/2020-12/schema" },
  { name: "draft4", openapi: "3.0.3", uri: "http://json-schema.org/draft-04/schema#" },
] as const;
export type Draft = (typeof drafts)[number];

interface Trial {
  readonly draft: Draft;
  readonly cases: readonly SchemaCase[];
  /** For what a contender writes. */
  readonly folder: string;
  /** Folders whose node_modules may hold packages that are no part of this repository. */
  readonly peers: readonly string[];
}

/** A package of the first folder that has it. */
const peer = async ({ peers }: Trial, name: string): Promise<object | undefined> => {
  for (const folder of peers) {
    try {
      return (await import(Bun.resolveSync(name, resolve(folder)))) as object;
    } catch {
      continue;
    }
  }
  return undefined;
};

type Judge = (data: unknown) => boolean;

/** Judges made once for each schema. */
const perSchema = (make: (schema: unknown, gid: string) => Judge | Promise<Judge>): Contender => {
  const judges = new Map<string, Judge | undefined>();
  return async ({ gid, schema, data }) => {
    try {
      if (!judges.has(gid)) {
        judges.set(gid, undefined);
        judges.set(gid, await make(structuredClone(schema), gid));
      }
      return judges.get(gid)?.(data);
    } catch {
      return undefined;
    }
  };
};

const withDraft = (schema: unknown, { uri }: Draft): unknown =>
  typeof schema === "object" && schema !== null ? { ...schema, $schema: uri } : schema;

/** Names that it does not know by itself: as annotations they say nothing. */
const furtherFormats = ["idn-email", "idn-hostname", "iri", "iri-reference"];

const schemasafe = ({ draft }: Trial): readonly Named[] => {
  const options = {
    mode: "lax",
    $schemaDefault: draft.uri,
    allowUnusedKeywords: true,
    allowUnreachable: true,
    formatAssertion: false,
    formats: Object.fromEntries(furtherFormats.map((name) => [name, () => true])),
  } as const;
  const make = (schema: unknown): Judge =>
    validator(withDraft(schema, draft) as Parameters<typeof validator>[0], options) as unknown as Judge;
  return [["@exodus/schemasafe (oracle)", perSchema(make)]];
};

const zodsOwn = ({ draft }: Trial): readonly Named[] => {
  const make = (schema: unknown): Judge => {
    const made = z.fromJSONSchema(withDraft(schema, draft) as Parameters<typeof z.fromJSONSchema>[0]);
    return (data) => made.safeParse(data).success;
  };
  return [["z.fromJSONSchema, zod 4", perSchema(make)]];
};

const ajv = async (trial: Trial): Promise<readonly Named[]> => {
  const isOld = trial.draft.name === "draft4";
  const found = isOld ? ((await peer(trial, "ajv-draft-04")) as { default: typeof Ajv2020 } | undefined) : undefined;
  const Made = isOld ? found?.default : Ajv2020;
  if (Made === undefined) return [];
  const made = new Made({ strict: false, validateFormats: false });
  const make = (schema: unknown): Judge => made.compile(schema as Record<string, unknown>);
  return [[isOld ? "ajv-draft-04" : "ajv 8", perSchema(make)]];
};

interface Hyperjump {
  registerSchema(schema: unknown, uri: string, dialect: string): void;
  validate(uri: string): Promise<(data: unknown) => { valid: boolean }>;
}

/** It follows the specification to the letter, formats as annotations. */
const hyperjump = async (trial: Trial): Promise<readonly Named[]> => {
  const entry = trial.draft.name === "draft4" ? "draft-04" : "draft-2020-12";
  const found = (await peer(trial, `@hyperjump/json-schema/${entry}`)) as Hyperjump | undefined;
  if (found === undefined) return [];
  const make = async (schema: unknown, gid: string): Promise<Judge> => {
    const uri = `https://cases.example/${entry}/${gid}`;
    found.registerSchema(schema, uri, trial.draft.uri);
    const judge = await found.validate(uri);
    return (data) => judge(data).valid;
  };
  return [["@hyperjump/json-schema (oracle)", perSchema(make)]];
};

const toZod = async (trial: Trial): Promise<readonly Named[]> => {
  const found = (await peer(trial, "json-schema-to-zod")) as { jsonSchemaToZod(schema: unknown): string } | undefined;
  if (found === undefined) return [];
  // The peer gives code as text: running it is what is measured.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  const evaluate = (code: string): z.ZodType => new Function("z", `return ${code}`)(z) as z.ZodType;
  const make = (schema: unknown): Judge => {
    const made = evaluate(found.jsonSchemaToZod(schema));
    return (data) => made.safeParse(data).success;
  };
  return [["json-schema-to-zod", perSchema(make)]];
};

/** A document for each schema: one that cannot be read takes no other with it. */
const heyApi = async (trial: Trial): Promise<readonly Named[]> => {
  const found = (await peer(trial, "@hey-api/openapi-ts")) as { createClient(options: object): unknown } | undefined;
  if (found === undefined) return [];
  const byGid = Map.groupBy(trial.cases, ({ gid }) => gid);
  const make = async (_: unknown, gid: string): Promise<Judge> => {
    const output = join(trial.folder, "hey-api", gid);
    await mkdir(output, { recursive: true });
    await writeFile(`${output}.json`, casesDocument(byGid.get(gid) ?? [], trial.draft.openapi));
    const logs = { level: "silent", file: false };
    await found.createClient({ input: `${output}.json`, output: { path: output }, plugins: ["zod"], logs });
    const { zCase0 } = (await import(join(output, "zod.gen.ts"))) as { zCase0: z.ZodType };
    return (data) => zCase0.safeParse(data).success;
  };
  return [["@hey-api/openapi-ts, zod", perSchema(make)]];
};

/** All that are installed, oracles first. */
export const otherContenders = async (trial: Trial): Promise<readonly Named[]> => [
  ...(await hyperjump(trial)),
  ...schemasafe(trial),
  ...(await ajv(trial)),
  ...(await toZod(trial)),
  ...(await heyApi(trial)),
  ...zodsOwn(trial),
];
