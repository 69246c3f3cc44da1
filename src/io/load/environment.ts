// What this machine is, for results that are compared later.
import { arch, availableParallelism, cpus, hostname, platform, release } from "node:os";
import type { Environment } from "../../load/summary.ts";

export const environment = (): Environment => ({
  host: hostname(),
  platform: `${platform()} ${arch()}`,
  kernel: release(),
  processor: cpus()[0]?.model ?? "unknown",
  processors: availableParallelism(),
  runtime: `bun ${Bun.version}`,
});
