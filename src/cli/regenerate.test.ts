// Generating into a folder that users have worked in: what they wrote stays, byte for byte, and what is new arrives.
import { describe, expect, test } from "bun:test";
import prettier from "prettier";
import type { Service } from "../testing/regeneration.ts";
import { openService, zooDocument } from "../testing/regeneration.ts";

const zoo = [
  "GET /pets pets listPets",
  "POST /pets pets createPet",
  "GET /pets/{id} pets getPet",
  "DELETE /pets/{id} pets deletePet",
  "GET /keepers keepers listKeepers",
];

const without = (name: string): readonly string[] => zoo.filter((line) => !line.endsWith(` ${name}`));
const renamed = (from: string, to: string): readonly string[] => zoo.map((line) => line.replace(` ${from}`, ` ${to}`));

const written = `async ({ params }) => {
  // ours
  return { status: 200, body: { name: params.id } };
}`;

/** A service whose `getPet` somebody has written. */
const service = async (operations = zoo): Promise<Service> => {
  const made = openService();
  await made.generate(zooDocument(operations));
  made.edit("routes/pets.ts", (text) => text.replace(/\(\) =>\s*notImplemented\("getPet"\)/, written));
  expect(made.read("routes/pets.ts")).toContain("// ours");
  return made;
};

const rules = (outcome: Awaited<ReturnType<Service["generate"]>>): readonly string[] =>
  outcome.findings
    .map(({ rule, severity }) => `${severity} ${rule}`)
    .filter((text) => text.includes("scaffold/"))
    .sort();

/** The lines of `before` that are not in `after`. */
const lost = (before: string, after: string): readonly string[] => {
  const left = new Set(after.split("\n"));
  return before.split("\n").filter((line) => !left.has(line));
};

const settings = {
  parser: "typescript",
  printWidth: 120,
  semi: false,
  singleQuote: true,
  useTabs: true,
  trailingComma: "none",
  arrowParens: "avoid",
} as const;

