// The rehearsal: a plan is run on a throw-away copy of the old side with rows in it, forth and back, before anything is written.
import { Fault } from "../../kernel/fault.ts";
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { sameName } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { TryInsert } from "../rows.ts";
import { fillTables } from "../rows.ts";
import type { Parts } from "./parts.ts";
import { partsOf } from "./parts.ts";
import type { Plan, PlanOptions, Segment, Step } from "./plan.ts";
import { plainOptions, planParts, statementsOf } from "./plan.ts";
import type { Renaming } from "./rename.ts";
import { literal } from "./sql/text.ts";
import { partText } from "./words.ts";

interface Refusal {
  readonly message: string;
  readonly sqlstate: string;
  readonly detail?: string;
}

/** A database to try things on, inside one transaction. */
export interface Stage {
  run(statements: readonly string[]): Promise<{ readonly done: number; readonly error?: Refusal }>;
  attempt(statement: string): Promise<Refusal | undefined>;
  rows(sql: string): Promise<readonly string[]>;
  read(): Promise<{ readonly catalog: Catalog }>;
}

/** A segment of the way with its own way back. */
export interface Leg {
  readonly segment: Segment;
  readonly down: readonly string[];
  /** Differences that the way back leaves, in words. */
  readonly unrestored: readonly string[];
}

export interface RowProof {
  readonly tables: number;
  readonly rows: number;
  /** Tables whose invented rows a step refused: real rows may be refused too. */
  readonly refused: readonly { readonly statement: string; readonly message: string }[];
  /** Tables and columns whose content was the same after the way forth, and after the way back. */
  readonly kept: number;
}

export interface Rehearsed {
  readonly legs: readonly Leg[];
  readonly proof: RowProof;
  /** The old side as the embedded server has it. */
  readonly from: Catalog;
}

export interface RehearsalOptions extends PlanOptions {
  readonly renamings: readonly Renaming[];
}

/** CONCURRENTLY needs to be outside of a transaction, which all of this is in. */
const inTransaction = (sql: string): string =>
  sql.replace(/^(CREATE (?:UNIQUE )?INDEX|DROP INDEX) CONCURRENTLY /, "$1 ");

const isAboutRows = ({ sqlstate }: Refusal): boolean => /^(22|23)/.test(sqlstate);

const noCast = ({ sqlstate, message }: Refusal): boolean =>
  sqlstate === "42846" || /cannot be cast automatically/.test(message);

const refusedFault = (sql: string, { message, detail }: Refusal): Fault => {
  const [, table = "", column = ""] = /^ALTER TABLE (\S+) ALTER COLUMN (\S+) /.exec(sql) ?? [];
  const words = detail === undefined ? message : `${message} (${detail})`;
  if (column !== "" && noCast({ message, sqlstate: "42846" }))
    return new Fault("input.unsupported", `${table}.${column}: PostgreSQL has no such conversion: ${words}`, {
      help: `say how values are converted: --using '${table}.${column}=<expression of ${column}>'`,
    });
  return new Fault("input.unsupported", `PostgreSQL refuses a step of the way: ${words}\n${sql}`, {
    help: "split the change into two that PostgreSQL takes, or write this step by hand",
  });
};

const castFault = (sql: string, error: Refusal): Fault => refusedFault(sql, noCast(error) ? error : { ...error });

/** Real state: what happened to the rows on the way. */
class Rehearsal {
  readonly #stage: Stage;
  readonly #refused: { statement: string; message: string }[] = [];
  readonly #emptied = new Set<string>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get refused(): RowProof["refused"] {
    return this.#refused;
  }

  isEmptied(table: ObjectName): boolean {
    return this.#emptied.has("*") || this.#emptied.has(quotePath(table));
  }

  /** Runs a step. Rows are ours: where they stand in the way they make room, and it is said. */
  async step(sql: string): Promise<void> {
    const statement = inTransaction(sql);
    const error = await this.#stage.attempt(statement);
    if (error === undefined) return;
    if (!isAboutRows(error)) throw castFault(sql, error);
    this.#refused.push({ statement: sql, message: error.message });
    await this.#makeRoom(sql);
    const again = await this.#stage.attempt(statement);
    if (again === undefined) return;
    await this.#makeRoom("");
    const last = await this.#stage.attempt(statement);
    if (last !== undefined) throw castFault(sql, last);
  }

  async #makeRoom(sql: string): Promise<void> {
    const { catalog } = await this.#stage.read();
    const target = catalog.tables.filter((table) => sql === "" || sql.includes(`${quotePath(table)} `));
    for (const table of target.length === 0 ? catalog.tables : target) {
      if (table.kind === "foreign") continue;
      this.#emptied.add(quotePath(table));
      await this.#stage.attempt(`TRUNCATE ${quotePath(table)} CASCADE`);
    }
    this.#emptied.add("*");
  }
}

