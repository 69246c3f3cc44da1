// Fetches a document that another one refers to: named hosts only, checked addresses only, never much and never for long.
import { lookup } from "node:dns/promises";
import { request as requestPlain } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { request as requestSecure } from "node:https";
import { isIP } from "node:net";
import { Fault } from "../kernel/fault.ts";
import type { RemoteHosts } from "./remote-hosts.ts";
import { hostOf, isNamed, refusalOf } from "./remote-hosts.ts";

const maxBytes = 5 * 1024 * 1024;
const maxRedirects = 5;
const maxDocuments = 200;

export interface FetchTimes {
  /** For each document, its redirects included. */
  readonly documentMs: number;
  /** For all of them together. */
  readonly wholeMs: number;
}

const usualTimes: FetchTimes = { documentMs: 10_000, wholeMs: 60_000 };

const refused = (url: URL, why: string): Fault =>
  new Fault("input.refused", `${shown(url)} is not fetched: ${why}`, {
    help: `put the document beside the others, or name its host, if you mean it: --allow-remote-refs ${url.host}`,
  });

/** Without what may be secret in it. */
const shown = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`.slice(0, 200);

const failed = (url: URL, why: string, cause?: unknown): Fault =>
  new Fault("world.network", `${shown(url)} cannot be fetched: ${why}`, { cause });

/** A name that a server is slow to tell: nothing else ends the question. */
const within = <T>(signal: AbortSignal, promise: Promise<T>): Promise<T> => {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  if (signal.aborted) reject(signal.reason as Error);
  return Promise.race([promise, ended]);
};

const addressesOf = async (url: URL, signal: AbortSignal): Promise<readonly string[]> => {
  const host = hostOf(url);
  if (isIP(host) !== 0) return [host];
  try {
    const found = await within(signal, lookup(host, { all: true, order: "verbatim" }));
    return found.map(({ address }) => address);
  } catch (error) {
    if (signal.aborted) throw error;
    throw failed(url, `the name ${host} does not resolve`, error);
  }
};

/** The address that is connected to: the very one that was checked, whatever the name means a moment later. */
const checkedAddress = async (url: URL, hosts: RemoteHosts, signal: AbortSignal): Promise<string> => {
  if (!/^https?:$/.test(url.protocol)) throw refused(url, "only http and https are");
  if (url.username !== "" || url.password !== "") throw refused(url, "it has a login in it");
  if (!isNamed(url, hosts)) throw refused(url, "its host was not named");
  const addresses = await addressesOf(url, signal);
  for (const address of addresses) {
    const why = refusalOf(address, url, hosts);
    if (why !== undefined) throw refused(url, `${address} is ${why}`);
  }
  const [first] = addresses;
  if (first === undefined) throw failed(url, "its name has no address");
  return first;
};

/** The answer, from that address and no other. */
const answerFrom = (url: URL, address: string, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const family = isIP(address);
    const options: RequestOptions = {
      signal,
      agent: false,
      headers: { accept: "application/json, application/yaml, text/*;q=0.8, */*;q=0.5", "accept-encoding": "identity" },
      lookup: (_name, { all }, give) => {
        if (all === true) give(null, [{ address, family }]);
        else give(null, address, family);
      },
    };
    const request = url.protocol === "https:" ? requestSecure(url, options) : requestPlain(url, options);
    request.on("response", resolve).on("error", reject).end();
  });

const textOf = async (url: URL, answer: IncomingMessage): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) {
      answer.destroy();
      throw new Fault("input.too-large", `${shown(url)} is larger than 5 MiB`);
    }
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new Fault("input.unreadable", `${shown(url)} is not UTF-8 text`, { cause: error });
  }
};

/** Follows redirects by hand: each is held to the same rules. */
const fetchFrom = async (start: URL, hosts: RemoteHosts, signal: AbortSignal): Promise<string> => {
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await answerFrom(url, await checkedAddress(url, hosts, signal), signal);
    const { statusCode: status = 0, headers } = answer;
    if (status >= 200 && status < 300) return textOf(url, answer);
    answer.destroy();
    if (status < 300 || status >= 400) {
      throw new Fault("input.not-found", `${shown(url)} answered with status ${status}`);
    }
    const next = headers.location ?? "";
    if (!URL.canParse(next, url.href)) throw failed(url, "it redirects to nowhere");
    url = new URL(next, url.href);
  }
  throw failed(start, `it redirects more than ${maxRedirects} times`);
};

/** Gives the text at an address. Faults: `input.refused`, `input.not-found`, `input.too-large`, `world.network`. */
export const documentFetcher = (
  hosts: RemoteHosts,
  stop: AbortSignal,
  { documentMs, wholeMs }: FetchTimes = usualTimes,
): ((address: string) => Promise<string>) => {
  const whole = AbortSignal.timeout(wholeMs);
  let count = 0;
  return async (address) => {
    const url = new URL(address);
    if (++count > maxDocuments) throw refused(url, `the documents refer to more than ${maxDocuments} others`);
    const timely = AbortSignal.timeout(documentMs);
    try {
      return await fetchFrom(url, hosts, AbortSignal.any([stop, whole, timely]));
    } catch (error) {
      if (error instanceof Fault) throw error;
      const isLate = timely.aborted || whole.aborted;
      throw failed(url, isLate ? "it took too long" : error instanceof Error ? error.message : String(error), error);
    }
  };
};