describe("what users wrote stays", () => {
  test("the same document changes nothing, and is not stale", async () => {
    const pets = await service();
    const before = pets.all();
    expect(rules(await pets.generate(zooDocument(zoo)))).toEqual([]);
    expect(pets.all()).toEqual(before);
    expect((await pets.generate(zooDocument(zoo), "--check")).exit).toBe(0);
  });

  test("what was chosen the first time holds until something else is chosen", async () => {
    const made = openService();
    await made.generate(zooDocument(zoo), "--framework", "koa", "--mock", "--layout", "flat");
    const before = made.all();
    expect((await made.generate(zooDocument(zoo), "--check")).exit).toBe(0);
    await made.generate(zooDocument(zoo), "--no-mock");
    expect(made.all()).not.toEqual(before);
    expect(made.read("app.ts")).toContain('from "koa"');
    await made.generate(zooDocument(zoo), "--mock");
    expect(made.all()).toEqual(before);
  });

  test("a reformatted file takes a new operation, and changes nowhere else", async () => {
    const pets = await service();
    const reformatted = await prettier.format(pets.read("routes/pets.ts"), settings);
    pets.write("routes/pets.ts", reformatted);
    await pets.generate(zooDocument([...zoo, "GET /pets/{id}/toys pets listToys"]));
    const after = pets.read("routes/pets.ts");
    expect(lost(reformatted, after)).toEqual([]);
    expect(after).toContain("export const listToys: Handler<");
    expect(after.split("\n").length - reformatted.split("\n").length).toBe(6);
  });

  test("CRLF line ends and a byte order mark stay, in new lines too", async () => {
    const pets = await service();
    pets.edit("routes/pets.ts", (text) => `\ufeff${text.replaceAll("\n", "\r\n")}`);
    await pets.generate(zooDocument([...zoo, "GET /pets/{id}/toys pets listToys"]));
    const after = pets.read("routes/pets.ts");
    expect(after.startsWith("\ufeff// Handlers")).toBe(true);
    expect(after).toContain("listToys");
    expect(after.replaceAll("\r\n", "")).not.toContain("\n");
  });

  test("line ends alone are no edit: the file is updated as a whole", async () => {
    const made = openService();
    await made.generate(zooDocument(zoo));
    made.edit("types/pets.ts", (text) => text.replaceAll("\n", "\r\n"));
    const { stdout } = await made.generate(zooDocument(without("deletePet")));
    expect(stdout).toContain('"path": "src/types/pets.ts",\n        "change": "updated"');
    expect(made.read("types/pets.ts").replaceAll("\r\n", "")).not.toContain("\n");
  });

  test("imports keep their names, and new code uses them", async () => {
    const pets = await service();
    pets.edit("routes/pets.ts", (text) =>
      text
        .replace("* as types", "* as t")
        .replaceAll("types.", "t.")
        .replace("{ notImplemented }", "{ notImplemented as todo }")
        .replaceAll("notImplemented(", "todo("),
    );
    const before = pets.read("routes/pets.ts");
    await pets.generate(zooDocument([...zoo, "GET /pets/{id}/toys pets listToys"]));
    const after = pets.read("routes/pets.ts");
    expect(lost(before, after)).toEqual([]);
    expect(after).toContain('t.ListToysReply\n> = () => todo("listToys");');
  });

  test("an import that only new code needs comes back", async () => {
    const pets = await service(["GET /pets/{id} pets getPet"]);
    pets.edit("routes/pets.ts", (text) =>
      text.replace(/import \{ notImplemented \}.*\n/, 'import { helper } from "../helper.js";\n'),
    );
    await pets.generate(zooDocument(["GET /pets/{id} pets getPet", "GET /pets pets listPets"]));
    expect(pets.read("routes/pets.ts")).toContain('import { notImplemented } from "../middleware/errors.js";');
    expect(pets.read("routes/pets.ts")).toContain('import { helper } from "../helper.js";');
  });

  test("middleware in the routes and in the app stays where it is", async () => {
    const pets = await service();
    pets.edit("routes/index.ts", (text) =>
      text
        .replace(".post(handle(", ".post(onlyKeepers, handle(")
        .replace("import * as pets", 'import { onlyKeepers } from "../only-keepers.js";\nimport * as pets'),
    );
    pets.edit("app.ts", (text) =>
      text.replace(
        '  app.disable("x-powered-by");',
        '  app.disable("x-powered-by");\n  app.set("trust proxy", 1); // behind the gateway',
      ),
    );
    const before = pets.read("app.ts");
    const { exit } = await pets.generate(zooDocument([...without("deletePet"), "PATCH /pets pets changePets"]));
    const routes = pets.read("routes/index.ts");
    expect(exit).toBe(0);
    expect(pets.read("app.ts")).toBe(before);
    expect(routes).toContain(".post(onlyKeepers, handle(rules.createPet, pets.createPet))");
    expect(routes).toContain(".patch(handle(rules.changePets, pets.changePets))");
    expect(routes).not.toContain("deletePet");
  });

  test("helpers, wrapped handlers and another order of functions stay", async () => {
    const pets = await service();
    pets.edit("routes/pets.ts", (text) => {
      const [head = "", ...stubs] = text.split(/^(?=\/\*\*)/m);
      return `${[head, ...stubs.toReversed()]
        .join("")
        .replace(/\(\) =>\s*notImplemented\("listPets"\)/, 'logged(() => notImplemented("listPets"))')
        .trimEnd()}\n\nfunction logged<T>(work: T): T {\n  return work;\n}\n`;
    });
    const before = pets.read("routes/pets.ts");
    await pets.generate(zooDocument([...zoo, "GET /pets/{id}/toys pets listToys"]));
    expect(lost(before, pets.read("routes/pets.ts"))).toEqual([]);
    expect(pets.read("routes/pets.ts")).toContain("listToys");
  });
});

