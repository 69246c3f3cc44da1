// An Io in memory: files in a map, notes in a list, no signals.
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";

interface Setup {
  /** Absolute path → text. Folders exist when something lies below them. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  readonly tty?: boolean;
  /** What a person types, line by line; with it, prompts are answered. */
  readonly typed?: readonly string[];
}

export interface MemoryIo extends Io {
  readonly notes: readonly string[];
  /** The disk as it stands, by absolute path. */
  readonly disk: ReadonlyMap<string, string>;
}

export const memoryIo = ({
  files = {},
  env = {},
  cwd = "/project",
  signal,
  tty = false,
  typed,
}: Setup = {}): MemoryIo => {
  const disk = new Map(Object.entries(files));
  const notes: string[] = [];
  const lines = [...(typed ?? [])];
  const full = (path: string): string => new URL(path, `file://${cwd}/`).pathname.replace(/\/$/, "");
  const readText = (path: string): Promise<string> => {
    const text = disk.get(full(path));
    if (text === undefined) return Promise.reject(new Fault("input.not-found", `cannot read ${path}: no such file`));
    return Promise.resolve(text);
  };
  return {
    cwd,
    home: "/home/user",
    env,
    notes,
    disk,
    signal: signal ?? new AbortController().signal,
    now: () => new Date("2026-01-02T03:04:05Z"),
    terminal: {
      progress: () => undefined,
      draw: () => undefined,
      screen: undefined,
      clear: () => undefined,
      note: (line) => notes.push(line),
      output: { tty, columns: 80 },
      ask: (prompt) => {
        notes.push(prompt);
        return Promise.resolve(lines.shift());
      },
      interactive: typed !== undefined,
    },
    files: {
      readText,
      readBytes: async (path) => new TextEncoder().encode(await readText(path)),
      kind: (path) => {
        const here = full(path);
        const folder = [...disk.keys()].some((name) => name.startsWith(`${here}/`));
        return Promise.resolve(disk.has(here) ? "file" : folder ? "folder" : "missing");
      },
      list: (folder) => {
        const inside = [...disk.keys()].filter((name) => name.startsWith(`${full(folder)}/`));
        const names = inside.map((name) => name.slice(full(folder).length + 1).split("/")[0] ?? "");
        return Promise.resolve([...new Set(names)].sort());
      },
      readBelow: (folder, path) =>
        full(path).startsWith(`${full(folder)}/`)
          ? readText(path)
          : Promise.reject(new Fault("input.refused", `${path} lies outside ${folder}, and is not read`)),
      readOwn: (path) => Promise.resolve(disk.get(full(path))),
      hold: (path) => {
        if (!disk.has(full(path))) disk.set(full(path), "");
        const save = (text: string): Promise<void> => Promise.resolve(void disk.set(full(path), text));
        return Promise.resolve({ text: disk.get(full(path)) ?? "", save, release: () => Promise.resolve() });
      },
      write: (set, { dryRun }) => {
        const written = set.files.flatMap(({ path, text, plan, hidden }) => {
          const target = full(`${set.root}/${path}`);
          const before = disk.get(target);
          if (!dryRun && plan?.change === "removed") disk.delete(target);
          else if (!dryRun) disk.set(target, text);
          const change =
            plan?.change ?? (before === undefined ? "created" : before === text ? "unchanged" : "replaced");
          return hidden === true ? [] : [{ path: `${set.root}/${path}`, change }];
        });
        return Promise.resolve(written);
      },
    },
  };
};
