// A generated service in memory that a user edits and the document outgrows.
import { loadRegistry } from "../builtin.ts";
import type { Outcome } from "../cli/run.ts";
import { runSenior } from "../cli/run.ts";
import type { Finding } from "../kernel/finding.ts";
import { memoryIo } from "./memory-io.ts";

/** One line for each operation: `GET /pets pets listPets`. */
export const zooDocument = (
  operations: readonly string[],
  schemas = "Pet: { type: object, required: [name], properties: { name: { type: string } } }",
): string => {
  const parsed = operations.map((line) => {
    const [method = "", path = "", tag = "", id = ""] = line.split(" ");
    return { method: method.toLowerCase(), path, tag, id };
  });
  const item = ({ method, path, tag, id }: (typeof parsed)[number]): string => {
    const names = [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? "");
    const parameters = names.map((name) => `{ name: ${name}, in: path, required: true, schema: { type: string } }`);
    const content = "content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } }";
    const body = method === "post" ? `, requestBody: { required: true, ${content} }` : "";
    return `    ${method}: { operationId: ${id}, tags: [${tag}], parameters: [${parameters.join(", ")}]${body}, responses: { "200": { description: ok, ${content} } } }`;
  };
  const paths = [...Map.groupBy(parsed, ({ path }) => path)].map(
    ([path, all]) => `  ${path}:\n${all.map(item).join("\n")}`,
  );
  return `openapi: 3.1.0\ninfo: { title: Zoo, version: "1" }\npaths:\n${paths.join("\n")}\ncomponents: { schemas: { ${schemas} } }\n`;
};

export interface Service {
  /** Generates anew from a document, and says what the command said. */
  generate(document: string, ...flags: readonly string[]): Promise<Outcome & { readonly findings: readonly Finding[] }>;
  /** A file below the output folder. */
  read(path: string): string;
  has(path: string): boolean;
  write(path: string, text: string): void;
  remove(path: string): void;
  edit(path: string, change: (text: string) => string): void;
  /** Everything below the output folder, the memory of the generator aside. */
  files(): ReadonlyMap<string, string>;
  all(): ReadonlyMap<string, string>;
}

const root = "/project/src/";

export const openService = (): Service => {
  const io = memoryIo();
  const disk = io.disk as Map<string, string>;
  const read = (path: string): string => disk.get(root + path) ?? "";
  return {
    async generate(document, ...flags) {
      disk.set("/project/openapi.yaml", document);
      const words = ["scaffold", "openapi.yaml", "--output", "src/routes", "--json", ...flags];
      const outcome = await runSenior(words, io, loadRegistry);
      const { findings = [] } = JSON.parse(outcome.stdout) as { readonly findings?: readonly Finding[] };
      return { ...outcome, findings };
    },
    read,
    has: (path) => disk.has(root + path),
    write: (path, text) => void disk.set(root + path, text),
    remove: (path) => void disk.delete(root + path),
    edit: (path, change) => void disk.set(root + path, change(read(path))),
    files: () =>
      new Map(
        [...disk].flatMap(([path, text]) =>
          path.startsWith(root) && !path.startsWith(`${root}.senior`) ? [[path.slice(root.length), text] as const] : [],
        ),
      ),
    all: () => new Map(disk),
  };
};
