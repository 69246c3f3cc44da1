// Reading again what changed gives what reading everything gives: on the way of every fixture, forth and back, and of random edits.
import { expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { withShadow } from "../io/embedded/load-schema.ts";
import type { Scratch, Shadow } from "../io/embedded/shadow.ts";
import { randomOf } from "../testing/edits/hand.ts";
import { editRoles } from "../testing/edits/attributes.ts";
import { randomEdit } from "../testing/schema-edits.ts";
import type { Catalog } from "./catalog.ts";
import { plainOptions, plan, statementsOf } from "./diff/plan.ts";
import { withoutConcurrently } from "./diff/stage.ts";

/** However much is touched, it is never read as a whole but to compare. */
const withReaders = (work: (shadow: Shadow) => Promise<void>): Promise<void> =>
  withShadow({ deadlineMs: 60_000, signal: new AbortController().signal, mostRenewed: Infinity }, work);

/** How many steps there are between two readings in parts, and between two looks at everything. */
const [stride, far] = [2, 16];

/** Lists of the catalog that are not as a whole reading has them. */
const differing = async (scratch: Scratch, after: string): Promise<readonly string[]> => {
  const { catalog: parts } = await scratch.read();
  const { catalog: whole } = await scratch.read({ whole: true });
  return (Object.keys(whole) as (keyof Catalog)[])
    .filter((list) => !Bun.deepEquals(whole[list], parts[list]))
    .map((list) => `${list} after ${after}`);
};

/** Statements one by one; what PostgreSQL refuses here is left out. */
const walk = async (scratch: Scratch, statements: Iterable<string>): Promise<readonly string[]> => {
  const found: string[] = [];
  let [at, last] = [0, ""];
  for (const sql of statements) {
    await scratch.run(["set check_function_bodies = off"]);
    if ((await scratch.attempt(withoutConcurrently(sql))) !== undefined) continue;
    last = sql;
    if (++at % stride === 0) await scratch.read();
    if (at % far === 0) found.push(...(await differing(scratch, sql)));
  }
  return [...found, ...(await differing(scratch, last))];
};

const everything = { schemas: [] };
const fixtures = join(import.meta.dirname, "diff/fixtures");

test("the way of every fixture", async () => {
  await withReaders(async (shadow) => {
    for (const id of readdirSync(fixtures).sort()) {
      const file = (path: string) => [{ path, text: readFileSync(join(fixtures, id, path), "utf8") }];
      const { catalog: to } = (await shadow.load(file("new.sql"), everything)).reading;
      const found = await shadow.loaded(file("old.sql"), everything, (scratch, { reading: { catalog: from } }) =>
        walk(scratch, [plan(from, to, plainOptions), plan(to, from, plainOptions)].flatMap(statementsOf)),
      );
      expect({ id, found }).toEqual({ id, found: [] });
    }
  });
});

test("random edits", async () => {
  const path = join(import.meta.dirname, "../cli/db/fixtures/edited.sql");
  const files = [{ path, text: readFileSync(path, "utf8") }];
  await withReaders(async (shadow) => {
    for (const seed of [1]) {
      const found = await shadow.loaded(files, everything, async (scratch) => {
        for (const role of editRoles) await scratch.attempt(`create role ${role}`);
        const { catalog } = await scratch.read();
        const random = randomOf(seed);
        return walk(
          scratch,
          Array.from({ length: 32 }, () => randomEdit(catalog, random) ?? "select 1"),
        );
      });
      expect({ seed, found }).toEqual({ seed, found: [] });
    }
  });
});
