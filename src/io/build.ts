// What the build bakes in: version, commit and target. From source there is no build.
import packageJson from "../../package.json" with { type: "json" };

/** Replaced by compile.ts through `--define`. */
declare const SENIOR_BUILD: { readonly version: string; readonly commit: string; readonly target: string } | undefined;

const baked = typeof SENIOR_BUILD === "undefined" ? undefined : SENIOR_BUILD;

export const isCompiled = baked !== undefined;

/** `commit` is "unknown" when the build had no git; "source" when nothing was built. */
export const build = {
  version: baked?.version ?? packageJson.version,
  commit: baked?.commit ?? "source",
  bun: Bun.version,
  target: baked?.target ?? `bun-${process.platform}-${process.arch}`,
} as const;
