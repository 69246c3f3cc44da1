// What the host and a plugin's worker say to each other; everything crosses by structured clone.
import type { EmitOptions } from "../../api/emit-options.ts";
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
      /** What the user chose: the worker makes a kit of its own from it, because functions cannot cross. */
      readonly options?: EmitOptions;
    };

export type FromWorker =
  | { readonly kind: "loaded"; readonly name: string; readonly items: readonly Described[] }
  | { readonly kind: "returned"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id?: number; readonly trouble: Trouble }
  | { readonly kind: "printed"; readonly text: string };

/** Methods whose last argument is a kit. */
export const takesKit: readonly string[] = ["emit"];
