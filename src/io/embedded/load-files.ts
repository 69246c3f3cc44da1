// Loads one schema after the other into a server, each into an empty database; what two of them begin with is run once for both.
import type { PreparedSchema, SchemaFile } from "../../pg/prepare.ts";
import { prepareSchema } from "../../pg/prepare.ts";
import type { ParseSql } from "../../pg/tree.ts";
import type { Ground } from "./ground.ts";
import type { NewExtension } from "./protocol.ts";
import type { Running } from "./run-schema.ts";
import { blame, runFromParting, runStatements, sharedStart } from "./run-schema.ts";
import type { SqlServer } from "./server.ts";
import { Tablespaces } from "./tablespaces.ts";

export interface LoaderSettings {
  readonly server: SqlServer;
  readonly ground: Ground;
  readonly parse: ParseSql;
  readonly deadlineMs: number;
}

/** Two schemas part behind the statements that they share: the first one was run to its end, the second will be. */
interface Parting {
  readonly next: readonly SchemaFile[];
  readonly shared: number;
}

const byName = ({ extensions }: PreparedSchema): readonly NewExtension[] =>
  [...Map.groupBy(extensions, ({ name }) => name)].map(([name, group]) => ({
    name,
    versions: [...new Set(group.flatMap(({ version }) => version ?? []))],
  }));

/** Real state: the transaction that is open, and what of it the next schema begins with. */
export class Loader {
  readonly #settings: LoaderSettings;
  readonly #tablespaces: Tablespaces;
  #open = false;
  #parting: Parting | undefined;

  constructor(settings: LoaderSettings) {
    this.#settings = settings;
    this.#tablespaces = new Tablespaces(settings.server);
  }

  /** What was left open goes when the next work begins: after the last one the server itself goes. */
  async clear(): Promise<void> {
    this.#parting = undefined;
    if (this.#open) await this.#settings.server.run(["rollback"]);
    this.#open = true;
  }

  /** What is open goes where some of these are not there yet: tablespaces are made outside of transactions. */
  async space(tablespaces: readonly string[]): Promise<void> {
    if (!this.#tablespaces.lacks(tablespaces)) return;
    await this.clear();
    await this.#tablespaces.make(tablespaces);
  }

  /** `check` may refuse what was prepared before anything is run. */
  async load<T>(
    files: readonly SchemaFile[],
    next: readonly SchemaFile[] | undefined,
    check: (schema: PreparedSchema) => T,
  ): Promise<{ readonly schema: PreparedSchema; readonly checked: T }> {
    const { server, parse, deadlineMs } = this.#settings;
    const schema = prepareSchema(files, parse);
    const checked = check(schema);
    await server.extend(byName(schema));
    const running: Running = { part: [] };
    try {
      if (!(await this.#goesOn(files, schema, running))) await this.#begin(schema, running, next);
    } catch (error) {
      throw blame(error, server, running, deadlineMs);
    }
    return { schema, checked };
  }

  async #begin(schema: PreparedSchema, running: Running, next: readonly SchemaFile[] | undefined): Promise<void> {
    const { server, ground } = this.#settings;
    await this.clear();
    await this.space(schema.tablespaces);
    const shared = await runStatements(server, ground, schema, running, this.#sharedWith(schema, next));
    if (next !== undefined && shared > 0) this.#parting = { next, shared };
  }

  /** On a server of somebody's own statements may do more than can be taken back. */
  #sharedWith(schema: PreparedSchema, next: readonly SchemaFile[] | undefined): number {
    if (next === undefined || this.#settings.server.kind !== "embedded") return 0;
    try {
      return sharedStart(schema, prepareSchema(next, this.#settings.parse));
    } catch {
      // It is told when it is its turn.
      return 0;
    }
  }

  async #goesOn(files: readonly SchemaFile[], schema: PreparedSchema, running: Running): Promise<boolean> {
    const parting = this.#parting;
    this.#parting = undefined;
    return parting?.next === files && runFromParting(this.#settings.server, schema, running, parting.shared);
  }
}