/** The content of every column of every table that holds rows of its own: `table column` → count and hash. */
const contents = async (stage: Stage, { tables }: Catalog): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  const queries = tables
    .filter(({ kind }) => kind !== "foreign")
    .flatMap((table) =>
      table.columns
        .filter(({ generated }) => generated === undefined)
        .map((column) => {
          const value = `${quoteName(column.name)}::text`;
          const key = `${quotePath(table)} ${quoteName(column.name)} ${column.type.text}`;
          return `select '${key.replaceAll("'", "''")}' as k, count(*) as n, md5(string_agg(coalesce(${value}, '~'), ',' order by ${value})) as h from only ${quotePath(table)}`;
        }),
    );
  for (let at = 0; at < queries.length; at += 200) {
    const union = queries.slice(at, at + 200).join(" union all ");
    for (const row of await stage.rows(`select json_build_array(k, n, h)::text from (${union}) contents where n > 0`)) {
      const [key, n, hash] = JSON.parse(row) as readonly [string, number, string | null];
      found.set(key, `${n} ${hash ?? ""}`);
    }
  }
  return found;
};

/** `table column type` of what stands on both sides, through its renames, with other content on the second. */
const changedContents = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] =>
  [...before].filter(([key, content]) => after.has(key) && after.get(key) !== content).map(([key]) => key);

const fill = async (stage: Stage, catalog: Catalog): Promise<{ readonly tables: number; readonly rows: number }> => {
  await stage.run(["SET session_replication_role = replica"]);
  const insert: TryInsert = async (sql) => (await stage.attempt(sql))?.message;
  const filled = await fillTables(catalog, insert);
  await stage.run(["SET session_replication_role = origin"]);
  return {
    tables: filled.filter(({ rows }) => rows > 0).length,
    rows: filled.reduce((sum, { rows }) => sum + rows, 0),
  };
};

const differences = (from: Parts, to: Parts, options: PlanOptions): Plan => planParts(from, to, options);

const words = (plan: Plan): readonly string[] =>
  [...plan.changes.values()].map((change) => `${change.verb} ${partText("to" in change ? change.to : change.from)}`);

/** Plans, runs, looks, and plans again what is left: a server does at times more than it is told. */
const approach = async (
  stage: Stage,
  rehearsal: Rehearsal,
  to: Parts,
  options: PlanOptions,
  begin: Catalog,
): Promise<{
  readonly legs: readonly { readonly segment: Segment; readonly before: Catalog; readonly after: Catalog }[];
  readonly left: readonly string[];
  readonly end: Catalog;
}> => {
  const legs: { segment: Segment; before: Catalog; after: Catalog }[] = [];
  let now = begin;
  for (let round = 0; round < 3; round++) {
    const plan = differences(partsOf(now), to, options);
    const [refusal] = plan.refusals;
    if (refusal !== undefined) throw new Fault("input.unsupported", refusal.refused, { help: refusal.help });
    if (plan.segments.length === 0) return { legs, left: [], end: now };
    for (const segment of plan.segments) {
      for (const sql of statementsOf({ segments: [segment] })) await rehearsal.step(sql);
      const { catalog: after } = await stage.read();
      legs.push({ segment, before: now, after });
      now = after;
    }
  }
  return { legs, left: words(differences(partsOf(now), to, options)), end: now };
};

/** Back from one state to the one before; an index that was made alone is dropped alone. */
const wayBack = async (
  stage: Stage,
  rehearsal: Rehearsal,
  leg: { readonly segment: Segment; readonly before: Catalog; readonly after: Catalog },
  now: Catalog,
  options: PlanOptions,
) => {
  const alone = leg.segment.kind === "alone";
  const { legs, left, end } = await approach(
    stage,
    rehearsal,
    partsOf(leg.before),
    { ...plainOptions, version: options.version, online: alone },
    now,
  );
  const down = statementsOf({ segments: legs.map(({ segment }) => segment) });
  return { leg: { segment: leg.segment, down, unrestored: left }, end };
};

const renameStep = (renaming: Renaming): Step => ({
  title: renaming.title,
  statements: renaming.up,
  hazards: [{ kind: "breaking", message: `code that still uses the name ${renaming.from} fails` }],
  change: renaming.change,
});

