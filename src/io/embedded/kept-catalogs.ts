// Catalogs of schema files and servers as the embedded server has them, kept by content: what did not change is not loaded again.
import packageJson from "../../../package.json" with { type: "json" };
import type { Finding } from "../../kernel/finding.ts";
import { isObject } from "../../kernel/json.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { catalogVersion } from "../../pg/catalog.ts";
import { build } from "../build.ts";
import type { Cache } from "../cache.ts";

export interface KeptCatalog {
  readonly catalog: Catalog;
  /** What was left out of the files. */
  readonly notes: readonly Finding[];
}

/** Rises when what is kept changes its shape or meaning. */
const format = 1;

/** The same for the same content, as long as neither the program, the catalog nor the embedded server is another. */
export const keptKey = (content: readonly string[]): string => {
  const hash = new Bun.CryptoHasher("sha256");
  for (const part of [
    String(format),
    build.version,
    build.commit,
    String(catalogVersion),
    packageJson.dependencies["@electric-sql/pglite"],
    ...content,
  ])
    hash.update(`${part.length}:${part}`);
  return hash.digest("hex");
};

export const readKept = async (cache: Cache | undefined, key: string): Promise<KeptCatalog | undefined> => {
  const text = await cache?.read(key);
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  // The entry is our own, whole, and of this very version: its shape is known.
  return isObject(value) && "catalog" in value && "notes" in value ? (value as unknown as KeptCatalog) : undefined;
};

export const writeKept = async (cache: Cache | undefined, key: string, kept: KeptCatalog): Promise<void> =>
  cache?.write(key, JSON.stringify(kept));
