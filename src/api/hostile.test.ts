// No text of a document changes the structure of the generated code.
import { describe, expect, test } from "bun:test";
import ts from "typescript";
import { express } from "../../plugins/express.ts";
import { fastify } from "../../plugins/fastify.ts";
import { hono } from "../../plugins/hono.ts";
import { koa } from "../../plugins/koa.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { isFixed } from "../testing/emitted-project.ts";
import { emitFor } from "../testing/framework-contract.ts";
import { hostileDocument, hostileTexts } from "../testing/hostile-openapi.ts";
import type { EmitOptions } from "./emit-options.ts";
import { defaultOptions } from "./emit-options.ts";
import { createKit } from "./kit.ts";
import { readDocument } from "./read-document.ts";
import { readOpenApi } from "./read-openapi.ts";

/** Names of properties may be written as identifiers, strings or computed strings: one kind for all three. */
const kindOf = (node: ts.Node): string | undefined => {
  if (ts.isPropertyName(node) && !ts.isIdentifier(node) && !ts.isStringLiteral(node)) return undefined;
  const isName = ts.isIdentifier(node) || ts.isStringLiteral(node);
  const isPropertyName =
    isName &&
    (ts.isPropertyAssignment(node.parent) || ts.isPropertySignature(node.parent)) &&
    node.parent.name === node;
  return isPropertyName || (isName && ts.isComputedPropertyName(node.parent)) ? "name" : ts.SyntaxKind[node.kind];
};

const structureOf = (files: readonly GeneratedFile[]): Readonly<Record<string, number>> => {
  const kinds: string[] = [];
  for (const { path, text } of files.filter((file) => !isFixed(file.path))) {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const { parseDiagnostics } = source as unknown as { readonly parseDiagnostics: readonly unknown[] };
    expect(parseDiagnostics).toHaveLength(0);
    const visit = (node: ts.Node): void => {
      const kind = kindOf(node);
      if (kind !== undefined) kinds.push(kind);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  const groups = Map.groupBy(kinds.sort(), (kind) => kind);
  return Object.fromEntries([...groups].map(([kind, all]) => [kind, all.length]));
};

type Structure = Readonly<Record<string, number>>;

/** The services that a document may become. */
const services = {
  express: (text) => emitFor(express, text),
  mock: (text) => emitWith({ mock: true, errorBody: "problem" }, text),
  checked: (text) => emitWith({ validateResponses: true, envelope: "data", layout: "operations" }, text),
  fastify: (text) => emitFor(fastify, text),
  koa: (text) => emitFor(koa, text),
  hono: (text) => emitFor(hono, text),
} as const satisfies Readonly<Record<string, (text: string) => Promise<readonly GeneratedFile[]>>>;

type Service = keyof typeof services;

const emitWith = async (options: Partial<EmitOptions>, text: string): Promise<readonly GeneratedFile[]> =>
  express.emit(readOpenApi(readDocument("openapi.yaml", text)).api, createKit({ ...defaultOptions, ...options }));

const structureFor = async (text: string, service: Service = "express"): Promise<Structure> =>
  structureOf(await services[service](hostileDocument(text)));

/** Harmless texts of each kind that a router pattern tells apart. */
const isUrlSafe = (text: string): boolean => /^[A-Za-z]\w*$/.test(text);
const plain = await structureFor("word");
const spaced = await structureFor("two wörds");

/** Found on every object, and so printed through the careful object on purpose. */
const isInherited = (text: string): boolean => text in Object.prototype;

/** A small generator of pseudo-random numbers (mulberry32): the same texts in every run. */
const numbers = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
};

const pieces = [
  ...Array.from("\"'`\\/*$<>;()[]=,:@ +-.!&|a1é\n\r\t\u2028\u2029\u0000\u202e"),
  "*/",
  "/*",
  "//",
  "${",
  "</",
  "🦄",
  "\\u0041",
];

const randomTexts = (count: number): readonly string[] => {
  const next = numbers(20_260_101);
  const text = (): string =>
    Array.from({ length: 2 + Math.floor(next() * 12) }, () => pieces[Math.floor(next() * pieces.length)]).join("");
  return Array.from({ length: count }, () => `~ ${text()}`);
};

describe("structure", () => {
  test.each(hostileTexts.filter((text) => !isInherited(text)))("is the same for %j", async (text) => {
    expect(await structureFor(text)).toEqual(isUrlSafe(text) ? plain : spaced);
  });

  test("is the same for random texts", async () => {
    for (const text of randomTexts(60)) {
      expect({ text, structure: await structureFor(text) }).toEqual({ text, structure: spaced });
    }
  });

  /** Routers and headers take some of these as they are, and some not: code of either kind is fine. */
  const isBetween = (text: string): boolean => !isUrlSafe(text) && /^[\w.~!$&'()*+,;=:@#%^|{}/-]+$/.test(text);
  const others = Object.keys(services).filter((name): name is Service => name !== "express");

  test.each(others)(
    "is the same in %s, for random texts and every text that broke a generator",
    async (service) => {
      const expected = { plain: await structureFor("word", service), spaced: await structureFor("two wörds", service) };
      for (const text of [...hostileTexts, ...randomTexts(20)]) {
        if (isInherited(text) || isBetween(text)) continue;
        const structure = await structureFor(text, service);
        expect({ text, structure }).toEqual({ text, structure: isUrlSafe(text) ? expected.plain : expected.spaced });
      }
    },
    60_000,
  );

  test.each(hostileTexts.filter(isInherited))("the code for %j has only the statements expected", async (text) => {
    const structure = structureOf(await emitFor(express, hostileDocument(text)));
    for (const kind of [ts.SyntaxKind.VariableStatement, ts.SyntaxKind.InterfaceDeclaration]) {
      const name = ts.SyntaxKind[kind];
      expect(structure[name] ?? 0).toBeLessThanOrEqual(plain[name] ?? 0);
    }
  });
});
