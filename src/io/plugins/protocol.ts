// What the host and a plugin's worker say to each other; everything crosses by structured clone.
import type { Provided } from "../../sdk.ts";

/** A provided item without its functions: those stay in the worker and are called by name. */
export interface Described {
  readonly data: Omit<Provided, "emit" | "render" | "check">;
  readonly methods: readonly string[];
}

export interface Trouble {
  readonly message: string;
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly frame?: string;
}

export type ToWorker =
  | { readonly kind: "load"; readonly path: string }
  | {
      readonly kind: "call";
      readonly id: number;
      readonly item: number;
      readonly method: string;
      readonly args: readonly unknown[];
    };

export type FromWorker =
  | { readonly kind: "loaded"; readonly name: string; readonly items: readonly Described[] }
  | { readonly kind: "returned"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id?: number; readonly trouble: Trouble }
  | { readonly kind: "printed"; readonly text: string };

/** Methods that receive the worker's own kit as their last argument, because functions cannot cross. */
export const takesKit: readonly string[] = ["emit"];
