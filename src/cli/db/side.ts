// One side of a comparison: schema files or a server's catalog, and how it is built in a shadow.
import type { Needs, Scratch, Shadow } from "../../io/embedded/shadow.ts";
import type { Io } from "../../io/io.ts";
import { resolveTarget } from "../../io/postgres/resolve.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Json } from "../../kernel/json.ts";
import { canonicalJson } from "../../kernel/json.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { compareText, runner } from "../../pg/catalog/object.ts";
import { omit } from "../../pg/diff/omit.ts";
import { buildStatements } from "../../pg/diff/rehearse.ts";
import type { AsideStage } from "../../pg/diff/expand.ts";
import type { Platform } from "../../pg/diff/platform.ts";
import { platformOf } from "../../pg/diff/platform.ts";
import { mentioned } from "../../pg/diff/underneath.ts";
import type { SchemaFile } from "../../pg/prepare.ts";
import { quoteName } from "../../pg/quote.ts";
import { tablespacesOf } from "../../pg/tablespaces.ts";
import type { CatalogSource } from "../sources.ts";
import { readCatalog, readSchemaFiles } from "../sources.ts";

/** One side before it is in the embedded server. */
export type Given =
  | {
      readonly kind: "files";
      readonly files: readonly SchemaFile[];
      readonly source: string;
      /** What the platform of the other side keeps and these files name: run before them where they do not make it themselves. */
      readonly beneath?: SchemaFile;
    }
  | {
      readonly kind: "server";
      readonly catalog: Catalog;
      readonly version: number;
      /** Who is connected, and will run what is written. */
      readonly user?: string;
      readonly platform: Platform;
      readonly source: string;
      readonly notes: readonly Finding[];
    };

/** Rights that new objects of the connected user will have are those of whoever runs a schema file, which may name that user. */
export const asRunner = (catalog: Catalog, user: string): Catalog => ({
  ...catalog,
  defaultPrivileges: catalog.defaultPrivileges.map((one) => {
    if (one.role !== user && one.role !== undefined) return one;
    const grants = one.grants.map((grant) => (grant.grantee === user ? { ...grant, grantee: runner } : grant));
    return { ...omit(one, "role"), grants: grants.sort((a, b) => compareText(a.grantee, b.grantee)) };
  }),
});