describe("operations change", () => {
  test("a renamed operation renames its handler in place, and nothing else of it", async () => {
    const pets = await service();
    const outcome = await pets.generate(zooDocument(renamed("getPet", "fetchPet")));
    const after = pets.read("routes/pets.ts");
    expect(rules(outcome)).toEqual(["info scaffold/operation-renamed"]);
    expect(outcome.findings.find(({ rule }) => rule === "scaffold/operation-renamed")?.at).toMatchObject({
      path: "src/routes/pets.ts",
      line: 19,
    });
    expect(after).toContain(`export const fetchPet: Handler<types.FetchPetRequest, types.FetchPetReply> = ${written};`);
    expect(after).not.toContain("getPet");
  });

  test("a handler that other code of its file calls keeps its name, and is exported under the new one", async () => {
    const pets = await service();
    pets.edit("routes/pets.ts", (text) => `${text}\nexport const all = [getPet];\n`);
    const before = pets.read("routes/pets.ts");
    const document = zooDocument(renamed("getPet", "fetchPet"));
    expect(rules(await pets.generate(document))).toEqual([
      "info scaffold/operation-renamed",
      "info scaffold/still-used",
      "info scaffold/still-used",
    ]);
    const after = pets.read("routes/pets.ts");
    expect(lost(before, after)).toEqual([]);
    expect(after).toContain("export { getPet as fetchPet };");
    expect(pets.read("types/pets.ts")).toContain("export type GetPetReply = FetchPetReply;");
    const settled = pets.files();
    await pets.generate(document);
    expect(pets.files()).toEqual(settled);
  });

  test("a removed operation takes its untouched stub with it, and leaves a written handler", async () => {
    const pets = await service();
    const outcome = await pets.generate(zooDocument(without("getPet").filter((line) => !line.includes("createPet"))));
    const after = pets.read("routes/pets.ts");
    expect(rules(outcome)).toEqual([
      "info scaffold/operation-removed",
      "info scaffold/still-used",
      "info scaffold/still-used",
      "warning scaffold/operation-removed",
    ]);
    expect(after).toContain(written);
    expect(after).not.toContain("createPet");
    expect(pets.read("types/pets.ts")).toContain("export type GetPetReply");
    expect(pets.read("routes/index.ts")).not.toContain("getPet");
    const again = await pets.generate(zooDocument(without("getPet").filter((line) => !line.includes("createPet"))));
    expect(rules(again)).toContain("warning scaffold/operation-removed");
    expect(pets.read("routes/pets.ts")).toBe(after);
  });

  test("an operation that comes back finds its handler", async () => {
    const pets = await service();
    const before = pets.files();
    await pets.generate(zooDocument(without("getPet")));
    expect(rules(await pets.generate(zooDocument(zoo)))).toEqual([]);
    expect(pets.read("routes/pets.ts")).toContain(written);
    expect(pets.read("routes/index.ts")).toBe(before.get("routes/index.ts") ?? "");
  });

  test("a moved path with the same operationId keeps its handler", async () => {
    const pets = await service();
    const outcome = await pets.generate(zooDocument(zoo.map((line) => line.replace("/pets/{id}", "/animals/{id}"))));
    expect(rules(outcome)).toEqual(["info scaffold/operation-moved", "info scaffold/operation-moved"]);
    expect(pets.read("routes/pets.ts")).toContain(written);
    expect(pets.read("routes/pets.ts")).toContain("/** GET /animals/{id} */");
  });

  test("a renamed tag takes the file along", async () => {
    const pets = await service();
    const before = pets.read("routes/pets.ts");
    const outcome = await pets.generate(zooDocument(zoo.map((line) => line.replace(" pets ", " animals "))));
    expect(rules(outcome)).toEqual(["info scaffold/file-moved"]);
    expect(pets.has("routes/pets.ts")).toBe(false);
    expect(pets.read("routes/animals.ts")).toBe(
      before.replace("Handlers of pets.", "Handlers of animals.").replace("types/pets.js", "types/animals.js"),
    );
  });

  test("one operation that changes its tag leaves a written handler where it is, and passes it on", async () => {
    const pets = await service();
    const before = pets.read("routes/pets.ts");
    const document = zooDocument(zoo.map((line) => line.replace(" pets getPet", " keepers getPet")));
    expect(rules(await pets.generate(document))).toContain("info scaffold/handler-moved");
    expect(pets.read("routes/keepers.ts")).toContain('export { getPet } from "./pets.js";');
    expect(lost(before, pets.read("routes/pets.ts"))).toEqual([]);
    expect(pets.read("types/pets.ts")).toContain('export type { GetPetReply, GetPetRequest } from "./keepers.js";');
    const settled = pets.files();
    await pets.generate(document);
    expect(pets.files()).toEqual(settled);
  });

  test("types that a user's own file needs stay, and say for whom", async () => {
    const pets = await service();
    pets.write(
      "services/pets.ts",
      'import type { DeletePetParams } from "../types/pets.js";\nexport type Key = DeletePetParams["id"];\n',
    );
    const { findings } = await pets.generate(zooDocument(without("deletePet")));
    expect(pets.read("types/pets.ts")).toContain("export interface DeletePetParams");
    expect(findings.map(({ message }) => message)).toContain(
      "DeletePetParams is no longer in the document: it stays for src/services/pets.ts:1",
    );
  });
});

