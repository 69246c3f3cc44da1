// The fetch engine in a plan: what Bun's client is asked for, and what a reader must know about its figures.
import { Fault } from "../kernel/fault.ts";
import type { Outgoing } from "./traffic.ts";

/** `socket`: HTTP/1.1 over sockets of our own; `fetch`: Bun's client, for what only it speaks. */
export type EngineName = "socket" | "fetch";

export type FetchProtocol = "http/1.1" | "http2" | "http3";

export interface FetchPlan {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly protocol: FetchProtocol;
  readonly proxy?: string;
  readonly followRedirects: boolean;
}

/** What was asked for that bears on the engine. */
export interface EngineWish {
  readonly engine: "auto" | EngineName;
  readonly http2: boolean;
  readonly http3: boolean;
  readonly proxy: string | undefined;
  readonly location: boolean;
}

/** Why only Bun's client can do it; empty when our own sockets can. */
const fetchReasons = ({ http2, http3, proxy, location }: EngineWish, onlyHttp2: boolean): readonly string[] => [
  ...(http3 ? ["HTTP/3 was asked for"] : []),
  ...(http2 ? ["HTTP/2 was asked for"] : []),
  ...(proxy === undefined ? [] : ["requests go through a proxy"]),
  ...(location ? ["redirects are followed"] : []),
  ...(onlyHttp2 && !http2 && !http3 ? ["the server speaks only HTTP/2"] : []),
];

/** Connections that Bun's client keeps open for one process; and requests that it has under way at once. */
export const fetchCaps = { kept: 64, underWay: 256 } as const;

export interface EngineChoice {
  /** Undefined for our own sockets. */
  readonly fetch?: FetchPlan;
  readonly reason: string;
}

const bad = (message: string, help: string): Fault => new Fault("usage.bad-value", message, { help });

const refuseFetch = (wish: EngineWish, { scheme, unix, resolved, concurrency }: Subject, onlyHttp2: boolean): void => {
  if (wish.http2 && wish.http3) throw bad("--http2 and --http3 were both given", "give one of them");
  if ((wish.http2 || wish.http3) && scheme === "http") {
    throw bad(`${wish.http2 ? "--http2" : "--http3"} needs https://`, "both are only spoken over TLS here");
  }
  if (unix && (wish.proxy !== undefined || wish.http3)) {
    throw bad("--unix-socket goes with neither --proxy nor --http3", "leave one of them out");
  }
  if (resolved)
    throw bad(
      "--resolve needs the socket engine",
      `leave out what asks for fetch: ${fetchReasons(wish, onlyHttp2).join(", ") || "--engine fetch"}`,
    );
  if (concurrency > fetchCaps.underWay) {
    throw bad(
      `engine fetch has at most ${fetchCaps.underWay} requests under way`,
      `use -c ${fetchCaps.underWay} or less`,
    );
  }
};

export interface Subject {
  readonly scheme: "http" | "https";
  /** Host and port. */
  readonly authority: string;
  readonly unix: boolean;
  /** Its name is led elsewhere. */
  readonly resolved: boolean;
  readonly concurrency: number;
}

/** Our own sockets, unless only Bun's client can do what is asked for. */
export const chooseEngine = (wish: EngineWish, subject: Subject, onlyHttp2: boolean): EngineChoice => {
  const reasons = fetchReasons(wish, onlyHttp2);
  if (wish.engine === "socket" && reasons.length > 0) {
    throw bad(`engine socket speaks HTTP/1.1 straight to the server, and ${reasons.join(", ")}`, "use --engine auto");
  }
  if (wish.engine !== "fetch" && reasons.length === 0) {
    return { reason: wish.engine === "socket" ? "it was asked for" : "the server speaks HTTP/1.1" };
  }
  refuseFetch(wish, subject, onlyHttp2);
  return {
    reason: reasons.join(", ") || "it was asked for",
    fetch: {
      origin: `${subject.scheme}://${subject.authority}`,
      protocol: wish.http3 ? "http3" : wish.http2 || onlyHttp2 ? "http2" : "http/1.1",
      ...(wish.proxy === undefined ? {} : { proxy: wish.proxy }),
      followRedirects: wish.location,
    },
  };
};

export const fetchNotes = ({ protocol, followRedirects }: FetchPlan, concurrency: number): readonly string[] => [
  "engine fetch: Bun's HTTP client sends the requests. It opens, shares and reopens connections by itself, so connecting is part of the service time, and phases and connections are not measured.",
  "It sends GET, HEAD, PUT, DELETE and OPTIONS again by itself when a kept connection turns out to be closed: resets can be hidden by that.",
  ...(protocol === "http2"
    ? ["HTTP/2 carries all requests over one connection: -c is how many are under way at once."]
    : []),
  ...(protocol === "http3" ? ["HTTP/3 support of the client is experimental."] : []),
  ...(protocol === "http/1.1" && concurrency > fetchCaps.kept
    ? [
        `Above ${fetchCaps.kept} requests at once it opens connections again and again: prefer the socket engine, or a lower -c.`,
      ]
    : []),
  ...(followRedirects ? ["A redirect and what it leads to count as one request."] : []),
];

/** A request as `fetch` takes it. */
export interface FetchRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
}

/** Where the head ends, and its empty line with it. */
const headEnd = (bytes: Uint8Array): number => {
  for (let at = bytes.indexOf(13); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at + 4;
  }
  return bytes.length;
};

/** Taken apart again from the bytes of the wire; the client writes Host and Content-Length itself. */
export const fetchRequest = ({ bytes }: Outgoing): FetchRequest => {
  const end = headEnd(bytes);
  const [first = "", ...lines] = new TextDecoder().decode(bytes.subarray(0, end)).trimEnd().split("\r\n");
  const [method = "GET", path = "/"] = first.split(" ");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const own = ["host", "content-length"];
  return {
    method,
    path,
    headers: headers.filter(([name]) => !own.includes(name.toLowerCase())),
    body: end < bytes.length ? bytes.subarray(end) : undefined,
  };
};

/** A response's head as text, as a limiter's headers are read from. */
export const headText = (status: number, headers: readonly (readonly [string, string])[]): string =>
  [`HTTP/1.1 ${status}`, ...headers.map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
