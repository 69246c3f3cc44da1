// Both sides of db diff: read, brought to one version of PostgreSQL, and the way between them rehearsed in the embedded server.
import { withShadow } from "../../io/embedded/load-schema.ts";
import type { Scratch, Shadow } from "../../io/embedded/shadow.ts";
import type { Cache } from "../../io/cache.ts";
import type { KeptCatalog } from "../../io/embedded/kept-catalogs.ts";
import { keptKey, readKept, writeKept } from "../../io/embedded/kept-catalogs.ts";
import type { Io } from "../../io/io.ts";
import { resolveTarget } from "../../io/postgres/resolve.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Json } from "../../kernel/json.ts";
import { canonicalJson } from "../../kernel/json.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { renamesSaid } from "../../pg/diff/annotations.ts";
import { omit } from "../../pg/diff/omit.ts";
import type { PlanOptions } from "../../pg/diff/plan.ts";
import { plan } from "../../pg/diff/plan.ts";
import type { Rehearsed } from "../../pg/diff/rehearse.ts";
import { buildStatements, rehearse } from "../../pg/diff/rehearse.ts";
import type { Candidate, Renaming, Said } from "../../pg/diff/rename.ts";
import { findRenames } from "../../pg/diff/rename.ts";
import type { Scope } from "../../pg/diff/scope.ts";
import { scopeOf, within, withoutBooks } from "../../pg/diff/scope.ts";
import type { Stage } from "../../pg/diff/stage.ts";
import type { SchemaFile } from "../../pg/prepare.ts";
import { quoteName } from "../../pg/quote.ts";
import type { CatalogSource } from "../sources.ts";
import { readCatalog, readSchemaFiles } from "../sources.ts";

export interface CompareOptions extends Scope {
  readonly deadlineMs: number;
  readonly online: boolean;
  readonly contract: boolean;
  readonly renames: readonly Said[];
  readonly guess: boolean;
  readonly using: ReadonlyMap<string, string>;
  /** Keep catalogs for the next time, and take those that were kept. */
  readonly cache: boolean;
}

export interface Compared {
  readonly from: Catalog;
  readonly to: Catalog;
  readonly sources: { readonly from: string; readonly to: string };
  readonly rehearsed: Rehearsed;
  readonly renamings: readonly Renaming[];
  readonly candidates: readonly Candidate[];
  readonly notes: readonly Finding[];
}

/** One side before it is in the embedded server. */
type Given =
  | { readonly kind: "files"; readonly files: readonly SchemaFile[]; readonly source: string }
  | {
      readonly kind: "server";
      readonly catalog: Catalog;
      readonly version: number;
      readonly source: string;
      readonly notes: readonly Finding[];
    };

/** Rights that new objects of the connected user will have are those of whoever runs a schema file. */
const asRunner = (catalog: Catalog, user: string): Catalog => ({
  ...catalog,
  defaultPrivileges: catalog.defaultPrivileges.map((one) => (one.role === user ? omit(one, "role") : one)),
});

const read = async (io: Io, source: CatalogSource, deadlineMs: number): Promise<Given> => {
  if (source.kind === "files")
    return { kind: "files", files: await readSchemaFiles(io, source.path), source: source.path };
  const { reading, source: name, notes } = await readCatalog(io, source, { schemas: [], deadlineMs });
  const { user } = await resolveTarget(io, source.connection);
  return {
    kind: "server",
    catalog: asRunner(reading.catalog, user),
    version: reading.server.version,
    source: name,
    notes,
  };
};

/** Roles that a catalog names: they are made before it is built. */
export const rolesOf = (catalog: Catalog): readonly string[] => {
  const roles = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (["owner", "grantee", "role", "user"].includes(key) && typeof inner === "string") roles.add(inner);
        else if (key === "roles" && Array.isArray(inner)) for (const one of inner) roles.add(String(one));
        else visit(inner);
      }
    }
  };
  visit({ ...catalog, dependencies: [] });
  return [...roles].filter((name) => name !== "public" && name !== "postgres" && !name.startsWith("pg_")).sort();
};

export const extensionsOf = (...catalogs: readonly Catalog[]): readonly string[] =>
  [...new Set(catalogs.flatMap(({ extensions }) => extensions.map(({ name }) => name)))].filter(
    (name) => name !== "plpgsql",
  );

const mustRun = async (scratch: Scratch, statements: readonly string[], what: string): Promise<void> => {
  const { done, error } = await scratch.run(["SET check_function_bodies = off", ...statements]);
  if (error === undefined) return;
  throw new Fault(
    "input.unsupported",
    `${what} cannot be built in the embedded PostgreSQL: ${error.message}\n${statements[done - 1] ?? ""}`,
    {
      help: "leave this object's schema out with --exclude, or compare two schema files",
    },
  );
};

