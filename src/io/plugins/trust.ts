// Trust in plugin scripts that a project lists: a person approves the exact content once, in a file of their own.
import { Fault } from "../../kernel/fault.ts";
import type { Location } from "../../kernel/finding.ts";
import { canonicalJson, isObject, own } from "../../kernel/json.ts";
import type { Io } from "../io.ts";

const fileName = "trusted-plugins.json";

const trustFolder = (io: Io): string =>
  `${io.env["XDG_CONFIG_HOME"] ?? io.env["APPDATA"] ?? `${io.home}/.config`}/senior`;

const scripts = /\.(ts|tsx|mts|js|jsx|mjs|cjs)$/;

const resolveImport = async (io: Io, from: string, specifier: string): Promise<string | undefined> => {
  const base = new URL(specifier, `file://${from}`).pathname;
  const candidates = [
    base,
    `${base}.ts`,
    `${base}.js`,
    base.replace(/\.js$/, ".ts"),
    `${base}/index.ts`,
    `${base}/index.js`,
  ];
  for (const candidate of candidates) if ((await io.files.kind(candidate)) === "file") return candidate;
  return undefined;
};

/** A script and everything it reaches by relative imports, so that a changed neighbour breaks the trust as well. */
const closure = async (io: Io, path: string): Promise<ReadonlyMap<string, Uint8Array>> => {
  const found = new Map<string, Uint8Array>();
  const queue = [path];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next)) continue;
    const content = await io.files.readBytes(next);
    found.set(next, content);
    if (!scripts.test(next)) continue;
    const imports = new Bun.Transpiler({ loader: "tsx" }).scanImports(content);
    for (const { path: specifier } of imports) {
      const target = specifier.startsWith(".") ? await resolveImport(io, next, specifier) : undefined;
      if (target !== undefined) queue.push(target);
    }
  }
  return found;
};

/** `sha256:…` over the script and its relative imports, in path order. */
export const trustHash = async (io: Io, path: string): Promise<string> => {
  const files = [...(await closure(io, path))].sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = new Bun.CryptoHasher("sha256");
  for (const [, content] of files) hash.update(new Bun.CryptoHasher("sha256").update(content).digest());
  return `sha256:${hash.digest("hex")}`;
};

const readTrusted = async (io: Io): Promise<Readonly<Record<string, string>>> => {
  const path = `${trustFolder(io)}/${fileName}`;
  if ((await io.files.kind(path)) === "missing") return {};
  const value: unknown = JSON.parse(await io.files.readText(path));
  if (!isObject(value)) throw new Fault("input.invalid", `${path} is not a list of trusted plugins`);
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
};

/** Remembers the script's present content as trusted. */
export const trust = async (io: Io, path: string): Promise<string> => {
  const hash = await trustHash(io, path);
  const all = { ...(await readTrusted(io)), [path]: hash };
  const file = { path: fileName, text: `${canonicalJson(all, 2)}\n` };
  await io.files.write({ root: trustFolder(io), files: [file] }, { force: true, dryRun: false });
  return hash;
};

/** Throws `guard.trust` unless the content is trusted, by the user's file or by SENIOR_TRUST (hashes, comma-separated). */
export const requireTrust = async (io: Io, path: string, at: Location): Promise<void> => {
  const hash = await trustHash(io, path);
  const passed = (io.env["SENIOR_TRUST"] ?? "").split(",").map((one) => one.trim());
  const trusted = own(await readTrusted(io), path);
  if (trusted === hash || passed.includes(hash)) return;
  const why = trusted === undefined ? "is not trusted yet" : "has changed since it was trusted";
  throw new Fault("guard.trust", `the project's plugin ${path} ${why}`, {
    at,
    help: `read the script, then run \`senior trust ${path}\`; a pipeline sets SENIOR_TRUST=${hash}`,
  });
};
