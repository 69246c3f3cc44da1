// The report on a structure.sql: does it load, and does it stand where the files of db/migrate stand.
import type { Finding } from "../../kernel/finding.ts";
import { sortFindings } from "../../kernel/finding.ts";
import type { Check, Report } from "../../kernel/report.ts";
import { text } from "../../kernel/report.ts";
import { plural } from "../../kernel/words.ts";
import type { ListedVersion, RubyMigration } from "./structure.ts";

export interface StructureView {
  readonly source: string;
  readonly structure: string;
  /** Objects that stand after loading; undefined when PostgreSQL refused the dump. */
  readonly tables: number | undefined;
  readonly listed: readonly ListedVersion[];
  readonly migrations: readonly RubyMigration[];
  readonly findings: readonly Finding[];
}

const about = (finding: Finding, path: string): boolean => finding.at.kind === "file" && finding.at.path === path;

const loads = ({ structure, tables }: StructureView): string =>
  tables === undefined
    ? `PostgreSQL refuses ${structure}.`
    : `${structure} loads in an embedded PostgreSQL: ${plural(tables, "table")}.`;

const versions = ({ listed, migrations }: StructureView): string => {
  const files = `${plural(migrations.length, "migration")} in Ruby`;
  if (listed.length === 0)
    return migrations.length === 0
      ? "It lists no version, and no migration in Ruby stands beside it."
      : `It lists no version, so the ${files} are not held against it.`;
  return migrations.length === 0
    ? `It lists ${plural(listed.length, "version")}; no migration stands beside it.`
    : `It lists ${plural(listed.length, "version")}; beside it stand ${files}, which only Rails can run.`;
};

const checksOf = (view: StructureView): readonly Check[] => {
  const { structure, tables, migrations, findings, listed } = view;
  const load: Check = { name: structure, verdict: tables === undefined ? "failed" : "passed", text: loads(view) };
  if (listed.length === 0) return [load];
  return [
    load,
    ...migrations.map(({ path }): Check => {
      const found = findings.find((one) => one.severity === "error" && about(one, path));
      return {
        name: path,
        verdict: found === undefined ? "passed" : "failed",
        text: found?.message ?? `listed in ${structure}`,
      };
    }),
  ];
};

export const structureReport = (view: StructureView): Report => ({
  command: "db verify",
  title: view.source,
  blocks: [text(loads(view)), text(versions(view))],
  checks: checksOf(view),
  findings: sortFindings(view.findings),
  data: {
    source: view.source,
    tool: "rails",
    structure: view.structure,
    tables: view.tables ?? null,
    listed: view.listed.map(({ version }) => version),
    migrations: view.migrations.map(({ path, version, name }) => ({ path, version, name })),
  },
});
