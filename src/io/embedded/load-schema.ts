// The embedded shadow: a PostgreSQL in a worker, with its extensions; and the short way from schema files to their catalog.
import { Fault } from "../../kernel/fault.ts";
import { nearest } from "../../kernel/words.ts";
import type { SchemaFile, WantedExtension } from "../../pg/prepare.ts";
import type { CatalogScope } from "../../pg/read-catalog.ts";
import { loadSqlParser } from "../sql-parser.ts";
import { bundledNames, isBundled } from "./extensions.ts";
import type { EmbeddedOptions } from "./server.ts";
import { withEmbeddedServer } from "./server.ts";
import type { LoadedSchema, Shadow } from "./shadow.ts";
import { shadowOn } from "./shadow.ts";

export type LoadOptions = CatalogScope & EmbeddedOptions;

/** Starts an embedded server, does `work` with it as a shadow and ends it, whatever happens. */
const unbundled = (extension: WantedExtension): Fault => {
  const near = nearest(extension.name, bundledNames());
  return new Fault(
    "input.unsupported",
    `the extension "${extension.name}" is not part of the embedded PostgreSQL${near === undefined ? "" : `; did you mean "${near}"?`}`,
    { at: extension.at, help: "read a server that has it with --connection, or leave it out of the file" },
  );
};

const checkExtensions = (wanted: readonly WantedExtension[]): void => {
  const missing = wanted.find(({ name }) => !isBundled(name));
  if (missing !== undefined) throw unbundled(missing);
};

export const withShadow = async <T>(options: EmbeddedOptions, work: (shadow: Shadow) => Promise<T>): Promise<T> => {
  const parse = await loadSqlParser();
  return withEmbeddedServer(options, (server) =>
    work(shadowOn(server, { parse, deadlineMs: options.deadlineMs, checkExtensions })),
  );
};

/**
 * The catalog of schema files, run in the order given. Nothing survives: not the transaction, not the server.
 * Throws Faults that name file, line and column for what PostgreSQL refuses, for what is refused here, and for what never ends.
 */
export const loadSchema = (files: readonly SchemaFile[], options: LoadOptions): Promise<LoadedSchema> =>
  withShadow(options, (shadow) => shadow.load(files, options));
