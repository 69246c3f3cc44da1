// Loads a plugin script into a worker of its own, with deadlines, and stands in for its functions on this side.
import type { EmitKit } from "../../api/kit.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Plugin, Provided } from "../../sdk.ts";
import type { Terminal } from "../io.ts";
import { startWorker } from "../workers.ts";
import type { Described, FromWorker, ToWorker, Trouble } from "./protocol.ts";
import { takesKit } from "./protocol.ts";

export interface Deadlines {
  readonly loadMs: number;
  readonly callMs: number;
}

const patience: Deadlines = { loadMs: 10_000, callMs: 60_000 };

const broken = (path: string, trouble: Trouble): Fault =>
  new Fault("plugin.broken", trouble.message, {
    at: {
      kind: "file",
      path: trouble.path ?? path,
      ...(trouble.line === undefined ? {} : { line: trouble.line }),
      ...(trouble.column === undefined ? {} : { column: trouble.column }),
    },
    ...(trouble.frame === undefined ? {} : { frame: trouble.frame }),
  });

type Called = Extract<ToWorker, { readonly kind: "call" }>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: Fault) => void;
}

/** Of a kit, only what the user chose can cross. */
const crossing = (method: string, args: readonly unknown[]): Pick<Called, "args" | "options"> => {
  if (!takesKit.includes(method)) return { args };
  const { options } = args.at(-1) as EmitKit;
  return { args: args.slice(0, -1), options };
};

/** One plugin's worker. It holds real state: the worker, and the calls that wait for an answer. */
class PluginHost {
  readonly #path: string;
  readonly #terminal: Terminal;
  readonly #deadlines: Deadlines;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #ended: Fault | undefined;

  constructor(path: string, terminal: Terminal, deadlines: Deadlines) {
    this.#path = path;
    this.#terminal = terminal;
    this.#deadlines = deadlines;
    this.#worker = startWorker("plugins");
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => this.#receive(event.data);
    this.#worker.onerror = (event) => this.#end(broken(path, { message: event.message }));
    this.#worker.addEventListener("close", () =>
      this.#end(broken(path, { message: "the plugin ended its own process" })),
    );
  }

  async load(): Promise<Plugin> {
    const loaded = (await this.#ask(0, { kind: "load", path: this.#path }, this.#deadlines.loadMs)) as Extract<
      FromWorker,
      { kind: "loaded" }
    >;
    return { sdk: 1, name: loaded.name, provides: loaded.items.map((item, i) => this.#standIn(item, i)) };
  }

  #standIn({ data, methods }: Described, item: number): Provided {
    const call =
      (method: string) =>
      (...args: readonly unknown[]): Promise<unknown> => {
        const id = this.#next++;
        return this.#ask(id, { kind: "call", id, item, method, ...crossing(method, args) }, this.#deadlines.callMs);
      };
    return { ...data, ...Object.fromEntries(methods.map((method) => [method, call(method)])) } as Provided;
  }

  async #ask(id: number, message: ToWorker, deadlineMs: number): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    const timer = setTimeout(() => this.#end(this.#late(deadlineMs)), deadlineMs);
    this.#worker.ref();
    this.#worker.postMessage(message);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(id);
      // An idle worker must not keep the program alive.
      if (this.#waiting.size === 0) this.#worker.unref();
    });
  }

  #late(deadlineMs: number): Fault {
    return new Fault("plugin.deadline", `the plugin did not answer within ${deadlineMs / 1000} s`, {
      at: { kind: "file", path: this.#path },
    });
  }

  #receive(message: FromWorker): void {
    if (message.kind === "printed") this.#terminal.note(message.text);
    else if (message.kind === "loaded") this.#waiting.get(0)?.resolve(message);
    else if (message.kind === "returned") this.#waiting.get(message.id)?.resolve(message.value);
    else this.#waiting.get(message.id ?? 0)?.reject(broken(this.#path, message.trouble));
  }

  #end(fault: Fault): void {
    this.#ended ??= fault;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#worker.terminate();
  }
}

/** A plugin whose functions run in its own worker. Throws Faults for scripts that are missing, broken or late. */
export const loadPlugin = (path: string, terminal: Terminal, deadlines = patience): Promise<Plugin> =>
  new PluginHost(path, terminal, deadlines).load();