/** A place to work on one side, as the embedded server has it. */
interface Loaded {
  readonly scratch: Scratch;
  readonly catalog: Catalog;
  readonly notes: readonly Finding[];
}

/** Builds a side in the embedded server, from its files or from what makes the server's catalog, and works on it there. */
const inSide = <T>(shadow: Shadow, given: Given, work: (loaded: Loaded) => Promise<T>): Promise<T> => {
  if (given.kind === "files")
    return shadow.loaded(given.files, { schemas: [] }, (scratch, { reading, notes }) =>
      work({ scratch, catalog: reading.catalog, notes }),
    );
  const needs = { roles: rolesOf(given.catalog), extensions: extensionsOf(given.catalog) };
  return shadow.within(needs, async (scratch) => {
    const { catalog: empty } = await scratch.read();
    await mustRun(scratch, buildStatements(given.catalog, empty, 180000), given.source);
    return work({ scratch, catalog: (await scratch.read()).catalog, notes: given.notes });
  });
};

const stageOn = (scratch: Scratch, scope: (catalog: Catalog) => Catalog): Stage => ({
  run: (statements) => scratch.run(statements),
  attempt: (statement) => scratch.attempt(statement),
  rows: (sql) => scratch.rows(sql),
  read: async () => ({ catalog: scope((await scratch.read()).catalog) }),
});

const ambiguousFault = (candidates: readonly Candidate[]): Fault => {
  const lines = candidates.map(({ from, to, score, reasons }) => `  ${from} → ${to} (${score}: ${reasons.join(", ")})`);
  return new Fault(
    "input.ambiguous",
    `what goes and what comes may be renames, and cannot be told apart:\n${lines.join("\n")}`,
    {
      help: "name the renames with --rename OLD=NEW or a comment -- @renamed from=OLD, or say that there are none with --no-guess-renames",
      data: {
        candidates: candidates.map(({ kind, from, to, score, reasons }) => ({
          kind,
          from,
          to,
          score,
          reasons: [...reasons],
        })),
      },
    },
  );
};

const left = (from: Catalog, to: Catalog, has: (schema: string) => boolean, source: string): readonly Finding[] => {
  const schemas = from.schemas
    .map(({ name }) => name)
    .filter((name) => name !== "senior" && !has(name) && !to.schemas.some((one) => one.name === name));
  return schemas.map((name): Finding => ({
    rule: "diff/out-of-scope",
    severity: "info",
    message: `the schema ${name} of ${source} is not in the desired state and was left alone`,
    at: { kind: "object", type: "schema", name },
    help: `include it with --schema ${name}`,
  }));
};

/** Roles that only the other side names. */
const addRoles = async (scratch: Scratch, roles: readonly string[]): Promise<void> => {
  const there = new Set(await scratch.rows("select rolname::text from pg_catalog.pg_roles"));
  for (const name of roles) if (!there.has(name)) await scratch.attempt(`CREATE ROLE ${quoteName(name)}`);
};

const renamesOf = (begin: Catalog, end: Catalog, next: Given, { renames, guess }: CompareOptions) => {
  const said = [...renames, ...(next.kind === "files" ? next.files.flatMap(({ text }) => renamesSaid(text)) : [])];
  const { renamings, candidates, ambiguous } = findRenames(begin, end, said, guess);
  if (ambiguous.length > 0) throw ambiguousFault(ambiguous);
  return { renamings, candidates };
};

/** What a side is made of: the same content has the same catalog. */
const contentOf = (given: Given): readonly string[] =>
  given.kind === "files"
    ? ["files", ...given.files.flatMap(({ path, text }) => [path, text])]
    : ["server", canonicalJson(given.catalog as unknown as Json)];

const planOptions = (old: Given, { online, contract, using }: CompareOptions): PlanOptions => ({
  online,
  contract,
  version: old.kind === "server" ? old.version : 140000,
  using,
  keepOwners: old.kind === "server",
});

const unchanged: Rehearsed = { legs: [], proof: { tables: 0, rows: 0, refused: [] } };

/** Real state of one comparison: both sides, as far as they are known. */
class Comparison {
  readonly #io: Io;
  readonly #options: CompareOptions;
  readonly #old: Given;
  readonly #next: Given;
  readonly #cache: Cache | undefined;

