// What becomes of one part between two catalogs.
import type { Part } from "./part.ts";
import type { Piece, Refusal } from "./sql/writer.ts";

/**
 * One part's way from old to new. `rebuild` drops it and makes it again; `swap` makes a type again under the columns that use it;
 * `implied` happens by itself, through the parent of a partition.
 */
export type Change =
  | { readonly verb: "create"; readonly key: string; readonly to: Part }
  | { readonly verb: "drop"; readonly key: string; readonly from: Part }
  | {
      readonly verb: "alter";
      readonly key: string;
      readonly from: Part;
      readonly to: Part;
      readonly pieces: readonly Piece[];
    }
  | {
      readonly verb: "rebuild" | "swap";
      readonly key: string;
      readonly from: Part;
      readonly to: Part;
      /** Only because what it stands on goes: it comes back with that. */
      readonly forced?: true;
    };

export type Verb = Change["verb"];

export interface Refused extends Refusal {
  readonly key: string;
}

export interface Difference {
  readonly changes: ReadonlyMap<string, Change>;
  /** What happens by itself, and the key of the change that does it. */
  readonly implied: ReadonlyMap<string, string>;
  readonly refusals: readonly Refused[];
}

/** What it is about: as it was, unless it is new. */
export const partOf = (change: Change): Part => ("from" in change ? change.from : change.to);
