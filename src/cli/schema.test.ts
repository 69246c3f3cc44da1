// The declarations for plugin scripts, as their authors use them: printed into a folder, found by the compiler.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../testing/temporary.ts";
import pluginTypes from "./plugin-types.d.ts.txt" with { type: "text" };

const repository = join(import.meta.dirname, "../..");

/** The README's plugin, so that what it shows is what works. */
const readmeExample = async (): Promise<string> => {
  const readme = await Bun.file(join(repository, "README.md")).text();
  const [, code] = /```ts\n(import type \{ Plugin \} from "senior\/sdk";[^]*?)```/u.exec(readme) ?? [];
  return code ?? "";
};

/** Each type is what the product has: either takes the place of the other (else run scripts/write-plugin-types.ts). */
const agreement = `
import type * as Printed from "senior/sdk";
import type * as Own from ${JSON.stringify(join(repository, "src/sdk.ts"))};

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
export const same: readonly true[] = [
${[
  "ApiModel",
  "ApiPlan",
  "EmitKit",
  "EmitOptions",
  "FrameworkPlugin",
  "Finding",
  "Plugin",
  "Report",
  "Reporter",
  "ServedRoute",
]
  .map((name) => `  true satisfies Same<Own.${name}, Printed.${name}>,`)
  .join("\n")}
];
export const other: Same<Own.Report, Printed.Finding> = false;
`;

test("printed declarations serve plugin scripts without any package, and are the product's own types", async () => {
  const example = await readmeExample();
  expect(example).toContain("satisfies Plugin");
  const folder = await temporaryFolder({
    "senior-sdk.d.ts": pluginTypes,
    "acme.ts": example,
    "agreement.ts": agreement,
    "wrong.ts": example.replace('kind: "reporter"', 'kind: "repeater"'),
    "tsconfig.json": JSON.stringify({
      extends: join(repository, "tsconfig.json"),
      compilerOptions: { typeRoots: [join(repository, "node_modules/@types")] },
      include: ["*.ts"],
    }),
  });
  const tsc = join(repository, "node_modules/typescript/bin/tsc");
  const run = Bun.spawnSync([process.execPath, tsc, "-p", folder, "--pretty", "false"], { cwd: folder });
  const complaints = run.stdout
    .toString()
    .split("\n")
    .filter((line) => /^\S/u.test(line));
  expect(complaints.map((line) => line.split("(")[0])).toEqual(["wrong.ts"]);
}, 60_000);
