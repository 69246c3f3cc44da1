// The compiled binary, called as a user calls it: from another folder, with a bare environment.
import { existsSync } from "node:fs";

export const binaryPath = new URL("../../dist/senior", import.meta.url).pathname;

/** `npm test` compiles first; a single test file run by hand may not have. */
export const hasBinary = existsSync(binaryPath);

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | null;
}

interface CallOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly program?: string;
}

/** Runs the binary to its end. `HOME` is the working folder, so that no configuration of this machine plays a part. */
export const senior = async (
  args: readonly string[],
  { cwd, env = {}, stdin, program }: CallOptions,
): Promise<Finished> => {
  const child = Bun.spawn([program ?? binaryPath, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, TMPDIR: process.env["TMPDIR"] ?? "/tmp", ...env },
    stdin: stdin === undefined ? "ignore" : new TextEncoder().encode(stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout, stderr, exit };
};
