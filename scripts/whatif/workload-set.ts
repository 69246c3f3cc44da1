// What the what-if benchmark runs on: a schema with its rows, queries, and indexes to try.

export interface WorkloadSet {
  readonly name: string;
  /** Tables and the indexes that are there from the start. */
  readonly schema: string;
  /** Statements that fill it, the same on every server. */
  readonly rows: readonly string[];
  readonly queries: readonly string[];
  /** Indexes whose use is predicted and then checked with the real thing. */
  readonly candidates: readonly string[];
}
