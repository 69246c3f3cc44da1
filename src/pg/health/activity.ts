// What a server is doing right now, as data: sessions, who waits for whom, long work, replicas. Constants of statements are taken out.

export interface Activity {
  /** Everybody but the reader itself. Sorted by process. */
  readonly sessions: readonly Session[];
  /** Locks that somebody waits for. Sorted by process. */
  readonly waits: readonly Wait[];
  readonly progress: readonly Progress[];
  readonly replicas: readonly Replica[];
  readonly slots: readonly Slot[];
  readonly prepared: readonly PreparedTransaction[];
}

export interface Session {
  readonly pid: number;
  /** `client backend`, `autovacuum worker`, `walsender` …; absent where rights are lacking. */
  readonly type?: string;
  readonly user?: string;
  readonly database?: string;
  readonly application?: string;
  /** `active`, `idle`, `idle in transaction` …; absent where rights are lacking, and for background work. */
  readonly state?: string;
  /** Since its transaction began, its statement began, and its state last changed. */
  readonly transactionSeconds?: number;
  readonly statementSeconds?: number;
  readonly stateSeconds?: number;
  /** What it waits for: `Lock`, `IO`, `Client` …, and more exactly. */
  readonly waitType?: string;
  readonly waitEvent?: string;
  /** Transactions begun since the snapshot that it holds: nothing younger can be vacuumed. */
  readonly snapshotAge?: number;
  /** Processes that it waits for. */
  readonly blockedBy: readonly number[];
  /** Its current or last statement, cut, with placeholders for its constants; absent where rights are lacking. */
  readonly statement?: string;
}

export interface Wait {
  readonly pid: number;
  /** `ShareLock`, `AccessExclusiveLock` … */
  readonly mode: string;
  /** `relation`, `transactionid`, `tuple`, `advisory` … */
  readonly what: string;
  /** `schema.name` of the relation, where it is one of this database. */
  readonly relation?: string;
  readonly seconds?: number;
}

export interface Progress {
  readonly pid: number;
  readonly command: "VACUUM" | "ANALYZE" | "CREATE INDEX" | "REINDEX" | "CLUSTER" | "VACUUM FULL" | "COPY";
  readonly relation?: string;
  readonly phase: string;
  /** Between 0 and 1, of this phase. */
  readonly share?: number;
}

export interface Replica {
  readonly name: string;
  readonly state: string;
  /** `sync`, `async`, `quorum`, `potential`. */
  readonly sync: string;
  /** Written here and not yet applied there. */
  readonly lagBytes?: number;
  readonly lagSeconds?: number;
}

export interface Slot {
  readonly name: string;
  readonly type: "physical" | "logical";
  readonly active: boolean;
  /** `reserved`, `extended`, `unreserved`, `lost`. */
  readonly walStatus?: string;
  /** Write-ahead log that it keeps from being removed. */
  readonly heldBytes?: number;
  readonly transactionAge?: number;
}

export interface PreparedTransaction {
  readonly name: string;
  readonly owner: string;
  readonly database: string;
  readonly seconds: number;
  readonly transactionAge: number;
}
