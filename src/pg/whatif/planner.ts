// What the clone asks of an embedded server: statements, EXPLAIN, and relations that look larger than they are.

/** What is done to the server's files behind its back, so that empty relations look as large as production's. Paths as pg_relation_filepath gives them. */
export type DiskOrder =
  /** The length of a relation in blocks, whatever is in it. */
  | { readonly kind: "length"; readonly path: string; readonly blocks: number }
  /** An empty btree that says how high it is. Its leaf is a copy of the first leaf of another index, where one is given. */
  | {
      readonly kind: "btree";
      readonly path: string;
      readonly blocks: number;
      readonly level: number;
      readonly leafOf?: string;
    }
  /** The first block of a table needs no look at its rows. */
  | { readonly kind: "visible"; readonly path: string };

export interface PlannerError {
  readonly message: string;
  readonly sqlstate: string;
}

/** An answer of EXPLAIN (FORMAT JSON), or why there is none. */
export type Explained =
  { readonly kind: "plan"; readonly json: string } | { readonly kind: "refused"; readonly error: PlannerError };

export interface Planner {
  /** Makes extensions ready to be created, as far as that is possible. */
  extend(extensions: readonly { readonly name: string; readonly versions: readonly string[] }[]): Promise<void>;
  /** Runs statements one by one until one fails. */
  run(statements: readonly string[]): Promise<{ readonly done: number; readonly error?: PlannerError }>;
  /** The rows of a query of one text column. */
  rows(sql: string): Promise<readonly string[]>;
  /** Runs EXPLAIN statements, which may hold parameters without values. */
  explain(statements: readonly string[]): Promise<readonly Explained[]>;
  disk(orders: readonly DiskOrder[]): Promise<void>;
}
