// What db lint hands to the gate on plans: production from a server or a snapshot where there is one, and what stands before the migrations.
import type { Io } from "../../io/io.ts";
import type { PreparedSchema } from "../../pg/prepare.ts";
import type { Snapshot } from "../../pg/snapshot.ts";
import type { Chosen } from "./chain-args.ts";
import { needsOf } from "./chain-args.ts";
import type { CheckedPlans, PlanArgs } from "./check-plans.ts";
import { checkPlans } from "./check-plans.ts";
import { joinedNeeds, needsFor } from "./side.ts";
import { runCatalog } from "./run-catalog.ts";
import { needsWith, runSchema } from "./state-before.ts";

export interface LintedPlans {
  readonly path: string;
  readonly schema: PreparedSchema | undefined;
  readonly production: Snapshot | undefined;
  readonly args: PlanArgs & { readonly deadline: number };
}

/** The state before is a schema file's, or production's, or what earlier migrations made. */
export const lintPlans = (
  io: Io,
  chosen: Chosen,
  { schema, production, args, path }: LintedPlans,
): Promise<CheckedPlans> => {
  const { chain, isMeant, earlier } = chosen;
  const catalog = schema === undefined ? production?.reading.catalog : undefined;
  const needs = needsWith(needsOf(chain), schema);
  const migrating = {
    needs: catalog === undefined ? needs : joinedNeeds(needs, needsFor(catalog)),
    prepare: async (database: Parameters<typeof runSchema>[0]) => {
      if (schema !== undefined) await runSchema(database, schema);
      else if (catalog !== undefined) await runCatalog(database, catalog);
    },
    earlier: catalog === undefined ? earlier : [],
    migrations: chain.migrations.filter(isMeant),
    tool: chain.tool,
    deadlineMs: args.deadline,
    source: production?.source ?? path,
  };
  return checkPlans(io, migrating, production, args);
};
