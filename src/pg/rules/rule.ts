// What a rule on databases sees: the structure, and on a running server what it measured.
import type { Location, Severity } from "../../kernel/finding.ts";
import type { Found, Rule } from "../../kernel/rule.ts";
import type { CatalogReading } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import type { Health, Live, RelationHealth } from "../health/model.ts";

/** The machine behind the server, as far as a person says what it is: SQL does not tell. */
export interface Machine {
  readonly cores?: number;
  readonly memoryBytes?: number;
}

export interface DatabaseReading extends CatalogReading {
  /** Only of a running server. */
  readonly health?: Health;
  readonly machine?: Machine;
}

export interface DatabaseRule extends Rule<DatabaseReading> {
  /** The rule has nothing to look at in schema files. */
  readonly needs?: "server";
}

interface ServerRule extends Omit<DatabaseRule, "check" | "needs"> {
  check(health: Health, reading: DatabaseReading): Iterable<Found>;
}

/** A rule on what a running server measured: silent where there is none. */
export const serverRule = (rule: ServerRule): DatabaseRule => ({
  ...rule,
  needs: "server",
  *check(reading) {
    if (reading.health !== undefined) yield* rule.check(reading.health, reading);
  },
});

/** What can be asked at once, whatever the database holds. */
export interface LiveReading {
  readonly health: Live;
  readonly machine?: Machine;
}

export type LiveRule = Rule<LiveReading>;

interface OfLive extends Omit<LiveRule, "check"> {
  check(live: Live, machine: Machine): Iterable<Found>;
}

export const liveRule = (rule: OfLive): LiveRule => ({
  ...rule,
  check: ({ health, machine = {} }) => rule.check(health, machine),
});

/** A live rule among those on a database. */
export const onDatabase = (rule: LiveRule): DatabaseRule =>
  serverRule({
    ...rule,
    check: (health, { machine = {} }) => rule.check({ health, machine }),
  });

type Place = Extract<Location, { kind: "object" }>;

export const at = (type: string, { schema, name }: ObjectName): Place => ({ kind: "object", type, schema, name });

/** Of a table's part, whose name is the table's and its own. */
export const partAt = (type: string, table: ObjectName, name: string): Place => ({
  kind: "object",
  type,
  schema: table.schema,
  name: `${table.name}.${name}`,
});

/** Of what has no schema: a setting, a session, a database. */
export const globalAt = (type: string, name: string): Place => ({ kind: "object", type, name });

export const pathText = ({ schema, name }: ObjectName): string => `${schema}.${name}`;

/** The first severity whose condition holds; undefined where none does. */
export const graded = (...steps: readonly (readonly [Severity, boolean])[]): Severity | undefined =>
  steps.find(([, holds]) => holds)?.[0];

/** The rows of a table as well as they are known: counted since the last ANALYZE, or estimated by it. */
export const rowsOf = ({ rows, liveRows }: RelationHealth): number => Math.max(rows ?? 0, liveRows);
