// Reads the catalog again and again inside one transaction: what did not change since the last reading is not asked for again.
import type { CatalogReading } from "./catalog.ts";
import type { Touched } from "./introspect/changes.ts";
import { concernsAll, dependantsQuery, isTouched, numbersOf, parts, printsQuery } from "./introspect/changes.ts";
import { catalogQueries, renewalQuery, renewed } from "./introspect.ts";
import type { Ask, CatalogScope, ServerVersion } from "./read-catalog.ts";
import { readRows, readVersion, readingOf } from "./read-catalog.ts";
import { Kept } from "./read-catalog/kept.ts";
import type { Row } from "./read-catalog/rows.ts";
import { Rows } from "./read-catalog/rows.ts";
import { quoteName } from "./quote.ts";

/** What a section's row is about; its own number where nothing else is said. */
const objectOf: Readonly<Record<string, (row: Row) => unknown>> = {
  columns: ({ relation }) => relation,
  notNulls: ({ relation }) => relation,
  dependencies: (row) => (row as unknown as string).split(/[ >]/, 2)[1],
};

/** Names to look up, by what they are looked up by: old ones do no harm. */
const lookedUp: Readonly<Record<string, string>> = { types: "id", opclassNames: "oid", collationNames: "oid" };

const merged = (section: string, old: readonly Row[], fresh: readonly Row[], touched: Touched): readonly Row[] => {
  const by = lookedUp[section];
  if (by !== undefined) return [...new Map([...old, ...fresh].map((row) => [row[by], row])).values()];
  const object = objectOf[section] ?? (({ oid }) => oid);
  const kept = old.filter((row) => !isTouched(touched, Number(object(row))));
  return kept.length === old.length && fresh.length === 0 ? old : [...kept, ...fresh];
};

interface Last {
  readonly reading: CatalogReading;
  readonly rows: Rows;
  /** `part group print`; not known to somebody who may not see all of the server's catalogs. */
  readonly prints: ReadonlySet<string> | undefined;
  /** What was built of the rows. */
  readonly kept: Kept;
}

/** The groups in which something came, went or changed, by part. */
const changedIn = (last: ReadonlySet<string>, now: ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<number>> => {
  const changed = new Map<string, Set<number>>();
  for (const line of last.symmetricDifference(now)) {
    const [part = "", group] = line.split(" ");
    changed.set(part, (changed.get(part) ?? new Set()).add(Number(group)));
  }
  return changed;
};

export interface ReaderOptions extends CatalogScope {
  /** When more than this part of everything is touched one whole reading is the shorter way. */
  readonly most?: number;
}

/** Real state: the last reading, and what the next one is told from. All readings must be of one transaction. */
export class CatalogReader {
  readonly #ask: Ask;
  readonly #kind: CatalogReading["server"]["kind"];
  readonly #options: ReaderOptions;
  #prepared: Set<string> | undefined;
  #server: ServerVersion | undefined;
  #isAllowed: boolean | undefined;
  #last: Last | undefined;

  constructor(ask: Ask, kind: CatalogReading["server"]["kind"], options: ReaderOptions) {
    [this.#ask, this.#kind, this.#options] = [ask, kind, options];
  }

  /** What changed since the last reading, and all that is printed with names from it, is read again; the rest is as it was. */
  async read(): Promise<CatalogReading> {
    const last = this.#last;
    if (last?.prints === undefined) return this.readWhole();
    const prints = await this.#prints();
    if (prints === undefined) return this.#whole(prints);
    const changed = changedIn(last.prints, prints);
    if (changed.size === 0) return last.reading;
    const groups = new Set([...changed.values()].flatMap((own) => [...own]));
    const most = prints.size * (this.#options.most ?? 1 / 3);
    if (changed.has(concernsAll) || groups.size > most) return this.#whole(prints);
    const roots = parts.map((part) => numbersOf(changed.get(part) ?? []));
    const found = await this.#askPrepared("dependants", dependantsQuery, ...roots);
    const touched = { groups, objects: new Set(found.map(Number)) };
    if (numbersOf([0]).length * most < touched.objects.size) return this.#whole(prints);
    return this.#keep(await this.#renew(last.rows, touched, changed), prints, last.kept);
  }

  /** Everything, whatever is known. */
  async readWhole(): Promise<CatalogReading> {
    return this.#whole(await this.#prints());
  }

  async #whole(prints: Last["prints"]): Promise<CatalogReading> {
    const { version } = await this.#version();
    const rows = await readRows(this.#ask, catalogQueries(version));
    const { reading, kept } = this.#last ?? {};
    const before = reading === undefined ? [] : [...reading.catalog.tables, ...reading.catalog.views];
    return this.#keep(rows, prints, new Kept(before, kept?.edges));
  }

  async #keep(rows: Rows, prints: Last["prints"], kept: Kept): Promise<CatalogReading> {
    const server = { ...(await this.#version()), kind: this.#kind };
    const reading = await readingOf(this.#ask, rows, server, this.#options, kept);
    this.#last = { reading, rows, prints, kept };
    return reading;
  }

  /** Reads a part again where something new came, or something that was read is touched. */
  async #renew(old: Rows, touched: Touched, changed: ReadonlyMap<string, unknown>): Promise<Rows> {
    const { version } = await this.#version();
    const numbers = [...numbersOf(touched.groups), ...touched.objects];
    const sections = new Map(old.entries());
    for (const part of parts) {
      const own = renewed[part].map(({ name }) => name);
      if (!changed.has(part) && own.every((name) => merged(name, old.of(name), [], touched) === old.of(name))) continue;
      const ask: Ask = (sql) => this.#askPrepared(part, sql, numbers);
      const fresh = await readRows(ask, [renewalQuery(part, version)]);
      for (const name of own) sections.set(name, merged(name, old.of(name), fresh.of(name), touched));
    }
    return new Rows(sections);
  }

  async #version(): Promise<ServerVersion> {
    return (this.#server ??= await readVersion(this.#ask));
  }

  async #prints(): Promise<ReadonlySet<string> | undefined> {
    this.#isAllowed ??= (await this.#ask("select pg_catalog.current_setting('is_superuser')"))[0] === "on";
    if (!this.#isAllowed) return undefined;
    const { version } = await this.#version();
    const rows = await this.#askPrepared("prints", printsQuery(version));
    return new Set(
      rows.flatMap((row) => {
        const [part = "", ...groups] = row.split("\u001e");
        return groups.map((group) => `${part} ${group}`);
      }),
    );
  }

  /**
   * These queries are long, and planned once for a session, since of what they are asked for they find little. They stay when a
   * transaction is rolled back.
   */
  async #askPrepared(
    what: string,
    sql: string,
    ...numbers: readonly (readonly number[])[]
  ): Promise<readonly string[]> {
    const name = `senior reads ${what}`;
    const listed = (each: readonly string[]): string => (each.length === 0 ? "" : ` (${each.join(", ")})`);
    this.#prepared ??= new Set(await this.#ask("select name::text from pg_catalog.pg_prepared_statements"));
    if (!this.#prepared.has(name)) {
      await this.#ask(`prepare ${quoteName(name)}${listed(numbers.map(() => "oid[]"))} as ${sql}`);
      this.#prepared.add(name);
    }
    await this.#ask("select pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)");
    return this.#ask(`execute ${quoteName(name)}${listed(numbers.map((list) => `'{${list.join(",")}}'`))}`);
  }
}
