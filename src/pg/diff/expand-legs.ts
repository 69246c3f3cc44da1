// What people read of an expansion: the titles, notes and names of the migrations that expand, hold back, and contract.
import type { Catalog } from "../catalog.ts";
import { partKey } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { Move, TableMoves } from "./moves.ts";
import { backfillCommand, contractSql, expandSql, gateSql } from "./moves-sql.ts";
import { partsOf } from "./parts.ts";
import type { Segment, Step } from "./plan.ts";
import type { SegmentKind } from "./units.ts";
import type { Leg } from "./way-back.ts";

const columnOf = (catalog: Catalog, { table }: TableMoves, name: string) => {
  const key = partKey("column", table, name);
  const part = partsOf(catalog).byKey.get(key);
  if (part === undefined) throw new Error(`${key} is not there`);
  return part;
};

const segment = (kind: SegmentKind, name: string, steps: readonly Step[], notes: readonly string[]): Segment => ({
  kind,
  name,
  steps,
  notes,
});

const tablesText = (all: readonly TableMoves[]): string => all.map(({ table }) => table.name).join(" and ");

const moveText = (on: TableMoves, { from, to, beside }: Move): string =>
  from.name === to.name
    ? `${quotePath(on.table)}.${quoteName(from.name)} as ${to.type.text} (${quoteName(beside)} meanwhile)`
    : `${quotePath(on.table)}.${quoteName(from.name)} as ${quoteName(to.name)}`;

const titled = (verb: string, on: TableMoves): string =>
  `${verb} ${on.moves.map((move) => moveText(on, move)).join(", ")}`;

export const expandLeg = (all: readonly TableMoves[], begun: Catalog): Leg => ({
  segment: segment(
    "main",
    `expand ${tablesText(all)}`,
    all.map((on) => {
      const [first] = on.moves;
      const to = columnOf(begun, on, first?.beside ?? "");
      return {
        title: titled("carry", on),
        statements: expandSql(on),
        hazards: [],
        change: { verb: "create", key: to.key, to },
      };
    }),
    [
      "Expand: a trigger keeps both columns in step from here on. After it, carry over what stands:",
      ...all.map(backfillCommand),
    ],
  ),
  down: [],
  unrestored: [],
});

export const gateLeg = (all: readonly TableMoves[], begun: Catalog): Leg => ({
  segment: segment(
    "late",
    `check backfill of ${tablesText(all)}`,
    all.map((on) => {
      const to = columnOf(begun, on, on.moves[0]?.beside ?? "");
      return {
        title: `check that every row of ${quotePath(on.table)} is carried over`,
        statements: [gateSql(on)],
        hazards: [],
        change: { verb: "alter", key: to.key, from: to, to, pieces: [] },
      };
    }),
    ["After the backfill: refuses to go on while a row is behind. It reads the tables, and holds nobody up."],
  ),
  down: [],
  unrestored: [],
});

/** The end of a table's old columns. */
export const contractStep = (
  on: TableMoves,
  sequences: readonly string[],
  middle: Catalog,
  to: Catalog,
): readonly Step[] => {
  const [first] = on.moves;
  if (first === undefined) return [];
  const olds = on.moves.map(({ from: { name } }) => quoteName(name)).join(", ");
  const message = on.moves.every((move) => move.from.name === move.to.name)
    ? `sessions that keep plans of ${quotePath(on.table)} prepare them anew`
    : `code that still uses ${olds} of ${quotePath(on.table)} fails`;
  return [
    {
      title: titled("finish", on),
      statements: contractSql(on, sequences),
      hazards: [{ kind: "breaking", message }],
      change: {
        verb: "alter",
        key: partKey("column", on.table, first.from.name),
        from: columnOf(middle, on, first.from.name),
        to: columnOf(to, on, first.to.name),
        pieces: [],
      },
    },
  ];
};

export const contractSegment = (all: readonly TableMoves[], steps: readonly Step[]): Segment =>
  segment("contract", `contract ${tablesText(all)}`, steps, [
    "Contract: apply it when no running code uses what it drops.",
  ]);
