// A real browser for tests of pages: opens a file, and tells what it asked of the network and complained about.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const program = process.env["CHROMIUM"] ?? programs.find((path) => existsSync(path));

/** Tests of pages are skipped, visibly, where there is none. */
export const hasChromium = program !== undefined;

export interface Page {
  /** Console errors, uncaught exceptions and breaches of the content security policy. */
  readonly problems: readonly string[];
  /** Everything the page asked for, itself included. */
  readonly requests: readonly string[];
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
  "--remote-debugging-port=0",
];

/** The address of the first tab, from what the browser says as it starts. */
const tabAddress = async (stderr: ReadableStream<Uint8Array>): Promise<string> => {
  let text = "";
  for await (const chunk of stderr) {
    text += new TextDecoder().decode(chunk);
    const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    if (port === undefined) continue;
    const tabs = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as readonly {
      readonly type: string;
      readonly webSocketDebuggerUrl: string;
    }[];
    const tab = tabs.find(({ type }) => type === "page");
    if (tab !== undefined) return tab.webSocketDebuggerUrl;
  }
  throw new Error(`the browser did not start: ${text}`);
};

const problemOf = ({ method, params = {} }: Message): readonly string[] => {
  if (method === "Runtime.exceptionThrown") return [JSON.stringify(params["exceptionDetails"])];
  if (method === "Runtime.consoleAPICalled" && params["type"] === "error") return [JSON.stringify(params["args"])];
  if (method !== "Log.entryAdded") return [];
  const entry = params["entry"] as { readonly level: string; readonly text: string };
  return entry.level === "error" ? [entry.text] : [];
};

/** Shows a page and hands it over; the browser ends with the work. */
export const withPage = async <Result>(html: string, work: (page: Page) => Promise<Result>): Promise<Result> => {
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  const path = join(folder, "page.html");
  await Bun.write(path, html);
  const browser = Bun.spawn([program ?? "", ...flags, `--user-data-dir=${folder}/profile`, "about:blank"], {
    stdout: "ignore",
    stderr: "pipe",
  });
  try {
    const socket = new WebSocket(await tabAddress(browser.stderr));
    const problems: string[] = [];
    const requests: string[] = [];
    const waiting = new Map<number, (message: Message) => void>();
    const loaded = Promise.withResolvers<undefined>();
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      if (message.id !== undefined) waiting.get(message.id)?.(message);
      problems.push(...problemOf(message));
      if (message.method === "Page.loadEventFired") loaded.resolve(undefined);
      if (message.method === "Network.requestWillBeSent") {
        requests.push((message.params?.["request"] as { readonly url: string }).url);
      }
    };
    await new Promise((resolve) => (socket.onopen = resolve));
    let last = 0;
    const call = async (method: string, params: object = {}): Promise<unknown> => {
      const id = ++last;
      const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
      socket.send(JSON.stringify({ id, method, params }));
      const { result, error } = await answer;
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
      return result;
    };
    for (const domain of ["Page", "Runtime", "Network", "Log"]) await call(`${domain}.enable`);
    await call("Page.navigate", { url: `file://${path}` });
    await loaded.promise;
    const evaluate = async (expression: string): Promise<unknown> => {
      const answer = await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
      return (answer as { readonly result: { readonly value?: unknown } }).result.value;
    };
    // Charts are drawn by the frame after the load.
    await evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))");
    return await work({ problems, requests, evaluate });
  } finally {
    browser.kill();
    await browser.exited;
    await rm(folder, { recursive: true, force: true });
  }
};
