// The JSON Schema Test Suite's cases, and an API with one operation for each of their schemas.
import type { Json } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";

export interface SchemaCase {
  readonly id: string;
  readonly gid: string;
  readonly keyword: string;
  readonly schema: Json;
  readonly data: Json;
  readonly valid: boolean;
}

export const readCases = async (file: string): Promise<readonly SchemaCase[]> =>
  (await Bun.file(file).text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as SchemaCase);

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
export const casesDocument = (cases: readonly SchemaCase[], openapi: string): string => {
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
