// Several requests as plain data: what each one looks like, what its answers must hold, and the flows that they make up.
import type { Json, JsonObject } from "../kernel/json.ts";
import type { Credentials } from "./digest.ts";
import type { JsonPath } from "./json-path.ts";

/** Where a placeholder's value comes from. */
export type Slot =
  | { readonly kind: "column"; readonly index: number }
  /** Extracted from an earlier answer of the same flow. */
  | { readonly kind: "variable"; readonly name: string }
  /** The number of the flow in the run, from 0. */
  | { readonly kind: "number" }
  /** A random UUID, drawn by the seed. */
  | { readonly kind: "uuid" };

/** How a value is written where it stands: percent-encoded, inside a JSON string, or as it is. */
export type Escape = "none" | "url" | "json";

export interface Placeholder {
  readonly name: string;
  readonly slot: Slot;
  readonly escape: Escape;
}

/** Text with values to be filled in. */
export type Template = readonly (string | Placeholder)[];

export type Check =
  | { readonly kind: "contains"; readonly text: string }
  | { readonly kind: "matches"; readonly pattern: string }
  | { readonly kind: "header"; readonly name: string; readonly value?: string }
  /** The value at the path must be there, and equal to this one where it is given. */
  | { readonly kind: "json"; readonly path: JsonPath; readonly equals?: Json }
  | { readonly kind: "schema"; readonly schema: JsonObject | boolean; readonly name: string };

export type Source =
  | { readonly kind: "json"; readonly path: JsonPath }
  | { readonly kind: "header"; readonly name: string }
  /** Its first group, or all of the match. */
  | { readonly kind: "regex"; readonly pattern: string }
  | { readonly kind: "cookie"; readonly name: string };

export interface Extraction {
  readonly variable: string;
  readonly from: Source;
}

export interface RequestPlan {
  readonly name: string;
  readonly method: string;
  /** Path and query. */
  readonly path: Template;
  /** The same for people, secrets masked. */
  readonly shownPath: string;
  /** Everything but Content-Length and Cookie, which each request gets as it is made. */
  readonly headers: readonly { readonly name: string; readonly value: Template }[];
  readonly body: Uint8Array | Template | undefined;
  /** By status, from 0 to 999. */
  readonly expected: readonly boolean[];
  readonly checks: readonly Check[];
  readonly extract: readonly Extraction[];
}

/** Requests one after the other, by their places in the scenario's list. */
export interface Flow {
  readonly weight: number;
  readonly steps: readonly number[];
}

export interface Rows {
  readonly columns: readonly string[];
  readonly values: readonly (readonly string[])[];
  readonly order: "sequential" | "random";
}

export interface Scenario {
  readonly requests: readonly RequestPlan[];
  readonly flows: readonly Flow[];
  readonly rows?: Rows;
  /** Keep the cookies that answers set, for each connection by itself. */
  readonly cookies: boolean;
  /** Answers the server's Digest challenges, for each connection by itself. */
  readonly digest?: Credentials;
  /** Over TLS, where `Secure` cookies are sent. */
  readonly secure: boolean;
}
