// Io: everything the product can do to the world. Commands act through it alone; tests hand in a memory version.
import type { FileSet, WrittenFile } from "../kernel/fileset.ts";

export interface WriteOptions {
  /** Replace files whose content differs; otherwise one such file refuses the whole set (`guard.overwrite`). */
  readonly force: boolean;
  /** Only say what would happen. */
  readonly dryRun: boolean;
}

/** Paths are absolute, or relative to the working directory. Failures are Faults that name the path as given. */
export interface Files {
  /** UTF-8 text without its byte order mark. Faults: not-found, not-a-file, unreadable, too-large (over 64 MiB). */
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array>;
  kind(path: string): Promise<"file" | "folder" | "other" | "missing">;
  /** Names directly inside a folder, sorted. */
  list(folder: string): Promise<readonly string[]>;
  /** Writes all files or none: each through a temporary file and a rename, never through a symbolic link. */
  write(set: FileSet, options: WriteOptions): Promise<readonly WrittenFile[]>;
}

/** Standard error: progress on a terminal, notes always. Results never go here. */
export interface Terminal {
  /** Replaces the one progress line; shows nothing when standard error is not a terminal. */
  progress(line: string): void;
  /** Takes the progress line away. */
  clear(): void;
  /** One line that people should see even in a pipeline. */
  note(line: string): void;
  /** Standard output: is a person looking, and how wide is the window? */
  readonly output: { readonly tty: boolean; readonly columns: number };
  /** Is a person at the keyboard? Prompts are asked only then. */
  readonly interactive: boolean;
}

export interface Io {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: Files;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C or SIGTERM: long work stops, tidies up and returns what it has. */
  readonly signal: AbortSignal;
  now(): Date;
}
