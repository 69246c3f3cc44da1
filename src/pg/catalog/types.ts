// Types of the user's own as data.
import type { Described, ObjectName, Owned } from "./object.ts";
import type { ColumnType } from "./tables.ts";

export interface EnumType extends ObjectName, Owned {
  /** In their order. */
  readonly values: readonly string[];
}

export interface DomainType extends ObjectName, Owned {
  readonly base: ColumnType;
  readonly nullable: boolean;
  readonly default?: string;
  /** Set when it is not the base type's own. */
  readonly collation?: ObjectName;
  readonly constraints: readonly DomainConstraint[];
}

/** A CHECK of a domain. */
export interface DomainConstraint extends Described {
  readonly name: string;
  readonly expression: string;
  readonly validated: boolean;
  /** The server's own text: `CHECK (…)`. */
  readonly definition: string;
}

export interface CompositeType extends ObjectName, Owned {
  /** In their order. */
  readonly attributes: readonly CompositeAttribute[];
}

export interface CompositeAttribute extends Described {
  readonly name: string;
  readonly type: ColumnType;
  readonly collation?: ObjectName;
}

export interface RangeType extends ObjectName, Owned {
  readonly subtype: ColumnType;
  readonly opclass: ObjectName;
  readonly collation?: ObjectName;
  readonly canonical?: ObjectName;
  readonly subtypeDiff?: ObjectName;
  /** The name of its multirange type, in the same schema unless moved. */
  readonly multirange: ObjectName;
}

/** A type with input and output functions of its own (CREATE TYPE (INPUT = …)), or a shell that has none yet. */
export interface BaseType extends ObjectName, Owned {
  readonly shell: boolean;
  /** Its functions by their part: `input`, `output`, `receive`, `send`, `typmod_in`, `typmod_out`, `analyze`, `subscript`. */
  readonly functions: Readonly<Record<string, ObjectName>>;
  /** In bytes; -1 for variable. */
  readonly length: number;
  readonly byValue: boolean;
  readonly alignment: "char" | "int2" | "int4" | "double";
  readonly storage: "plain" | "external" | "extended" | "main";
  readonly category: string;
  readonly preferred: boolean;
  readonly default?: string;
  readonly element?: ColumnType;
  readonly delimiter: string;
  readonly collatable: boolean;
}

export interface Collation extends ObjectName, Owned {
  readonly provider: "builtin" | "icu" | "libc" | "default";
  readonly deterministic: boolean;
  readonly locale?: string;
  /** libc alone: where they differ from each other. */
  readonly collate?: string;
  readonly ctype?: string;
  /** ICU's tailoring rules. */
  readonly rules?: string;
}
