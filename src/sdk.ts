// The face that plugin authors import types from (`import type`); it holds types only.
import type { ApiModel } from "./api/model.ts";
import type { EmitKit } from "./api/kit.ts";
import type { GeneratedFile } from "./kernel/fileset.ts";
import type { Reporter } from "./kernel/report.ts";

export type { ApiModel } from "./api/model.ts";
export type { EmitOptions } from "./api/emit-options.ts";
export type { EmitKit } from "./api/kit.ts";
export type { AppParts, RouteTable, ServedOperation, ServedRoute, ServiceTexts } from "./api/emit-service.ts";
export type { ApiPlan } from "./api/plan.ts";
export type { GeneratedFile } from "./kernel/fileset.ts";
export type { Evidence, Finding, Fix, Location, Severity } from "./kernel/finding.ts";
export type { Block, Look, Report, Reporter, Tone } from "./kernel/report.ts";

type Awaitable<T> = T | Promise<T>;

/** Turns an ApiModel into the source of a service for one web framework. */
export interface FrameworkPlugin {
  readonly kind: "framework";
  /** What users type after `--framework`: lower case, digits and dashes. */
  readonly name: string;
  readonly about: string;
  /** npm packages that the generated code imports, with the version range it was tested with. */
  readonly packages: Readonly<Record<string, string>>;
  /** Only what differs between frameworks: types and validators come from the kit. Pure and deterministic. */
  emit(api: ApiModel, kit: EmitKit): Awaitable<readonly GeneratedFile[]>;
}

/** An organisation's own decision profile: the object is checked against the profile schema when it is loaded. */
export interface ProfilePlugin {
  readonly kind: "profile";
  readonly profile: unknown;
}

/** A document that `senior reference TOPIC` prints: Markdown whose first heading is its title. */
export interface ReferencePlugin {
  readonly kind: "reference";
  readonly topic: string;
  readonly markdown: string;
  /** Takes the place of the bundled document of that topic. */
  readonly replaces?: boolean;
}

export type Provided = FrameworkPlugin | ProfilePlugin | ReferencePlugin | Reporter;

/** The default export of a plugin script. */
export interface Plugin {
  /** The version of this interface. */
  readonly sdk: 1;
  readonly name: string;
  readonly provides: readonly Provided[];
}
