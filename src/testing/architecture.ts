// Reads imports and forbidden globals out of source text, and judges them by the floors of the house.
import ts from "typescript";
import { order } from "../kernel/graph.ts";

export interface Room {
  readonly floor: number;
  /** npm packages and `node:` modules that files of the room may import. */
  readonly packages: readonly string[];
  /** May it act: clock, randomness, processes, disk, network? */
  readonly acts: boolean;
  /** Files outside its room that it may import, when not everything below. */
  readonly only?: readonly RegExp[];
}

const pure = (floor: number, packages: readonly string[] = [], only?: readonly RegExp[]): Room => ({
  floor,
  packages,
  acts: false,
  ...(only === undefined ? {} : { only }),
});
const acting = (floor: number, packages: readonly string[] = []): Room => ({ floor, packages, acts: true });

/** The house: a file imports from floors below its own, and inside its own room. The longest matching prefix counts. */
export const rooms: Readonly<Record<string, Room>> = {
  "src/kernel/": pure(1),
  "src/pg/": pure(2),
  "src/load/": pure(2, ["@cfworker/json-schema"]),
  "src/decide/": pure(2),
  "src/report/": pure(2, ["uplot"]),
  "src/api/": pure(
    3,
    ["yaml", "@babel/parser", "@eslint-community/regexpp", "diff"],
    [/^src\/kernel\//, /^src\/pg\/catalog(\/|\.ts$)/],
  ),
  "src/project/": pure(4),
  "src/sdk.ts": pure(5),
  "src/registry.ts": pure(5),
  "src/io/": acting(6, ["node:*", "postgres", "@electric-sql/pglite", "libpg-query"]),
  "plugins/": pure(6, [], [/^src\/sdk\.ts$/]),
  "src/cli/": pure(7, ["yaml"]),
  "src/builtin.ts": pure(7),
  "src/main.ts": acting(8, ["node:path"]),
};

/** Data that any file may import: JSON, text and assets are not code. */
const isData = (path: string): boolean => !/\.tsx?$/.test(path);

const purePartsOfBun = [
  "YAML",
  "TOML",
  "markdown",
  "stringWidth",
  "stripANSI",
  "wrapAnsi",
  "sliceAnsi",
  "inspect",
  "CryptoHasher",
];
const actingGlobals = [
  "process",
  "console",
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "crypto",
  "performance",
  "Worker",
  "WebSocket",
];

export const roomOf = (path: string): string | undefined =>
  Object.keys(rooms)
    .filter((prefix) => path === prefix || (prefix.endsWith("/") && path.startsWith(prefix)))
    .sort((a, b) => b.length - a.length)[0];

const resolveImport = (from: string, specifier: string): string =>
  new URL(specifier, `file:///${from}`).pathname.slice(1);

const importsOf = (text: string): readonly string[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);

const packageAllowed = (specifier: string, room: Room): boolean =>
  room.packages.some((name) =>
    name.endsWith("*")
      ? specifier.startsWith(name.slice(0, -1))
      : specifier === name || specifier.startsWith(`${name}/`),
  );

/** Uses of the clock, randomness, the process or the network in one file. */
const actingUses = (path: string, text: string): readonly string[] => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const at = (): string => `${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const name = `${node.expression.text}.${node.name.text}`;
      const impure = node.expression.text === "Bun" && !purePartsOfBun.includes(node.name.text);
      if (impure || name === "Math.random" || name === "Date.now") found.push(`${at()} uses ${name}`);
    }
    if (ts.isNewExpression(node) && node.expression.getText() === "Date" && node.arguments?.length === 0) {
      found.push(`${at()} reads the clock`);
    }
    if (ts.isIdentifier(node) && actingGlobals.includes(node.text) && isGlobalUse(node))
      found.push(`${at()} uses ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

/** An identifier that stands for a value by itself, not a property's name, a declaration or a type. */
const isGlobalUse = (node: ts.Identifier): boolean => {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isCallExpression(parent) || ts.isNewExpression(parent);
};

const arrowProblem = (from: string, to: string): string | undefined => {
  const [here, there] = [roomOf(from), roomOf(to)];
  if (there === undefined) return `${from} imports ${to}, which is in no room`;
  if (here === there || here === undefined) return undefined;
  const [room, other] = [rooms[here], rooms[there]];
  if (room === undefined || other === undefined) return undefined;
  const wholeFloor = !here.endsWith("/") || !there.endsWith("/");
  if (other.floor > room.floor) return `${from} imports upwards: ${to}`;
  if (other.floor === room.floor && !wholeFloor) return `${from} imports another room of its floor: ${to}`;
  if (room.only !== undefined && !room.only.some((pattern) => pattern.test(to))) return `${from} may not import ${to}`;
  return undefined;
};

/** Everything in `files` (path → text) that breaks the floors, a circle included. */
export const judge = (files: ReadonlyMap<string, string>): readonly string[] => {
  const problems: string[] = [];
  const arrows = new Map<string, readonly string[]>();
  for (const [path, text] of files) {
    const room = rooms[roomOf(path) ?? ""];
    if (room === undefined) problems.push(`${path} is in no room`);
    if (room === undefined) continue;
    const all = importsOf(text);
    const local = all.filter((name) => name.startsWith(".")).map((name) => resolveImport(path, name));
    const code = local.filter((target) => !isData(target));
    arrows.set(path, code);
    problems.push(...code.flatMap((target) => arrowProblem(path, target) ?? []));
    const foreign = all.filter((name) => !name.startsWith(".") && !packageAllowed(name, room));
    problems.push(...foreign.map((name) => `${path} imports the package ${name}, which its room does not list`));
    if (!room.acts) problems.push(...actingUses(path, text));
  }
  const { circles } = order([...arrows.keys()], (path) => arrows.get(path) ?? []);
  return [...problems, ...circles.map((circle) => `circle: ${circle.join(" → ")}`)].sort();
};

/** The product's own sources: no tests, no fixtures, no test support. */
export const productSources = async (root: string): Promise<ReadonlyMap<string, string>> => {
  const files = new Map<string, string>();
  for (const folder of ["src", "plugins"]) {
    for await (const name of new Bun.Glob(`${folder}/**/*.ts`).scan({ cwd: root })) {
      const path = name.replaceAll("\\", "/");
      if (/\.(test|bench)\.ts$|\/fixtures\/|^src\/testing\//.test(path)) continue;
      files.set(path, await Bun.file(`${root}/${path}`).text());
    }
  }
  return files;
};
