// Generated code as a project on disk: written, type-checked as its users would, and running.
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { fileSet } from "../kernel/fileset.ts";
import type { Resolution } from "./strict-options.ts";
import { resolutionNames, strictOptions } from "./strict-options.ts";
import { temporaryFolder } from "./temporary.ts";
import { freePort } from "./free-port.ts";

const repository = new URL("../..", import.meta.url).pathname;

/** Writes the files into a temporary folder that finds this repository's packages. */
export const writeProject = async (files: readonly GeneratedFile[]): Promise<string> => {
  const set = fileSet(".", files).files;
  const configs = resolutionNames.map((name) => [
    `tsconfig.${name}.json`,
    JSON.stringify({ compilerOptions: strictOptions(name), include: ["**/*.ts"] }),
  ]);
  const folder = await temporaryFolder({
    ...Object.fromEntries(set.map(({ path, text }) => [path, text])),
    ...(Object.fromEntries(configs) as Record<string, string>),
    "package.json": '{ "type": "module" }',
  });
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  return folder;
};

const fixed =
  "accept authenticate body bytes described envelope errors handle json json-schema jwt operation parameters reply request secrets segments sequences";

/** Files whose text does not follow the document: their behaviour is tested instead. */
export const isFixed = (path: string): boolean =>
  path === "server.ts" || fixed.split(" ").some((name) => path === `middleware/${name}.ts`);

/** The compiler's complaints about a project, or "". */
export const typeErrors = async (folder: string, resolution: Resolution): Promise<string> => {
  const tsc = join(repository, "node_modules/typescript/bin/tsc");
  const run = Bun.spawn([process.execPath, tsc, "-p", `tsconfig.${resolution}.json`], {
    cwd: folder,
    stdout: "pipe",
    stderr: "inherit",
  });
  const text = await new Response(run.stdout).text();
  await run.exited;
  return text;
};

export type Runtime = "bun" | "node";

/** Node reads JavaScript: every module by itself, without bundling, as `tsc` would write it. */
const transpile = async (folder: string): Promise<void> => {
  const transpiler = new Bun.Transpiler({ loader: "ts", target: "node" });
  for await (const path of new Bun.Glob("**/*.ts").scan({ cwd: folder, followSymlinks: false })) {
    if (path.startsWith("node_modules/")) continue;
    const text = transpiler.transformSync(await Bun.file(join(folder, path)).text());
    await Bun.write(join(folder, path.replace(/\.ts$/, ".js")), text);
  }
};

export interface Running extends AsyncDisposable {
  readonly url: string;
}

const answers = async (url: string): Promise<boolean> => {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
};

/** Starts `server.ts` on a free port; ends with the scope that holds it. */
export const startProject = async (
  folder: string,
  runtime: Runtime,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> => {
  if (runtime === "node") await transpile(folder);
  const port = await freePort();
  const command = runtime === "bun" ? [process.execPath, "server.ts"] : ["node", "server.js"];
  const server = Bun.spawn(command, {
    cwd: folder,
    env: { ...process.env, ...env, PORT: String(port) },
    stdout: "ignore",
    stderr: "pipe",
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (server.exitCode !== null) {
      throw new Error(`the service ended while starting: ${await new Response(server.stderr).text()}`);
    }
    await Bun.sleep(25);
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await server.exited;
    },
  };
};
