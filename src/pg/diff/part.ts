// The parts that a catalog is taken apart into: flat objects, each with its key and the one it belongs to.
import type { Catalog } from "../catalog.ts";
import type { Grant, ObjectKey, ObjectName } from "../catalog/object.ts";
import type * as Routines from "../catalog/routines.ts";
import type * as Services from "../catalog/services.ts";
import type * as Tables from "../catalog/tables.ts";
import type * as Types from "../catalog/types.ts";

/** What every part but an attribute leaves to attributes of its own. */
export type Plain<T> = Omit<T, "comment" | "owner" | "grants">;

interface OnTable {
  readonly table: ObjectName;
}

/** That a table is a partition of another: it may be attached after it was made. */
export type PartitionPart = OnTable & { readonly parent: ObjectName; readonly bound: string };
/** That a table inherits from another: it may begin and end to after it was made. */
export type InheritancePart = OnTable & { readonly parent: ObjectName; readonly tableKind: Tables.Table["kind"] };
/** A table without its columns and what hangs on them. */
export type TableShell = Plain<
  Omit<Tables.Table, "columns" | "constraints" | "indexes" | "triggers" | "rules" | "policies">
>;
export type ColumnPart = OnTable &
  Plain<Omit<Tables.Column, "default">> & {
    /** Of a partition or an inheriting table. */
    readonly tableKind: Tables.Table["kind"];
  };
export type DefaultPart = OnTable & { readonly name: string; readonly expression: string; readonly view: boolean };
type Distribute<T> = T extends unknown ? Plain<T> : never;
export type ConstraintPart = OnTable &
  Distribute<Tables.Constraint> & {
    readonly tableKind: Tables.Table["kind"];
    /** The index of a partition's key belongs to the key of its parent. */
    readonly partOf?: ObjectName;
    readonly partition: boolean;
    /** Made on the parent, and there for its partitions too: it comes and goes with that one. */
    readonly fromParent: boolean;
    /** Of a key whose index has settings of its own. */
    readonly keyIndex?: Pick<Tables.Index, "options" | "replicaIdentity" | "clustered" | "tablespace">;
  };
export type IndexPart = OnTable &
  Plain<Tables.Index> & { readonly schema: string; readonly on: "table" | "partitioned" | "view" };
export type TriggerPart = OnTable & Plain<Tables.Trigger>;
export type RulePart = OnTable & Plain<Tables.RewriteRule> & { readonly view: boolean };
export type PolicyPart = OnTable & Plain<Tables.Policy>;
export type ViewPart = Plain<Omit<Tables.View, "columns" | "indexes" | "triggers" | "rules">> & {
  readonly columns: readonly Plain<Omit<Tables.ViewColumn, "default">>[];
};
export type DomainPart = Plain<Omit<Types.DomainType, "constraints">>;
export type DomainConstraintPart = { readonly domain: ObjectName } & Plain<Types.DomainConstraint>;
export type CompositePart = Plain<Omit<Types.CompositeType, "attributes">> & {
  readonly attributes: readonly Plain<Types.CompositeAttribute>[];
};

/** What a comment, an owner or rights are about, as SQL names it after ON: `COLUMN public.t.c`. */
export interface Subject {
  readonly subject: string;
  readonly kind: Kind;
  readonly key: ObjectKey;
}

export interface GrantsPart extends Subject {
  readonly grants: readonly Grant[];
  /** Set for the rights on single columns. */
  readonly column?: string;
  readonly table?: ObjectKey;
  /** For default privileges of the time before: the schema of the object. */
  readonly schema?: string;
}

/** Every kind of part. A kind that is added here compiles only when SQL, words and order all know it. */
export interface Objects {
  schema: Plain<Services.Schema>;
  extension: Plain<Services.Extension>;
  language: Plain<Routines.Language>;
  "access method": Plain<Routines.AccessMethod>;
  collation: Plain<Types.Collation>;
  enum: Plain<Types.EnumType>;
  domain: DomainPart;
  "domain constraint": DomainConstraintPart;
  composite: CompositePart;
  range: Plain<Types.RangeType>;
  "base type": Plain<Types.BaseType>;
  /** A base type by name alone: its functions speak of it before it is there. */
  "type shell": ObjectName;
  sequence: Omit<Plain<Tables.Sequence>, "ownedBy">;
  "owned by": { readonly sequence: ObjectName; readonly table: ObjectName; readonly column: string };
  table: TableShell;
  partition: PartitionPart;
  inheritance: InheritancePart;
  column: ColumnPart;
  default: DefaultPart;
  constraint: ConstraintPart;
  index: IndexPart;
  view: ViewPart;
  routine: Plain<Routines.Routine>;
  aggregate: Plain<Routines.Aggregate>;
  operator: Plain<Routines.Operator>;
  "operator family": Plain<Routines.OperatorFamily>;
  "operator class": Plain<Routines.OperatorClass>;
  cast: Plain<Routines.Cast>;
  transform: Plain<Routines.Transform>;
  conversion: Plain<Routines.Conversion>;
  trigger: TriggerPart;
  rule: RulePart;
  policy: PolicyPart;
  statistics: Plain<Tables.ExtendedStatistics>;
  "text search parser": Plain<Services.TextSearchParser>;
  "text search template": Plain<Services.TextSearchTemplate>;
  "text search dictionary": Plain<Services.TextSearchDictionary>;
  "text search configuration": Plain<Services.TextSearchConfiguration>;
  "foreign-data wrapper": Plain<Services.ForeignDataWrapper>;
  server: Plain<Services.ForeignServer>;
  "user mapping": Plain<Services.UserMapping>;
  publication: Plain<Services.Publication>;
  "event trigger": Plain<Routines.EventTrigger>;
  "default privileges": Services.DefaultPrivileges;
  owner: Subject & { readonly owner?: string };
  comment: Subject & { readonly comment: string };
  grants: GrantsPart;
}

export type Kind = keyof Objects;

/** `of` is the key of the part that this one comes and goes with. */
export type Part = { [K in Kind]: PartOf<K> }[Kind];
export interface PartOf<K extends Kind> {
  readonly kind: K;
  readonly key: string;
  readonly value: Objects[K];
  readonly of?: string;
}

/** All parts by key, with keys of the catalog that stand for no part of their own led to the part that holds them. */
export interface Parts {
  readonly byKey: ReadonlyMap<string, Part>;
  /** What a part cannot be without, its owner included. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
  /** The other way round: who needs it. */
  readonly dependants: ReadonlyMap<string, readonly string[]>;
  readonly catalog: Catalog;
  /** The parts that come and go with the one of this key. */
  childrenOf(key: string): readonly Part[];
  /** The part that a key of the catalog stands for, or is held by. */
  partKeyOf(key: string): string | undefined;
}