  constructor(io: Io, old: Given, next: Given, options: CompareOptions) {
    [this.#io, this.#old, this.#next, this.#options] = [io, old, next, options];
    this.#cache = options.cache ? io.cache : undefined;
  }

  async run(): Promise<Compared> {
    const target = await readKept(this.#cache, keptKey(contentOf(this.#next)));
    const origin =
      target === undefined ? undefined : await readKept(this.#cache, keptKey(contentOf(this.#given(target))));
    // Nothing to start a server for.
    if (target !== undefined && origin !== undefined && this.#isEmpty(origin.catalog, target.catalog))
      return this.#compared(origin, target, { rehearsed: unchanged, renamings: [], candidates: [] });
    const { deadlineMs } = this.#options;
    return withShadow({ deadlineMs, signal: this.#io.signal }, (shadow) => this.#rehearse(shadow, target));
  }

  async #rehearse(shadow: Shadow, kept: KeptCatalog | undefined): Promise<Compared> {
    const target = kept ?? (await this.#load(shadow, this.#next));
    const given = this.#given(target);
    this.#io.terminal.progress(`loading ${given.source}`);
    return inSide(shadow, given, async ({ scratch, ...origin }) => {
      await this.#keep(given, origin);
      const scope = this.#scope(target.catalog);
      const [begin, end] = [scope(origin.catalog), scope(target.catalog)];
      const renames = renamesOf(begin, end, this.#next, this.#options);
      this.#io.terminal.progress("rehearsing the way forth and back");
      await addRoles(scratch, rolesOf(end));
      await shadow.extend(extensionsOf(end));
      const rehearsed = await rehearse(stageOn(scratch, scope), begin, end, {
        ...planOptions(this.#old, this.#options),
        renamings: renames.renamings,
      });
      return this.#compared(origin, target, { rehearsed, ...renames });
    });
  }

  async #load(shadow: Shadow, side: Given): Promise<KeptCatalog> {
    this.#io.terminal.progress(`loading ${side.source}`);
    const loaded = await inSide(shadow, side, ({ catalog, notes }) => Promise.resolve({ catalog, notes }));
    await this.#keep(side, loaded);
    return loaded;
  }

  #keep(side: Given, { catalog, notes }: KeptCatalog): Promise<void> {
    return writeKept(this.#cache, keptKey(contentOf(side)), { catalog, notes });
  }

  #has(target: Catalog): (schema: string) => boolean {
    return scopeOf(target, this.#options, this.#old.kind === "server");
  }

  #scope(target: Catalog): (catalog: Catalog) => Catalog {
    const has = this.#has(target);
    return (catalog) => within(catalog, has);
  }

  /** Of a server only what is compared is built. */
  #given({ catalog: target }: KeptCatalog): Given {
    if (this.#old.kind === "files") return this.#old;
    return { ...this.#old, catalog: this.#scope(target)(withoutBooks(this.#old.catalog, target)) };
  }

  #isEmpty(origin: Catalog, target: Catalog): boolean {
    const scope = this.#scope(target);
    const { segments, refusals } = plan(scope(origin), scope(target), planOptions(this.#old, this.#options));
    return segments.length === 0 && refusals.length === 0;
  }

  #compared(
    origin: KeptCatalog,
    target: KeptCatalog,
    way: Pick<Compared, "rehearsed" | "renamings" | "candidates">,
  ): Compared {
    const [scope, old] = [this.#scope(target.catalog), this.#old];
    const alone = old.kind === "server" ? left(old.catalog, target.catalog, this.#has(target.catalog), old.source) : [];
    return {
      from: scope(origin.catalog),
      to: scope(target.catalog),
      sources: { from: old.source, to: this.#next.source },
      ...way,
      notes: [...origin.notes, ...target.notes, ...alone],
    };
  }
}

/** Reads both sides and rehearses the way from the first to the second. */
export const compare = async (
  io: Io,
  from: CatalogSource,
  to: CatalogSource,
  options: CompareOptions,
): Promise<Compared> => {
  const [old, next] = [await read(io, from, options.deadlineMs), await read(io, to, options.deadlineMs)];
  return new Comparison(io, old, next, options).run();
};

/** Rehearses what some statements do to a server's catalog, forth and back. */
export const rehearseOn = (
  io: Io,
  server: { readonly catalog: Catalog; readonly version: number; readonly source: string },
  statements: readonly string[],
  options: { readonly deadlineMs: number; readonly online: boolean },
): Promise<{ readonly from: Catalog; readonly to: Catalog; readonly rehearsed: Rehearsed }> =>
  withShadow({ deadlineMs: options.deadlineMs, signal: io.signal }, (shadow) =>
    inSide(shadow, { kind: "server", ...server, notes: [] }, async ({ scratch, catalog }) => {
      const to = await scratch.aside(async () => {
        await mustRun(scratch, statements, "the indexes");
        return (await scratch.read()).catalog;
      });
      const rehearsed = await rehearse(
        stageOn(scratch, (one) => one),
        catalog,
        to,
        {
          online: options.online,
          contract: true,
          version: server.version,
          using: new Map(),
          keepOwners: true,
          renamings: [],
        },
      );
      return { from: catalog, to, rehearsed };
    }),
  );
