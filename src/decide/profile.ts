// A profile: what one proven kind of backend is for, how it is built, what it must reach, and who approves changes to it.
import type { Language, Sensitivity, Tenancy } from "./answers.ts";

/** The shapes that a profile builds. A request for microservices is a request for an extracted service. */
export const shapes = ["modular-monolith", "domain-bounded-services", "extracted-service", "serverless"] as const;
export type Shape = (typeof shapes)[number];

/** An absent bound admits every answer. */
export interface Bounds {
  readonly teamMin?: number;
  readonly teamMax?: number;
  readonly tenancies?: readonly Tenancy[];
  readonly sensitivityMax?: Sensitivity;
  readonly shapes?: readonly Shape[];
  readonly qpsMin?: number;
  readonly platformTeam?: boolean;
  readonly adminPanel?: boolean;
}

export interface Targets {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** A fraction: 0.995. */
  readonly uptime: number;
  readonly rpoMinutes: number;
  readonly rtoMinutes: number;
  readonly coverageMin: number;
  /** The worst severity that a security scan may leave open. */
  readonly scanSeverityMax: string;
  readonly throughputMinRps?: number;
}

export interface Pick {
  readonly part: string;
  /** In order of preference. */
  readonly options: readonly string[];
}

export interface Stack {
  readonly name: string;
  readonly picks: readonly Pick[];
}

export interface AntiPattern {
  readonly what: string;
  readonly verdict: "kill" | "warn";
  readonly why: string;
}

export interface Approval {
  readonly change: string;
  readonly roles: readonly string[];
}

export interface Profile {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** Where it was read: "built in", a path, or a plugin. */
  readonly origin: string;
  readonly bounds: Bounds;
  /** The languages its stacks are written in; empty when it names none. */
  readonly languages: readonly Language[];
  readonly stacks: readonly Stack[];
  readonly antiPatterns: readonly AntiPattern[];
  readonly targets: Targets;
  readonly approvals: readonly Approval[];
  readonly canon: readonly string[];
}
