// Hazards: what they are called, and what judges a step.
import type { Node } from "./node.ts";
import type { Kind, Part } from "./part.ts";
import type { Context } from "./sql/writer.ts";

export type HazardKind =
  /** Values or rows are gone, and no way back brings them. */
  | "data loss"
  /** Values of rows that exist are invented. */
  | "invented values"
  /** What values mean afterwards depends on more than the migration. */
  | "ambiguity"
  /** Rows may not fit: then the migration stops, and nothing has changed. */
  | "may fail"
  /** Every row is written anew under a lock that keeps readers out. */
  | "rewrite"
  /** Others wait while it runs. */
  | "lock"
  /** Code of the release before may not work after it. */
  | "breaking"
  /** It is gone for a moment, and made again. */
  | "rebuild";

export interface Hazard {
  readonly kind: HazardKind;
  readonly message: string;
}

export type Judge<P = Part> = (
  node: Node,
  part: P,
  context: Context,
  statements: readonly string[],
) => readonly Hazard[];
export type Of<K extends Kind> = Extract<Part, { kind: K }>;
