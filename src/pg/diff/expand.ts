// Expand, backfill, contract: columns move to ones beside them while both releases run, rehearsed on a copy with rows, forth and back.
import { Fault } from "../../kernel/fault.ts";
import type { Catalog } from "../catalog.ts";
import { sameName } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import { approach } from "./approach.ts";
import { changedContents, readContents } from "./contents.ts";
import { contractSegment, contractStep, expandLeg, gateLeg } from "./expand-legs.ts";
import { withNewTypes, withOldTypes } from "./expand-types.ts";
import type { TableMoves } from "./moves.ts";
import { findMoves } from "./moves.ts";
import {
  backfillCommand,
  backfillSql,
  betweenSql,
  contractSql,
  expandSql,
  gateSql,
  uncontractSql,
} from "./moves-sql.ts";
import { partsOf } from "./parts.ts";
import type { PlanOptions } from "./plan.ts";
import { plainOptions, statementsOf } from "./plan.ts";
import type { Rehearsed, RehearsalOptions } from "./rehearse.ts";
import { missedFault, renamedKeys, withRenames } from "./rehearse.ts";
import type { Renaming } from "./renaming.ts";
import type { Stage } from "./stage.ts";
import { Rehearsal, fillStage } from "./stage.ts";
import type { Leg } from "./way-back.ts";
import { allBack } from "./way-back.ts";

/** A stage on which something can be tried and taken back. */
export interface AsideStage extends Stage {
  aside<T>(work: () => Promise<T>): Promise<T>;
}

/** Sequences that belong to an old column, by whom they are to belong to meanwhile. */
const sequencesOf = ({ sequences }: Catalog, on: TableMoves, owner: (column: string) => string): readonly string[] =>
  sequences.flatMap(({ ownedBy, ...sequence }) =>
    ownedBy !== undefined &&
    sameName(ownedBy.table, on.table) &&
    on.moves.some(({ from }) => from.name === ownedBy.column)
      ? [`ALTER SEQUENCE ${quotePath(sequence)} OWNED BY ${owner(ownedBy.column)}`]
      : [],
  );

const ownedByNobody = (from: Catalog, on: TableMoves): readonly string[] => sequencesOf(from, on, () => "NONE");

const unsupported = (message: string): Fault =>
  new Fault("input.unsupported", message, {
    help: "leave --expand away for this change, or write its expand and contract by hand",
  });

/** A key that others refer to cannot change its column without them. */
const refuseReferenced = (catalog: Catalog, all: readonly TableMoves[]): void => {
  for (const table of catalog.tables)
    for (const constraint of table.constraints)
      if (constraint.kind === "foreign-key")
        for (const on of all)
          if (
            sameName(constraint.references.table, on.table) &&
            on.moves.some(({ from, to }) => from.name === to.name && constraint.references.columns.includes(from.name))
          )
            throw unsupported(
              `${quotePath(table)} refers to a column of ${quotePath(on.table)} that would move: ${constraint.name}`,
            );
};

/** The schema in which both columns stand, read from the server itself on a copy that is taken back. */
const between = (
  stage: AsideStage,
  [from, to]: readonly [Catalog, Catalog],
  all: readonly TableMoves[],
  options: RehearsalOptions,
  moved: readonly Renaming[],
): Promise<Catalog> =>
  stage.aside(async () => {
    const rehearsal = new Rehearsal(stage);
    for (const { table } of all) await rehearsal.step(`TRUNCATE ${quotePath(table)} CASCADE`);
    for (const { up } of moved) for (const sql of up) await rehearsal.step(sql);
    const way = await approach(
      rehearsal,
      partsOf(withOldTypes(to, from, all)),
      { ...options, online: false, contract: true },
      moved.length === 0 ? from : await rehearsal.read(),
    );
    if (way.left.length > 0) throw missedFault(way.left);
    for (const on of all) {
      const owned = sequencesOf(from, on, (column) => `${quotePath(on.table)}.${quoteName(column)}`);
      for (const sql of betweenSql(on, owned)) await rehearsal.step(sql);
    }
    return rehearsal.read();
  });

const isLong = (sql: string): boolean =>
  !sql.startsWith("DROP TYPE ") && /^CREATE (UNIQUE )?INDEX|ADD CONSTRAINT|VALIDATE|SET NOT NULL| TYPE /.test(sql);

interface Contracted {
  readonly leg: Leg;
  readonly end: Catalog;
}

