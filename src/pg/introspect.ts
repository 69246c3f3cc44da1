// The queries that read a catalog, for PostgreSQL 14 to 18: each gives rows of one text column, see `queryOf`.
import type { Part } from "./introspect/changes.ts";
import { onlyGiven } from "./introspect/changes.ts";
import { linkSections, sharedSections } from "./introspect/links.ts";
import { attachedSections, relationSections, sizes } from "./introspect/relations.ts";
import { routineSections } from "./introspect/routines.ts";
import { serviceSections } from "./introspect/services.ts";
import type { Section } from "./introspect/sql.ts";
import { queryOf } from "./introspect/sql.ts";
import { typeReferences, typeSections } from "./introspect/types.ts";

/** The oldest server that the queries are written for. */
export const oldestVersion = 140000;

export const versionQuery = "select current_setting('server_version_num') || ' ' || current_setting('server_version')";

const queries: readonly (readonly Section[])[] = [
  relationSections,
  attachedSections,
  [typeReferences, ...typeSections, ...routineSections],
  serviceSections,
  [...linkSections, ...sharedSections],
];

/** The queries for the structure, for a server of this version (`server_version_num`). A few, so that distance costs little. */
export const catalogQueries = (version: number): readonly string[] =>
  queries.map((sections) => queryOf(sections, version));

/** Sections that are read again together. Those that are shared by all are not: they are read whole. */
export const renewed: { readonly [P in Part]: readonly Section[] } = {
  relations: [...relationSections, ...attachedSections, typeReferences, ...linkSections],
  types: typeSections,
  routines: routineSections,
  rest: serviceSections,
};

/** The same sections for the objects `$1` alone. */
export const renewalQuery = (part: Part, version: number): string => queryOf(renewed[part], version, onlyGiven);

export const sizesQuery = (version: number): string => queryOf([sizes], version);
