// Any edits by a user, any changes of the document: what the user wrote is all there, it parses, and a second run changes nothing.
import { expect, test } from "bun:test";
import prettier from "prettier";
import { readSyntax } from "../api/regenerate/syntax.ts";
import { randomFrom } from "../load/random.ts";
import { openService, zooDocument } from "../testing/regeneration.ts";

interface Draw {
  /** From 0 up to, not including, `count`. */
  below(count: number): number;
}

const pick = <T>(draw: Draw, all: readonly T[]): T | undefined => all[draw.below(all.length)];

/** A user's edit of a file, and the texts that must survive it. */
interface Edited {
  readonly text: string;
  readonly mine: readonly string[];
}

type Edit = (text: string, draw: Draw, mark: string) => Edited | Promise<Edited>;

const formats = [
  { printWidth: 120, semi: false, singleQuote: true },
  { useTabs: true, trailingComma: "none", arrowParens: "avoid" },
  { tabWidth: 4, printWidth: 60, quoteProps: "consistent" },
] as const;

/** What people do to generated files. */
const edits: Readonly<Record<string, Edit>> = {
  reformat: async (text, draw) => ({
    text: await prettier.format(text, { parser: "typescript", ...pick(draw, formats) }),
    mine: [],
  }),
  comment: (text, draw, mark) => {
    const lines = text.split("\n");
    const starts = lines.flatMap((line, index) => (/^(export|\/\*\*|import)/.test(line) ? [index] : []));
    lines.splice(pick(draw, starts) ?? 0, 0, `// ${mark} a note`);
    return { text: lines.join("\n"), mine: [mark] };
  },
  helper: (text, _draw, mark) => ({
    text: `${text}\nconst ${mark} = (value: string): string => value + "${mark}";\nexport const use_${mark} = ${mark}("x");\n`,
    mine: [`${mark} = `, `use_${mark}`],
  }),
  write: (text, _draw, mark) => ({
    text: text.replace(/\(\) =>\s*notImplemented\(\s*["']\w+["'],?\s*\)/, `() => { throw new Error("${mark}"); }`),
    mine: text.includes("notImplemented(") ? [mark] : [],
  }),
  wrap: (text, _draw, mark) => ({
    text: text.includes("=> notImplemented(")
      ? `${text.replace(/(\(\) => notImplemented\(["']\w+["']\))/, `wrap_${mark}($1)`)}\nfunction wrap_${mark}<T>(work: T): T {\n  return work;\n}\n`
      : text,
    mine: text.includes("=> notImplemented(") ? [`wrap_${mark}(`] : [],
  }),
  renameImport: (text) => ({
    text: text.replace("* as types from", "* as t from").replace(/\btypes\./g, "t."),
    mine: [],
  }),
  addImport: (text, _draw, mark) => ({
    text: text.replace(/^import /m, `import * as ${mark} from "node:path";\nimport `),
    mine: text.includes("import ") ? [`* as ${mark} from`] : [],
  }),
  dropStub: (text) => ({
    text: text.replace(
      /\n\/\*\* [A-Z]+ [^\n]*\*\/\nexport const \w+: Handler<[^{}]*?notImplemented\([^)]*\);?\n/,
      "\n",
    ),
    mine: [],
  }),
  reorder: (text) => {
    const [head = "", ...stubs] = text.split(/^(?=\/\*\*)/m);
    return {
      text: stubs.some((one) => one.includes("// "))
        ? text
        : head +
          stubs
            .map((one) => `${one.trimEnd()}\n\n`)
            .toReversed()
            .join(""),
      mine: [],
    };
  },
  middleware: (text, _draw, mark) => ({
    text: text.replace(/(const router = [^\n]*\n)/, `$1  router.use(${mark});\n`),
    mine: text.includes("const router =") ? [`router.use(${mark})`] : [],
  }),
  windows: (text) => ({ text: text.replaceAll(/\r?\n/g, "\r\n"), mine: [] }),
};

type Change = (operations: readonly string[], draw: Draw, mark: string) => readonly string[];

const replaced = (all: readonly string[], draw: Draw, change: (words: string[]) => string[]): readonly string[] => {
  const at = draw.below(all.length);
  return all.map((line, index) => (index === at ? change(line.split(" ")).join(" ") : line));
};

/** What happens to documents. */
const changes: Readonly<Record<string, Change>> = {
  add: (all, draw, mark) => [...all, `GET /${mark} ${pick(draw, ["pets", "keepers", "new"]) ?? ""} op${mark}`],
  remove: (all, draw) => (all.length < 3 ? all : all.toSpliced(draw.below(all.length), 1)),
  rename: (all, draw, mark) =>
    replaced(all, draw, ([method = "", path = "", tag = ""]) => [method, path, tag, `op${mark}`]),
  move: (all, draw, mark) =>
    replaced(all, draw, ([method = "", path = "", ...rest]) => [method, `/${mark}${path}`, ...rest]),
  retag: (all, draw, mark) =>
    replaced(all, draw, ([method = "", path = "", , id = ""]) => [method, path, `tag${mark}`, id]),
  renameTag: (all, _draw, mark) => all.map((line) => line.replace(" pets ", ` p${mark} `)),
};

const start = [
  "GET /pets pets listPets",
  "POST /pets pets createPet",
  "GET /pets/{id} pets getPet",
  "DELETE /pets/{id} pets deletePet",
  "GET /keepers keepers listKeepers",
  "PUT /keepers/{id} keepers putKeeper",
];

const names = (table: Readonly<Record<string, unknown>>): readonly string[] => Object.keys(table);

const flat = (texts: Iterable<string>): string => [...texts].join("\n").replaceAll(/\s+/g, " ");

const story = async (seed: number): Promise<void> => {
  const random = randomFrom(seed);
  const draw: Draw = { below: (count) => Math.floor(random() * count) };
  const service = openService();
  let operations: readonly string[] = start;
  let mine: readonly string[] = [];
  const told: string[] = [];
  await service.generate(zooDocument(operations));
  for (let round = 0; round < 2; round++) {
    for (let count = 0; count < 4; count++) {
      const name = pick(draw, names(edits)) ?? "";
      const files = [...service.files().keys()].filter((path) => /^routes\/\w+\.ts$/.test(path));
      const path = pick(draw, files) ?? "";
      const edited = await edits[name]?.(service.read(path), draw, `m${seed}x${round}${count}`);
      if (edited === undefined || readSyntax(edited.text) === undefined) continue;
      told.push(`${name} ${path}`);
      service.write(path, edited.text);
      // An edit may take away what an earlier one wrote: that is the user's affair.
      const there = flat(service.files().values());
      mine = [...mine, ...edited.mine].filter((one) => there.includes(one));
    }
    for (let count = 0; count < 2; count++) {
      const name = pick(draw, names(changes)) ?? "";
      told.push(name);
      operations = changes[name]?.(operations, draw, `n${seed}x${round}${count}`) ?? operations;
    }
    const outcome = await service.generate(zooDocument(operations));
    const files = service.files();
    const sources = [...files].filter(([path]) => path.endsWith(".ts"));
    const lost = mine.filter((text) => !flat(files.values()).includes(text.replaceAll(/\s+/g, " ")));
    const broken = sources.filter(([, text]) => readSyntax(text) === undefined).map(([path]) => path);
    expect({ seed, told, lost, broken, wrong: outcome.stderr }).toEqual({
      seed,
      told,
      lost: [],
      broken: [],
      wrong: "",
    });
    await service.generate(zooDocument(operations));
    const again = [...service.files()].filter(([path, text]) => files.get(path) !== text).map(([path]) => path);
    expect({ seed, told, again }).toEqual({ seed, told, again: [] });
  }
};

const seeds = Number(process.env["SENIOR_SEEDS"] ?? 8);

test(
  `${seeds} stories of edits and documents`,
  async () => {
    for (let seed = 1; seed <= seeds; seed++) await story(seed);
  },
  20_000 + seeds * 4000,
);