/** The end of the old columns, in one transaction: what is left after it may touch the catalog alone. */
const contract = async (
  rehearsal: Rehearsal,
  [middle, to]: readonly [Catalog, Catalog],
  from: Catalog,
  all: readonly TableMoves[],
  options: PlanOptions,
): Promise<Contracted> => {
  for (const on of all) for (const sql of contractSql(on, ownedByNobody(from, on))) await rehearsal.step(sql);
  const rest = await approach(
    rehearsal,
    partsOf(to),
    { ...options, online: false, contract: true },
    await rehearsal.read(),
  );
  const left = rest.runs.flatMap(({ segments }) => segments.flatMap(({ steps }) => steps));
  const long = left.flatMap(({ statements }) => statements).find(isLong);
  if (long !== undefined)
    throw unsupported(`the columns cannot change places at once; this would be left to do under the lock: ${long}`);
  if (rest.left.length > 0) throw missedFault(rest.left);
  const finished = all.flatMap((on) => contractStep(on, ownedByNobody(from, on), middle, to));
  const steps = [...finished, ...left];
  const end = rest.end;
  const plain = { ...plainOptions, version: options.version };
  const types = await approach(rehearsal, partsOf(withOldTypes(end, middle, all)), plain, end);
  const own = all.flatMap(uncontractSql);
  for (const sql of own) await rehearsal.step(sql);
  const back = await approach(rehearsal, partsOf(middle), plain, await rehearsal.read());
  const textOf = ({ runs }: typeof back): readonly string[] =>
    statementsOf({ segments: runs.flatMap(({ segments }) => segments) });
  const down = [...textOf(types), ...own, ...textOf(back)];
  return {
    leg: { segment: contractSegment(all, steps), down, unrestored: back.left },
    end,
  };
};

export interface Expanded extends Rehearsed {
  /** Commands to run between the first migration and the second. */
  readonly backfills: readonly string[];
}

/** What moves is found here; undefined when nothing does, and the ordinary way is the whole way. */
export const movesBetween = (from: Catalog, to: Catalog, options: RehearsalOptions): readonly TableMoves[] =>
  findMoves(from, to, options.renamings, options.using);

/** The new columns as they are meant to stand beside the old ones; all else as it was. */
const withWhole = (begun: Catalog, middle: Catalog, all: readonly TableMoves[]): Catalog => ({
  ...begun,
  tables: begun.tables.map((table) => {
    const on = all.find((one) => sameName(one.table, table));
    const meant = middle.tables.find((one) => sameName(one, table))?.columns ?? [];
    return on === undefined
      ? table
      : {
          ...table,
          columns: table.columns.map((column) =>
            on.moves.some(({ beside }) => beside === column.name)
              ? (meant.find(({ name }) => name === column.name) ?? column)
              : column,
          ),
        };
  }),
});

const isMoved =
  (all: readonly TableMoves[]) =>
  ({ change }: Renaming): boolean =>
    change.verb === "alter" &&
    change.from.kind === "column" &&
    all.some(
      (on) =>
        change.from.kind === "column" &&
        sameName(on.table, change.from.value.table) &&
        on.moves.some(({ from }) => change.from.kind === "column" && from.name === change.from.value.name),
    );

/** Runs all of it on a stage that holds the old side. Throws Faults for what cannot be expressed, proven, or kept. */
export const rehearseExpanded = async (
  stage: AsideStage,
  from: Catalog,
  to: Catalog,
  all: readonly TableMoves[],
  options: RehearsalOptions,
): Promise<Expanded> => {
  refuseReferenced(from, all);
  const moved = options.renamings.filter(isMoved(all));
  const plain = options.renamings.filter((one) => !moved.includes(one));
  const rehearsal = new Rehearsal(stage);
  const filled = await fillStage(stage, from);
  const before = await readContents(stage, from);
  const middle = await between(stage, [from, to], all, options, options.renamings);
  for (const { up } of plain) for (const sql of up) await rehearsal.step(sql);
  const begin = plain.length === 0 ? from : await rehearsal.read();
  const typed = withNewTypes(begin, to, all);
  const types = await approach(rehearsal, partsOf(typed), options, begin);
  for (const on of all) for (const sql of expandSql(on)) await rehearsal.step(sql);
  const begun = await rehearsal.read();
  for (const on of all) for (const sql of [backfillSql(on), gateSql(on)]) await rehearsal.step(sql);
  // What a view or an index stands on is whole before these are made: otherwise a view would be gone between two migrations.
  const whole = await approach(rehearsal, partsOf(withWhole(begun, middle, all)), options, begun);
  const rest = await approach(rehearsal, partsOf(middle), options, whole.end);
  const forth = { ...rest, runs: [...whole.runs, ...rest.runs] };
  if (forth.left.length > 0) throw missedFault(forth.left);
  const contracted = await stage.aside(() => contract(rehearsal, [forth.end, to], from, all, options));
  const lost = await stage.aside(async () => {
    for (const sql of statementsOf({ segments: [contracted.leg.segment] })) await rehearsal.step(sql);
    const there = await readContents(stage, contracted.end);
    return rehearsal.madeRoom
      ? []
      : changedContents([renamedKeys(before, options.renamings), from], [there, contracted.end]);
  });
  if (lost.length > 0)
    throw new Fault("input.unsupported", `the way was run and changes rows that it should keep: ${lost.join(", ")}`);
  const { legs } = await allBack(rehearsal, forth.runs, forth.end, options);
  const back = await approach(
    rehearsal,
    partsOf(types.end),
    { ...plainOptions, version: options.version },
    await rehearsal.read(),
  );
  const first = {
    ...expandLeg(all, begun),
    down: statementsOf({ segments: back.runs.flatMap(({ segments }) => segments) }),
    unrestored: back.left,
  };
  const made = await allBack(rehearsal, types.runs, types.end, options);
  return {
    legs: [...withRenames([...made.legs, first], plain), gateLeg(all, begun), ...legs, contracted.leg],
    proof: { ...filled, refused: rehearsal.refused },
    backfills: all.map(backfillCommand),
  };
};
