// A generated service as a child process: started on a free port, waited for, and never left behind.
import { existsSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Fault } from "../kernel/fault.ts";

export interface Service {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** The nearest `node_modules` above this program that holds every package; a downloaded binary has none. */
export const findPackages = (names: readonly string[]): string | undefined => {
  for (let folder = dirname(process.execPath); ; folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    if (names.every((name) => existsSync(join(modules, name)))) return modules;
    if (folder === dirname(folder)) return undefined;
  }
};

/** Lets a generated service find its packages without installing anything. */
export const linkPackages = (folder: string, modules: string): Promise<void> =>
  symlink(modules, join(folder, "node_modules"), "junction");

const freePort = (): number => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = listener;
  listener.stop(true);
  return port;
};

const accepts = async (port: number): Promise<boolean> => {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => undefined } });
    socket.end();
    return true;
  } catch {
    return false;
  }
};

/** A bare environment: the service of an example needs nothing of the user's. */
const environment = (port: number): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  PORT: String(port),
  HOST: "127.0.0.1",
  NODE_ENV: "production",
  // Turns this very program into the runtime that runs the service (a no-op when it is one already).
  BUN_BE_BUN: "1",
});

const patienceMs = 15_000;

/** Runs `entry` of a folder with the built-in runtime. Throws a Fault with what it printed when it does not start. */
export const startService = async (folder: string, entry: string, signal: AbortSignal): Promise<Service> => {
  const port = freePort();
  const child = Bun.spawn([process.execPath, "run", "--no-install", entry], {
    cwd: folder,
    env: environment(port),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const kill = (): void => child.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    kill();
    await child.exited;
  };
  const deadline = Bun.nanoseconds() + patienceMs * 1e6;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || signal.aborted || Bun.nanoseconds() > deadline) {
      await stop();
      const printed = (await child.stderr.text()).trim().slice(0, 2000);
      throw new Fault("world.missing", `the generated service did not start${printed === "" ? "" : `: ${printed}`}`);
    }
    await Bun.sleep(25);
  }
  return { origin: `http://127.0.0.1:${port}`, stop };
};

/** A small server of our own, for load tests where the packages of a generated service are not at hand. */
export const startSample = (): Service => {
  const body = JSON.stringify({ data: [{ name: "Rye bread", priceCents: 420 }], meta: { requestId: "sample" } });
  const headers = { "content-type": "application/json" };
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(body, { headers }) });
  return { origin: `http://127.0.0.1:${server.port ?? 0}`, stop: () => server.stop(true) };
};

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request to a service on this machine. */
export const ask = async (url: string, init: RequestInit = {}): Promise<Answer> => {
  const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(5000) });
  return { status: response.status, body: await response.text() };
};
