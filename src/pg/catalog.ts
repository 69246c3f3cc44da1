// The catalog: a database's structure as data. Plain JSON, the same from every server, in a fixed order.
import type { ObjectKey } from "./catalog/object.ts";
import type {
  AccessMethod,
  Aggregate,
  Cast,
  Conversion,
  EventTrigger,
  Language,
  Operator,
  OperatorClass,
  OperatorFamily,
  Routine,
  Transform,
} from "./catalog/routines.ts";
import type {
  DefaultPrivileges,
  Extension,
  ForeignDataWrapper,
  ForeignServer,
  Publication,
  Schema,
  TextSearchConfiguration,
  TextSearchDictionary,
  TextSearchParser,
  TextSearchTemplate,
  UserMapping,
} from "./catalog/services.ts";
import type { ExtendedStatistics, Sequence, Table, View } from "./catalog/tables.ts";
import type { BaseType, Collation, CompositeType, DomainType, EnumType, RangeType } from "./catalog/types.ts";
import type { ObjectName } from "./catalog/object.ts";

/** Rises when the shape of the JSON changes. */
export const catalogVersion = 2;

/**
 * User schemas only: nothing of `pg_*` or `information_schema`, no members of extensions, no temporary objects. Every list is sorted
 * by schema and name (code units) and what else tells its elements apart, but for what has an order of its own. What the server prints
 * (expressions, definitions) differs between its versions: compare catalogs of one version, or canonical ones.
 */
export interface Catalog {
  readonly version: typeof catalogVersion;
  readonly schemas: readonly Schema[];
  readonly extensions: readonly Extension[];
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly sequences: readonly Sequence[];
  readonly enums: readonly EnumType[];
  readonly domains: readonly DomainType[];
  readonly composites: readonly CompositeType[];
  readonly ranges: readonly RangeType[];
  readonly baseTypes: readonly BaseType[];
  readonly collations: readonly Collation[];
  readonly routines: readonly Routine[];
  readonly aggregates: readonly Aggregate[];
  readonly operators: readonly Operator[];
  readonly operatorFamilies: readonly OperatorFamily[];
  readonly operatorClasses: readonly OperatorClass[];
  readonly casts: readonly Cast[];
  readonly transforms: readonly Transform[];
  readonly conversions: readonly Conversion[];
  readonly languages: readonly Language[];
  readonly accessMethods: readonly AccessMethod[];
  readonly eventTriggers: readonly EventTrigger[];
  readonly statistics: readonly ExtendedStatistics[];
  readonly publications: readonly Publication[];
  readonly foreignDataWrappers: readonly ForeignDataWrapper[];
  readonly servers: readonly ForeignServer[];
  readonly userMappings: readonly UserMapping[];
  readonly textSearchParsers: readonly TextSearchParser[];
  readonly textSearchTemplates: readonly TextSearchTemplate[];
  readonly textSearchDictionaries: readonly TextSearchDictionary[];
  readonly textSearchConfigurations: readonly TextSearchConfiguration[];
  readonly defaultPrivileges: readonly DefaultPrivileges[];
  /** Sorted, each once; nothing depends on itself or, as its part, on what it belongs to. */
  readonly dependencies: readonly Dependency[];
  /** What the server holds in scope and the model does not know. Sorted. */
  readonly unmodelled: readonly Unmodelled[];
}

/** `object` cannot be without `on`. What belongs to another (a column, an index, a trigger) depends on that by its key alone. */
export interface Dependency {
  readonly object: ObjectKey;
  readonly on: ObjectKey;
}

export interface Unmodelled {
  /** In PostgreSQL's words: `subscription`, `security label`. */
  readonly kind: string;
  readonly identity: string;
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
