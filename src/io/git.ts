// What git says has changed below a folder. It runs no hook, no pager, no monitor and no filter of differences.
import { Fault } from "../kernel/fault.ts";

const quiet = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat", "--no-pager"];

const environment = (): Record<string, string | undefined> => {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", GIT_EXTERNAL_DIFF: "", LC_ALL: "C" };
};

const git = async (folder: string, args: readonly string[]): Promise<readonly string[]> => {
  let child;
  try {
    child = Bun.spawn(["git", ...quiet, "-C", folder, ...args], {
      env: environment(),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  } catch {
    throw new Fault("world.missing", "git was not found", { help: "install git, or leave --changed out" });
  }
  const [out, err, status] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (status === 0) return out.split("\0").filter((name) => name !== "");
  const [why = ""] = err.trim().split("\n");
  throw new Fault("usage.bad-value", `git cannot tell what changed in ${folder}: ${why}`, {
    help: "check the revision; in a shallow clone fetch it first",
  });
};

/** Paths below the folder, relative to it, that differ from where its branch left `revision`, or that git does not know yet. */
export const changedBelow = async (folder: string, revision: string): Promise<ReadonlySet<string>> => {
  if (revision.startsWith("-") || revision === "")
    throw new Fault("usage.bad-value", `--changed got "${revision}", expected a revision`);
  const differing = await git(folder, [
    "diff",
    ...["--name-only", "-z", "--relative", "--no-renames", "--no-ext-diff", "--no-textconv", "--merge-base"],
    ...["--end-of-options", revision, "--", "."],
  ]);
  const unknown = await git(folder, ["ls-files", "-z", "--others", "--exclude-standard", "--", "."]);
  return new Set([...differing, ...unknown]);
};