export const readSide = async (io: Io, source: CatalogSource, deadlineMs: number): Promise<Given> => {
  if (source.kind === "files")
    return { kind: "files", files: await readSchemaFiles(io, source.path), source: source.path };
  const { reading, source: name, notes } = await readCatalog(io, source, { schemas: [], deadlineMs });
  const { user } = await resolveTarget(io, source.connection);
  return {
    kind: "server",
    catalog: asRunner(reading.catalog, user),
    version: reading.server.version,
    user,
    platform: platformOf(reading.catalog),
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

/** What a database must have before a catalog is built in it. */
export const needsFor = (catalog: Catalog): Required<Needs> => ({
  roles: rolesOf(catalog),
  extensions: extensionsOf(catalog),
  tablespaces: tablespacesOf(catalog),
});

export const joinedNeeds = (one: Needs, other: Needs): Required<Needs> => {
  const both = (of: keyof Needs): readonly string[] => [...new Set([...(one[of] ?? []), ...(other[of] ?? [])])];
  return { roles: both("roles"), extensions: both("extensions"), tablespaces: both("tablespaces") };
};

export const mustRun = async (scratch: Scratch, statements: readonly string[], what: string): Promise<void> => {
  const { done, error } = await scratch.run(["SET check_function_bodies = off", ...statements]);
  if (error === undefined) return;
  throw new Fault(
    "input.unsupported",
    `${what} cannot be built in the shadow: ${error.message}\n${statements[done - 1] ?? ""}`,
    {
      help: "leave this object's schema out with --exclude, or compare two schema files",
    },
  );
};

/** A place to work on one side, as the embedded server has it. */
export interface Loaded {
  readonly scratch: Scratch;
  readonly catalog: Catalog;
  readonly notes: readonly Finding[];
}

/** PostgreSQL's codes for a schema, relation, column, type or function that is not there. */
const missing = /SQLSTATE (3F000|42P01|42703|42704|42883)/;

const inFiles = async <T>(
  shadow: Shadow,
  { files, beneath }: Extract<Given, { readonly kind: "files" }>,
  work: (loaded: Loaded) => Promise<T>,
  next: Given | undefined,
): Promise<T> => {
  const shared = next?.kind === "files" ? { next: next.files } : {};
  const load = (all: readonly SchemaFile[]): Promise<T> =>
    shadow.loaded(all, { schemas: [], ...shared }, (scratch, { reading, notes }) =>
      work({ scratch, catalog: reading.catalog, notes }),
    );
  if (beneath === undefined) return load(files);
  return load(files).catch((error: unknown) => {
    if (error instanceof Fault && error.code === "input.invalid" && missing.test(error.message))
      return load([beneath, ...files]);
    throw error;
  });
};

/** Whose they are and who may use them is the platform's affair. */
const isAttribute = (sql: string): boolean => /^(GRANT|REVOKE|COMMENT|ALTER [^;]* OWNER TO) /.test(sql);

/** A schema file need not say what its platform makes, to refer to it. */
export const onPlatformOf = (old: Given, next: Given): Given => {
  if (old.kind !== "server" || next.kind !== "files") return next;
  const text = next.files.map((file) => file.text).join("\n");
  const named = mentioned(old.catalog, old.platform.schema, text);
  if (named.schemas.length === 0) return next;
  const made = { ...named, schemas: named.schemas.filter(({ name }) => name !== "public") };
  const statements = buildStatements(made, emptyOf(named), 180000).filter((sql) => !isAttribute(sql));
  const sql = ["SET check_function_bodies = off", ...statements, 'SET search_path = "$user", public, extensions'];
  return { ...next, beneath: { path: "0 of the platform.sql", text: `${sql.join(";\n")};\n` } };
};

const emptyOf = (catalog: Catalog): Catalog =>
  Object.fromEntries(
    Object.entries(catalog).map(([key, value]) => [key, Array.isArray(value) ? [] : (value as unknown)]),
  ) as unknown as Catalog;

/**
 * Builds a side in the embedded server, from its files or from what makes the server's catalog, and works on it there. `next` is the side
 * that is built after it.
 */
export const inSide = <T>(
  shadow: Shadow,
  given: Given,
  work: (loaded: Loaded) => Promise<T>,
  next?: Given,
): Promise<T> => {
  if (given.kind === "files") return inFiles(shadow, given, work, next);
  return shadow.within(needsFor(given.catalog), async (scratch) => {
    const { catalog: empty } = await scratch.read();
    await mustRun(scratch, buildStatements(given.catalog, empty, shadow.version), given.source);
    return work({ scratch, catalog: (await scratch.read()).catalog, notes: given.notes });
  });
};

export const stageOn = (scratch: Scratch, scope: (catalog: Catalog) => Catalog): AsideStage => ({
  run: (statements) => scratch.run(statements),
  attempt: (statement) => scratch.attempt(statement),
  attemptGroups: (groups) => scratch.attemptGroups(groups),
  rows: (sql) => scratch.rows(sql),
  aside: (work) => scratch.aside(work),
  read: async (options) => ({ catalog: scope((await scratch.read(options)).catalog) }),
});

/** Roles that only the other side names. */
export const addRoles = async (scratch: Scratch, roles: readonly string[]): Promise<void> => {
  const there = new Set(await scratch.rows("select rolname::text from pg_catalog.pg_roles"));
  for (const name of roles) if (!there.has(name)) await scratch.attempt(`CREATE ROLE ${quoteName(name)}`);
};

/** What a side is made of: the same content has the same catalog. */
export const contentOf = (given: Given): readonly string[] =>
  given.kind === "files"
    ? [
        "files",
        ...[...given.files, ...(given.beneath === undefined ? [] : [given.beneath])].flatMap(({ path, text }) => [
          path,
          text,
        ]),
      ]
    : ["server", canonicalJson(given.catalog as unknown as Json)];
