// The SQL of moving columns: the one beside, the trigger that keeps both in step, the backfill, the gate behind it, and the end of the old.
import { quoteName, quotePath, quoteText } from "../quote.ts";
import type { Column, Constraint } from "../catalog/tables.ts";
import type { Move, TableMoves } from "./moves.ts";
import { constraintOn, indexOn } from "./moves.ts";

const longest = 63;

/** Triggers fire by name: this one comes after those that change the row, so that it carries what they leave. */
const stepName = ({ table }: TableMoves): string => `zz_${table.name.slice(0, longest - 11)}_in_step`;

const functionPath = (on: TableMoves): string => quotePath({ schema: on.table.schema, name: stepName(on) });

const alter = (on: TableMoves, ...actions: readonly string[]): string =>
  `ALTER TABLE ${quotePath(on.table)} ${actions.join(", ")}`;

const typeText = ({ type, collation }: Column): string =>
  `${type.text}${collation === undefined ? "" : ` COLLATE ${quotePath(collation)}`}`;

const field = (row: "NEW" | "OLD", name: string): string => `${row}.${quoteName(name)}`;

/** The old column's value for the new one: an expression may name any column of the row. */
const forward = ({ carry, from, beside, isExpression }: Move): string => {
  const value = carry(field("NEW", from.name));
  if (isExpression) return `SELECT (${value}) INTO ${field("NEW", beside)} FROM (SELECT NEW.*) AS changed;`;
  return `${field("NEW", beside)} := ${value};`;
};

const backward = ({ from, beside }: Move, back: (column: string) => string): string =>
  `${field("NEW", from.name)} := ${back(field("NEW", beside))};`;

/** The old column's value for the new one, in a statement on its table. */
const carried = ({ carry, from }: Move): string => carry(quoteName(from.name));

/** json has no equality. */
const compared = (expression: string, { name }: Column["type"]): string =>
  ["json", "xml", "point", "polygon", "path"].includes(name) ? `(${expression})::text` : expression;

const differ = (a: string, b: string, column: Column): string =>
  `${compared(a, column.type)} IS DISTINCT FROM ${compared(b, column.type)}`;

/** Both releases write: the one before knows the old name alone, the one after the new one. Whichever changed is carried to the other. */
const inStep = (move: Move): string => {
  const { beside, back, to } = move;
  if (back === undefined) return `  ${forward(move)}`;
  return [
    `  IF (TG_OP = 'INSERT' AND ${field("NEW", beside)} IS NOT NULL)`,
    `    OR (TG_OP = 'UPDATE' AND ${differ(field("NEW", beside), field("OLD", beside), to)}) THEN ${backward(move, back)}`,
    `  ELSE ${forward(move)}`,
    "  END IF;",
  ].join("\n");
};

const triggerSql = (on: TableMoves): readonly string[] => [
  `CREATE FUNCTION ${functionPath(on)}() RETURNS trigger LANGUAGE plpgsql AS $in_step$\nBEGIN\n${on.moves.map(inStep).join("\n")}\n  RETURN NEW;\nEND $in_step$`,
  `CREATE TRIGGER ${quoteName(stepName(on))} BEFORE INSERT OR UPDATE ON ${quotePath(on.table)} FOR EACH ROW EXECUTE FUNCTION ${functionPath(on)}()`,
];

export const expandSql = (on: TableMoves): readonly string[] => [
  alter(on, ...on.moves.map(({ beside, to }) => `ADD COLUMN ${quoteName(beside)} ${typeText(to)}`)),
  ...triggerSql(on),
];

