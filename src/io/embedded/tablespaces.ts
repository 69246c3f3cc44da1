// Tablespaces of the embedded server: names for what a schema keeps elsewhere, without a folder of their own.
import { quoteName } from "../../pg/quote.ts";
import type { SqlServer } from "./server.ts";

/** Real state: what was made already. A real server has its own, which nobody makes for a while. */
export class Tablespaces {
  readonly #server: SqlServer;
  readonly #made = new Set<string>();

  constructor(server: SqlServer) {
    this.#server = server;
  }

  lacks(names: readonly string[]): boolean {
    return this.#server.kind === "embedded" && names.some((name) => !this.#made.has(name));
  }

  /** To be asked outside of a transaction. In place is what PostgreSQL calls a tablespace inside its own folder. */
  async make(names: readonly string[]): Promise<void> {
    if (!this.lacks(names)) return;
    const made = names.filter((name) => !this.#made.has(name));
    await this.#server.run([
      "set session authorization postgres",
      "set allow_in_place_tablespaces = on",
      ...made.map((name) => `create tablespace ${quoteName(name)} location ''`),
      "reset allow_in_place_tablespaces",
    ]);
    for (const name of made) this.#made.add(name);
  }
}
