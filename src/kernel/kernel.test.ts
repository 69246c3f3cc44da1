// The kernel's small tools: graphs, words, JSON, frames, severities.
import { describe, expect, test } from "bun:test";
import { codeFrame } from "./frame.ts";
import { Fault, faultKinds } from "./fault.ts";
import { atLeast, locationText, sortFindings } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { order } from "./graph.ts";
import { canonicalJson, own, pointer, pointerPath } from "./json.ts";
import { joinPath, splitPath } from "./paths.ts";
import { runRules } from "./rule.ts";
import { bytes, distance, listed, milliseconds, nearest, plural, wordsOf } from "./words.ts";

describe("order", () => {
  const edges: Readonly<Record<string, readonly string[]>> = { a: ["b", "c"], b: ["d"], c: ["d"], d: [], e: ["e"] };
  const targets = (node: string): readonly string[] => edges[node] ?? [];
  test("puts targets first and keeps ties in the order given", () => {
    expect(order(["a", "b", "c", "d"], targets)).toEqual({ order: ["d", "b", "c", "a"], circles: [] });
    expect(order(["c", "b", "a", "d"], targets).order).toEqual(["d", "c", "b", "a"]);
  });
  test("names circles, a node that points at itself included", () => {
    expect(order(["e"], targets).circles).toEqual([["e"]]);
    const ring = (node: number): readonly number[] => [(node + 1) % 3];
    expect(order([0, 1, 2], ring).circles.map((circle) => [...circle].sort())).toEqual([[0, 1, 2]]);
  });
  test("goes as deep as it must", () => {
    const count = 200_000;
    const chain = Array.from({ length: count }, (_, i) => i);
    const next = (node: number): readonly number[] => (node + 1 < count ? [node + 1] : []);
    expect(order(chain, next).order[0]).toBe(count - 1);
  });
});

describe("words", () => {
  test("count, list and measure", () => {
    expect([plural(1, "table"), plural(1200, "index", "indexes")]).toEqual(["1 table", "1,200 indexes"]);
    expect([listed([]), listed(["a"]), listed(["a", "b", "c"], "or")]).toEqual(["", "a", "a, b or c"]);
    expect([0.4256, 12.34, 999.6, 4200].map(milliseconds)).toEqual(["0.426 ms", "12.3 ms", "1000 ms", "4.20 s"]);
    expect([1, 1536, 2 ** 31].map(bytes)).toEqual(["1 B", "1.5 KiB", "2.0 GiB"]);
  });
  test("find the nearest spelling, or none", () => {
    expect([distance("abc", "acb"), distance("", "abc"), distance("kitten", "sitting")]).toEqual([1, 3, 3]);
    expect(nearest("scafold", ["scaffold", "schema", "load"])).toBe("scaffold");
    expect(nearest("banana", ["scaffold", "schema", "load"])).toBeUndefined();
  });
  test("come apart in every convention", () => {
    for (const name of ["getUserByID", "get-user_by id", "GetUserById", "get.user.by.id"]) {
      expect(wordsOf(name)).toEqual(["get", "user", "by", "id"]);
    }
  });
});

describe("json", () => {
  test("is canonical, and own properties only", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
    expect(own({}, "constructor")).toBeUndefined();
    expect(own(JSON.parse('{"__proto__": 1}') as object, "__proto__")).toBe(1);
  });
  test("pointers go both ways", () => {
    const path = ["paths", "/users/{id}", "a~b", 0];
    expect(pointer(path)).toBe("/paths/~1users~1{id}/a~0b/0");
    expect(pointerPath(`#${pointer(path)}`)).toEqual(path.map(String));
  });
});

describe("findings and faults", () => {
  const finding = (rule: Finding["rule"], severity: Finding["severity"], line: number): Finding => ({
    rule,
    severity,
    message: "m",
    at: { kind: "file", path: "a.ts", line },
  });
  test("sort worst first, and compare with a threshold", () => {
    const sorted = sortFindings([finding("b/x", "info", 1), finding("a/x", "error", 9), finding("a/a", "error", 9)]);
    expect(sorted.map(({ rule }) => rule)).toEqual(["a/a", "a/x", "b/x"]);
    const lines = [100, 9, 20].map((line) => finding("a/x", "error", line));
    expect(sortFindings(lines).map(({ at }) => (at.kind === "file" ? at.line : 0))).toEqual([9, 20, 100]);
    expect([atLeast("error", "warning"), atLeast("warning", "warning"), atLeast("info", "warning")]).toEqual([
      true,
      true,
      false,
    ]);
  });
  test("say where they are", () => {
    expect(locationText({ kind: "pointer", path: "a.yaml", pointer: "/paths", line: 3, column: 1 })).toBe(
      "a.yaml:3:1 (#/paths)",
    );
    expect(locationText({ kind: "object", type: "table", schema: "public", name: "users" })).toBe("table public.users");
    expect(locationText({ kind: "endpoint", method: "GET", url: "http://x/" })).toBe("GET http://x/");
  });
  test("every fault has an exit status of its kind", () => {
    const statuses = { usage: 2, input: 3, plugin: 3, world: 4, guard: 5 } as const;
    for (const [code, { exit, help }] of Object.entries(faultKinds)) {
      expect(exit).toBe(statuses[code.split(".")[0] as keyof typeof statuses]);
      expect(help).not.toBe("");
    }
    expect(new Fault("guard.trust", "x").exit).toBe(5);
  });
  test("rules lend their id, severity and help", () => {
    const rule = {
      id: "db/x",
      severity: "warning",
      about: "",
      help: "general",
      check: (n: number) => [{ message: `${n}`, at: { kind: "project" } as const }],
    } as const;
    expect(runRules([rule], 7)).toEqual([
      { rule: "db/x", severity: "warning", message: "7", help: "general", at: { kind: "project" } },
    ]);
  });
});

test("code frames point at the place", () => {
  expect(codeFrame("one\ntwo\nthree\nfour\nfive", 3, 3)).toBe(
    "  1 | one\n  2 | two\n> 3 | three\n    |   ^\n  4 | four",
  );
  const long = codeFrame(`${"x".repeat(500)}!`, 1, 501);
  expect(long.split("\n")[0]).toEndWith("!");
  expect(long.split("\n")[1]?.indexOf("^")).toBe((long.split("\n")[0] ?? "").indexOf("!"));
});

test("paths join and split", () => {
  expect([joinPath("/a", "b"), joinPath("/a/", "./b"), joinPath("/a", "/b"), joinPath("", "b")]).toEqual([
    "/a/b",
    "/a/b",
    "/b",
    "b",
  ]);
  expect([splitPath("a/b"), splitPath("b"), splitPath("/b")]).toEqual([
    { folder: "a", name: "b" },
    { folder: ".", name: "b" },
    { folder: "/", name: "b" },
  ]);
});
