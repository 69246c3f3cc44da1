// A finding: one thing the product noticed, where, how bad, and how to mend it. Every tool reports through this type.
import type { Json } from "./json.ts";

export type Severity = "error" | "warning" | "info";

/** Severities from worst to mildest. */
export const severities = ["error", "warning", "info"] as const satisfies readonly Severity[];

/** Where a finding or a fault is. Lines and columns count from 1. */
export type Location =
  | { readonly kind: "file"; readonly path: string; readonly line?: number; readonly column?: number }
  | {
      /** A place in a JSON or YAML document: RFC 6901 pointer, with the line where it could be computed. */
      readonly kind: "pointer";
      readonly path: string;
      readonly pointer: string;
      readonly line?: number;
      readonly column?: number;
    }
  | {
      /** A database object: `type` in PostgreSQL's words ("table", "index"), `name` unquoted, `schema` where it has one. */
      readonly kind: "object";
      readonly type: string;
      readonly schema?: string;
      readonly name: string;
    }
  | { readonly kind: "endpoint"; readonly method: string; readonly url: string }
  | { readonly kind: "project" };

/** How to mend a finding: an edit of a file, SQL with its way back, or a command to run. */
export type Fix =
  | {
      readonly kind: "edit";
      readonly path: string;
      readonly start: number;
      readonly end: number;
      readonly text: string;
    }
  | { readonly kind: "sql"; readonly up: string; readonly down?: string; readonly transactional: boolean }
  | { readonly kind: "run"; readonly command: string };

/** What a finding rests on: a sentence, and the figures behind it. */
export interface Evidence {
  readonly note: string;
  readonly data?: Json;
}

/** A section of a reference document, as `senior reference TOPIC --section SECTION` prints it. */
export interface ReadMore {
  readonly topic: string;
  readonly section: string;
}

export interface Finding {
  /** `room/rule-name`, for example `db/foreign-key-without-index`. Stable: people suppress and link by it. */
  readonly rule: `${string}/${string}`;
  readonly severity: Severity;
  readonly message: string;
  readonly at: Location;
  readonly help?: string;
  readonly fix?: Fix;
  readonly evidence?: Evidence;
  /** Where the references say more about the rule; added to every finding once its report is complete. */
  readonly readMore?: ReadMore;
}

/** True when `severity` is at least as bad as `threshold`. */
export const atLeast = (severity: Severity, threshold: Severity): boolean =>
  severities.indexOf(severity) <= severities.indexOf(threshold);

/** A location as one line of text: `api.yaml:12:3 (#/paths/~1users)`, `table public.users`, `GET http://…`. */
export const locationText = (at: Location): string => {
  switch (at.kind) {
    case "file":
      return `${at.path}${lineText(at)}`;
    case "pointer":
      return `${at.path}${lineText(at)} (#${at.pointer})`;
    case "object":
      return `${at.type} ${at.schema === undefined ? "" : `${at.schema}.`}${at.name}`;
    case "endpoint":
      return `${at.method} ${at.url}`;
    case "project":
      return "project";
  }
};

const lineText = (at: { readonly line?: number; readonly column?: number }): string =>
  at.line === undefined ? "" : at.column === undefined ? `:${at.line}` : `:${at.line}:${at.column}`;

/** Text whose code-unit order is the order of places: lines and columns count as numbers. */
const placeKey = (at: Location): string => {
  const padded = (value: number | undefined): string => String(value ?? 0).padStart(10, "0");
  return "path" in at ? `${at.path}\0${padded(at.line)}\0${padded(at.column)}` : locationText(at);
};

const sortKey = ({ severity, at, rule, message }: Finding): string =>
  [severities.indexOf(severity), placeKey(at), locationText(at), rule, message].join("\0");

/** Findings in the order every report shows them: worst first, then by place, rule and text. */
export const sortFindings = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => {
    const [left, right] = [sortKey(a), sortKey(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  });
