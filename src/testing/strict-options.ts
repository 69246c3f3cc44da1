// The compiler options that generated code must pass: as strict as any team's.

const options = {
  target: "ES2022",
  lib: ["ES2022"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitReturns: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noEmit: true,
};

const resolutions = {
  NodeNext: { module: "NodeNext", moduleResolution: "NodeNext" },
  Bundler: { module: "Preserve", moduleResolution: "Bundler" },
} as const;

export type Resolution = keyof typeof resolutions;

export const resolutionNames = ["NodeNext", "Bundler"] as const satisfies readonly Resolution[];

export const strictOptions = (resolution: Resolution) => ({ ...options, ...resolutions[resolution] });
