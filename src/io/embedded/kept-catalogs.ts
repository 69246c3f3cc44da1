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

const readValue = async (
  cache: Cache | undefined,
  key: string,
): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const text = await cache?.read(key);
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  return isObject(value) ? value : undefined;
};

// An entry is our own, whole, and of this very version: its shape is known.
export const readKept = async (cache: Cache | undefined, key: string): Promise<KeptCatalog | undefined> => {
  const value = await readValue(cache, key);
  return value !== undefined && "catalog" in value && "notes" in value ? (value as unknown as KeptCatalog) : undefined;
};

export const writeKept = async (cache: Cache | undefined, key: string, kept: KeptCatalog): Promise<void> =>
  cache?.write(key, JSON.stringify(kept));

/** Anything else that was worked out from kept content, under a key of its own; it must be of plain values. */
export const readOutcome = async <T>(cache: Cache | undefined, key: string): Promise<T | undefined> => {
  const value = await readValue(cache, key);
  return value !== undefined && "outcome" in value ? (value["outcome"] as T) : undefined;
};

const isPlain = (_: string, value: unknown): unknown => {
  if (typeof value === "function" || value instanceof Map || value instanceof Set) throw new TypeError("not plain");
  return value;
};

/** What is not of plain values would come back as something else: it is not kept. */
export const writeOutcome = async (cache: Cache | undefined, key: string, outcome: unknown): Promise<void> => {
  if (cache === undefined) return;
  try {
    await cache.write(key, JSON.stringify({ outcome }, isPlain));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
};
