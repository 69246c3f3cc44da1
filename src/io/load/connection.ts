// One connection of a load test: opened, kept alive, reopened; one request at a time; every end of it has a name.
import { garbageText } from "../../load/garbage.ts";
import type { Answer } from "../../load/kept-answer.ts";
import { KeptAnswer } from "../../load/kept-answer.ts";
import type { ParseResult } from "../../load/response-parser.ts";
import { ResponseParser } from "../../load/response-parser.ts";
import type { FailureKind } from "../../load/tally.ts";
import { failureKinds } from "../../load/tally.ts";
import type { Outgoing, Traffic } from "../../load/traffic.ts";
import type { Lane, LaneOwner } from "./lane.ts";
import { nothing } from "./lane.ts";
import { codeOf, connectTo, handshakeFailed, textOf } from "./sockets.ts";

/** `idle` has no socket; `opening` waits for TCP, `securing` for TLS; `ready` may send; `busy` waits for an answer. */
type Phase = "idle" | "opening" | "securing" | "ready" | "busy";

/** One attempt at a socket. Events of a link that its connection has given up are ignored. */
interface Link {
  readonly connection: Connection;
  readonly startedAt: number;
  openedAt: number;
  socket: Bun.Socket<Link> | undefined;
}

const connectKinds: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "connect-reset",
  ETIMEDOUT: "connect-timeout",
  EADDRNOTAVAIL: "no-ports",
  EMFILE: "no-ports",
  ENFILE: "no-ports",
};

// `socket.data` is a call into the runtime: asked for once an event.
const handlers: Bun.SocketHandler<Link> = {
  open: (socket) => socket.data.connection.tcpOpened(socket.data, socket),
  handshake: (socket, ok, error) => socket.data.connection.secured(socket.data, ok, error),
  data(socket, bytes) {
    const link = socket.data;
    link.connection.received(link, bytes);
  },
  drain: (socket) => socket.data.connection.drained(socket.data),
  end: (socket) => socket.data.connection.closed(socket.data, undefined),
  close: (socket, error) => socket.data.connection.closed(socket.data, error),
  error: (socket, error) => socket.data.connection.closed(socket.data, error),
};

const noBytes = new Uint8Array(0);
/** No more is kept of an answer once this much of it has come. */
const keptHeadBytes = 8192;

export class Connection implements Lane {
  readonly #owner: LaneOwner;
  readonly #parser: ResponseParser;
  readonly #timeoutNs: number;
  /** Answers are looked at for a rate limiter. */
  readonly #watches: boolean;
  #phase: Phase = "idle";
  #link: Link | undefined;
  #loaded = false;
  #takenAt = 0;
  /** The first bytes of the current answer, where the plan asks for them. */
  #headBytes: Uint8Array = noBytes;

  readonly #kept = new KeptAnswer();

  due = 0;
  request = 0;
  outgoing: Outgoing = nothing;
  measured = false;
  /** When the first byte of the current request was handed to the socket. */
  sentAt = 0;
  firstByteAt = 0;
  bytesSent = 0;
  bytesReceived = 0;
  readonly traffic: Traffic | undefined;

  constructor(owner: LaneOwner, traffic?: Traffic) {
    this.#owner = owner;
    this.traffic = traffic;
    this.#parser = new ResponseParser(owner.plan.method, owner.plan.limits, owner.known);
    this.#timeoutNs = owner.plan.timeoutMs * 1e6;
    this.#watches = owner.plan.watchRateLimit === true;
  }

  get status(): number {
    return this.#parser.status;
  }
  get bodyBytes(): number {
    return this.#parser.bodyBytes;
  }
  get busy(): boolean {
    return this.#phase === "busy";
  }
  get waiting(): boolean {
    return this.#loaded && this.#phase !== "busy";
  }

