// Generated code is what prettier prints with its default settings: formatting a new service changes nothing.
import { expect, test } from "bun:test";
import { basename } from "node:path";
import prettier from "prettier";
import { express } from "../../plugins/express.ts";
import { fastify } from "../../plugins/fastify.ts";
import { koa } from "../../plugins/koa.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { emitFor } from "../testing/framework-contract.ts";
import { hostileDocument } from "../testing/hostile-openapi.ts";
import { publicDocuments } from "../testing/public-documents.ts";

/** Files that prettier would print otherwise. Many are the same in several services. */
const differing = async (files: readonly GeneratedFile[]): Promise<readonly string[]> => {
  const texts = new Map(files.map(({ path, text }) => [text, path]));
  const checked = await Promise.all(
    [...texts].map(async ([text, path]) => {
      const formatted = await prettier.format(text, { filepath: path });
      return formatted === text ? [] : [path];
    }),
  );
  return checked.flat();
};

const emitted = async (text: string): Promise<readonly GeneratedFile[]> =>
  (await Promise.all([express, fastify, koa].map((plugin) => emitFor(plugin, text)))).flat();

test("the bookshop, in every framework", async () => {
  const text = await Bun.file(new URL("fixtures/bookshop/openapi.yaml", import.meta.url)).text();
  expect(await differing(await emitted(text))).toEqual([]);
});

test.each(['"; evil(); "', "it's", "ünïcödé 名前 🦄", " ", "constructor"])("names like %j", async (text) => {
  expect(await differing(await emitted(hostileDocument(text)))).toEqual([]);
});

const small = publicDocuments.filter((path) => /train-travel|realworld|galaxy/.test(path));

test.skipIf(small.length === 0).each(small.map((path) => [basename(path), path] as const))(
  "%s, in every framework",
  async (_, path) => {
    expect(await differing(await emitted(await Bun.file(path).text()))).toEqual([]);
  },
  30_000,
);
