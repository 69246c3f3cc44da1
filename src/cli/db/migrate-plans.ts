// What db migrate hands to the gate on plans: the server as it is, and what is pending; and what it says when nothing was applied.
import type { Io } from "../../io/io.ts";
import type { Report } from "../../kernel/report.ts";
import type { Target } from "../../pg/connection.ts";
import type { Chain, Migration } from "../../pg/migrations/model.ts";
import { needsOf } from "./chain-args.ts";
import type { CheckedPlans, PlanArgs } from "./check-plans.ts";
import { checkPlans } from "./check-plans.ts";
import { joinedNeeds, needsFor } from "./side.ts";
import type { Shown } from "./migrate-report.ts";
import { readProductionOf } from "./production.ts";
import { runCatalog } from "./run-catalog.ts";

/** How long one query of the server, or one step in the embedded one, may take. */
const deadlineMs = 60_000;

/** Undefined when nobody asked, or nothing is pending. */
export const migratePlans = async (
  io: Io,
  chain: Chain,
  pending: readonly Migration[],
  target: Target,
  args: PlanArgs & { readonly checkPlans: boolean },
): Promise<CheckedPlans | undefined> => {
  if (!args.checkPlans || pending.length === 0) return undefined;
  const production = await readProductionOf(io, target, { deadlineMs, redact: false });
  const { catalog } = production.reading;
  return checkPlans(
    io,
    {
      needs: joinedNeeds(needsOf({ ...chain, migrations: pending }), needsFor(catalog)),
      prepare: (database) => runCatalog(database, catalog),
      earlier: [],
      migrations: pending,
      tool: chain.tool,
      deadlineMs,
      source: production.source,
    },
    production,
    args,
  );
};

export const plansRefused = ({ source, chain, findings, applied, checksum }: Shown, pending: number): Report => ({
  command: "db migrate",
  title: source,
  blocks: [
    {
      kind: "text",
      text: `${source}: nothing was applied, since plans of the workload break or get too dear`,
      tone: "bad",
    },
  ],
  findings,
  data: { target: source, tool: chain.tool, dryRun: false, checksum, before: applied, pending, applied: [] },
  exit: 1,
});
