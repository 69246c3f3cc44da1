// From a profile document to a Profile: checked against the published schema, merged with what it extends.
import schemaDocument from "../../profiles/schema.json" with { type: "json" };
import type { JsonObject } from "../kernel/json.ts";
import { isObject, own } from "../kernel/json.ts";
import { nearest } from "../kernel/words.ts";
import type { Language, Sensitivity, Tenancy } from "./answers.ts";
import type { AntiPattern, Approval, Bounds, Profile, Shape, Stack, Targets } from "./profile.ts";
import type { Problem } from "./schema-check.ts";
import { checkAgainst } from "./schema-check.ts";

export const profileSchema: JsonObject = schemaDocument;

/** A document that passed the schema, with what it extends merged in. Absent parts are legal only before merging. */
interface ProfileDocument {
  readonly profile_name: string;
  readonly description: string;
  readonly version: string;
  readonly constraints: {
    readonly team_size_min?: number;
    readonly team_size_max?: number;
    readonly tenancy?: string;
    readonly data_sensitivity_tier_max?: Sensitivity;
    readonly pattern?: string;
    readonly qps_p99_min?: number;
    readonly platform_team_exists?: boolean;
    readonly admin_panel_needed?: boolean;
  };
  readonly anti_recommendations?: Readonly<Record<string, string>>;
  readonly success_thresholds: {
    readonly p50_api_latency_ms: number;
    readonly p95_api_latency_ms: number;
    readonly p99_api_latency_ms: number;
    readonly uptime_target: number;
    readonly test_coverage_min: number;
    readonly security_scan_severity_max: string;
    readonly rpo_minutes_max: number;
    readonly rto_minutes_max: number;
    readonly throughput_rps_min?: number;
  };
  readonly named_approver_chain: Readonly<Record<string, string>>;
  readonly canon_references?: readonly string[];
}

const tenanciesOf: Readonly<Record<string, readonly Tenancy[] | undefined>> = {
  "single-tenant": ["single-tenant"],
  "shared-multi-tenant": ["shared-multi-tenant"],
  "isolated-multi-tenant": ["isolated-multi-tenant"],
  "shared-multi-tenant-or-isolated": ["shared-multi-tenant", "isolated-multi-tenant"],
  "isolated-or-single-tenant": ["isolated-multi-tenant", "single-tenant"],
};

const shapesOf: Readonly<Record<string, readonly Shape[] | undefined>> = {
  "modular-monolith": ["modular-monolith"],
  "modular-monolith-or-domain-bounded": ["modular-monolith", "domain-bounded-services"],
  "domain-bounded-services": ["domain-bounded-services"],
  "extracted-service": ["extracted-service"],
  "extracted-service-not-greenfield-microservices": ["extracted-service"],
  serverless: ["serverless"],
};

/** First words of `language` or `runtime` picks, by the language they mean. */
const languageWords: Readonly<Record<string, Language | undefined>> = {
  typescript: "typescript",
  javascript: "typescript",
  node: "typescript",
  nodejs: "typescript",
  bun: "typescript",
  deno: "typescript",
  python: "python",
  cpython: "python",
  pypy: "python",
  go: "go",
  golang: "go",
  rust: "rust",
  java: "java",
  jvm: "java",
  kotlin: "kotlin",
  dotnet: "dotnet",
  csharp: "dotnet",
};

const options = (value: unknown): readonly string[] =>
  typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : [];

/** `stack` and every `stack_NAME` of a document. */
const stackEntries = (document: object): readonly (readonly [string, Record<string, unknown>])[] =>
  Object.entries(document).flatMap(([key, value]) =>
    /^stack(_|$)/.test(key) && isObject(value) ? [[key.replace(/^stack_?/, ""), value] as const] : [],
  );

/** A stack's `language` says what it is written in; where it has none, its `runtime` does. */
const languagesOf = (document: object): readonly Language[] => {
  const found = stackEntries(document).flatMap(([, stack]) =>
    options(own(stack, "language") ?? own(stack, "runtime")).flatMap(
      (text) => languageWords[text.toLowerCase().split(/[^a-z]/)[0] ?? ""] ?? [],
    ),
  );
  return [...new Set(found)];
};

const defined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

const boundsOf = ({ constraints }: ProfileDocument): Bounds =>
  defined({
    teamMin: constraints.team_size_min,
    teamMax: constraints.team_size_max,
    tenancies: tenanciesOf[constraints.tenancy ?? "any"],
    sensitivityMax: constraints.data_sensitivity_tier_max,
    shapes: shapesOf[constraints.pattern ?? "any"],
    qpsMin: constraints.qps_p99_min,
    platformTeam: constraints.platform_team_exists,
    adminPanel: constraints.admin_panel_needed,
  });

