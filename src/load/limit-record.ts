// Takes down when a rate limiter lets requests through and when it does not.

/** Answers of one kind in a row. Times are nanoseconds since requests began to come due. */
export interface AnswerStreak {
  readonly limited: boolean;
  readonly fromNs: number;
  toNs: number;
  count: number;
}

export interface LimitRecord {
  readonly streaks: readonly AnswerStreak[];
  /** Let through, and answered after the first 429, but on their way before it: they say nothing about its end. */
  readonly stragglers: number;
  /** The heads of the first answer let through, and of the first refused. */
  readonly acceptedHead: string;
  readonly limitedHead: string;
  /** How long requests came due. */
  readonly sendingNs: number;
}

/** A limiter that flickers for hours must not fill the memory: later answers join the last streak of their kind. */
const mostStreaks = 10_000;

/** Takes every answer as it comes. */
export class LimitRecorder {
  readonly #streaks: AnswerStreak[] = [];
  #acceptedHead = "";
  #limitedHead = "";
  #firstLimitedNs = Infinity;
  #stragglers = 0;

  /** `sentNs`: when the request left; `ns`: when its answer was complete. */
  note(limited: boolean, sentNs: number, ns: number, head: () => string): void {
    if (limited) this.#firstLimitedNs = Math.min(this.#firstLimitedNs, ns);
    else if (sentNs < this.#firstLimitedNs && this.#firstLimitedNs < Infinity) {
      this.#stragglers++;
      return;
    }
    if (limited && this.#limitedHead === "") this.#limitedHead = head();
    if (!limited && this.#acceptedHead === "") this.#acceptedHead = head();
    const last = this.#streaks.at(
      this.#streaks.length < mostStreaks || this.#streaks.at(-1)?.limited === limited ? -1 : -2,
    );
    if (last !== undefined && last.limited === limited) {
      last.count++;
      last.toNs = ns;
    } else this.#streaks.push({ limited, fromNs: ns, toNs: ns, count: 1 });
  }

  record(sendingNs: number): LimitRecord {
    return {
      streaks: this.#streaks,
      stragglers: this.#stragglers,
      acceptedHead: this.#acceptedHead,
      limitedHead: this.#limitedHead,
      sendingNs,
    };
  }
}
