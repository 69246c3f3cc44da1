// SQL of views, triggers, rules, policies and statistics objects.
import { quoteName, quotePath } from "../../quote.ts";
import type { Objects, PolicyPart, RulePart, TriggerPart, ViewPart } from "../part.ts";
import { firingWords } from "./routines.ts";
import { bare, names, optionChanges, role, sameJson, withOptions } from "./text.ts";
import type { Piece, Writer } from "./writer.ts";
import { rebuild } from "./writer.ts";

const noun = ({ materialized }: ViewPart): string => (materialized ? "MATERIALIZED VIEW" : "VIEW");

const columnSettings = (view: ViewPart): readonly Piece[] =>
  view.columns.flatMap(({ name, statistics, options }) => [
    ...(statistics === undefined
      ? []
      : [`ALTER ${noun(view)} ${quotePath(view)} ALTER COLUMN ${quoteName(name)} SET STATISTICS ${statistics}`]),
    ...optionChanges(`ALTER ${noun(view)} ${quotePath(view)} ALTER COLUMN ${quoteName(name)}`, [], options),
  ]);

/** Columns are named in full: a name that the query does not give by itself is kept. */
const createView = (view: ViewPart, replace = ""): readonly Piece[] => {
  const method = view.storage.method === undefined ? "" : ` USING ${quoteName(view.storage.method)}`;
  const space = view.storage.tablespace === undefined ? "" : ` TABLESPACE ${quoteName(view.storage.tablespace)}`;
  const columns = view.columns.length === 0 ? "" : ` (${names(view.columns.map(({ name }) => name))})`;
  const data = view.materialized && !view.populated ? "\nWITH NO DATA" : "";
  const head = `CREATE ${replace}${noun(view)} ${quotePath(view)}${columns}${method}${withOptions(view.storage.options)}${space}`;
  return [`${head} AS\n${bare(view.definition)}${data}`, ...columnSettings(view)];
};

/** CREATE OR REPLACE takes more columns at the end, and none away. */
const replaceable = (from: ViewPart, to: ViewPart): boolean => {
  const shape = ({ name, type, collation }: ViewPart["columns"][number]): unknown => [name, type.text, collation];
  const before = from.columns.map(shape);
  return !from.materialized && !to.materialized && sameJson(before, to.columns.slice(0, before.length).map(shape));
};

const alterView = (from: ViewPart, to: ViewPart): readonly Piece[] | typeof rebuild => {
  const head = `ALTER ${noun(to)} ${quotePath(to)}`;
  if (sameJson({ ...from, storage: 0, populated: 0 }, { ...to, storage: 0, populated: 0 })) {
    return [
      ...optionChanges(head, from.storage.options, to.storage.options),
      ...(from.storage.method === to.storage.method
        ? []
        : [`${head} SET ACCESS METHOD ${quoteName(to.storage.method ?? "heap")}`]),
      ...(from.storage.tablespace === to.storage.tablespace
        ? []
        : [`${head} SET TABLESPACE ${quoteName(to.storage.tablespace ?? "pg_default")}`]),
      ...(from.populated === to.populated
        ? []
        : [`REFRESH MATERIALIZED VIEW ${quotePath(to)}${to.populated ? "" : " WITH NO DATA"}`]),
    ];
  }
  if (!replaceable(from, to)) return rebuild;
  const reset = from.storage.options.filter(({ name }) => !to.storage.options.some((one) => one.name === name));
  return [...createView(to, "OR REPLACE "), ...(reset.length === 0 ? [] : optionChanges(head, reset, []))];
};

export const viewWriter: Writer<"view"> = {
  create: (view) => createView(view),
  drop: (view) => [`DROP ${noun(view)} ${quotePath(view)}`],
  alter: alterView,
};

const firing = ({ table, name, firing: mode }: TriggerPart): readonly Piece[] =>
  mode === "origin" ? [] : [`ALTER TABLE ${quotePath(table)} ${firingWords[mode]} TRIGGER ${quoteName(name)}`];

export const triggerWriter: Writer<"trigger"> = {
  create: (trigger) => [bare(trigger.definition), ...firing(trigger)],
  drop: (trigger) => [`DROP TRIGGER ${quoteName(trigger.name)} ON ${quotePath(trigger.table)}`],
  alter: (from, to) =>
    sameJson({ ...from, firing: "" }, { ...to, firing: "" })
      ? [`ALTER TABLE ${quotePath(to.table)} ${firingWords[to.firing]} TRIGGER ${quoteName(to.name)}`]
      : rebuild,
};

const ruleFiring = ({ table, name, firing: mode }: RulePart): string =>
  `ALTER TABLE ${quotePath(table)} ${firingWords[mode]} RULE ${quoteName(name)}`;

export const ruleWriter: Writer<"rule"> = {
  create: (rule) => [bare(rule.definition), ...(rule.firing === "origin" ? [] : [ruleFiring(rule)])],
  drop: (rule) => [`DROP RULE ${quoteName(rule.name)} ON ${quotePath(rule.table)}`],
  alter: (from, to) => {
    if (sameJson({ ...from, firing: "" }, { ...to, firing: "" })) return [ruleFiring(to)];
    return [
      bare(to.definition).replace(/^CREATE RULE/, "CREATE OR REPLACE RULE"),
      ...(from.firing === to.firing ? [] : [ruleFiring(to)]),
    ];
  },
};

const policyBody = ({ using, check }: PolicyPart): string =>
  `${using === undefined ? "" : ` USING (${using})`}${check === undefined ? "" : ` WITH CHECK (${check})`}`;

const createPolicy = (policy: PolicyPart): string => {
  const kind = policy.permissive ? "" : " AS RESTRICTIVE";
  const command = policy.command === "all" ? "" : ` FOR ${policy.command.toUpperCase()}`;
  const roles =
    policy.roles.length === 1 && policy.roles[0] === "public" ? "" : ` TO ${policy.roles.map(role).join(", ")}`;
  return `CREATE POLICY ${quoteName(policy.name)} ON ${quotePath(policy.table)}${kind}${command}${roles}${policyBody(policy)}`;
};

/** What a policy is for cannot change, nor can an expression be taken away. */
const alterPolicy = (from: PolicyPart, to: PolicyPart): readonly Piece[] | typeof rebuild => {
  const gone =
    (from.using !== undefined && to.using === undefined) || (from.check !== undefined && to.check === undefined);
  if (gone || from.permissive !== to.permissive || from.command !== to.command) return rebuild;
  const roles = sameJson(from.roles, to.roles) ? "" : ` TO ${to.roles.map(role).join(", ")}`;
  return [`ALTER POLICY ${quoteName(to.name)} ON ${quotePath(to.table)}${roles}${policyBody(to)}`];
};

export const policyWriter: Writer<"policy"> = {
  create: (policy) => [createPolicy(policy)],
  drop: (policy) => [`DROP POLICY ${quoteName(policy.name)} ON ${quotePath(policy.table)}`],
  alter: alterPolicy,
};

type Statistics = Objects["statistics"];

const target = (statistics: Statistics): string =>
  `ALTER STATISTICS ${quotePath(statistics)} SET STATISTICS ${statistics.target ?? -1}`;

export const statisticsWriter: Writer<"statistics"> = {
  create: (statistics) => [
    bare(statistics.definition),
    ...(statistics.target === undefined ? [] : [target(statistics)]),
  ],
  drop: (statistics) => [`DROP STATISTICS ${quotePath(statistics)}`],
  alter: (from, to) => (sameJson({ ...from, target: 0 }, { ...to, target: 0 }) ? [target(to)] : rebuild),
};
