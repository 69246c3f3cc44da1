// Tables, views and sequences as data, with everything that hangs on them.
import type { Described, Grant, ObjectName, Option, Owned } from "./object.ts";

/** How a relation is stored. */
export interface Storage {
  /** The access method where it is not `heap`. */
  readonly method?: string;
  /** Where it is not the database's own. */
  readonly tablespace?: string;
  /** `fillfactor`, `autovacuum_enabled`, …; those of the TOAST table begin with `toast.`. */
  readonly options: readonly Option[];
}

export interface Table extends ObjectName, Owned {
  /** `partitioned`: a parent that holds no rows itself. */
  readonly kind: "table" | "partitioned" | "foreign";
  readonly persistence: "permanent" | "unlogged";
  /** The key of a partitioned table, as in `PARTITION BY …`: `RANGE (created_at)`. */
  readonly partitionKey?: string;
  /** For a partition: its parent, and its bound as in `FOR VALUES …`, or `DEFAULT`. */
  readonly partitionOf?: { readonly parent: ObjectName; readonly bound: string };
  /** Parents by plain inheritance, in their order. */
  readonly inherits: readonly ObjectName[];
  /** The composite type of `CREATE TABLE … OF`. */
  readonly ofType?: ObjectName;
  readonly storage: Storage;
  /** `off-forced`: its owner will be held to it once it is on. */
  readonly rowSecurity: "off" | "on" | "forced" | "off-forced";
  /** What identifies a row to logical replication: `default` is the primary key. */
  readonly replicaIdentity: "default" | "full" | "nothing" | "index";
  /** For a foreign table. */
  readonly foreign?: { readonly server: string; readonly options: readonly Option[] };
  /** In their order. */
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  readonly triggers: readonly Trigger[];
  readonly rules: readonly RewriteRule[];
  readonly policies: readonly Policy[];
}

export interface Column extends Described {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** The constraint behind NOT NULL (PostgreSQL 18) where it says more than NOT NULL does. Automatic names end in `_not_null`. */
  readonly notNull?: {
    /** Where it is not an automatic one, or has a comment. */
    readonly name?: string;
    readonly noInherit: boolean;
    readonly validated: boolean;
    readonly comment?: string;
  };
  /** An expression, as the server prints it. Not set for identity and generated columns. */
  readonly default?: string;
  readonly identity?: Identity;
  readonly generated?: { readonly expression: string; readonly storage: "stored" | "virtual" };
  /** Set when it is not the type's own collation. */
  readonly collation?: ObjectName;
  /** False for a column that only a parent declares. */
  readonly local: boolean;
  /** TOAST strategy, where it is not the type's own. */
  readonly storage?: "plain" | "external" | "extended" | "main";
  readonly compression?: "pglz" | "lz4";
  /** The statistics target, where one is set. */
  readonly statistics?: number;
  /** `n_distinct` and its kin. */
  readonly options: readonly Option[];
  /** Of a column of a foreign table. */
  readonly foreignOptions: readonly Option[];
  readonly grants: readonly Grant[];
}

export interface Identity {
  readonly generation: "always" | "by default";
  /** The sequence behind it, which is no sequence of its own in a catalog. */
  readonly sequence: ObjectName &
    SequenceOptions & {
      /** `smallint`, `integer` or `bigint`, where it is not the column's type. */
      readonly type?: string;
    };
}

export type TypeKind = "base" | "enum" | "domain" | "composite" | "range" | "multirange" | "pseudo";

/** The type of a column; for an array, `schema`, `name` and `kind` are those of its elements. */
export interface ColumnType extends ObjectName {
  readonly kind: TypeKind;
  readonly array: boolean;
  /** As SQL: `character varying(40)`, `public.mood[]`. */
  readonly text: string;
  /** For a domain: what it stands on in the end, as SQL. */
  readonly base?: string;
}

/** When a constraint is checked: `no`: at once; `immediate`: at once unless deferred; `deferred`: at commit. */
export type Deferrable = "no" | "immediate" | "deferred";

interface ConstraintCommon extends Described {
  readonly name: string;
  readonly deferrable: Deferrable;
  /** False for NOT VALID. */
  readonly validated: boolean;
  /** False for NOT ENFORCED (PostgreSQL 18). */
  readonly enforced: boolean;
  /** Comes from a parent: reported and changed there. */
  readonly inherited: boolean;
  /** Declared on this table too, not by its parent alone. */
  readonly local: boolean;
  /** The server's own text: `FOREIGN KEY (a) REFERENCES public.b(id) ON DELETE CASCADE`. Never compared across versions. */
  readonly definition: string;
}

export type ReferentialAction = "no action" | "restrict" | "cascade" | "set null" | "set default";

