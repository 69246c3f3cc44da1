// The embedded shadow: a PostgreSQL in a worker, with its extensions; and the short way from schema files to their catalog.
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import { nearest } from "../../kernel/words.ts";
import type { SchemaFile, WantedExtension } from "../../pg/prepare.ts";
import type { CatalogScope } from "../../pg/read-catalog.ts";
import type { ParseSql } from "../../pg/tree.ts";
import type { ShadowServer } from "../postgres/shadow-database.ts";
import { withShadowDatabase } from "../postgres/shadow-database.ts";
import { loadSqlParser } from "../sql-parser.ts";
import { compileEngine } from "./assets.ts";
import { embeddedGround } from "./ground.ts";
import { bundledNames, isBundled } from "./extensions.ts";
import type { EmbeddedOptions } from "./server.ts";
import { withEmbeddedServer } from "./server.ts";
import { isShell } from "./stubs.ts";
import type { LoadedSchema, Shadow } from "./shadow.ts";
import { shadowOn } from "./shadow.ts";

export type LoadOptions = CatalogScope & ShadowOptions;

const misspelt = ({ name, at }: WantedExtension, near: string): Fault =>
  new Fault("input.unsupported", `there is no extension "${name}"; did you mean "${near}"?`, { at });

/** A known extension is loaded as a shell; an unknown one too, with a warning, unless it looks like a slip of the pen. */
const checkExtension = (extension: WantedExtension): readonly Finding[] => {
  const { name, at } = extension;
  if (isBundled(name)) return [];
  const near = isShell(name) ? undefined : nearest(name, bundledNames());
  if (near !== undefined) throw misspelt(extension, near);
  return [
    {
      rule: "db/extension-shell",
      severity: isShell(name) ? "info" : "warning",
      message: `the extension "${name}" is not part of the embedded PostgreSQL: it was loaded as an empty shell`,
      at,
      help: "for its real types and functions read a server that has it (--connection), or run the schema on one (--shadow, for db diff and db verify)",
    },
  ];
};

const checkExtensions = (wanted: readonly WantedExtension[]): readonly Finding[] => wanted.flatMap(checkExtension);

export interface ShadowOptions extends EmbeddedOptions {
  /** A real server instead of the embedded one. */
  readonly shadow?: ShadowServer;
  /** Up to which part of everything is read again on its own; see `CatalogReader`. */
  readonly mostRenewed?: number;
}

/** On a real server extensions are real, or refused by it. */
const onServer = <T>(
  shadow: ShadowServer,
  options: EmbeddedOptions,
  parse: ParseSql,
  work: (shadow: Shadow) => Promise<T>,
): Promise<T> =>
  withShadowDatabase(shadow, options, ({ server, ground, version }) =>
    work(
      shadowOn(server, {
        parse,
        deadlineMs: options.deadlineMs,
        checkExtensions: () => [],
        isOpaque: () => false,
        ground,
        version,
      }),
    ),
  );

/** Does work in one more shadow, which ends with it: two cores load two schemas at once. */
export type Another = <T>(work: (shadow: Shadow) => Promise<T>) => Promise<T>;

/**
 * Starts an embedded server, or makes a database on a real one, does `work` with it as a shadow and ends it, whatever happens. Of embedded
 * servers there can be another.
 */
export const withShadow = async <T>(
  { shadow, mostRenewed, ...options }: ShadowOptions,
  work: (shadow: Shadow, another?: Another) => Promise<T>,
): Promise<T> => {
  if (shadow !== undefined) return onServer(shadow, options, await loadSqlParser(), work);
  const engine = compileEngine();
  const parse = await loadSqlParser();
  const another: Another = (inOne) =>
    withEmbeddedServer({ ...options, engine }, (server) =>
      inOne(
        shadowOn(server, {
          parse,
          deadlineMs: options.deadlineMs,
          checkExtensions,
          isOpaque: (name: string) => !isBundled(name),
          ground: embeddedGround,
          version: 180000,
          ...(mostRenewed === undefined ? {} : { mostRenewed }),
        }),
      ),
    );
  return another((first) => work(first, another));
};

/**
 * The catalog of schema files, run in the order given. Nothing survives: not the transaction, not the server.
 * Throws Faults that name file, line and column for what PostgreSQL refuses, for what is refused here, and for what never ends.
 */
export const loadSchema = (files: readonly SchemaFile[], options: LoadOptions): Promise<LoadedSchema> =>
  withShadow(options, (shadow) => shadow.load(files, options));