const behind = (on: TableMoves): string =>
  on.moves
    .map((move) =>
      differ(quoteName(move.beside), `(${carried(move)})`.replace(/^\(("(?:[^"]|"")+"|\w+)\)$/, "$1"), move.to),
    )
    .join(" OR ");

/** One UPDATE that can run in batches: what is carried over already is not touched again. */
export const backfillSql = (on: TableMoves): string =>
  `UPDATE ${quotePath(on.table)} SET ${on.moves.map((move) => `${quoteName(move.beside)} = ${carried(move)}`).join(", ")} WHERE ${behind(on)}`;

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export const backfillCommand = (on: TableMoves): string => `senior db backfill ${shellQuoted(backfillSql(on))}`;

/** Nothing after it may run while a row is behind: it reads the table, and holds nobody up. */
export const gateSql = (on: TableMoves): string =>
  `DO $gate$ BEGIN
  IF EXISTS (SELECT FROM ${quotePath(on.table)} WHERE ${behind(on)}) THEN
    RAISE EXCEPTION '%', ${quoteText(`rows of ${quotePath(on.table)} are not carried over yet; run: ${backfillCommand(on)}`)};
  END IF;
END $gate$`;

/** A name for a twin while both stand. */
const twin = (name: string): string => `${name.slice(0, longest - 4)}_new`;

const oldNames = ({ moves }: TableMoves): readonly string[] => moves.map(({ from }) => from.name);

const onOld = (
  on: TableMoves,
): { readonly constraints: readonly Constraint[]; readonly indexes: TableMoves["from"]["indexes"] } => ({
  constraints: on.from.constraints.filter((one) => oldNames(on).some((name) => constraintOn(one, name))),
  indexes: on.from.indexes.filter(
    (one) => one.constraint === undefined && oldNames(on).some((name) => indexOn(one, name)),
  ),
});

interface Twins {
  /** Names that the new side's objects lend to the old ones until these are gone. */
  readonly constraints: readonly string[];
  readonly indexes: readonly string[];
  /** The key that moves: a table has one, so that its twin is an index until then. */
  readonly key: Extract<Constraint, { readonly index: string }> | undefined;
}

const twinsOf = (on: TableMoves): Twins => {
  const { constraints, indexes } = onOld(on);
  const taken = new Set([...constraints, ...indexes].map(({ name }) => name));
  const isTaken = ({ name }: { readonly name: string }): boolean => taken.has(name);
  const key = on.to.constraints.find(
    (one): one is Extract<Constraint, { readonly index: string }> => one.kind === "primary-key",
  );
  const moves = key !== undefined && on.moves.some(({ to }) => key.columns.includes(to.name));
  return {
    constraints: on.to.constraints.filter((one) => isTaken(one) && one !== key).map(({ name }) => name),
    indexes: on.to.indexes.filter((one) => one.constraint === undefined && isTaken(one)).map(({ name }) => name),
    key: moves ? key : undefined,
  };
};

const indexPath = (on: TableMoves, name: string): string => quotePath({ schema: on.table.schema, name });

const besideOf = (on: TableMoves, column: string): string =>
  on.moves.find(({ to }) => to.name === column)?.beside ?? column;

/** From the wanted schema to the one in which both columns stand: run on a copy, to read what that one is. Rows are in the way of nothing there. */
export const betweenSql = (on: TableMoves, sequences: readonly string[]): readonly string[] => {
  const { constraints, indexes } = onOld(on);
  const twins = twinsOf(on);
  const key = twins.key;
  return [
    `TRUNCATE ${quotePath(on.table)} CASCADE`,
    ...twins.constraints.map((name) => alter(on, `RENAME CONSTRAINT ${quoteName(name)} TO ${quoteName(twin(name))}`)),
    ...twins.indexes.map((name) => `ALTER INDEX ${indexPath(on, name)} RENAME TO ${quoteName(twin(name))}`),
    ...(key === undefined ? [] : [alter(on, `DROP CONSTRAINT ${quoteName(key.name)}`)]),
    ...on.moves.flatMap(({ to, beside }) => [
      ...(to.identity === undefined ? [] : [alter(on, `ALTER COLUMN ${quoteName(to.name)} DROP IDENTITY`)]),
      ...(to.default === undefined ? [] : [alter(on, `ALTER COLUMN ${quoteName(to.name)} DROP DEFAULT`)]),
      ...(to.name === beside ? [] : [alter(on, `RENAME COLUMN ${quoteName(to.name)} TO ${quoteName(beside)}`)]),
    ]),
    ...(key === undefined
      ? []
      : [
          `CREATE UNIQUE INDEX ${quoteName(twin(key.name))} ON ${quotePath(on.table)} (${key.columns.map((name) => quoteName(besideOf(on, name))).join(", ")})`,
        ]),
    ...on.moves.map(({ from }) =>
      alter(
        on,
        `ADD COLUMN ${quoteName(from.name)} ${typeText(from)}${from.default === undefined ? "" : ` DEFAULT ${from.default}`}${from.nullable ? "" : " NOT NULL"}`,
      ),
    ),
    ...on.moves.flatMap(({ from: { name, identity } }) =>
      identity === undefined
        ? []
        : [alter(on, `ALTER COLUMN ${quoteName(name)} ADD GENERATED ${identity.generation.toUpperCase()} AS IDENTITY`)],
    ),
    ...sequences,
    ...constraints.map(({ name, definition }) => alter(on, `ADD CONSTRAINT ${quoteName(name)} ${definition}`)),
    ...indexes.map(({ definition }) => definition),
    ...triggerSql(on),
  ];
};

/** The old columns go, and what stood in for them takes their names. All of it touches the catalog alone. */
export const contractSql = (on: TableMoves, sequences: readonly string[]): readonly string[] => {
  const twins = twinsOf(on);
  return [
    `DROP TRIGGER ${quoteName(stepName(on))} ON ${quotePath(on.table)}`,
    `DROP FUNCTION ${functionPath(on)}()`,
    ...sequences,
    alter(on, ...on.moves.map(({ from }) => `DROP COLUMN ${quoteName(from.name)}`)),
    ...on.moves
      .filter(({ to, beside }) => to.name !== beside)
      .map(({ to, beside }) => alter(on, `RENAME COLUMN ${quoteName(beside)} TO ${quoteName(to.name)}`)),
    ...twins.constraints.map((name) => alter(on, `RENAME CONSTRAINT ${quoteName(twin(name))} TO ${quoteName(name)}`)),
    ...twins.indexes.map((name) => `ALTER INDEX ${indexPath(on, twin(name))} RENAME TO ${quoteName(name)}`),
    ...(twins.key === undefined
      ? []
      : [
          alter(
            on,
            `ADD CONSTRAINT ${quoteName(twins.key.name)} PRIMARY KEY USING INDEX ${quoteName(twin(twins.key.name))}`,
          ),
        ]),
  ];
};

/** Back from the contract: the old columns with their values, as far as they fit; what else there was follows. */
export const uncontractSql = (on: TableMoves): readonly string[] => [
  ...on.moves
    .filter(({ to, beside }) => to.name !== beside)
    .map(({ to, beside }) => alter(on, `RENAME COLUMN ${quoteName(to.name)} TO ${quoteName(beside)}`)),
  alter(on, ...on.moves.map(({ from }) => `ADD COLUMN ${quoteName(from.name)} ${typeText(from)}`)),
  `UPDATE ${quotePath(on.table)} SET ${on.moves
    .map(({ from, restore }) => `${quoteName(from.name)} = ${restore}`)
    .join(", ")}`,
];
