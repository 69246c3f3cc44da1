// Public OpenAPI documents that lie beside the checkout on some machines; tests over them are skipped elsewhere.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const folder = new URL("../../../shared/data/openapi/", import.meta.url).pathname;

/** Absolute paths, sorted; none when the folder is not there. */
export const publicDocuments: readonly string[] = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => /\.(ya?ml|json)$/.test(name))
      .sort()
      .map((name) => join(folder, name))
  : [];

const cases = new URL("../../../shared/data/json-schema-cases/", import.meta.url).pathname;

/** Files of JSON Schema test cases, one JSON object to a line. */
export const schemaCaseFiles: Readonly<Record<string, string>> = existsSync(cases)
  ? Object.fromEntries(readdirSync(cases).map((name) => [name.replace(/\.jsonl$/, ""), join(cases, name)]))
  : {};
