// Io: everything the product can do to the world. Commands act through it alone; tests hand in a memory version.
import type { FileSet, WrittenFile } from "../kernel/fileset.ts";
import type { Cache } from "./cache.ts";

export interface WriteOptions {
  /** Replace files whose content differs; otherwise one such file refuses the whole set (`guard.overwrite`). */
  readonly force: boolean;
  /** Only say what would happen. */
  readonly dryRun: boolean;
}

/** A file that nobody else writes until it is released. */
export interface HeldFile {
  /** As it was when it was taken; empty for a new file. */
  readonly text: string;
  /** Replaces the whole text at once. */
  save(text: string): Promise<void>;
  release(): Promise<void>;
}

/** Paths are absolute, or relative to the working directory. Failures are Faults that name the path as given. */
export interface Files {
  /** UTF-8 text without its byte order mark. Faults: not-found, not-a-file, unreadable, too-large (over 64 MiB). */
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array>;
  kind(path: string): Promise<"file" | "folder" | "other" | "missing">;
  /** Names directly inside a folder, sorted. */
  list(folder: string): Promise<readonly string[]>;
  /**
   * UTF-8 text of a regular file that lies below a folder, once all symbolic links are resolved.
   * Faults: those of `readText`, and `input.refused` when it lies elsewhere.
   */
  readBelow(folder: string, path: string): Promise<string>;
  /**
   * The text of a file that is this user's own and no link; undefined where there is none.
   * Faults: `guard.path` for a link, a folder or somebody else's file.
   */
  readOwn(path: string): Promise<string | undefined>;
  /**
   * Makes this process the only holder of an own file, created with mode 0600 where there is none.
   * Faults: those of `readOwn`, and `guard.lock`, which names who holds it. A holder that was killed holds nothing.
   */
  hold(path: string): Promise<HeldFile>;
  /** Writes all files or none: each through a temporary file and a rename, never through a symbolic link. */
  write(set: FileSet, options: WriteOptions): Promise<readonly WrittenFile[]>;
}

/** Standard error: progress on a terminal, notes always. Results never go here. */
export interface Terminal {
  /** Replaces the one progress line; shows nothing when standard error is not a terminal. */
  progress(line: string): void;
  /** Replaces the progress by a picture of several lines; they may be styled, and are cut to the window. */
  draw(lines: readonly string[]): void;
  /** The window that `draw` draws in; undefined when standard error is not a terminal that can. */
  readonly screen: { readonly columns: number; readonly rows: number } | undefined;
  /** Takes the progress away. */
  clear(): void;
  /** One line that people should see even in a pipeline. */
  note(line: string): void;
  /** Asks on standard error and reads one line; undefined at the end of input or when `signal` aborts. */
  ask(prompt: string, signal: AbortSignal): Promise<string | undefined>;
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
  /** What was worked out before and may be forgotten at any time; absent where nothing is to be kept. */
  readonly cache?: Cache;
}
