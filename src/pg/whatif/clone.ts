// The clone at work: explains statements as production's planner would, with indexes that are there and with some that are not.
import { nameKey } from "../catalog/object.ts";
import { quotePath, quoteText } from "../quote.ts";
import type { ParseSql } from "../tree.ts";
import { buildClone } from "./build-clone.ts";
import type { Answer, Asked } from "./answer.ts";
import { asAnswer } from "./answer.ts";
import type { CloneSource } from "./build-clone.ts";
import { OlderPlanner } from "./explain-older.ts";
import { fillIndex, fillUnknownIndexes } from "./fill-index.ts";
import type { CloneIndex, CloneRelation, IndexSize, Known } from "./index-shape.ts";
import { indexesQuery, knownOf, namedIndex, relationsQuery, sizeOf } from "./index-shape.ts";
import type { DiskOrder, Planner } from "./planner.ts";
import { restoreRelation } from "./restore.ts";
import { checkPlanner } from "./self-test.ts";

/** An index to try. Its name is free in the clone. */
export interface Proposed {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** Everything after the name: `ON public.t USING btree (a)`. */
  readonly definition: string;
}

export interface Tried extends IndexSize {
  readonly proposed: Proposed;
}

/** Real state: which indexes are visible to the planner. */
export class Clone {
  readonly #planner: Planner;
  readonly #known: Known;
  readonly #older: OlderPlanner;
  readonly #tried = new Map<string, Proposed>();
  /** What is not as in production, in words. */
  readonly notes: readonly string[];

  private constructor(planner: Planner, known: Known, older: OlderPlanner, notes: readonly string[]) {
    this.#planner = planner;
    this.#known = known;
    this.#older = older;
    this.notes = notes;
  }

  /** Checks the planner, then builds production's schema and statistics in it. */
  static async of(planner: Planner, source: CloneSource, parse: ParseSql): Promise<Clone> {
    await checkPlanner(planner);
    const known = knownOf(source.statistics);
    const notes = await buildClone(planner, source);
    await fillUnknownIndexes(planner, known);
    const older = new OlderPlanner(planner, known, source.reading.server.version, parse);
    return new Clone(planner, known, older, notes);
  }

  /** Plans without running, as production's version does. Statements may hold parameters. */
  explain(statements: readonly Asked[], verbose = false): Promise<readonly Answer[]> {
    const options = (generic: boolean): string =>
      ["format json", ...(generic ? ["generic_plan"] : []), ...(verbose ? ["verbose"] : [])].join(", ");
    return this.#older.explain(statements, async (asked) =>
      (await this.#planner.explain(asked.map(({ sql, generic }) => `explain (${options(generic)}) ${sql}`))).map(
        asAnswer,
      ),
    );
  }

  /** Runs what changes the schema; gives why it was refused. */
  async change(statements: readonly string[]): Promise<string | undefined> {
    return (await this.#planner.run(statements)).error?.message;
  }

  rows(sql: string): Promise<readonly string[]> {
    return this.#planner.rows(sql);
  }

  async #tables({ schema, table }: Proposed): Promise<readonly CloneRelation[]> {
    const root = quoteText(quotePath({ schema, name: table }));
    const rows = await this.#planner.rows(
      relationsQuery(
        `c.oid in (select ${root}::regclass::oid union select relid::oid from pg_catalog.pg_partition_tree(${root}::regclass))`,
      ),
    );
    return rows.map((row) => JSON.parse(row) as CloneRelation);
  }

  async #indexes({ schema, name }: Proposed): Promise<readonly CloneIndex[]> {
    const path = quoteText(quotePath({ schema, name }));
    const rows = await this.#planner.rows(
      indexesQuery(
        `(${namedIndex(schema, name)}) or c.oid in (select relid::oid from pg_catalog.pg_partition_tree(${path}::regclass))`,
      ),
    );
    return rows.map((row) => JSON.parse(row) as CloneIndex);
  }

  /** Statistics and lengths of tables, as production has them. */
  #restored(tables: readonly CloneRelation[]): {
    readonly sql: readonly string[];
    readonly orders: readonly DiskOrder[];
  } {
    const numbers = tables.flatMap((table) => this.#known.relations.get(nameKey(table)) ?? []);
    return {
      sql: numbers.map(restoreRelation),
      orders: tables.map(({ schema, name, path }) => ({
        kind: "length",
        path,
        blocks: this.#known.relations.get(nameKey({ schema, name }))?.blocks ?? 0,
      })),
    };
  }

  /** Makes an index that looks as if the table's rows were in it. Gives its size, or why it cannot be. */
  async add(proposed: Proposed): Promise<Tried | string> {
    const tables = await this.#tables(proposed);
    await this.#planner.disk(tables.map(({ path }) => ({ kind: "length", path, blocks: 0 })));
    // Segments that are open stay open until the relation's row changes.
    await this.#planner.run(tables.map((table) => restoreRelation({ ...table, pages: 0, tuples: 0, visible: 0 })));
    const { name, definition } = proposed;
    const { error } = await this.#planner.run([`create index "${name.replaceAll('"', '""')}" ${definition}`]);
    const { sql, orders } = this.#restored(tables);
    await this.#planner.disk(orders);
    await this.#planner.run(sql);
    if (error !== undefined) return error.message;
    const sizes: IndexSize[] = [];
    for (const index of await this.#indexes(proposed)) {
      const size = await sizeOf(this.#planner, index, this.#known);
      sizes.push(size);
      await fillIndex(this.#planner, index, size);
    }
    this.#tried.set(`${proposed.schema}\0${proposed.name}`, proposed);
    return {
      proposed,
      blocks: sizes.reduce((sum, { blocks }) => sum + blocks, 0),
      rows: sizes.reduce((sum, { rows }) => sum + rows, 0),
      level: Math.max(0, ...sizes.map(({ level }) => level)),
    };
  }

  /** Lets the planner see these of the tried indexes and no others; production's own stay unless they are named in `without`. */
  async show(names: ReadonlySet<string>, without: ReadonlySet<string> = new Set()): Promise<void> {
    const tried = [...this.#tried.values()];
    const list = (wanted: readonly string[]): string =>
      wanted.length === 0 ? "''" : wanted.map((name) => quoteText(name)).join(", ");
    const shown = tried.filter(({ name }) => names.has(name)).map(({ name }) => name);
    const hidden = [...tried.filter(({ name }) => !names.has(name)).map(({ name }) => name), ...without];
    await this.#planner.run([
      `update pg_catalog.pg_index i set indisvalid = c.relname in (${list(shown)}) or c.relname not in (${list(hidden)})
         from pg_catalog.pg_class c where c.oid = i.indexrelid
          and i.indisvalid <> (c.relname in (${list(shown)}) or c.relname not in (${list(hidden)}))
          and c.oid >= 16384`,
    ]);
  }
}
