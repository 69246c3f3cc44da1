// The queries that read a catalog, for PostgreSQL 14 to 18: each gives rows of one text column, see `queryOf`.
import { linkSections } from "./introspect/links.ts";
import { attachedSections, relationSections, sizes } from "./introspect/relations.ts";
import { routineSections } from "./introspect/routines.ts";
import { serviceSections } from "./introspect/services.ts";
import { queryOf } from "./introspect/sql.ts";
import { typeSections } from "./introspect/types.ts";

/** The oldest server that the queries are written for. */
export const oldestVersion = 140000;

export const versionQuery = "select current_setting('server_version_num') || ' ' || current_setting('server_version')";

/** The queries for the structure, for a server of this version (`server_version_num`). A few, so that distance costs little. */
export const catalogQueries = (version: number): readonly string[] =>
  [relationSections, attachedSections, [...typeSections, ...routineSections], serviceSections, linkSections].map(
    (sections) => queryOf(sections, version),
  );

export const sizesQuery = (version: number): string => queryOf([sizes], version);
