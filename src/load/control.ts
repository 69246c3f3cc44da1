// What the threads of one run share while it goes on: the interrupt, the common start, and who takes which arrival.

const words = ["stop", "ready", "connected", "started", "warmupTickets", "tickets"] as const;
type Word = (typeof words)[number];
const place = Object.fromEntries(words.map((word, index) => [word, index])) as Readonly<Record<Word, number>>;
const startOffset = words.length * 4;

export const controlBytes = startOffset + 8;

/** A counter that several threads draw numbers from: each number goes to one of them. */
export interface Tickets {
  /** The number that comes next. */
  readonly next: number;
  /** Draws it, unless another thread was faster. */
  draw(number: number): boolean;
}

/** For a thread that is alone. */
export class OwnTickets implements Tickets {
  next = 0;
  draw(): boolean {
    this.next++;
    return true;
  }
}

class SharedTickets implements Tickets {
  readonly #words: Uint32Array;
  readonly #index: number;
  constructor(view: Uint32Array, index: number) {
    this.#words = view;
    this.#index = index;
  }
  get next(): number {
    return Atomics.load(this.#words, this.#index);
  }
  draw(number: number): boolean {
    return Atomics.compareExchange(this.#words, this.#index, number, number + 1) === number;
  }
}

export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Uint32Array;
  readonly #start: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(controlBytes)) {
    this.buffer = buffer;
    this.#words = new Uint32Array(buffer, 0, words.length);
    this.#start = new BigInt64Array(buffer, startOffset, 1);
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, place.stop) !== 0;
  }
  stop(): void {
    Atomics.store(this.#words, place.stop, 1);
  }

  tickets(of: "warmupTickets" | "tickets"): Tickets {
    return new SharedTickets(this.#words, place[of]);
  }

  /**
   * A thread has opened what connections it could. The last one of `threads` sets the start for all, at `now` of the
   * clock that they share.
   */
  ready(connections: number, threads: number, now: bigint): void {
    Atomics.add(this.#words, place.connected, connections);
    if (Atomics.add(this.#words, place.ready, 1) + 1 < threads) return;
    Atomics.store(this.#start, 0, now);
    Atomics.store(this.#words, place.started, 1);
  }

  /** When all threads began, by the clock that they share; undefined until the last one is ready. */
  get start(): bigint | undefined {
    return Atomics.load(this.#words, place.started) === 0 ? undefined : Atomics.load(this.#start, 0);
  }

  /** Connections opened ahead of the run, by all threads. */
  get connected(): number {
    return Atomics.load(this.#words, place.connected);
  }
}