export type Constraint = ConstraintCommon &
  (
    | {
        readonly kind: "primary-key" | "unique" | "exclusion";
        /** Empty for an exclusion constraint of expressions alone. */
        readonly columns: readonly string[];
        /** The index that enforces it: same schema, same table. */
        readonly index: string;
      }
    | {
        readonly kind: "foreign-key";
        readonly columns: readonly string[];
        readonly references: {
          readonly table: ObjectName;
          readonly columns: readonly string[];
          /** The unique index of that table which it relies on. */
          readonly index?: string;
        };
        readonly match: "simple" | "full" | "partial";
        readonly onUpdate: ReferentialAction;
        readonly onDelete: ReferentialAction;
      }
    | {
        readonly kind: "check";
        readonly columns: readonly string[];
        readonly expression: string;
        readonly noInherit: boolean;
      }
  );

export type ConstraintKind = Constraint["kind"];
export type ForeignKey = Extract<Constraint, { kind: "foreign-key" }>;

export interface Index extends Described {
  /** In the schema of its table. */
  readonly name: string;
  /** The access method: `btree`, `gin`, … */
  readonly method: string;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  /** False for what a failed CREATE INDEX CONCURRENTLY left behind: written to, never read. */
  readonly valid: boolean;
  readonly keys: readonly IndexKey[];
  readonly include: readonly string[];
  /** The WHERE clause of a partial index, as the server prints it. */
  readonly predicate?: string;
  /** The constraint that owns the index. */
  readonly constraint?: string;
  readonly replicaIdentity: boolean;
  /** The table was last clustered on it. */
  readonly clustered: boolean;
  /** For the index of a partition: the parent's index that it belongs to. */
  readonly partOf?: ObjectName;
  readonly tablespace?: string;
  readonly options: readonly Option[];
  readonly definition: string;
}

export interface IndexKey {
  /** A column's name, or an expression as the server prints it. */
  readonly text: string;
  readonly expression: boolean;
  readonly opclass: ObjectName;
  /** Parameters of the operator class: `siglen`. */
  readonly opclassOptions: readonly Option[];
  /** Not set for types without collation. */
  readonly collation?: ObjectName;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  /** The statistics target of an expression, where one is set. */
  readonly statistics?: number;
}

/** When a trigger or rule fires: `origin` is the ordinary case. */
export type Firing = "origin" | "disabled" | "replica" | "always";

export interface Trigger extends Described {
  readonly name: string;
  readonly function: ObjectName;
  readonly firing: Firing;
  /** A CREATE CONSTRAINT TRIGGER. */
  readonly constraint: boolean;
  /** Comes from the trigger of a partitioned parent: changed there. */
  readonly inherited: boolean;
  /** The server's own text: `CREATE TRIGGER …`. */
  readonly definition: string;
}

export interface RewriteRule extends Described {
  readonly name: string;
  readonly firing: Firing;
  /** The server's own text: `CREATE RULE …`. */
  readonly definition: string;
}

export interface Policy extends Described {
  readonly name: string;
  readonly permissive: boolean;
  readonly command: "all" | "select" | "insert" | "update" | "delete";
  /** Role names, `public` for everybody, or the runner. Sorted. */
  readonly roles: readonly string[];
  readonly using?: string;
  readonly check?: string;
}

export interface View extends ObjectName, Owned {
  readonly materialized: boolean;
  /** The query, as the server prints it, without a semicolon. */
  readonly definition: string;
  /** In their order. */
  readonly columns: readonly ViewColumn[];
  /** `security_barrier`, `security_invoker`, `check_option`; for a materialised view, how it is stored. */
  readonly storage: Storage;
  /** False for a materialised view WITH NO DATA; true for a view. */
  readonly populated: boolean;
  /** Of a materialised view. */
  readonly indexes: readonly Index[];
  readonly triggers: readonly Trigger[];
  /** Beside the query itself. */
  readonly rules: readonly RewriteRule[];
}

export interface ViewColumn extends Described {
  readonly name: string;
  readonly type: ColumnType;
  /** Set by ALTER VIEW … ALTER COLUMN … SET DEFAULT. */
  readonly default?: string;
  readonly collation?: ObjectName;
  /** Of a materialised view. */
  readonly statistics?: number;
  readonly options: readonly Option[];
  readonly grants: readonly Grant[];
}

/** Numbers are text: they reach beyond what JSON numbers hold exactly. */
export interface SequenceOptions {
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: string;
  readonly cycle: boolean;
  readonly persistence: "permanent" | "unlogged";
}

export interface Sequence extends ObjectName, Owned, SequenceOptions {
  /** `smallint`, `integer` or `bigint`. */
  readonly type: string;
  /** The column that it is dropped with (OWNED BY). */
  readonly ownedBy?: { readonly table: ObjectName; readonly column: string };
}

/** Extended statistics: CREATE STATISTICS. */
export interface ExtendedStatistics extends ObjectName, Owned {
  readonly table: ObjectName;
  readonly target?: number;
  /** The server's own text: `CREATE STATISTICS …`. */
  readonly definition: string;
}
