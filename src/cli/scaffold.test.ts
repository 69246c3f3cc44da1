// `senior scaffold`: where files go, what is said, and what is refused.
import { describe, expect, test } from "bun:test";
import { loadRegistry } from "../builtin.ts";
import type { MemoryIo } from "../testing/memory-io.ts";
import { memoryIo } from "../testing/memory-io.ts";
import type { Outcome } from "./run.ts";
import { runSenior } from "./run.ts";

const users = `openapi: 3.0.3
info: {title: Users, version: 1.0.0}
paths:
  /users:
    get: {operationId: listUsers, responses: {200: {description: ok}}}
    post:
      operationId: createUser
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/CreateUser"}}}}
`;

const scaffold = async (words: readonly string[], text = users): Promise<readonly [Outcome, MemoryIo]> => {
  const io = memoryIo({ files: { "/project/openapi.yaml": text } });
  return [await runSenior(["scaffold", ...words], io, loadRegistry), io];
};

const written = ({ disk }: MemoryIo): readonly string[] =>
  [...disk.keys()].filter((path) => !path.endsWith(".yaml") && !path.includes("/.senior/"));

describe("scaffold", () => {
  test("counts what it made, in one line", async () => {
    const [{ stdout, exit }] = await scaffold(["openapi.yaml"]);
    expect(exit).toBe(0);
    expect(stdout.split("\n")[0]).toBe("Generated 2 route handlers, validation middleware, and TypeScript types");
  });

  test.each([
    [[], "/project/generated/"],
    [["--output", "src/routes/"], "/project/src/"],
    [["--output", "routes"], "/project/"],
    [["--output", "server"], "/project/server/"],
    [["--output", "/srv/api/routes"], "/srv/api/"],
  ] as const)("%j writes below %s", async (words, root) => {
    const [, io] = await scaffold(["openapi.yaml", ...words]);
    const names = ["app.ts", "middleware/validators.ts", "routes/users.ts", "server.ts", "types/users.ts"];
    for (const name of names) expect(written(io)).toContain(root + name);
    expect(written(io).every((path) => path.startsWith(root))).toBe(true);
  });

  test("only types", async () => {
    const [{ stdout }, io] = await scaffold(["openapi.yaml", "--types-only", "--output", "src"]);
    expect(stdout).toStartWith("Generated TypeScript types\n");
    expect([...written(io)].sort()).toEqual([
      "/project/src/middleware/reply.ts",
      "/project/src/types/models.ts",
      "/project/src/types/users.ts",
    ]);
  });

  test("says what is wrong in the document, with file, line and column, and goes on", async () => {
    const [{ stdout }] = await scaffold(["openapi.yaml"]);
    expect(stdout).toContain("openapi.yaml:8:66");
    expect(stdout).toContain("api/dangling-reference");
    expect(stdout).toContain("api/no-responses");
  });

  test.each([
    ["tags", ["routes/index.ts", "routes/users.ts"]],
    ["operations", ["routes/create-user.ts", "routes/index.ts", "routes/list-users.ts"]],
    ["flat", ["routes/index.ts", "routes/operations.ts"]],
  ] as const)("--layout %s", async (layout, files) => {
    const [, io] = await scaffold(["openapi.yaml", "--layout", layout, "--output", "."]);
    const paths = written(io).map((path) => path.replace("/project/", ""));
    expect(paths.filter((path) => path.startsWith("routes/")).sort()).toEqual([...files]);
  });

  test("--validation-status 422 is in the code", async () => {
    const [, io] = await scaffold(["openapi.yaml", "--validation-status", "422", "--output", "."]);
    expect(io.disk.get("/project/middleware/request.ts")).toContain("const validationStatus = 422;");
  });

  test("--dry-run writes nothing", async () => {
    const [{ exit }, io] = await scaffold(["openapi.yaml", "--dry-run"]);
    expect([exit, written(io).length]).toEqual([0, 0]);
  });

  test("--json has operations, packages and findings", async () => {
    const [{ stdout }] = await scaffold(["openapi.yaml", "--json"]);
    const report = JSON.parse(stdout) as { readonly data: unknown };
    expect(report.data).toMatchObject({
      document: { title: "Users", openapi: "3.0.3" },
      framework: "express",
      operations: [
        { method: "GET", path: "/users", handler: "listUsers", file: "routes/users.ts" },
        { method: "POST", path: "/users", handler: "createUser", file: "routes/users.ts" },
      ],
    });
  });
});

describe("scaffold refuses", () => {
  test("a framework that it does not know, with a suggestion", async () => {
    const [{ stderr, exit }] = await scaffold(["openapi.yaml", "--framework", "expres"]);
    expect([exit, stderr.includes('did you mean "express"?')]).toEqual([2, true]);
  });

  test.each([
    ["a missing file", ["missing.yaml"], users, 3, "missing.yaml"],
    ["something else", ["openapi.yaml"], "name: x\n", 3, "openapi.yaml is not an OpenAPI document"],
    ["broken YAML", ["openapi.yaml"], "openapi: 3.1.0\ninfo: [\n", 3, "openapi.yaml:"],
    ["no document at all", [], users, 2, "SPEC"],
  ] as const)("%s", async (_, words, text, status, message) => {
    const [{ stderr, exit }, io] = await scaffold(words, text);
    expect([exit, stderr.includes(message), written(io).length]).toEqual([status, true, 0]);
  });
});
