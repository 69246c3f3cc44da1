// A slot of Bun's fetch as a lane: HTTP/2, HTTP/3, proxies and redirects, under the same books as sockets of our own.
import type { FetchPlan, FetchRequest } from "../../load/fetch-plan.ts";
import { fetchRequest, headText } from "../../load/fetch-plan.ts";
import type { Answer } from "../../load/kept-answer.ts";
import { keptBodyBytes } from "../../load/kept-answer.ts";
import type { FailureKind } from "../../load/tally.ts";
import { failureKinds } from "../../load/tally.ts";
import type { Outgoing, Traffic } from "../../load/traffic.ts";
import type { Lane, LaneOwner } from "./lane.ts";
import { nothing } from "./lane.ts";
import { codeOf, textOf, tlsSettings } from "./sockets.ts";

const kinds: Readonly<Record<string, FailureKind>> = {
  ConnectionRefused: "refused",
  ECONNREFUSED: "refused",
  FailedToOpenSocket: "refused",
  ENOTFOUND: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ECONNRESET: "reset",
  ConnectionClosed: "closed-early",
  ERR_TLS_CERT_ALTNAME_INVALID: "tls",
};

const kindOf = (code: string): FailureKind =>
  kinds[code] ?? (/CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code) ? "tls" : "client");

interface Seen {
  readonly status: number;
  readonly headers: Answer["headers"];
  body: string;
  cut: boolean;
}

const noneSeen: Seen = { status: 0, headers: [], body: "", cut: false };

export class FetchLane implements Lane {
  readonly #owner: LaneOwner;
  readonly #plan: FetchPlan;
  #busy = false;
  #takenAt = 0;
  #abort: AbortController | undefined;
  #seen: Seen = noneSeen;
  /** The request as it was last taken apart: most runs send the same one again and again. */
  #last: { readonly outgoing: Outgoing; readonly request: FetchRequest } | undefined;

  due = 0;
  request = 0;
  outgoing: Outgoing = nothing;
  measured = false;
  sentAt = 0;
  firstByteAt = 0;
  bytesSent = 0;
  bytesReceived = 0;
  bodyBytes = 0;
  readonly waiting = false;
  readonly traffic: Traffic | undefined;

  constructor(owner: LaneOwner, plan: FetchPlan, traffic?: Traffic) {
    this.#owner = owner;
    this.#plan = plan;
    this.traffic = traffic;
  }

  get status(): number {
    return this.#seen.status;
  }
  get busy(): boolean {
    return this.#busy;
  }

  get head(): string {
    return headText(this.#seen.status, this.#seen.headers);
  }

  answer(): Answer {
    return this.#seen;
  }

  /** The client opens connections when it needs them. */
  openAhead(): void {
    queueMicrotask(() => this.#owner.opened(this));
  }

  take(now: number): void {
    this.#takenAt = now;
    this.sentAt = now;
    this.firstByteAt = 0;
    this.bytesReceived = 0;
    this.#busy = true;
    this.#seen = noneSeen;
    const abort = new AbortController();
    this.#abort = abort;
    this.#owner.sent(this);
    void this.#exchange(abort);
  }

  #taken(): FetchRequest {
    if (this.#last?.outgoing !== this.outgoing) {
      this.#last = { outgoing: this.outgoing, request: fetchRequest(this.outgoing) };
    }
    return this.#last.request;
  }

  #ask(signal: AbortSignal): Promise<Response> {
    const { method, path, headers, body } = this.#taken();
    const { endpoint } = this.#owner.plan;
    const { origin, protocol, proxy, followRedirects } = this.#plan;
    this.bytesSent = body?.length ?? 0;
    return fetch(`${origin}${path}`, {
      method,
      headers: headers.map(([name, value]) => [name, value] as [string, string]),
      redirect: followRedirects ? "follow" : "manual",
      decompress: false,
      signal,
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      ...(endpoint.tls === undefined ? {} : { tls: tlsSettings(endpoint.tls) }),
      ...(endpoint.unix === undefined ? {} : { unix: endpoint.unix }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(protocol === "http/1.1" ? {} : { protocol }),
    } as RequestInit);
  }

  async #exchange(abort: AbortController): Promise<void> {
    try {
      const response = await this.#ask(abort.signal);
      if (this.#abort !== abort) return;
      this.firstByteAt = this.#owner.now();
      this.#seen = { status: response.status, headers: [...response.headers], body: "", cut: false };
      this.bodyBytes = await this.#read(response, abort);
      if (this.#abort === abort && this.bodyBytes >= 0) this.#end((now) => this.#owner.answered(this, now));
    } catch (error) {
      if (this.#abort === abort) this.#fail(error);
    }
  }

  /** The bytes of the body; -1 when it was given up. */
  async #read(response: Response, abort: AbortController): Promise<number> {
    const { keeps } = this.outgoing;
    const { bodyBytes } = this.#owner.plan.limits;
    const kept: Uint8Array[] = [];
    let [length, room] = [0, keeps ? keptBodyBytes : 0];
    const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
    for await (const chunk of body) {
      length += chunk.length;
      if (this.#abort === abort) this.bytesReceived += chunk.length;
      if (keeps && room > 0) kept.push(chunk.slice(0, room));
      room -= Math.min(room, chunk.length);
      if (length <= bodyBytes) continue;
      if (this.#abort === abort) this.#giveUp("too-large");
      return -1;
    }
    if (keeps) {
      this.#seen.body = new TextDecoder().decode(Buffer.concat(kept));
      this.#seen.cut = length > keptBodyBytes;
    }
    return length;
  }

  /** The lane is free again before its owner is told: it may be given the next request at once. */
  #end(tell: (now: number) => void): void {
    this.#busy = false;
    this.#abort = undefined;
    tell(this.#owner.now());
  }

  #fail(error: unknown): void {
    const kind = kindOf(codeOf(error));
    const message = error instanceof Error ? textOf(error) : String(error);
    if (failureKinds[kind].sent === "before") this.#owner.recalled(this);
    this.#end((now) => this.#owner.failed(this, kind, now, message));
  }

  #giveUp(kind: FailureKind): void {
    const abort = this.#abort;
    this.#end((now) => this.#owner.failed(this, kind, now, failureKinds[kind].text));
    abort?.abort();
  }

  expire(now: number): void {
    if (this.#busy && now - this.#takenAt >= this.#owner.plan.timeoutMs * 1e6) this.#giveUp("timeout");
  }

  abandon(): void {
    const abort = this.#abort;
    this.#abort = undefined;
    this.#busy = false;
    abort?.abort();
  }
}