describe("what users took away", () => {
  test("a stub that the routes need comes back, and is said", async () => {
    const pets = await service();
    pets.edit("routes/pets.ts", (text) => text.replace(/\/\*\* POST[\s\S]*?createPet"\);\n\n/, ""));
    expect(pets.read("routes/pets.ts")).not.toContain("createPet");
    expect(rules(await pets.generate(zooDocument(zoo)))).toEqual(["info scaffold/put-back"]);
    expect(pets.read("routes/pets.ts")).toContain('notImplemented("createPet")');
  });

  test("a file that others import comes back; one that nobody needs stays away", async () => {
    const pets = await service();
    pets.remove("server.ts");
    pets.remove("middleware/errors.ts");
    expect(rules(await pets.generate(zooDocument(zoo)))).toEqual(["info scaffold/absent", "info scaffold/put-back"]);
    expect([pets.has("server.ts"), pets.has("middleware/errors.ts")]).toEqual([false, true]);
  });
});

describe("conflicts", () => {
  const limited = zooDocument(
    zoo,
    "Pet: { type: object, required: [name], properties: { name: { type: string, maxLength: 5 } } }",
  );
  const stricter = zooDocument(
    zoo,
    "Pet: { type: object, required: [name], properties: { name: { type: string, maxLength: 9 } } }",
  );
  const models = "middleware/validators/models.ts";

  const conflicting = async () => {
    const pets = openService();
    await pets.generate(limited);
    pets.edit(models, (text) => text.replace("s.maxLength(5)", "s.maxLength(7)"));
    pets.edit("routes/pets.ts", (text) => `${text}// mine\n`);
    const outcome = await pets.generate(stricter.replace("listKeepers", "allKeepers"));
    return { pets, outcome };
  };

  test("never reach working code: both sides lie beside it, the exit is 1, and all else is written", async () => {
    const { pets, outcome } = await conflicting();
    expect(outcome.exit).toBe(1);
    expect(rules(outcome)).toEqual(["error scaffold/conflict", "info scaffold/operation-renamed"]);
    expect(pets.read(models)).toContain("s.maxLength(7)");
    expect(pets.read(`${models}.conflict`)).toMatch(/maxLength\(7\)[\s\S]*--- generated[\s\S]*maxLength\(9\)/);
    expect(pets.read("routes/keepers.ts")).toContain("allKeepers");
  });

  test("are not forgotten until their file is deleted", async () => {
    const { pets } = await conflicting();
    const document = stricter.replace("listKeepers", "allKeepers");
    const before = pets.files();
    const again = await pets.generate(document);
    expect([again.exit, rules(again)]).toEqual([1, ["error scaffold/conflict"]]);
    expect(pets.files()).toEqual(before);
    expect((await pets.generate(document, "--check")).exit).toBe(1);
    pets.remove(`${models}.conflict`);
    expect((await pets.generate(document)).exit).toBe(0);
    expect(pets.read(models)).toContain("s.maxLength(7)");
  });

  test("are over when somebody takes the generated side", async () => {
    const { pets } = await conflicting();
    pets.edit(models, (text) => text.replace("s.maxLength(7)", "s.maxLength(9)"));
    expect((await pets.generate(stricter.replace("listKeepers", "allKeepers"))).exit).toBe(0);
    expect(pets.has(`${models}.conflict`)).toBe(false);
  });

  test("a file that does not parse is merged by lines, and left whole when that fails", async () => {
    const pets = await service();
    pets.edit("routes/pets.ts", (text) => `${text}\nexport const half = (\n`);
    const outcome = await pets.generate(zooDocument([...zoo, "GET /pets/{id}/toys pets listToys"]));
    expect(rules(outcome)).toContain("warning scaffold/rough-merge");
    expect(pets.read("routes/pets.ts")).toContain("export const half = (\n");
  });
});

describe("modes", () => {
  test("--dry-run and --check write nothing, and say what would change", async () => {
    const pets = await service();
    const before = pets.files();
    const document = zooDocument([...zoo, "GET /pets/{id}/toys pets listToys"]);
    const dry = await pets.generate(document, "--dry-run");
    const check = await pets.generate(document, "--check");
    expect([dry.exit, check.exit]).toEqual([0, 1]);
    expect(dry.stdout).toContain("+++ b/src/routes/pets.ts");
    expect(rules(check)).toContain("error scaffold/stale");
    expect(pets.files()).toEqual(before);
  });

  test("--force takes the generated side, and keeps what was written", async () => {
    const pets = await service();
    const mine = pets.read("routes/pets.ts");
    const { findings } = await pets.generate(zooDocument(zoo), "--force");
    expect(pets.read("routes/pets.ts")).not.toContain("// ours");
    const [replaced] = findings.filter(({ rule }) => rule === "scaffold/replaced");
    const path = /is in src\/(\S+)/.exec(replaced?.message ?? "")?.[1] ?? "";
    expect(pets.read(path)).toBe(mine);
  });

  test("without a memory nothing is overwritten; --adopt keeps what is there and adds what is missing", async () => {
    const pets = await service();
    for (const path of [...pets.all().keys()].filter((one) => one.includes("/.senior/")))
      pets.remove(path.slice("/project/src/".length));
    const document = zooDocument([...zoo, "GET /pets/{id}/toys pets listToys"]);
    const refused = await pets.generate(document);
    expect([refused.exit, refused.stdout.includes("--adopt")]).toEqual([5, true]);
    await pets.generate(document, "--adopt");
    expect(pets.read("routes/pets.ts")).toContain(written);
    expect(pets.read("routes/pets.ts")).toContain("listToys");
  });

  test("a damaged memory is said, with the way out", async () => {
    const pets = await service();
    pets.write(".senior/scaffold.json", "{");
    const { exit, stdout } = await pets.generate(zooDocument(zoo));
    expect([exit, stdout.includes("--adopt")]).toEqual([3, true]);
  });

  test("a lost base makes the merge of its file careful, and no other", async () => {
    const pets = await service();
    pets.remove(".senior/base/routes/pets.ts.txt");
    const outcome = await pets.generate(zooDocument([...zoo, "GET /pets/{id}/toys pets listToys"]));
    expect(rules(outcome)).toEqual(["warning scaffold/rough-merge"]);
    expect(pets.read("routes/pets.ts")).toContain(written);
    expect(pets.read("routes/pets.ts")).toContain("listToys");
  });

  test("--types-only in a whole service leaves the rest of it alone", async () => {
    const pets = await service();
    const before = pets.files();
    await pets.generate(zooDocument(zoo), "--types-only");
    expect(pets.files()).toEqual(before);
    expect((await pets.generate(zooDocument(zoo), "--check")).exit).toBe(0);
  });
});
