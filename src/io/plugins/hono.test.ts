// Hono, a framework script that is not bundled, passes the framework contract through its worker.
import { memoryIo } from "../../testing/memory-io.ts";
import { frameworkContract } from "../../testing/framework-contract.ts";
import type { FrameworkPlugin } from "../../sdk.ts";
import { loadPlugin } from "./load.ts";

const path = new URL("../../../plugins/hono.ts", import.meta.url).pathname;

frameworkContract("hono", async (): Promise<FrameworkPlugin> => {
  const { provides } = await loadPlugin(path, memoryIo().terminal);
  const found = provides.find((one): one is FrameworkPlugin => one.kind === "framework");
  if (found === undefined) throw new Error("plugins/hono.ts provides no framework");
  return found;
});
