// The catalog: a database's structure as data. Plain JSON, the same from every server, in a fixed order.

/** Rises when the shape of the JSON changes. */
export const catalogVersion = 1;

/** Names are as the server stores them, unquoted. */
export interface ObjectName {
  readonly schema: string;
  readonly name: string;
}

/**
 * User schemas only: nothing of `pg_*` or `information_schema`, no members of extensions, no temporary objects.
 * Every list is sorted by schema and name (code units), but columns, which keep their order.
 */
export interface Catalog {
  readonly version: typeof catalogVersion;
  readonly schemas: readonly string[];
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly enums: readonly EnumType[];
}

export interface Table extends ObjectName {
  /** `partitioned`: a parent that holds no rows itself. */
  readonly kind: "table" | "partitioned" | "foreign";
  readonly persistence: "permanent" | "unlogged";
  /** The key of a partitioned table, as in `PARTITION BY …`: `RANGE (created_at)`. */
  readonly partitionKey?: string;
  /** For a partition: its parent, and its bound as in `FOR VALUES …`. */
  readonly partitionOf?: { readonly parent: ObjectName; readonly bound: string };
  /** Parents by plain inheritance, in their order. */
  readonly inherits: readonly ObjectName[];
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  readonly comment?: string;
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** An expression, as the server prints it. Not set for identity and generated columns. */
  readonly default?: string;
  readonly identity?: "always" | "by default";
  readonly generated?: { readonly expression: string; readonly storage: "stored" | "virtual" };
  /** Set when it is not the type's own collation. */
  readonly collation?: ObjectName;
  /** False for a column that only a parent declares. */
  readonly local: boolean;
  readonly comment?: string;
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

interface ConstraintCommon {
  readonly name: string;
  readonly deferrable: Deferrable;
  /** False for NOT VALID. */
  readonly validated: boolean;
  /** False for NOT ENFORCED (PostgreSQL 18). */
  readonly enforced: boolean;
  /** Comes from a parent: reported and changed there. */
  readonly inherited: boolean;
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

export interface Index {
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
  /** For the index of a partition: the parent's index that it belongs to. */
  readonly partOf?: ObjectName;
  readonly definition: string;
}

export interface IndexKey {
  /** A column's name, or an expression as the server prints it. */
  readonly text: string;
  readonly expression: boolean;
  readonly opclass: ObjectName;
  /** Not set for types without collation. */
  readonly collation?: ObjectName;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface View extends ObjectName {
  readonly materialized: boolean;
  /** Of a materialised view. */
  readonly indexes: readonly Index[];
}

export interface EnumType extends ObjectName {
  readonly values: readonly string[];
}

/** What a server knows about the content of a table. Not part of the structure. */
export interface TableStatistics extends ObjectName {
  /** An estimate of the last VACUUM or ANALYZE; not set when neither has run. */
  readonly rows?: number;
  /** Heap and TOAST, in bytes; partitions not included. */
  readonly bytes: number;
  readonly indexes: readonly { readonly name: string; readonly bytes: number; readonly scans?: number }[];
}

/** One reading of a database: its structure, where it came from, and what is in it. */
export interface CatalogReading {
  readonly server: {
    /** As in `server_version_num`: 180004. */
    readonly version: number;
    /** As people write it: `18.4`. */
    readonly text: string;
    readonly kind: "embedded" | "server";
  };
  readonly catalog: Catalog;
  /** Empty for the embedded server. Sorted like tables. */
  readonly statistics: readonly TableStatistics[];
}

export const sameName = (a: ObjectName, b: ObjectName): boolean => a.schema === b.schema && a.name === b.name;

/** A key for maps: no name holds a zero byte. */
export const nameKey = ({ schema, name }: ObjectName): string => `${schema}\0${name}`;
