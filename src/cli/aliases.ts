// The old command lines: script names and flags of earlier documents, translated to ours.

/** The argument vector to run for a program called `name` with `argv`. */
export const translate = (_name: string, argv: readonly string[]): readonly string[] => argv;
