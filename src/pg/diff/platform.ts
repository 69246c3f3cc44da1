// What a platform keeps for itself in a database: schemas, roles, publications. Nobody's schema file is about them.
import type { Catalog } from "../catalog.ts";

/** Names that nobody gives to a schema of his own. */
const reserved = new Set([
  "graphql_public",
  "pgbouncer",
  "pgsodium",
  "pgsodium_masks",
  "supabase_functions",
  "supabase_migrations",
  "neon_auth",
  "_realtime",
  "_analytics",
  "timescaledb_information",
  "timescaledb_experimental",
  "_timescaledb_catalog",
  "_timescaledb_internal",
  "_timescaledb_config",
  "_timescaledb_cache",
  "tiger",
  "tiger_data",
  "topology",
  "hdb_catalog",
  "senior",
]);

/** Names that a platform takes, and that an application may have for itself where there is none. */
const shared = new Set([
  "auth",
  "storage",
  "realtime",
  "vault",
  "graphql",
  "extensions",
  "net",
  "cron",
  "neon",
  "partman",
]);

/** A schema that looks like a platform's, by its name alone. */
export const isManaged = (schema: string): boolean => reserved.has(schema) || shared.has(schema);

const platformRole =
  /^(supabase_.*|cloud_admin|neon_superuser|pgbouncer|pgsodium_.*|rds_superuser|rdsadmin|azuresu|cloudsqladmin)$/;

/** Roles that a platform's own services connect with. */
const serviceRoles = new Set(["anon", "authenticated", "authenticator", "dashboard_user", "service_role"]);

export interface Platform {
  readonly schema: (name: string) => boolean;
  readonly role: (name: string) => boolean;
  readonly publication: (name: string) => boolean;
}

export const noPlatform: Platform = { schema: () => false, role: () => false, publication: () => false };

/** A platform is known by the roles that it works with. */
export const platformOf = (server: Catalog): Platform => {
  const isPlatform = server.schemas.some(
    ({ owner, grants }) =>
      (owner !== undefined && platformRole.test(owner)) || grants.some(({ grantee }) => platformRole.test(grantee)),
  );
  return {
    schema: (name) => reserved.has(name) || (isPlatform && shared.has(name)),
    role: (name) => isPlatform && (platformRole.test(name) || serviceRoles.has(name)),
    publication: (name) => isPlatform && name.startsWith("supabase_"),
  };
};
