// What the product promises and does not do yet: one table that shrinks to nothing.
import type { Fault } from "../kernel/fault.ts";

/** The Fault for a command or flag that is promised but not built yet; undefined for everything else. */
export const notBuilt = (_path: readonly string[], _flags: readonly string[]): Fault | undefined => undefined;
