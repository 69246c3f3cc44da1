// The flags of `senior load` that say what is sent, when, and how the target is reached.
import { Fault } from "../kernel/fault.ts";
import type { Stage } from "../load/plan.ts";
import type { Arg, Values } from "./flags.ts";
import { choice, decimal, duration, flag, integer, many, text } from "./flags.ts";

/** `30s:100`: within thirty seconds to a hundred requests a second. */
const stage: Arg<Stage | undefined> = {
  ...text("Change the rate evenly to a target within a time: 30s:100; repeatable", { value: "DURATION:RATE" }),
  read: (raw, name) => {
    const last = raw.at(-1);
    if (last === undefined) return undefined;
    const colon = last.lastIndexOf(":");
    if (colon < 1) {
      throw new Fault("usage.bad-value", `${name} got "${last}", expected a duration and a rate, such as 30s:100`);
    }
    const durationMs = duration("").read([last.slice(0, colon)], name);
    const rate = decimal("", { min: 0 }).read([last.slice(colon + 1)], name);
    return { durationMs: durationMs ?? 0, rate: rate ?? 0 };
  },
};

export const paceFlags = {
  concurrency: integer("Connections, and so requests under way at once", { short: "c", min: 1, default: 10 }),
  duration: duration("How long to send (default 10s, or until --requests are sent)", { short: "d", min: 1 }),
  rate: decimal("Requests a second, from one schedule (open loop); with --stage, the rate at the start", {
    min: 0.001,
  }),
  stage: many(stage),
  warmup: duration("Load for so long before anything counts", { min: 0, default: 0 }),
  requests: integer("Send at most so many requests", { min: 1 }),
  workers: integer("Threads that send; by default as many as the load needs and the machine has", {
    min: 1,
    max: 64,
  }),
  abortOn: many(
    text("End the run as soon as this holds over all of it so far: errors>50%, p99>5s, rate<10", {
      value: "CONDITION",
    }),
  ),
} as const;

export const requestFlags = {
  timeout: duration("How long a request may take, opening its connection included", { min: 1, default: 30_000 }),
  method: text("The method; GET, or POST when there is a body", { short: "X", value: "METHOD" }),
  header: many(text('A header, "Name: value"', { short: "H", value: "HEADER", secret: true })),
  body: text("The body, or @FILE; Content-Type is found from it unless given", { value: "TEXT|@FILE", secret: true }),
  user: text("HTTP Basic authentication", { short: "u", value: "NAME:PASSWORD", secret: true, scope: "user" }),
  digest: flag(
    "With --user: HTTP Digest authentication (MD5, SHA-256); the server's challenge is answered on each connection",
  ),
  bearer: text("A bearer token: Authorization: Bearer TOKEN", { value: "TOKEN", secret: true, scope: "user" }),
  cookies: flag("Keep the cookies that answers set, for each connection by itself, and send them back"),
  expectStatus: many(
    text("Statuses that count as right: 201, 4xx; everything below 400 by default", { value: "STATUS" }),
  ),
} as const;

export const scenarioFlags = {
  scenario: text("Send the requests of this file (YAML or JSON), by their weights; the URL is their server", {
    value: "FILE",
  }),
  openapi: text("Send valid requests for the operations of this OpenAPI document; reads weigh more than writes", {
    value: "SPEC",
  }),
  operation: many(
    text("With --openapi: only this operation, by id or 'GET /path', with a weight of its own", {
      value: "NAME[=WEIGHT]",
    }),
  ),
  data: text("Rows to fill {{column}} from, in URL, headers and body: CSV with a header line, or JSON lines", {
    value: "FILE",
  }),
  dataOrder: choice(["sequential", "random"], "How rows of --data follow each other; random is drawn by --seed", {
    default: "sequential",
  }),
  expectBody: many(text("The body of a right answer contains this", { value: "TEXT" })),
  expectJson: many(
    text("A value is in the JSON of a right answer: $.status=ok, or just $.items[0].id", { value: "PATH[=VALUE]" }),
  ),
  expectSchema: text("The body of a right answer is valid against this JSON Schema", { value: "FILE" }),
} as const;

export const engineFlags = {
  engine: choice(
    ["auto", "socket", "fetch"],
    "What sends: sockets of our own (HTTP/1.1), or Bun's client where only it can",
    {
      default: "auto",
    },
  ),
  http2: flag("Speak HTTP/2 (engine fetch)"),
  http3: flag("Speak HTTP/3 (engine fetch, experimental)"),
  proxy: text("Send through this HTTP proxy (engine fetch)", { short: "x", value: "URL", secret: true, scope: "user" }),
  location: flag("Follow redirects (engine fetch); otherwise they are answers", { short: "L", scope: "user" }),
} as const;

export const routeFlags = {
  unixSocket: text("Connect through this Unix socket; the URL still gives Host and path", {
    value: "PATH",
    scope: "user",
  }),
  resolve: many(
    text("Where a name leads for this run: host:port:address", { value: "HOST:PORT:ADDRESS", scope: "user" }),
  ),
  cacert: text("Believe the certificate authorities in this PEM file", { value: "FILE", scope: "user" }),
  cert: text("Client certificate (PEM), for servers that ask for one", { value: "FILE", scope: "user" }),
  key: text("Its private key (PEM); the certificate's own file by default", { value: "FILE", scope: "user" }),
  verifySsl: flag("Believe only certificates that an authority vouches for", {
    default: true,
    scope: "user",
    off: "Accept whatever certificate the server shows",
  }),
} as const;

/** What a run is told, apart from where it goes. */
export type LoadArgs = Values<
  typeof paceFlags & typeof requestFlags & typeof scenarioFlags & typeof engineFlags & typeof routeFlags
> & {
  readonly seed: number | undefined;
  readonly expectRateLimit: string | true | undefined;
  readonly iKnow: boolean;
};
