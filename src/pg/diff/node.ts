// Steps of the way and their verbs: what a change makes, and what it takes away.
import type { Change } from "./change.ts";

/** A step of the way: one part dropped, created or altered. */
export interface Node {
  readonly id: string;
  readonly act: "drop" | "create" | "alter";
  readonly change: Change;
}

/** What is to be done, and what happens by itself. */
export interface Work {
  readonly changes: ReadonlyMap<string, Change>;
  readonly implied: ReadonlyMap<string, string>;
}

export const actsOf = (change: Change): readonly Node["act"][] =>
  change.verb === "rebuild" || change.verb === "swap" ? ["drop", "create"] : [change.verb];

export const goes = (change: Change | undefined): boolean => change?.verb === "drop" || change?.verb === "rebuild";
export const comes = (change: Change | undefined): boolean => change?.verb === "create" || change?.verb === "rebuild";
