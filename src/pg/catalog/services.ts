// What connects a database to others and to text search: foreign data, publications, text search, extensions, schemas.
import type { Described, Grant, ObjectName, Option, Owned } from "./object.ts";

export interface Schema extends Owned {
  readonly name: string;
}

export interface Extension extends Described {
  readonly name: string;
  /** Where its objects are. */
  readonly schema: string;
  /** Not set where a schema file leaves it to the server. */
  readonly version?: string;
  /** Its objects cannot move to another schema. */
  readonly fixed?: true;
  /** Loaded as an empty shell: its functions do nothing and its types hold text. Only ever set by the embedded server. */
  readonly opaque?: true;
}

/** Options that hold secrets are never read. */
interface Secretive {
  readonly options: readonly Option[];
  /** Names of options whose values were left out. */
  readonly secrets: readonly string[];
}

export interface ForeignDataWrapper extends Owned, Secretive {
  readonly name: string;
  readonly handler?: ObjectName;
  readonly validator?: ObjectName;
}

export interface ForeignServer extends Owned, Secretive {
  readonly name: string;
  readonly wrapper: string;
  readonly type?: string;
  readonly version?: string;
}

export interface UserMapping extends Secretive {
  readonly server: string;
  /** `public` for everybody, `CURRENT_USER` for whoever reads it: that of a schema file is whoever runs the file. */
  readonly user: string;
}

export interface Publication extends Described {
  readonly name: string;
  readonly owner?: string;
  readonly allTables: boolean;
  readonly tables: readonly PublishedTable[];
  /** TABLES IN SCHEMA. */
  readonly schemas: readonly string[];
  /** `insert`, `update`, `delete`, `truncate`. Sorted. */
  readonly publish: readonly string[];
  readonly viaRoot: boolean;
  readonly generatedColumns: "none" | "stored";
}

export interface PublishedTable extends ObjectName {
  /** All where not set. */
  readonly columns?: readonly string[];
  readonly where?: string;
}

export interface TextSearchParser extends ObjectName, Described {
  readonly start: ObjectName;
  readonly token: ObjectName;
  readonly end: ObjectName;
  readonly headline?: ObjectName;
  readonly lexTypes: ObjectName;
}

export interface TextSearchTemplate extends ObjectName, Described {
  readonly init?: ObjectName;
  readonly lexize: ObjectName;
}

export interface TextSearchDictionary extends ObjectName, Described {
  readonly owner?: string;
  readonly template: ObjectName;
  /** As in CREATE TEXT SEARCH DICTIONARY: `stopwords = 'english'`. */
  readonly options?: string;
}

export interface TextSearchConfiguration extends ObjectName, Described {
  readonly owner?: string;
  readonly parser: ObjectName;
  /** By token; dictionaries in their order. */
  readonly mappings: readonly { readonly token: string; readonly dictionaries: readonly ObjectName[] }[];
}

/** What ALTER DEFAULT PRIVILEGES settled: the rights of objects that a role will create. */
export interface DefaultPrivileges {
  /** Whose new objects. Not set for whoever runs the schema file. */
  readonly role?: string;
  /** In this schema alone, and then added to the rights that hold everywhere. */
  readonly schema?: string;
  readonly objects: "tables" | "sequences" | "functions" | "types" | "schemas" | "large objects";
  /** Without a schema: the rights in force, as for `Owned`. */
  readonly grants: readonly Grant[];
}
