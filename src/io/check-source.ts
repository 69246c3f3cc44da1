// A last look at generated code before it is written: it must at least parse.
import { Fault } from "../kernel/fault.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { codeFrame } from "../kernel/frame.ts";

interface SyntaxTrouble {
  readonly message: string;
  readonly position?: { readonly line: number; readonly column: number } | null;
}

/** Bun throws one BuildMessage, or an AggregateError of several. */
const firstTrouble = (error: unknown): SyntaxTrouble =>
  error instanceof AggregateError ? (error.errors[0] as SyntaxTrouble) : (error as SyntaxTrouble);

/** Throws `plugin.broken`, with file, line and code frame, for the first TypeScript file that does not parse. */
export const checkSources = (files: readonly GeneratedFile[], plugin: string): void => {
  const parser = new Bun.Transpiler({ loader: "ts" });
  for (const { path, text } of files.filter((file) => file.path.endsWith(".ts"))) {
    try {
      parser.scan(text);
    } catch (error) {
      const { message, position } = firstTrouble(error);
      const { line, column } = position ?? { line: 1, column: 1 };
      throw new Fault("plugin.broken", `the framework plugin "${plugin}" made a file that does not parse: ${message}`, {
        at: { kind: "file", path, line, column },
        frame: codeFrame(text, line, column),
      });
    }
  }
};