/** What must be there before a schema is built: nothing but what every database has. */
export const buildStatements = (catalog: Catalog, empty: Catalog, version: number): readonly string[] =>
  statementsOf(planParts(partsOf(empty), partsOf(catalog), { ...plainOptions, version }));

const withRenames = (legs: readonly Leg[], renamings: readonly Renaming[]): readonly Leg[] => {
  if (renamings.length === 0) return legs;
  const steps = renamings.map(renameStep);
  const down = renamings.toReversed().flatMap((one) => one.down);
  const [first, ...rest] = legs;
  if (first?.segment.kind !== "main") return [{ segment: { kind: "main", steps }, down, unrestored: [] }, ...legs];
  return [
    { ...first, segment: { kind: "main", steps: [...steps, ...first.segment.steps] }, down: [...first.down, ...down] },
    ...rest,
  ];
};

/** Without the step that renamed them, contents have the old names. */
const renamedKeys = (
  contents: ReadonlyMap<string, string>,
  renamings: readonly Renaming[],
): ReadonlyMap<string, string> =>
  new Map([...contents].map(([key, content]) => [renamings.reduce((text, one) => one.rekey(text), key), content]));

/** There is no way back that keeps the values: the migration says so, and does nothing. */
const deadEnd = (segment: Segment, reason: string): Leg => ({
  segment,
  down: [
    `DO $$ BEGIN RAISE EXCEPTION ${literal(`no way back: ${reason.replaceAll("$$", "$ $")}`.replaceAll("%", "%%"))}; END $$`,
  ],
  unrestored: [reason],
});

/** All the way back, leg by leg. From a dead end on, the legs before it are planned and not run. */
const allBack = async (
  stage: Stage,
  rehearsal: Rehearsal,
  forth: readonly { readonly segment: Segment; readonly before: Catalog; readonly after: Catalog }[],
  end: Catalog,
  options: PlanOptions,
): Promise<{ readonly legs: readonly Leg[]; readonly isBack: boolean }> => {
  let now = end;
  let isBack = true;
  const legs: Leg[] = [];
  for (const one of forth.toReversed()) {
    if (!isBack) {
      const down = statementsOf(
        planParts(partsOf(one.after), partsOf(one.before), { ...plainOptions, version: options.version }),
      );
      legs.unshift({ segment: one.segment, down, unrestored: [] });
      continue;
    }
    try {
      const back = await wayBack(stage, rehearsal, one, now, options);
      legs.unshift(back.leg);
      now = back.end;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "input.unsupported") throw error;
      isBack = false;
      legs.unshift(deadEnd(one.segment, error.message.split("\n")[0] ?? ""));
    }
  }
  return { legs, isBack };
};

/** Runs all of it. The stage already holds the old side. Throws Faults for what cannot be expressed, proven, or kept. */
export const rehearse = async (stage: Stage, target: Catalog, options: RehearsalOptions): Promise<Rehearsed> => {
  const rehearsal = new Rehearsal(stage);
  const { catalog: from } = await stage.read();
  const filled = await fill(stage, from);
  const before = await contents(stage, from);
  for (const { up } of options.renamings) for (const sql of up) await rehearsal.step(sql);
  const begin = options.renamings.length === 0 ? from : (await stage.read()).catalog;
  const to = partsOf(target);
  const forth = await approach(stage, rehearsal, to, options, begin);
  if (forth.left.length > 0) {
    throw new Fault(
      "input.unsupported",
      `the way was run and does not lead there; it leaves: ${forth.left.join(", ")}`,
      {
        help: "split the change in two, or write this part by hand",
      },
    );
  }
  const there = await contents(stage, forth.end);
  const lost = rehearsal.isEmptied({ schema: "", name: "" })
    ? []
    : changedContents(renamedKeys(before, options.renamings), there);
  const { legs, isBack } = await allBack(stage, rehearsal, forth.legs, forth.end, options);
  if (isBack) for (const { down } of options.renamings.toReversed()) for (const sql of down) await rehearsal.step(sql);
  const again = isBack ? await contents(stage, from) : new Map<string, string>();
  const same = [...before].filter(([key, content]) => again.get(key) === content).length;
  if (lost.length > 0)
    throw new Fault("input.unsupported", `the way was run and changes rows that it should keep: ${lost.join(", ")}`);
  return {
    legs: withRenames(legs, options.renamings),
    from,
    proof: { ...filled, refused: rehearsal.refused, kept: same },
  };
};

export const hasTable = (catalog: Catalog, table: ObjectName): boolean =>
  catalog.tables.some((one) => sameName(one, table));
