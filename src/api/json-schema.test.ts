// The emitted validators against the JSON Schema Test Suite: accept and reject exactly as it says.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { express } from "../../plugins/express.ts";
import { writeProject } from "../testing/emitted-project.ts";
import { emitFor } from "../testing/framework-contract.ts";
import { schemaCaseFiles } from "../testing/public-documents.ts";
import { casesDocument, readCases } from "../testing/schema-cases.ts";
import type { SchemaCase } from "../testing/schema-cases.ts";

type Validators = Readonly<Record<string, { safeParse(value: unknown): { readonly success: boolean } }>>;

const validatorsOf = async (cases: readonly SchemaCase[], openapi: string): Promise<Validators> => {
  const folder = await writeProject(await emitFor(express, casesDocument(cases, openapi)));
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
