// Functions, procedures, aggregates, and what is built from them: operators, casts, event triggers, languages.
import type { Described, ObjectName, Option, Owned } from "./object.ts";

/** Told apart by name and argument types; functions, procedures and aggregates share their names. */
export interface Signature extends ObjectName {
  /** Types of the input arguments as SQL: what the name is told apart by. */
  readonly types: readonly string[];
}

export interface Parameter {
  readonly mode: "in" | "out" | "inout" | "variadic" | "table";
  readonly name?: string;
  readonly type: string;
}

export interface Routine extends Signature, Owned {
  readonly kind: "function" | "procedure" | "window";
  /** In their order; those of RETURNS TABLE included. */
  readonly parameters: readonly Parameter[];
  /** Arguments with names, modes and defaults, as the server prints them. */
  readonly arguments: string;
  /** As the server prints it: `SETOF public.t`, `TABLE(a integer)`. Not set for a procedure. */
  readonly returns?: string;
  readonly language: string;
  readonly volatility: "immutable" | "stable" | "volatile";
  readonly parallel: "safe" | "restricted" | "unsafe";
  readonly strict: boolean;
  readonly securityDefiner: boolean;
  readonly leakproof: boolean;
  readonly cost: number;
  readonly rows: number;
  readonly support?: ObjectName;
  /** `SET name TO value`. */
  readonly settings: readonly Option[];
  /** `source` for AS '…', `sql` for a body of SQL that PostgreSQL parsed (`BEGIN ATOMIC …`, `RETURN …`). */
  readonly body: { readonly kind: "source" | "sql"; readonly text: string; readonly library?: string };
  /** The server's own text: `CREATE OR REPLACE FUNCTION …`. */
  readonly definition: string;
}

export interface Aggregate extends Signature, Owned {
  readonly kind: "normal" | "ordered-set" | "hypothetical";
  /** As the server prints them: `integer ORDER BY text`. */
  readonly arguments: string;
  readonly returns: string;
  readonly parallel: "safe" | "restricted" | "unsafe";
  /** The rest of CREATE AGGREGATE, in SQL's names and values: `sfunc`, `stype`, `initcond`, `finalfunc`, `sortop` … */
  readonly parts: readonly Option[];
}

export interface Operator extends ObjectName, Owned {
  /** As SQL; `left` is not set for a prefix operator. */
  readonly left?: string;
  readonly right: string;
  readonly function?: ObjectName;
  /** Operators as in `OPERATOR(schema.name)`. */
  readonly commutator?: ObjectName;
  readonly negator?: ObjectName;
  readonly restrict?: ObjectName;
  readonly join?: ObjectName;
  readonly hashes: boolean;
  readonly merges: boolean;
}

export interface OperatorFamily extends ObjectName, Owned {
  readonly method: string;
  /** Members that belong to no class of it: `OPERATOR 1 < (integer, bigint)`. Sorted. */
  readonly members: readonly string[];
}

export interface OperatorClass extends ObjectName, Owned {
  readonly method: string;
  readonly type: string;
  readonly default: boolean;
  readonly family: ObjectName;
  readonly storage?: string;
  /** `OPERATOR 1 pg_catalog.< (a, b)`, `FUNCTION 1 (a, b) f(a, b)`. Sorted. */
  readonly members: readonly string[];
}

export interface Cast extends Described {
  /** Types as SQL. */
  readonly source: string;
  readonly target: string;
  /** `assignment` and `implicit` work without being written. */
  readonly context: "explicit" | "assignment" | "implicit";
  readonly method: "function" | "inout" | "binary";
  /** As SQL with its argument types: `public.f(integer)`. */
  readonly function?: string;
}

export interface Transform extends Described {
  /** As SQL. */
  readonly type: string;
  readonly language: string;
  readonly fromSql?: string;
  readonly toSql?: string;
}

export interface Conversion extends ObjectName, Owned {
  readonly from: string;
  readonly to: string;
  readonly function: ObjectName;
  readonly default: boolean;
}

export interface EventTrigger extends Described {
  readonly name: string;
  readonly owner?: string;
  /** `ddl_command_end`, `sql_drop`, … */
  readonly event: string;
  readonly tags: readonly string[];
  readonly function: ObjectName;
  readonly firing: "origin" | "disabled" | "replica" | "always";
}

export interface Language extends Owned {
  readonly name: string;
  readonly trusted: boolean;
  readonly handler: ObjectName;
  readonly inline?: ObjectName;
  readonly validator?: ObjectName;
}

export interface AccessMethod extends Described {
  readonly name: string;
  readonly kind: "index" | "table";
  readonly handler: ObjectName;
}
