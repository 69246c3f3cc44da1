// Both sides of db diff: read, brought to one version of PostgreSQL, and the way between them rehearsed in the embedded server.
import type { Another } from "../../io/embedded/load-schema.ts";
import { withShadow } from "../../io/embedded/load-schema.ts";
import type { Shadow } from "../../io/embedded/shadow.ts";
import type { Cache } from "../../io/cache.ts";
import type { KeptCatalog } from "../../io/embedded/kept-catalogs.ts";
import { keptKey, readKept, readOutcome, writeKept, writeOutcome } from "../../io/embedded/kept-catalogs.ts";
import type { Io } from "../../io/io.ts";
import type { ShadowServer } from "../../io/postgres/shadow-database.ts";
import type { Finding } from "../../kernel/finding.ts";
import { isSame } from "../../kernel/same.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { movesBetween, rehearseExpanded } from "../../pg/diff/expand.ts";
import { asKeptBy } from "../../pg/diff/older-servers.ts";
import type { PlanOptions } from "../../pg/diff/plan.ts";
import { plan } from "../../pg/diff/plan.ts";
import { noPlatform } from "../../pg/diff/platform.ts";
import type { Rehearsed } from "../../pg/diff/rehearse.ts";
import { rehearse } from "../../pg/diff/rehearse.ts";
import type { Candidate, Renaming, Said } from "../../pg/diff/renaming.ts";
import { renamedSchemas } from "../../pg/diff/rename-schema.ts";
import type { Scope } from "../../pg/diff/scope.ts";
import { comparedOf, scopeOf, withoutBooks } from "../../pg/diff/scope.ts";
import { newSecrets } from "../../pg/diff/secrets.ts";
import type { Worded } from "../../pg/diff/same-words.ts";
import { inSameWords } from "../../pg/diff/same-words.ts";
import { suspectedTakeOvers } from "../../pg/diff/take-over.ts";
import { withUnderneath } from "../../pg/diff/underneath.ts";
import { tablespacesOf } from "../../pg/tablespaces.ts";
import type { CatalogSource } from "../sources.ts";
import { areBuiltAtOnce, atOnce } from "./at-once.ts";
import { leftAlone } from "./left-alone.ts";
import { renamesOf, saidOf } from "./renames.ts";
import type { Given, Loaded } from "./side.ts";
import {
  addRoles,
  asRunner,
  contentOf,
  extensionsOf,
  inSide,
  mustRun,
  onPlatformOf,
  readSide,
  rolesOf,
  stageOn,
} from "./side.ts";

export interface CompareOptions extends Scope {
  readonly deadlineMs: number;
  readonly online: boolean;
  readonly contract: boolean;
  /** Renamed and rewritten columns move to ones beside them. */
  readonly expand: boolean;
  readonly renames: readonly Said[];
  readonly guess: boolean;
  readonly using: ReadonlyMap<string, string>;
  /** A real server instead of the embedded one: what it has is not known from what the files say, and nothing of it is kept. */
  readonly shadow?: ShadowServer;
  /** Keep catalogs for the next time, and take those that were kept. */
  readonly cache: boolean;
}

type Renamed = Omit<Renaming, "rekey">;

export interface Compared {
  readonly from: Catalog;
  readonly to: Catalog;
  readonly sources: { readonly from: string; readonly to: string };
  readonly rehearsed: Rehearsed;
  readonly renamings: readonly Renamed[];
  readonly candidates: readonly Candidate[];
  readonly notes: readonly Finding[];
}

const planOptions = (old: Given, { online, contract, using }: CompareOptions): PlanOptions => ({
  ...(old.kind === "server" ? { platform: old.platform } : {}),
  online,
  contract,
  version: old.kind === "server" ? old.version : 140000,
  using,
  keepOwners: old.kind === "server",
});

type Way = Pick<Compared, "rehearsed" | "renamings" | "candidates">;

const withoutRekey = ({ title, from, to, up, down, change, breaks }: Renaming): Renamed => ({
  title,
  from,
  to,
  up,
  down,
  change,
  breaks,
});

