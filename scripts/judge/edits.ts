// Proves the planner on random edits in the embedded server: from a schema to what edits make of it and back, judged by an independent reading.
import { Fault } from "../../src/kernel/fault.ts";
import { stageOn } from "../../src/cli/db/side.ts";
import type { Scratch, Shadow } from "../../src/io/embedded/shadow.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { statementsOf } from "../../src/pg/diff/plan.ts";
import { rehearse } from "../../src/pg/diff/rehearse.ts";
import { settleRenames } from "../../src/pg/diff/settle.ts";
import type { PreparedStatement } from "../../src/pg/prepare.ts";
import { editRoles } from "../../src/testing/edits/attributes.ts";
import { randomOf } from "../../src/testing/edits/hand.ts";
import { randomEdit } from "../../src/testing/schema-edits.ts";
import { fingerprintQueries, listsInAnyOrder, unlike } from "./fingerprint.ts";

export interface EditProof {
  readonly seed: number;
  /** The edits that PostgreSQL took. */
  readonly edits: readonly string[];
  /** `refused`: there is no way that keeps the rows, and it was said. */
  readonly outcome: "proven" | "refused" | "wrong";
  readonly trouble: readonly string[];
  readonly up: readonly string[];
  readonly down: readonly string[];
}

const lines = async (scratch: Scratch): Promise<readonly string[]> => {
  await scratch.run(["set search_path = ''"]);
  const found: string[] = [];
  for (const query of fingerprintQueries(180000)) found.push(...(await scratch.rows(query)));
  await scratch.run(["reset search_path"]);
  // Whether an inherited column is declared by its own table too cannot be changed by ALTER TABLE, nor the order of columns.
  return found
    .map(listsInAnyOrder)
    .map((line) => line.replace(/^(column .*) local (true|false) /s, "$1 "))
    .map((line) =>
      line.replace(
        /^(statistics .* ON )(.*)( FROM .*)/s,
        (_, a: string, b: string, c: string) => `${a}${b.split(", ").sort().join(", ")}${c}`,
      ),
    )
    .sort();
};

const mustRun = async (scratch: Scratch, statements: readonly string[]): Promise<void> => {
  const { error, done } = await scratch.run(statements);
  if (error !== undefined) throw new Error(`${error.message}\n${statements[done] ?? ""}`);
};

const transactional = (sql: string): string =>
  sql.replace(/^(CREATE (?:UNIQUE )?INDEX|DROP INDEX) CONCURRENTLY /, "$1 ");

/** Edits one after the other, each drawn from what the ones before have made. */
const edit = async (scratch: Scratch, seed: number, wanted: number) => {
  const random = randomOf(seed);
  const edits: string[] = [];
  let { catalog } = await scratch.read();
  for (let tried = 0; tried < wanted * 6 && edits.length < wanted; tried++) {
    const sql = randomEdit(catalog, random);
    if (sql === undefined || (await scratch.attempt(sql)) !== undefined) continue;
    edits.push(sql);
    ({ catalog } = await scratch.read());
  }
  return { edits, catalog, lines: await lines(scratch) };
};

export interface EditOptions {
  readonly seed: number;
  readonly edits: number;
  readonly renames: boolean;
}

interface Base {
  readonly statements: readonly PreparedStatement[];
  readonly roles: readonly string[];
  readonly extensions: readonly { readonly name: string }[];
}

export const proveEdits = async (shadow: Shadow, base: Base, options: EditOptions): Promise<EditProof> => {
  const { seed } = options;
  const sql = base.statements.map((one) => one.sql);
  const needs = {
    roles: [...new Set([...base.roles, ...editRoles])],
    extensions: base.extensions.map(({ name }) => name),
  };
  const inBase = <T>(work: (scratch: Scratch) => Promise<T>): Promise<T> =>
    shadow.within(needs, async (scratch) => {
      await mustRun(scratch, ["set check_function_bodies = off", ...sql]);
      return work(scratch);
    });
  const next = await inBase((scratch) => edit(scratch, seed, options.edits));
  let [up, down]: (readonly string[])[] = [];
  const result = (outcome: EditProof["outcome"], trouble: readonly string[]): EditProof => ({
    seed,
    edits: next.edits,
    outcome,
    trouble,
    up: up ?? [],
    down: down ?? [],
  });
  try {
    const { legs, before } = await inBase(async (scratch) => {
      const from: Catalog = (await scratch.read()).catalog;
      const old = await lines(scratch);
      const stage = stageOn(scratch, (catalog) => catalog);
      const { renamings } = await settleRenames(stage, from, next.catalog, [], options.renames);
      const plan = {
        online: seed % 2 === 0,
        contract: seed % 3 === 0,
        version: 180000,
        using: new Map(),
        keepOwners: false,
      };
      return { legs: (await rehearse(scratch, from, next.catalog, { ...plan, renamings })).legs, before: old };
    });
    const forth = legs.flatMap(({ segment }) => statementsOf({ segments: [segment] })).map(transactional);
    const back = legs
      .toReversed()
      .flatMap((leg) => leg.down)
      .map(transactional);
    [up, down] = [forth, back];
    const trouble = await inBase(async (scratch) => {
      await mustRun(scratch, ["set check_function_bodies = off", ...forth]);
      const there = unlike(await lines(scratch), next.lines);
      await mustRun(scratch, ["set check_function_bodies = off", ...back]);
      return [...there, ...unlike(await lines(scratch), before).map((line) => `back: ${line}`)];
    });
    const unrestored = legs.flatMap((leg) => leg.unrestored);
    // Values that were lost may not meet a check that is back: it is said, and binds new rows.
    const said = unrestored.flatMap((one) =>
      / is back for new rows only/.exec(one) === null ? [] : [one.split(" is back")[0] ?? ""],
    );
    const isSaid = (line: string): boolean =>
      line.startsWith("back: ") && said.some((name) => line.includes(`constraint ${name} `));
    const wrong = [
      ...unrestored.filter((one) => !one.includes(" is back for new rows only")).map((one) => `not restored: ${one}`),
      ...trouble.filter((line) => !isSaid(line)),
    ];
    if (wrong.length > 0) return result("wrong", wrong);
    return result(said.length === 0 ? "proven" : "refused", said);
  } catch (error) {
    // The way back ends in words, where values have no way back.
    if (error instanceof Error && /^no way back: .*no such conversion/.test(error.message))
      return result("refused", [error.message]);
    if (
      error instanceof Fault &&
      error.code === "input.unsupported" &&
      /no such conversion|cannot be partitioned by|and cannot become/.test(error.message)
    )
      return result("refused", [error.message]);
    return result("wrong", [
      error instanceof Error ? (error instanceof Fault ? error.message : (error.stack ?? "")) : String(error),
    ]);
  }
};
