// The references: sections that are promised, links that lead somewhere, examples that parse and type-check; and the command.
import { describe, expect, test } from "bun:test";
import { runInThisContext } from "node:vm";
import ts from "typescript";
import type { Concern } from "../decide/composition.ts";
import { concerns } from "../decide/composition.ts";
import { questions } from "../decide/questions.ts";
import { codeBlocks, findSection, leadOf, outline, sectionText } from "../kernel/markdown.ts";
import { mergePlugins } from "../registry.ts";
import type { Plugin, ReferencePlugin } from "../sdk.ts";
import { reporters } from "../report/index.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { flagsOf } from "./help.ts";
import { notBuilt, planned } from "./not-built.ts";
import { parseArgv } from "./parse.ts";
import { references } from "./references.ts";
import { runSenior } from "./run.ts";
import { findCommand } from "./tree.ts";

const text = (topic: string): string => references.find((one) => one.topic === topic)?.markdown ?? "";
const hasSection = (topic: string, title: string): boolean => findSection(outline(text(topic)), title) !== undefined;
const blocks = (language: string) =>
  references.flatMap(({ topic, markdown }) =>
    codeBlocks(markdown)
      .filter((block) => block.language === language)
      .map((block) => ({ name: `${topic}:${block.line}`, text: block.text })),
  );