/** Nothing is known of the server that files are for. */
const latest = 180000;

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
    this.#cache = options.cache && options.shadow === undefined ? io.cache : undefined;
  }

  async run(): Promise<Compared> {
    const loaded = await readKept(this.#cache, keptKey(contentOf(this.#next)));
    const origin =
      loaded === undefined ? undefined : await readKept(this.#cache, keptKey(contentOf(this.#given(loaded))));
    const target = loaded === undefined || origin === undefined ? undefined : this.#inSameWords(origin, loaded);
    // Nothing to start a server for.
    if (target !== undefined && origin !== undefined && this.#isEmpty(origin.catalog, target.catalog))
      return this.#compared(origin, target, { rehearsed: unchanged, renamings: [], candidates: [] });
    const way = target === undefined || origin === undefined ? undefined : await this.#known();
    if (target !== undefined && origin !== undefined && way !== undefined) return this.#compared(origin, target, way);
    const { deadlineMs, shadow } = this.#options;
    const options = { deadlineMs, signal: this.#io.signal, ...(shadow === undefined ? {} : { shadow }) };
    return withShadow(options, (place, another) => this.#inShadow(place, another, loaded));
  }

  /** The same content and the same wishes have the same way, which was rehearsed before. */
  #known(): Promise<Way | undefined> {
    return readOutcome<Way>(this.#cache, this.#key());
  }

  #key(): string {
    const { only, exclude, renames, guess, contract, expand } = this.#options;
    const plan = planOptions(this.#old, this.#options);
    const wishes = { ...plan, using: [...plan.using], only, exclude, renames, guess, contract, expand };
    return keptKey(["way", JSON.stringify(wishes), ...contentOf(this.#old), "to", ...contentOf(this.#next)]);
  }

  async #inShadow(shadow: Shadow, another: Another | undefined, kept: KeptCatalog | undefined): Promise<Compared> {
    const inTurn = async (loaded: KeptCatalog): Promise<Compared> => {
      const given = this.#given(loaded);
      this.#io.terminal.progress(`loading ${given.source}`);
      await shadow.space(tablespacesOf(loaded.catalog));
      return inSide(shadow, given, (side) => this.#rehearse(shadow, given, side, loaded));
    };
    if (kept !== undefined || another === undefined || !areBuiltAtOnce(this.#old, this.#next))
      return inTurn(kept ?? (await this.#load(shadow, this.#next, this.#old)));
    const likely = this.#likely();
    return atOnce(shadow, {
      next: another((place) => this.#load(place, this.#next)),
      likely,
      isRight: (loaded) => tablespacesOf(loaded.catalog).length === 0 && isSame(this.#given(loaded), likely),
      work: (side, loaded) => this.#rehearse(shadow, likely, side, loaded),
      otherwise: inTurn,
    });
  }

  async #rehearse(
    shadow: Shadow,
    given: Given,
    { scratch, ...origin }: Loaded,
    loaded: KeptCatalog,
  ): Promise<Compared> {
    await this.#keep(given, origin);
    const target = this.#inSameWords(origin, loaded);
    const scope = this.#scope(target.catalog);
    const [begin, end] = [scope(origin.catalog), scope(target.catalog)];
    const stage = stageOn(scratch, scope);
    const renames = await renamesOf(stage, [begin, end], this.#next, this.#options);
    this.#io.terminal.progress("rehearsing the way forth and back");
    await addRoles(scratch, rolesOf(end));
    await shadow.extend(extensionsOf(end));
    const options = {
      ...planOptions(this.#old, this.#options),
      renamings: renames.renamings,
      beneath: origin.catalog,
    };
    const moves = this.#options.expand ? movesBetween(begin, end, options) : [];
    const rehearsed =
      moves.length === 0
        ? await rehearse(stage, begin, end, options)
        : await rehearseExpanded(stage, begin, end, moves, options);
    const way: Way = { rehearsed, renamings: renames.renamings.map(withoutRekey), candidates: renames.candidates };
    await writeOutcome(this.#cache, this.#key(), way);
    return this.#compared(origin, target, way);
  }

  #inSameWords(origin: KeptCatalog, target: KeptCatalog): KeptCatalog {
    const worded = (side: Given, { catalog }: KeptCatalog): Worded =>
      side.kind === "server" ? { catalog, own: side.catalog } : { catalog };
    return { ...target, catalog: inSameWords(worded(this.#old, origin), worded(this.#next, target)) };
  }

  async #load(shadow: Shadow, side: Given, next?: Given): Promise<KeptCatalog> {
    this.#io.terminal.progress(`loading ${side.source}`);
    const loaded = await inSide(shadow, side, ({ catalog, notes }) => Promise.resolve({ catalog, notes }), next);
    await this.#keep(side, loaded);
    return loaded;
  }

  #keep(side: Given, { catalog, notes }: KeptCatalog): Promise<void> {
    return writeKept(this.#cache, keptKey(contentOf(side)), { catalog, notes });
  }

  #has(target: Catalog): (schema: string) => boolean {
    const old = this.#old;
    if (old.kind === "files") return scopeOf(target, this.#options);
    const also = renamedSchemas(old.catalog, target, saidOf(this.#next, this.#options.renames));
    const has = scopeOf(target, this.#options, old.platform);
    return (schema) => has(schema) || (also.includes(schema) && !this.#options.exclude.includes(schema));
  }

  #scope(target: Catalog): (catalog: Catalog) => Catalog {
    const has = this.#has(target);
    const platform = this.#old.kind === "server" ? this.#old.platform : noPlatform;
    const version = this.#old.kind === "server" ? this.#old.version : latest;
    const users = [this.#old, this.#next].flatMap((side) => (side.kind === "server" ? (side.user ?? []) : []));
    return (catalog) => users.reduce(asRunner, asKeptBy(comparedOf(catalog, has, platform, target), version));
  }

  /** Of a server only what is compared is built, and what that cannot be without. */
  #given({ catalog: target }: KeptCatalog): Given {
    if (this.#old.kind === "files") return this.#old;
    const all = this.#old.catalog;
    const scoped = this.#scope(target)(withoutBooks(all, target));
    return { ...this.#old, catalog: withUnderneath(all, scoped, this.#has(target)) };
  }

  /** The old side when the new one speaks of the same schemas, and keeps no runner's books. */
  #likely(): Given {
    if (this.#old.kind === "files") return this.#old;
    const { catalog } = this.#old;
    return this.#given({ catalog: withoutBooks(catalog, { ...catalog, tables: [] }), notes: [] });
  }

  #isEmpty(origin: Catalog, target: Catalog): boolean {
    const scope = this.#scope(target);
    const { segments, refusals } = plan(scope(origin), scope(target), planOptions(this.#old, this.#options));
    return segments.length === 0 && refusals.length === 0;
  }

  #compared(origin: KeptCatalog, target: KeptCatalog, way: Way): Compared {
    const [scope, old] = [this.#scope(target.catalog), this.#old];
    const alone =
      old.kind === "server" ? leftAlone(old.catalog, target.catalog, this.#has(target.catalog), old.source) : [];
    const [from, to] = [scope(origin.catalog), scope(target.catalog)];
    const taken = suspectedTakeOvers(from, to, new Set(way.renamings.map((one) => one.from)));
    return {
      from,
      to,
      sources: { from: old.source, to: this.#next.source },
      ...way,
      notes: [...origin.notes, ...target.notes, ...alone, ...newSecrets(from, to), ...taken],
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
  const [old, next] = [await readSide(io, from, options.deadlineMs), await readSide(io, to, options.deadlineMs)];
  return new Comparison(io, old, onPlatformOf(old, next), options).run();
};

/** Rehearses what some statements do to a server's catalog, forth and back. */
export const rehearseOn = (
  io: Io,
  server: { readonly catalog: Catalog; readonly version: number; readonly source: string },
  statements: readonly string[],
  options: { readonly deadlineMs: number; readonly online: boolean },
): Promise<{ readonly from: Catalog; readonly to: Catalog; readonly rehearsed: Rehearsed }> =>
  withShadow({ deadlineMs: options.deadlineMs, signal: io.signal }, (shadow) =>
    inSide(shadow, { kind: "server", ...server, platform: noPlatform, notes: [] }, async ({ scratch, catalog }) => {
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
