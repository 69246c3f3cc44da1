// What a generation follows: what is asked for now, else what was chosen the last time, else the default.
import type { EmitOptions } from "../api/emit-options.ts";
import { defaultOptions } from "../api/emit-options.ts";
import type { Manifest } from "../api/regenerate/manifest.ts";
import type { Json } from "../kernel/json.ts";

export const layouts = ["tags", "operations", "flat"] as const;
export const errorBodies = ["standard", "problem", "documented"] as const;
export const envelopes = ["auto", "none", "data", "success"] as const;

/** The flags as they were typed: undefined where nothing was. */
export interface OptionFlags {
  readonly envelope: EmitOptions["envelope"] | undefined;
  readonly errorBody: EmitOptions["errorBody"] | undefined;
  readonly layout: EmitOptions["layout"] | undefined;
  readonly mock: boolean | undefined;
  readonly validateResponses: boolean | undefined;
  readonly validationStatus: "400" | "422" | undefined;
}

const statuses = { 400: 400, 422: 422 } as const;

export const chosenOptions = (flags: OptionFlags, before: Manifest["options"] = {}): EmitOptions => {
  const pick = <T extends Json>(given: T | undefined, name: keyof EmitOptions, known: readonly T[], usual: T): T =>
    given ?? known.find((value) => value === before[name]) ?? usual;
  const { envelope, errorBody, layout, mock, validateResponses, validationStatus } = defaultOptions;
  const status = flags.validationStatus === undefined ? undefined : statuses[flags.validationStatus];
  return {
    envelope: pick(flags.envelope, "envelope", envelopes, envelope),
    errorBody: pick(flags.errorBody, "errorBody", errorBodies, errorBody),
    layout: pick(flags.layout, "layout", layouts, layout),
    mock: pick(flags.mock, "mock", [true, false], mock),
    validateResponses: pick(flags.validateResponses, "validateResponses", [true, false], validateResponses),
    validationStatus: pick<400 | 422>(status, "validationStatus", [400, 422], validationStatus),
  };
};
