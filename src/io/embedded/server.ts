// An embedded PostgreSQL in a worker: started for a piece of work, ended with it, by a deadline or by a signal.
import type { DiskOrder, Explained, Planner } from "../../pg/whatif/planner.ts";
import { startWorker } from "../workers.ts";
import { compileEngine } from "./assets.ts";
import { lateFault, watch } from "./deadline.ts";
import { Modifiers } from "./modifiers.ts";
import type { NewExtension, Order, Ran, Reply, Traced } from "./protocol.ts";

export interface EmbeddedOptions {
  /**
   * How long one statement may take, and each thousand statements together. The server ends when it takes longer: endless SQL cannot be
   * interrupted from within.
   */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Compiled already, where more than one server is started with it. */
  readonly engine?: Promise<WebAssembly.Module>;
}

/** A server to run SQL on, embedded or not. */
export interface SqlServer {
  readonly kind: "embedded" | "server";
  /** Makes extensions ready to be created, as far as that is possible. */
  extend(extensions: readonly NewExtension[]): Promise<void>;
  /** Runs statements one by one until one fails. */
  run(statements: readonly string[]): Promise<Ran>;
  /** Runs one statement and gives what the server said meanwhile. */
  trace(statement: string): Promise<Traced>;
  /** The rows of a query of one text column. */
  rows(sql: string): Promise<readonly string[]>;
  /** Which statement of the last `run` was begun last. */
  begun(): number;
}

/** An embedded server whose planner can be asked about relations that are larger than they are. */
export interface PlannerServer extends SqlServer, Planner {
  run(statements: readonly string[]): Promise<Ran>;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

const brokenError = (message: string): Error => new Error(`the embedded PostgreSQL failed: ${message}`);

/** Real state: the worker, and the calls that wait for its answers. */
class Host implements PlannerServer {
  readonly kind = "embedded";
  readonly #worker = startWorker("embedded");
  readonly #progress = new SharedArrayBuffer(4);
  readonly #waiting = new Map<number, Waiting>();
  readonly #options: EmbeddedOptions;
  readonly #abort = (): void => this.end(new Error("interrupted"));
  readonly #extensions = new Set<string>();
  readonly #modifiers = new Modifiers();
  #next = 1;
  #ended: Error | undefined;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#receive(data);
    this.#worker.onerror = (event) => this.end(brokenError(event.message));
    options.signal.addEventListener("abort", this.#abort, { once: true });
    if (options.signal.aborted) this.#abort();
  }

  async open(): Promise<void> {
    const engine = await (this.#options.engine ?? compileEngine());
    await this.#ask(0, { kind: "open", engine, progress: this.#progress });
  }

  async extend(extensions: readonly NewExtension[]): Promise<void> {
    const wanted = extensions.filter(({ name, versions }) => !this.#extensions.has(`${name} ${versions.join()}`));
    if (wanted.length === 0) return;
    const id = this.#next++;
    await this.#ask(id, { kind: "extend", id, extensions: wanted });
    for (const { name, versions } of wanted) this.#extensions.add(`${name} ${versions.join()}`);
  }

  async run(statements: readonly string[]): Promise<Ran> {
    const id = this.#next++;
    const encoded = statements.map((statement) => this.#modifiers.encode(statement));
    const reply = await this.#ask(id, { kind: "run", id, statements: encoded });
    if (reply.kind !== "ran") throw brokenError(`answered ${reply.kind} to run`);
    return reply.ran;
  }

  async trace(statement: string): Promise<Traced> {
    const id = this.#next++;
    const reply = await this.#ask(id, { kind: "trace", id, statement: this.#modifiers.encode(statement) });
    if (reply.kind !== "traced") throw brokenError(`answered ${reply.kind} to trace`);
    return reply.traced;
  }

  async rows(sql: string): Promise<readonly string[]> {
    const id = this.#next++;
    const reply = await this.#ask(id, { kind: "rows", id, sql });
    if (reply.kind !== "rows") throw brokenError(`answered ${reply.kind} to rows`);
    return reply.rows.map((row) => this.#modifiers.decode(row));
  }

  async explain(statements: readonly string[]): Promise<readonly Explained[]> {
    const id = this.#next++;
    const reply = await this.#ask(id, { kind: "explain", id, statements });
    if (reply.kind !== "explained") throw brokenError(`answered ${reply.kind} to explain`);
    return reply.answers;
  }

  async disk(orders: readonly DiskOrder[]): Promise<void> {
    const id = this.#next++;
    await this.#ask(id, { kind: "disk", id, orders });
  }

  begun(): number {
    return Atomics.load(new Int32Array(this.#progress), 0);
  }

  /** Ends the worker; calls under way fail with `reason`. */
  end(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#options.signal.removeEventListener("abort", this.#abort);
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  async #ask(id: number, order: Order): Promise<Reply> {
    if (this.#ended !== undefined) throw this.#ended;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.#waiting.set(id, { resolve, reject });
    const { deadlineMs } = this.#options;
    const statements = order.kind === "run" ? order.statements.length : 1;
    const begun = (): number => (order.kind === "run" ? this.begun() : 0);
    const stop = watch({ deadlineMs, statements }, begun, (afterMs) =>
      this.end(lateFault(afterMs, "the embedded PostgreSQL")),
    );
    this.#worker.postMessage(order);
    return promise.finally(stop);
  }

  #receive(reply: Reply): void {
    const id = reply.kind === "opened" ? 0 : (reply.id ?? 0);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (reply.kind === "broken") waiting?.reject(brokenError(reply.message));
    else waiting?.resolve(reply);
  }
}

/** Starts an embedded server, does `work` with it and ends it, whatever happens. */
export const withEmbeddedServer = async <T>(
  options: EmbeddedOptions,
  work: (server: PlannerServer) => Promise<T>,
): Promise<T> => {
  const host = new Host(options);
  try {
    await host.open();
    return await work(host);
  } finally {
    host.end(new Error("the embedded server was ended"));
  }
};
