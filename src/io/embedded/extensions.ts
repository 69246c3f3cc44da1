// Contrib extensions bundled for the embedded server: a few kilobytes each, loaded only when a schema creates them.
import amcheck from "../../../node_modules/@electric-sql/pglite/dist/amcheck.tar.gz" with { type: "file" };
import bloom from "../../../node_modules/@electric-sql/pglite/dist/bloom.tar.gz" with { type: "file" };
import btreeGin from "../../../node_modules/@electric-sql/pglite/dist/btree_gin.tar.gz" with { type: "file" };
import btreeGist from "../../../node_modules/@electric-sql/pglite/dist/btree_gist.tar.gz" with { type: "file" };
import citext from "../../../node_modules/@electric-sql/pglite/dist/citext.tar.gz" with { type: "file" };
import cube from "../../../node_modules/@electric-sql/pglite/dist/cube.tar.gz" with { type: "file" };
import dictInt from "../../../node_modules/@electric-sql/pglite/dist/dict_int.tar.gz" with { type: "file" };
import dictXsyn from "../../../node_modules/@electric-sql/pglite/dist/dict_xsyn.tar.gz" with { type: "file" };
import earthdistance from "../../../node_modules/@electric-sql/pglite/dist/earthdistance.tar.gz" with { type: "file" };
import fileFdw from "../../../node_modules/@electric-sql/pglite/dist/file_fdw.tar.gz" with { type: "file" };
import fuzzystrmatch from "../../../node_modules/@electric-sql/pglite/dist/fuzzystrmatch.tar.gz" with { type: "file" };
import hstore from "../../../node_modules/@electric-sql/pglite/dist/hstore.tar.gz" with { type: "file" };
import intarray from "../../../node_modules/@electric-sql/pglite/dist/intarray.tar.gz" with { type: "file" };
import isn from "../../../node_modules/@electric-sql/pglite/dist/isn.tar.gz" with { type: "file" };
import lo from "../../../node_modules/@electric-sql/pglite/dist/lo.tar.gz" with { type: "file" };
import ltree from "../../../node_modules/@electric-sql/pglite/dist/ltree.tar.gz" with { type: "file" };
import pageinspect from "../../../node_modules/@electric-sql/pglite/dist/pageinspect.tar.gz" with { type: "file" };
import pgBuffercache from "../../../node_modules/@electric-sql/pglite/dist/pg_buffercache.tar.gz" with { type: "file" };
import pgFreespacemap from "../../../node_modules/@electric-sql/pglite/dist/pg_freespacemap.tar.gz" with { type: "file" };
import pgStatStatements from "../../../node_modules/@electric-sql/pglite/dist/pg_stat_statements.tar.gz" with { type: "file" };
import pgTrgm from "../../../node_modules/@electric-sql/pglite/dist/pg_trgm.tar.gz" with { type: "file" };
import pgVisibility from "../../../node_modules/@electric-sql/pglite/dist/pg_visibility.tar.gz" with { type: "file" };
import pgWalinspect from "../../../node_modules/@electric-sql/pglite/dist/pg_walinspect.tar.gz" with { type: "file" };
import pgcrypto from "../../../node_modules/@electric-sql/pglite/dist/pgcrypto.tar.gz" with { type: "file" };
import seg from "../../../node_modules/@electric-sql/pglite/dist/seg.tar.gz" with { type: "file" };
import spi from "../../../node_modules/@electric-sql/pglite/dist/spi.tar.gz" with { type: "file" };
import tablefunc from "../../../node_modules/@electric-sql/pglite/dist/tablefunc.tar.gz" with { type: "file" };
import tcn from "../../../node_modules/@electric-sql/pglite/dist/tcn.tar.gz" with { type: "file" };
import tsmSystemRows from "../../../node_modules/@electric-sql/pglite/dist/tsm_system_rows.tar.gz" with { type: "file" };
import tsmSystemTime from "../../../node_modules/@electric-sql/pglite/dist/tsm_system_time.tar.gz" with { type: "file" };
import vector from "../../../node_modules/@electric-sql/pglite-pgvector/dist/vector.tar.gz" with { type: "file" };
import unaccent from "../../../node_modules/@electric-sql/pglite/dist/unaccent.tar.gz" with { type: "file" };
import uuidOssp from "../../../node_modules/@electric-sql/pglite/dist/uuid-ossp.tar.gz" with { type: "file" };

/** Extension name → its archive. */
const archives: Readonly<Record<string, string>> = {
  amcheck,
  bloom,
  btree_gin: btreeGin,
  btree_gist: btreeGist,
  citext,
  cube,
  dict_int: dictInt,
  dict_xsyn: dictXsyn,
  earthdistance,
  file_fdw: fileFdw,
  fuzzystrmatch,
  hstore,
  intarray,
  isn,
  lo,
  ltree,
  pageinspect,
  pg_buffercache: pgBuffercache,
  pg_freespacemap: pgFreespacemap,
  pg_stat_statements: pgStatStatements,
  pg_trgm: pgTrgm,
  pg_visibility: pgVisibility,
  pg_walinspect: pgWalinspect,
  pgcrypto,
  seg,
  autoinc: spi,
  insert_username: spi,
  moddatetime: spi,
  refint: spi,
  tablefunc,
  tcn,
  tsm_system_rows: tsmSystemRows,
  tsm_system_time: tsmSystemTime,
  unaccent,
  vector,
  "uuid-ossp": uuidOssp,
};

/** What PostgreSQL's `CREATE EXTENSION … CASCADE` needs beside the extension itself. */
const needs: Readonly<Record<string, readonly string[]>> = { earthdistance: ["cube"] };

/** Part of the server itself: nothing to load. */
const builtIn: readonly string[] = ["plpgsql"];

export const isBundled = (name: string): boolean => builtIn.includes(name) || Object.hasOwn(archives, name);

export const bundledNames = (): readonly string[] => Object.keys(archives).sort();

/** The archives for some extensions and those they need, each once. */
export const archivePaths = (names: readonly string[]): ReadonlyMap<string, string> => {
  const all = names.flatMap((name) => [name, ...(needs[name] ?? [])]);
  return new Map(all.flatMap((name) => (Object.hasOwn(archives, name) ? [[name, archives[name] ?? ""] as const] : [])));
};