describe("the references", () => {
  test.each<[string, readonly string[]]>([
    [
      "api_design_patterns",
      [
        "rest graphql",
        "resources",
        "status codes",
        "response format",
        "errors",
        "validation",
        "pagination",
        "idempotency",
        "versioning",
        "rate limiting",
        "caching",
        "retries",
        "checklist",
        "sources",
      ],
    ],
    [
      "database_optimization_guide",
      [
        "measure",
        "plan",
        "index strategy",
        "over indexing",
        "n 1",
        "query patterns",
        "transactions",
        "connection pooling",
        "migrations",
        "backfills",
        "vacuum",
        "checklist",
        "sources",
      ],
    ],
    [
      "backend_security_practices",
      [
        "owasp top 10",
        "owasp api",
        "passwords",
        "tokens",
        "authorisation",
        "input validation",
        "injection",
        "headers",
        "cors",
        "rate limits",
        "secrets",
        "sensitivity",
        "dependencies",
        "logging",
        "checklist",
        "sources",
      ],
    ],
    ["forcing_questions", [1, 2, 3, 4, 5, 6, 7].map((number) => `question ${number}`)],
    ["composition_map", ["rules", "concerns", "order", "digest", "sources"]],
  ])("%s has its sections", (topic, sections) => {
    for (const section of sections) expect([section, hasSection(topic, section)]).toEqual([section, true]);
    expect(outline(text(topic))[0]).toMatchObject({ level: 1, line: 1 });
    expect(leadOf(text(topic))).toEndWith(".");
  });

  test.each(questions)(
    "question $number says what the grill says",
    ({ number, title, asks, rule, good, kill, canon }) => {
      const sections = outline(text("forcing_questions"));
      const section = sections.find((one) => one.title === `Question ${number}: ${title}`)!;
      const part = sectionText(text("forcing_questions"), section).replaceAll("*", "");
      for (const words of [
        `\n${asks}\n`,
        `\nRule: ${rule}\n`,
        `A good answer: "${good}"`,
        `\nKill: ${kill}\n`,
        `\nCanon: ${canon}.`,
      ])
        expect(`${part}\n`).toContain(words);
    },
  );

  test("the quick references are complete", () => {
    const statuses = sectionText(
      text("api_design_patterns"),
      outline(text("api_design_patterns")).find(({ title }) => title === "Status codes")!,
    );
    for (const code of [200, 201, 204, 400, 401, 403, 404, 409, 422, 429, 500])
      expect(statuses).toContain(`| ${code} |`);
    for (const kind of ["-- equality", "-- several columns", "-- partial", "-- covering"])
      expect(text("database_optimization_guide")).toContain(kind);
  });

  test("the composition map shows the concerns that the decision knows", () => {
    const map = text("composition_map");
    const rows = sectionText(
      map,
      outline(map).find(({ title }) => title === "Concerns")!,
    )
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(1);
    const wanted: readonly Concern[] = Object.values(concerns);
    expect(rows).toEqual(
      wanted.map(({ concern, own, specialists, handOver }) => {
        const cells = [
          concern,
          own === undefined ? "" : `\`${own}\``,
          specialists.map((name) => `\`${name}\``).join(", "),
          handOver,
        ];
        return `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |");
      }),
    );
  });

  test("a digest is kept to 200 words", () => {
    const map = text("composition_map");
    const digest = sectionText(
      map,
      outline(map).find(({ title }) => title === "Digest")!,
    );
    expect(digest).toContain("at most 200 words");
    expect(digest.split(/\s+/).length).toBeLessThanOrEqual(200);
  });
});

/** Command lines of ours in the texts, and where they stand. */
const commandLines = [
  ...references.flatMap(({ topic, markdown }) =>
    [...markdown.matchAll(/`(senior [^`]+)`/g)].map((match) => [topic, match[1] ?? ""] as const),
  ),
  ...planned.flatMap(({ meanwhile }) =>
    [...meanwhile.matchAll(/`(senior [^`]+)`/g)].map((match) => ["not built", match[1] ?? ""] as const),
  ),
];

describe("links", () => {
  test.each(commandLines)("%s: %s", async (_, line) => {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "").slice(1);
    const found = findCommand(words);
    if (found.node.load === undefined) {
      expect(notBuilt(found.path, found.rest)).toBeDefined();
      return;
    }
    const command = (await found.node.load()).default;
    const parsed = parseArgv(found.rest, flagsOf(command));
    const [topic] = parsed.positionals;
    if (found.path[0] !== "reference" || topic === undefined || topic === topic.toUpperCase()) return;
    expect(references.map((one) => one.topic)).toContain(topic);
    for (const section of parsed.flags.get("section") ?? []) expect(hasSection(topic, section)).toBeTrue();
  });

  test("every topic that is spoken of exists", () => {
    for (const { markdown } of references)
      for (const [, topic = ""] of markdown.matchAll(/\b([a-z]+_[a-z]+_?[a-z]*)\.md\b/g))
        expect(references.map((one) => one.topic)).toContain(topic);
  });
});

/** Runs the one example that declares `name`, and hands out what it declares. */
const runExample = (
  name: string,
  ...others: readonly string[]
): Readonly<Record<string, (...args: readonly unknown[]) => unknown>> => {
  const source = blocks("ts").find((block) => block.text.includes(`const ${name} =`))?.text ?? "";
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ESNext },
  });
  const found: Record<string, (...args: readonly unknown[]) => unknown> = {};
  const body = `${outputText}\nObject.assign(found, { ${[name, ...others].join(", ")} });`;
  const run = runInThisContext(`(found, exports, require) => { ${body} }`) as (...args: readonly unknown[]) => void;
  run(found, {}, import.meta.require);
  return found;
};

describe("examples that run", () => {
  test("a cursor survives the way there and back, and a broken one is refused", () => {
    const { encodeCursor, decodeCursor } = runExample("encodeCursor", "decodeCursor");
    const cursor = { createdAt: "2026-01-01T00:00:00Z", id: "7" };
    expect(decodeCursor?.(encodeCursor?.(cursor))).toEqual(cursor);
    for (const broken of ["", "!!", "e30", "W10", Buffer.from('{"createdAt":1,"id":"7"}').toString("base64url")])
      expect(decodeCursor?.(broken)).toBeUndefined();
  });

  test("only expected errors tell what happened", () => {
    const { toReply, ApiError } = runExample("toReply", "ApiError");
    const logged: unknown[] = [];
    const log = (error: unknown): void => void logged.push(error);
    const expected: unknown = Reflect.construct(ApiError as unknown as new () => unknown, [
      409,
      "DUPLICATE",
      "it exists",
    ]);
    expect(toReply?.(expected, "r1", log)).toEqual({
      status: 409,
      body: { error: { code: "DUPLICATE", message: "it exists", details: [] }, meta: { requestId: "r1" } },
    });
    expect(JSON.stringify(toReply?.(new Error("password=x"), "r1", log))).not.toContain("password");
    expect(logged).toHaveLength(1);
  });

  test("validation reports every field at once, unknown ones included", () => {
    const { parseOrder } = runExample("parseOrder");
    const order = { customerId: "0198c6f0-0000-7000-8000-000000000000", items: [{ sku: "a", quantity: 1 }] };
    expect(parseOrder?.(order)).toEqual({ order });
    const { details } = parseOrder?.({
      ...order,
      customerId: "x",
      items: [{ sku: "a", quantity: 0 }],
      admin: true,
    }) as { details: readonly { field: string }[] };
    expect(details.map(({ field }) => field).sort()).toEqual(["", "customerId", "items.0.quantity"]);
    expect(() =>
      runExample("parseUser")["parseUser"]?.({ email: "a@example.com", name: "A", role: "admin" }),
    ).toThrow();
  });

  test("rows of a second query find their parents", () => {
    const { itemsByOrder } = runExample("itemsByOrder");
    const item = { orderId: "1", sku: "a" };
    expect(itemsByOrder?.(["1", "2"], [item])).toEqual(
      new Map([
        ["1", [item]],
        ["2", []],
      ]),
    );
  });

  test("a sort column comes from the list, whatever is asked for", () => {
    const { orderQuery } = runExample("orderQuery");
    expect(orderQuery?.("total", "t")).toMatchObject({
      text: expect.stringContaining("ORDER BY total DESC") as string,
      values: ["t"],
    });
    for (const evil of ["1; DROP TABLE orders", "constructor", "__proto__"])
      expect(orderQuery?.(evil, "t")).toMatchObject({
        text: expect.stringContaining("ORDER BY created_at DESC") as string,
      });
  });

  test("a webhook's signature holds for its body, its time and its secret only", () => {
    const { validSignature } = runExample("validSignature");
    const at = "1767225600";
    const signed = new Bun.CryptoHasher("sha256", "secret").update(`${at}.body`).digest("hex");
    const now = 1767225600_000;
    expect(validSignature?.("secret", at, "body", signed, now)).toBe(true);
    for (const args of [
      ["other", at, "body", signed, now],
      ["secret", at, "bodY", signed, now],
      ["secret", at, "body", signed, now + 600_000],
      ["secret", at, "body", "", now],
      ["secret", "x", "body", signed, now],
    ])
      expect(validSignature?.(...args)).toBe(false);
  });
});

const bundled: Plugin = { sdk: 1, name: "senior", provides: [...reporters, ...references] };

const callWith = (plugins: readonly Plugin[], ...argv: readonly string[]) =>
  runSenior(["reference", ...argv], memoryIo(), () => Promise.resolve([bundled, ...plugins]).then(mergePlugins));

const call = (...argv: readonly string[]) => callWith([], ...argv);

const house = (name: string, item: Omit<ReferencePlugin, "kind">): Plugin => ({
  sdk: 1,
  name,
  provides: [{ kind: "reference", ...item }],
});

describe("references of an organisation", () => {
  const own = "# Our API rules\n\nHow we do it.\n\n## Errors\n\nAlways problem+json.\n";

  test("are added, listed and searched like the bundled ones", async () => {
    const plugins = [house("acme", { topic: "acme_rules", markdown: own })];
    expect((await callWith(plugins)).stdout).toContain("acme_rules");
    expect((await callWith(plugins, "acme_rules", "--section", "errors")).stdout).toContain("Always problem+json.");
  });

  test("replace a bundled one only when they say so, and keep its place in the list", async () => {
    const replacing = house("acme", { topic: "api_design_patterns", markdown: own, replaces: true });
    expect((await callWith([replacing], "api_design_patterns")).stdout.trim()).toBe(own.trim());
    const { stdout } = await callWith([replacing], "--json");
    const { data } = JSON.parse(stdout) as { data: { topics: readonly { topic: string; about: string }[] } };
    expect(data.topics[0]).toMatchObject({ topic: "api_design_patterns", about: "How we do it." });
  });

  test.each<[string, readonly Plugin[], string]>([
    ["a taken name", [house("acme", { topic: "composition_map", markdown: own })], "or say `replaces: true`"],
    [
      "nothing to replace",
      [house("acme", { topic: "compsition_map", markdown: own, replaces: true })],
      'acme replaces the reference "compsition_map", which nobody provides',
    ],
    [
      "two replacements",
      ["a", "b"].map((name) => house(name, { topic: "composition_map", markdown: own, replaces: true })),
      'two plugins provide the reference "composition_map": a and b',
    ],
  ])("%s is refused", async (_, plugins, message) => {
    const { stderr, exit } = await callWith(plugins);
    expect(exit).toBe(3);
    expect(stderr).toContain(message);
  });
});

describe("the command", () => {
  test("lists topics with a line each", async () => {
    const { stdout, exit } = await call();
    expect(exit).toBe(0);
    for (const { topic } of references) expect(stdout).toContain(topic);
  });

  test("prints a topic as it is, and a section of it", async () => {
    expect((await call("composition_map")).stdout.trim()).toBe(text("composition_map").trim());
    const { stdout } = await call("database-optimization-guide.md", "--section", "index strategy");
    expect(stdout).toStartWith("## Index strategy\n");
    expect(stdout).not.toContain("## Over-indexing");
    expect((await call("security", "--section", "cors")).stdout).toStartWith("## CORS\n");
  });

  test("searches one topic or all, and tells topic, section and line", async () => {
    const { stdout } = await call("--search", "keyset", "--json");
    const { data } = JSON.parse(stdout) as { data: { hits: readonly { topic: string; line: number; text: string }[] } };
    expect(new Set(data.hits.map(({ topic }) => topic)).size).toBe(2);
    for (const { topic, line, text: found } of data.hits) expect(text(topic).split("\n")[line - 1]?.trim()).toBe(found);
    expect((await call("composition_map", "--search", "keyset")).stdout).toContain("0 lines");
  });

  test.each([
    [["api_desing_patterns"], 'did you mean "api_design_patterns"?'],
    [["cooking"], "known are api_design_patterns, "],
    [["api_design_patterns", "--section", "paginatoin"], 'did you mean "Pagination"?'],
    [["--section", "errors"], "--section needs a topic"],
  ])("%p is wrong usage", async (argv, message) => {
    const { stderr, exit } = await call(...argv);
    expect(exit).toBe(2);
    expect(stderr).toContain(message);
  });
});
