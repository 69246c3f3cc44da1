// Writes the declarations that `senior schema plugin` prints: all that src/sdk.ts names, in one module without imports.
import { generateDtsBundle } from "dts-bundle-generator";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import ts from "typescript";

const root = join(import.meta.dirname, "..");
const target = join(root, "src/cli/plugin-types.d.ts.txt");

/** The project's own options for this one file and what it imports: the whole project takes a minute. */
const project = async (folder: string): Promise<string> => {
  const path = join(folder, "tsconfig.json");
  await writeFile(
    path,
    JSON.stringify({ extends: join(root, "tsconfig.json"), files: [join(root, "src/sdk.ts")], include: [] }),
  );
  return path;
};

const bundle = async (): Promise<string> => {
  // Inside the project, for the types that the options name are looked up from there.
  const folder = await mkdtemp(join(root, "node_modules/.plugin-types-"));
  try {
    const [text] = generateDtsBundle(
      [{ filePath: join(root, "src/sdk.ts"), output: { noBanner: true, exportReferencedTypes: true } }],
      { preferredConfigPath: await project(folder) },
    );
    if (text === undefined) throw new Error("no declarations came out");
    return text;
  } finally {
    await rm(folder, { recursive: true });
  }
};

const head = [
  '// Types for plugin scripts of senior. Keep this file beside them; `import type … from "senior/sdk"` finds it.',
  "// Written by `senior schema plugin`.",
].join("\n");

const body = (await bundle()).replace(/\nexport \{\};\s*$/u, "\n");
const imported = ts.preProcessFile(body).importedFiles.map(({ fileName }) => fileName);
if (imported.length > 0) throw new Error(`the declarations import ${imported.join(", ")}`);
const declarations = `${head}\n\ndeclare module "senior/sdk" {\n${body}}\n`;
await writeFile(target, await format(declarations, { ...(await resolveConfig(target)), parser: "typescript" }));