  /** The head of the current answer, with what came beside it; empty unless the plan watches for a rate limit. */
  get head(): string {
    return new TextDecoder("latin1").decode(this.#headBytes);
  }

  answer(): Answer {
    return this.#kept.answer(this.#parser.status);
  }

  openAhead(now: number): void {
    this.#takenAt = now;
    this.#open(now);
  }

  take(now: number): void {
    this.#takenAt = now;
    this.#loaded = true;
    if (this.#phase === "ready") this.#send(now);
    else if (this.#phase === "idle") this.#open(now);
  }

  abandon(): void {
    this.#loaded = false;
    this.#drop(this.#phase === "ready");
  }

  expire(now: number): void {
    if (now - this.#takenAt < this.#timeoutNs) return;
    if (this.#phase === "busy") this.#fail("timeout", now, "");
    else if (this.#phase === "opening") this.#fail("connect-timeout", now, "");
    else if (this.#phase === "securing") this.#fail("tls-timeout", now, "");
  }

  #open(now: number): void {
    const { endpoint } = this.#owner.plan;
    const link: Link = { connection: this, startedAt: now, openedAt: 0, socket: undefined };
    this.#link = link;
    this.#phase = "opening";
    connectTo(endpoint, link, handlers).catch((error: unknown) => this.#notConnected(link, error));
  }

  #notConnected(link: Link, error: unknown): void {
    if (this.#link !== link || this.#phase !== "opening") return;
    const message = error instanceof Error ? textOf(error) : String(error);
    this.#fail(connectKinds[codeOf(error)] ?? "unreachable", this.#owner.now(), message);
  }

  tcpOpened(link: Link, socket: Bun.Socket<Link>): void {
    if (this.#link !== link) {
      socket.terminate();
      return;
    }
    link.socket = socket;
    link.openedAt = this.#owner.now();
    if (this.#owner.plan.endpoint.tls === undefined) this.#ready(link, link.openedAt, undefined);
    else this.#phase = "securing";
  }

  secured(link: Link, ok: boolean, error: Error | null): void {
    if (this.#link !== link || this.#phase !== "securing") return;
    const now = this.#owner.now();
    if (handshakeFailed(this.#owner.plan.endpoint.tls, ok, error)) this.#fail("tls", now, textOf(error));
    else this.#ready(link, now, now - link.openedAt);
  }

  #ready(link: Link, now: number, tlsNs: number | undefined): void {
    this.#phase = "ready";
    this.#owner.connectTook(link.openedAt - link.startedAt, tlsNs);
    if (this.#loaded) this.#send(now);
    else this.#owner.opened(this);
  }

  #send(now: number): void {
    this.#loaded = false;
    this.#phase = "busy";
    this.sentAt = now;
    this.firstByteAt = 0;
    this.bytesSent = 0;
    this.bytesReceived = 0;
    this.#headBytes = noBytes;
    const { outgoing } = this;
    this.#parser.begin(outgoing.toHead, outgoing.keeps ? this.#kept : undefined);
    this.#owner.sent(this);
    this.#write(outgoing.bytes);
  }

  #write(rest: Uint8Array): void {
    const accepted = this.#link?.socket?.write(rest) ?? -1;
    if (accepted < 0) this.#fail("closed-early", this.#owner.now(), "the connection was already closed");
    else this.bytesSent += accepted;
  }

  drained(link: Link): void {
    if (this.#link !== link || this.#phase !== "busy") return;
    const { bytes } = this.outgoing;
    if (this.bytesSent < bytes.length) this.#write(bytes.subarray(this.bytesSent));
  }

  received(link: Link, bytes: Uint8Array): void {
    if (this.#link !== link) return;
    if (this.#phase !== "busy") {
      this.#lost();
      return;
    }
    const now = this.#owner.now();
    this.bytesReceived += bytes.length;
    if (this.firstByteAt === 0) this.firstByteAt = now;
    if (this.#watches) this.#keepHead(bytes);
    const result = this.#parser.takeWhole(bytes) ? "done" : this.#parser.feed(bytes);
    if (result === "done") this.#complete(now);
    else if (result !== "more") this.#fail(result, now, this.#garbage(result, bytes));
  }

  #keepHead(bytes: Uint8Array): void {
    const kept = this.#headBytes;
    if (kept.length >= keptHeadBytes) return;
    this.#headBytes = new Uint8Array(kept.length + bytes.length);
    this.#headBytes.set(kept);
    this.#headBytes.set(bytes, kept.length);
  }

  /** What no HTTP response ever began with may be quoted; parts of a response may hold secrets. */
  #garbage(result: ParseResult, bytes: Uint8Array): string {
    return result === "malformed" && this.#parser.status === 0 ? garbageText(bytes) : "";
  }

  #complete(now: number): void {
    const whole = this.bytesSent === this.outgoing.bytes.length;
    this.#phase = "ready";
    // An answer to half a request leaves the connection in the middle of a message.
    if (!this.#parser.keepAlive || !whole) this.#drop(whole);
    this.#owner.answered(this, now);
  }

  /** The peer closed the connection, in order or by reset; both events may come for one link. */
  closed(link: Link, error: Error | undefined): void {
    if (this.#link !== link) return;
    const now = this.#owner.now();
    const message = textOf(error);
    if (this.#phase === "ready") this.#lost();
    else if (this.#phase === "opening") this.#fail("connect-reset", now, message);
    else if (this.#phase === "securing")
      this.#fail("tls", now, message === "" ? "closed during the handshake" : message);
    else if (error !== undefined) this.#fail(this.firstByteAt > 0 ? "reset-midway" : "reset", now, message);
    else if (this.#parser.close() === "done") this.#complete(now);
    else this.#fail("closed-early", now, "");
  }

  #lost(): void {
    this.#drop(true);
    this.#owner.lost();
  }

  #fail(kind: FailureKind, now: number, message: string): void {
    const hadRequest = this.#loaded || this.#phase === "busy";
    this.#loaded = false;
    this.#drop();
    if (hadRequest) this.#owner.failed(this, kind, now, message === "" ? failureKinds[kind].text : message);
    else this.#owner.notOpened(this, kind, message === "" ? failureKinds[kind].text : message);
  }

  /** Closes in order (FIN), or at once (RST) when something is still under way on the wire. */
  #drop(inOrder = false): void {
    const socket = this.#link?.socket;
    this.#link = undefined;
    this.#phase = "idle";
    if (inOrder) socket?.end();
    else socket?.terminate();
  }
}
