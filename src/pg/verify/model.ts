// What became of each migration of a chain when it was run forth, back and forth again.
import type { Migration, Way } from "../migrations/model.ts";
import type { Stopped } from "../apply.ts";
import type { Difference } from "./state.ts";

export interface Trouble extends Stopped {
  readonly way: Way;
}

export interface Step {
  readonly migration: Migration;
  /** The way forth was refused. */
  readonly up?: Trouble;
  /** Refused only while invented rows stood in the tables: forth or back. */
  readonly rows: readonly Trouble[];
  /** The way back was refused right after its own way forth. */
  readonly down?: Trouble;
  /** What the way back leaves otherwise than it was. */
  readonly unrestored: readonly Difference[];
  /** `table.column` whose values the way forth and back has lost or changed. */
  readonly lost: readonly string[];
  /** The way forth was refused after the way back. */
  readonly again?: Trouble;
  /** What is otherwise after the second way forth than after the first. */
  readonly againDiffers: readonly Difference[];
  /** Tables with rows while it ran. */
  readonly filled: number;
}

/** One way back in the unwind of the whole chain. */
export interface Unwound {
  readonly migration: Migration;
  readonly trouble?: Trouble;
  readonly unrestored: readonly Difference[];
  /** An earlier way back of this unwind failed or left something: whatever this one does may come from that. */
  readonly afterTrouble: boolean;
}

export interface Unwind {
  readonly steps: readonly Unwound[];
  /** The migration without a way back that ended it. */
  readonly endedAt?: Migration;
  /** Everything forth again, after a clean unwind to the beginning. */
  readonly again?: { readonly trouble?: Trouble; readonly differs: readonly Difference[] };
}

export interface Verified {
  readonly steps: readonly Step[];
  readonly unwind?: Unwind;
}
