// Real documents, from 2.0 to 3.1 and up to hundreds of operations: each gives a service that type-checks, boots and answers.
import { describe, expect, test } from "bun:test";
import { basename } from "node:path";
import { express } from "../../plugins/express.ts";
import { fastify } from "../../plugins/fastify.ts";
import { koa } from "../../plugins/koa.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { startProject, typeErrors, writeProject } from "../testing/emitted-project.ts";
import { publicDocuments } from "../testing/public-documents.ts";
import { emitKit } from "./kit.ts";
import { readDocument } from "./read-document.ts";
import type { ReadApi } from "./read-openapi.ts";
import { readOpenApi } from "./read-openapi.ts";

const read = async (path: string): Promise<ReadApi> =>
  readOpenApi(readDocument(basename(path), await Bun.file(path).text()));

const below = (folder: string, files: readonly GeneratedFile[]): readonly GeneratedFile[] =>
  files.map((file) => ({ ...file, path: `${folder}/${file.path}` }));

/** Every operation of a service is there: no path is shadowed, unregistered or broken. */
const wrongAnswers = async (url: string, { api }: ReadApi): Promise<readonly string[]> => {
  const answers = await Promise.all(
    api.operations.map(async ({ method, path }) => {
      const target = `${url}${path.replace(/\{[^{}]*\}/g, "7")}`;
      const { status } = await fetch(target, { method, signal: AbortSignal.timeout(20_000) });
      return [400, 415, 501].includes(status) ? [] : [`${method} ${path} answers ${status}`];
    }),
  );
  return answers.flat();
};

const isMissing = publicDocuments.length === 0;

describe.skipIf(isMissing)("public documents", () => {
  test("all of them type-check together, under both resolutions", async () => {
    const all = await Promise.all(
      publicDocuments.map(async (path, index) =>
        below(`d${index}`, await express.emit((await read(path)).api, emitKit)),
      ),
    );
    const folder = await writeProject(all.flat());
    expect(await typeErrors(folder, "NodeNext")).toBe("");
    expect(await typeErrors(folder, "Bundler")).toBe("");
  }, 180_000);
});

describe.skipIf(isMissing).each([express, fastify, koa])("public documents in $name", (plugin) => {
  test.each(publicDocuments.map((path) => [basename(path), path] as const))(
    "%s boots, and every operation answers",
    async (_, path) => {
      const document = await read(path);
      const folder = await writeProject(await plugin.emit(document.api, emitKit));
      await using service = await startProject(folder, "bun");
      expect(await wrongAnswers(service.url, document)).toEqual([]);
    },
    60_000,
  );
});
