// The worker that holds one plugin script: loads it, calls it, and keeps what it prints away from standard output.
import { defaultOptions } from "../../api/emit-options.ts";
import { createKit } from "../../api/kit.ts";
import type { Provided } from "../../sdk.ts";
import { isPlugin, pluginProblems, resultProblem } from "./check.ts";
import type { Described, FromWorker, ToWorker } from "./protocol.ts";
import { takesKit } from "./protocol.ts";
import { troubleOf } from "./trouble.ts";

declare const self: Worker;

const send = (message: FromWorker): void => {
  self.postMessage(message);
};

const printed = (...values: readonly unknown[]): void => {
  send({
    kind: "printed",
    text: values.map((value) => (typeof value === "string" ? value : Bun.inspect(value))).join(" "),
  });
};

/** Standard output belongs to the result: whatever a plugin prints goes to the host as a note. */
const captureOutput = (): void => {
  const methods = Object.fromEntries(["log", "info", "warn", "error", "debug", "trace"].map((name) => [name, printed]));
  Object.assign(globalThis.console, methods);
  const write = (chunk: unknown): boolean => {
    printed(typeof chunk === "string" ? chunk.trimEnd() : "(bytes)");
    return true;
  };
  Object.defineProperty(process.stdout, "write", { value: write });
  Object.defineProperty(process.stderr, "write", { value: write });
};

const describe = (item: Provided): Described => {
  const entries = Object.entries(item);
  const isMethod = ([, value]: readonly [string, unknown]): boolean => typeof value === "function";
  return {
    data: Object.fromEntries(entries.filter((entry) => !isMethod(entry))) as Described["data"],
    methods: entries.filter(isMethod).map(([key]) => key),
  };
};

const load = async (path: string): Promise<readonly Provided[]> => {
  const module = (await import(path)) as { readonly default?: unknown };
  if (!isPlugin(module.default)) throw new Error(pluginProblems(module.default).join("; "));
  send({ kind: "loaded", name: module.default.name, items: module.default.provides.map(describe) });
  return module.default.provides;
};

type Called = Extract<ToWorker, { readonly kind: "call" }>;

const call = async (item: Provided | undefined, { method, args, options }: Called): Promise<unknown> => {
  const run = (item as unknown as Readonly<Record<string, unknown>> | undefined)?.[method];
  if (typeof run !== "function") throw new Error(`the plugin has no method ${method}`);
  const given = takesKit.includes(method) ? [...args, createKit(options ?? defaultOptions)] : args;
  const value: unknown = await Reflect.apply(run, item, given);
  const problem = resultProblem(method, value);
  if (problem !== undefined) throw new Error(problem);
  return value;
};

/** Answers the host's messages: one `load` first, then calls. */
const serve = (): ((message: ToWorker) => Promise<void>) => {
  let script = "";
  let items: readonly Provided[] = [];
  return async (message) => {
    try {
      if (message.kind === "load") {
        script = message.path;
        items = await load(message.path);
      } else {
        const value = await call(items[message.item], message);
        send({ kind: "returned", id: message.id, value });
      }
    } catch (error) {
      const id = message.kind === "call" ? { id: message.id } : {};
      send({ kind: "failed", ...id, trouble: troubleOf(error, script) });
    }
  };
};

captureOutput();
const answer = serve();
self.onmessage = (event: MessageEvent<ToWorker>) => void answer(event.data);
