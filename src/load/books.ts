// The books of a running engine: every request that comes due is entered once, and every end of it once.
import type { LoadPlan } from "./plan.ts";
import { namedRequests } from "./plan.ts";
import type { LimitRecord } from "./limit-record.ts";
import { LimitRecorder } from "./limit-record.ts";
import type { RequestRecord } from "./request-tally.ts";
import { RequestTally } from "./request-tally.ts";
import type { FailureKind, Tally } from "./tally.ts";
import { failureKinds, noCounts } from "./tally.ts";

/** A request on its way. Times are nanoseconds of the engine's clock. */
export interface Entry {
  readonly due: number;
  readonly sentAt: number;
  /** 0 while nothing of the answer has come. */
  readonly firstByteAt: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Its place among the run's requests. */
  readonly request: number;
}

export class Books {
  readonly tally: Tally;
  /** Counted here, and published now and then: shared memory is slower. */
  readonly counts = noCounts();
  /** The first message of each kind of failure. */
  readonly samples: Partial<Record<FailureKind, string>> = {};
  readonly #requests: readonly RequestTally[] | undefined;
  readonly #limit: LimitRecorder | undefined;

  constructor(plan: LoadPlan, tally: Tally) {
    this.tally = tally;
    const count = namedRequests(plan);
    this.#requests = count > 0 ? Array.from({ length: count }, () => new RequestTally()) : undefined;
    this.#limit = plan.watchRateLimit === true ? new LimitRecorder() : undefined;
  }

  /** It came due. */
  due(request: number): void {
    this.counts.scheduled++;
    this.#requests?.[request]?.count("scheduled");
  }

  sent(request: number): void {
    this.counts.sent++;
    this.#requests?.[request]?.count("sent");
  }

  /** It was entered as sent, and turned out not to have left. */
  recalled(request: number): void {
    this.counts.sent--;
    const own = this.#requests?.[request];
    if (own !== undefined) own.record.counts.sent--;
  }

  connectTook(tcpNs: number, tlsNs: number | undefined): void {
    this.counts.connections++;
    this.tally.histograms.connect.record(tcpNs);
    if (tlsNs !== undefined) this.tally.histograms.handshake.record(tlsNs);
  }

  answered(entry: Entry, status: number, right: boolean, bodyBytes: number, now: number): void {
    const { counts, tally } = this;
    const { histograms } = tally;
    const { sentAt, firstByteAt } = entry;
    counts.answered++;
    if (right) counts.right++;
    counts.bodyBytes += bodyBytes;
    counts.bytesSent += entry.bytesSent;
    counts.bytesReceived += entry.bytesReceived;
    tally.addStatus(status);
    (right ? histograms.responseRight : histograms.responseWrong).record(now - entry.due);
    histograms.service.record(now - sentAt);
    histograms.firstByte.record(firstByteAt - sentAt);
    histograms.download.record(now - firstByteAt);
    if (this.#requests !== undefined) this.#answeredOne(this.#requests[entry.request], entry, right, now);
  }

  #answeredOne(own: RequestTally | undefined, { due, sentAt }: Entry, right: boolean, now: number): void {
    own?.count("answered");
    if (!right) own?.count("unexpected");
    own?.note("known", now - due);
    own?.note("service", now - sentAt);
  }

  /** Of a request that was sent, and whose answer never became complete. */
  #addPart({ sentAt, firstByteAt, bytesSent, bytesReceived }: Entry): void {
    this.counts.bytesSent += bytesSent;
    this.counts.bytesReceived += bytesReceived;
    if (firstByteAt > 0) this.tally.histograms.firstByte.record(firstByteAt - sentAt);
  }

  /** `head` gives the first bytes of the answer. */
  noteLimit(limited: boolean, sentNs: number, ns: number, head: () => string): void {
    this.#limit?.note(limited, sentNs, ns, head);
  }

  failed(entry: Entry, kind: FailureKind, now: number, message: string): void {
    const { histograms } = this.tally;
    const [response, service] = [now - entry.due, now - entry.sentAt];
    const after = failureKinds[kind].sent === "after";
    const timedOut = kind.endsWith("timeout");
    this.samples[kind] ??= message;
    this.tally.addFailure(kind);
    if (after) this.#addPart(entry);
    (timedOut ? histograms.responseBound : histograms.responseWrong).record(response);
    if (after) (timedOut ? histograms.serviceBound : histograms.service).record(service);
    const own = this.#requests?.[entry.request];
    own?.count(after ? "failed" : "neverSent");
    own?.note(timedOut ? "bound" : "known", response);
    if (after) own?.note(timedOut ? "serviceBound" : "service", service);
  }

  /** It came due, and sending ended before it could leave. */
  neverSent(request: number, waited: number): void {
    this.counts.unsent++;
    this.tally.histograms.responseBound.record(waited);
    const own = this.#requests?.[request];
    own?.count("neverSent");
    own?.note("bound", waited);
  }

  unanswered(entry: Entry, now: number): void {
    const { histograms } = this.tally;
    this.counts.unanswered++;
    this.#addPart(entry);
    histograms.responseBound.record(now - entry.due);
    histograms.serviceBound.record(now - entry.sentAt);
    const own = this.#requests?.[entry.request];
    own?.count("unanswered");
    own?.note("bound", now - entry.due);
    own?.note("serviceBound", now - entry.sentAt);
  }

  publish(): void {
    this.tally.publish(this.counts);
  }

  get requests(): readonly RequestRecord[] | undefined {
    return this.#requests?.map(({ record }) => record);
  }

  rateLimit(): LimitRecord | undefined {
    return this.#limit?.record(this.counts.sending);
  }
}