const targetsOf = ({ success_thresholds: limits }: ProfileDocument): Targets => ({
  p50Ms: limits.p50_api_latency_ms,
  p95Ms: limits.p95_api_latency_ms,
  p99Ms: limits.p99_api_latency_ms,
  uptime: limits.uptime_target,
  rpoMinutes: limits.rpo_minutes_max,
  rtoMinutes: limits.rto_minutes_max,
  coverageMin: limits.test_coverage_min,
  scanSeverityMax: limits.security_scan_severity_max,
  ...(limits.throughput_rps_min === undefined ? {} : { throughputMinRps: limits.throughput_rps_min }),
});

const stacksOf = (document: object): readonly Stack[] =>
  stackEntries(document).map(([name, stack]) => ({
    name,
    picks: Object.entries(stack).map(([part, value]) => ({
      part: part.replace(/_options(_ranked)?$/, ""),
      options: options(value),
    })),
  }));

const antiPatternsOf = ({ anti_recommendations: all = {} }: ProfileDocument): readonly AntiPattern[] =>
  Object.entries(all).map(([what, text]) => ({
    what,
    verdict: text.startsWith("kill") ? "kill" : "warn",
    why: text.replace(/^(kill|warn)[\s—–:-]*/u, ""),
  }));

const approvalsOf = ({ named_approver_chain: chain }: ProfileDocument): readonly Approval[] =>
  Object.entries(chain).map(([change, names]) => ({ change, roles: names.split("+").map((name) => name.trim()) }));

/** What the schema cannot say: figures that contradict each other. */
const contradictions = ({ constraints, success_thresholds: limits }: ProfileDocument): readonly Problem[] => {
  const { team_size_min: least = 1, team_size_max: most = Infinity } = constraints;
  const latencies = [limits.p50_api_latency_ms, limits.p95_api_latency_ms, limits.p99_api_latency_ms] as const;
  return [
    ...(least > most
      ? [{ pointer: "/constraints", message: `team_size_min ${least} is above team_size_max ${most}` }]
      : []),
    ...(latencies[0] > latencies[1] || latencies[1] > latencies[2]
      ? [{ pointer: "/success_thresholds", message: `p50, p95 and p99 must not fall: ${latencies.join(", ")} ms` }]
      : []),
  ];
};

/** `over` laid upon `under`: objects key by key, everything else replaced. */
const merged = (under: unknown, over: unknown): unknown =>
  isObject(under) && isObject(over)
    ? Object.fromEntries(
        [...new Set([...Object.keys(under), ...Object.keys(over)])].map((key) => [
          key,
          Object.hasOwn(over, key) ? merged(own(under, key), own(over, key)) : own(under, key),
        ]),
      )
    : over;

const toProfile = (document: ProfileDocument, origin: string): Profile => ({
  name: document.profile_name,
  description: document.description,
  version: document.version,
  origin,
  bounds: boundsOf(document),
  languages: languagesOf(document),
  stacks: stacksOf(document),
  antiPatterns: antiPatternsOf(document),
  targets: targetsOf(document),
  approvals: approvalsOf(document),
  canon: document.canon_references ?? [],
});

export type Read = { readonly profile: Profile } | { readonly problems: readonly Problem[] };

/** The name a profile may not take without extending it, and the document it then extends. */
export type Bases = Readonly<Record<string, object>>;

const baseProblem = (name: string, base: string | undefined, bases: Bases): Problem | undefined => {
  if (base === undefined) {
    return Object.hasOwn(bases, name)
      ? {
          pointer: "/profile_name",
          message: `"${name}" is a built-in profile: add "extends": "${name}" to adjust it, or choose another name`,
        }
      : undefined;
  }
  if (Object.hasOwn(bases, base)) return undefined;
  const near = nearest(base, Object.keys(bases));
  const hint = near === undefined ? `known are ${Object.keys(bases).join(", ")}` : `did you mean "${near}"?`;
  return { pointer: "/extends", message: `no built-in profile "${base}": ${hint}` };
};

/** No profile needs more levels, and walking down without end would exhaust the stack. */
export const isTooDeep = (value: unknown, levels = 20): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1)));

/** Reads one document. Every problem is reported at once; `bases` are the built-in documents by name. */
export const readProfile = (document: unknown, origin: string, bases: Bases): Read => {
  if (isTooDeep(document)) return { problems: [{ pointer: "", message: "is nested too deeply to be a profile" }] };
  const problems = checkAgainst(profileSchema, document);
  if (problems.length > 0) return { problems };
  const { profile_name: name, extends: base } = document as { profile_name: string; extends?: string };
  const wrongBase = baseProblem(name, base, bases);
  if (wrongBase !== undefined) return { problems: [wrongBase] };
  const whole = merged(base === undefined ? {} : own(bases, base), document) as ProfileDocument;
  const clashes = contradictions(whole);
  return clashes.length > 0 ? { problems: clashes } : { profile: toProfile(whole, origin) };
};
