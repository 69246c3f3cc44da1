// The emitted validators against the JSON Schema Test Suite: accept and reject exactly as it says.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { express } from "../../plugins/express.ts";
import type { Json } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import { writeProject } from "../testing/emitted-project.ts";
import { emitFor } from "../testing/framework-contract.ts";
import { schemaCaseFiles } from "../testing/public-documents.ts";

interface Case {
  readonly id: string;
  readonly gid: string;
  readonly keyword: string;
  readonly schema: Json;
  readonly data: Json;
  readonly valid: boolean;
}

const readCases = async (file: string): Promise<readonly Case[]> =>
  (await Bun.file(file).text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Case);

/** References inside a schema that moves into a document; data (enum, const) is left alone. */
const moved = (schema: Json, base: string): Json => {
  if (Array.isArray(schema)) return schema.map((one: Json) => moved(one, base));
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === "enum" || key === "const") return [key, value];
    const isReference = key === "$ref" && typeof value === "string" && value.startsWith("#");
    return [key, isReference ? `${base}${value.slice(1)}` : moved(value, base)];
  });
  return Object.fromEntries(entries) as Json;
};

/** One operation for each schema. */
const documentOf = (cases: readonly Case[], openapi: string): string => {
  const schemas = [...new Map(cases.map(({ gid, schema }) => [gid, schema]))];
  const content = (index: number) => ({
    "application/json": { schema: { $ref: `#/components/schemas/Case${index}` } },
  });
  const post = (index: number) => ({
    operationId: `case${index}`,
    tags: ["cases"],
    requestBody: { content: content(index) },
  });
  return JSON.stringify({
    openapi,
    info: { title: "Cases", version: "1" },
    paths: Object.fromEntries(schemas.map((_, index) => [`/${index}`, { post: post(index) }])),
    components: {
      schemas: Object.fromEntries(
        schemas.map(([, schema], index) => [`Case${index}`, moved(schema, `#/components/schemas/Case${index}`)]),
      ),
    },
  });
};

type Validators = Readonly<Record<string, { safeParse(value: unknown): { readonly success: boolean } }>>;

const validatorsOf = async (cases: readonly Case[], openapi: string): Promise<Validators> => {
  const folder = await writeProject(await emitFor(express, documentOf(cases, openapi)));
  return (await import(pathToFileURL(join(folder, "middleware/validators.ts")).href)) as Validators;
};

const drafts = [
  { name: "draft2020-12", openapi: "3.1.1" },
  { name: "draft4", openapi: "3.0.3" },
] as const;

describe.skipIf(Object.keys(schemaCaseFiles).length === 0)("JSON Schema Test Suite", () => {
  test.each(drafts)("$name: every required case but `format`, which is asserted here", async ({ name, openapi }) => {
    const cases = await readCases(schemaCaseFiles[name] ?? "");
    const validators = await validatorsOf(cases, openapi);
    const indexes = new Map([...new Set(cases.map(({ gid }) => gid))].map((gid, index) => [gid, index]));
    const wrong = cases.filter(({ gid, data, valid }) => {
      const validator = validators[`case${indexes.get(gid) ?? ""}Body`];
      return validator === undefined || validator.safeParse(data).success !== valid;
    });
    expect(wrong.filter(({ keyword }) => keyword !== "format").map(({ id }) => id)).toEqual([]);
  });
});
