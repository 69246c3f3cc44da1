// The arrivals that this thread takes of a schedule: alone, in turns with other threads, or one of n shares of it.
import type { Tickets } from "./control.ts";
import type { Share } from "./plan.ts";
import type { Schedule } from "./schedule.ts";

export const whole: Share = { index: 0, of: 1 };

export class Arrivals {
  readonly #schedule: Schedule;
  readonly #tickets: Tickets;
  readonly #share: Share;
  /** The number in the schedule, from 0, of the arrival taken last. */
  taken = -1;
  /** How many were taken here. */
  count = 0;

  constructor(schedule: Schedule, tickets: Tickets, share: Share = whole) {
    this.#schedule = schedule;
    this.#tickets = tickets;
    this.#share = share;
  }

  get spanNs(): number {
    return this.#schedule.spanNs;
  }

  get waits(): boolean {
    return this.#schedule.waits;
  }

  /** Takes the next arrival if it is due, and says when it was; -1 when none is. */
  take(elapsedNs: number): number {
    for (;;) {
      const ticket = this.#tickets.next;
      const number = this.#share.index + ticket * this.#share.of;
      const due = this.#schedule.take(number, elapsedNs);
      if (due < 0) return -1;
      if (!this.#tickets.draw(ticket)) continue;
      this.taken = number;
      this.count++;
      return due;
    }
  }

  /** Does one wait to be taken? */
  waiting(elapsedNs: number): boolean {
    return this.#schedule.take(this.#next, elapsedNs) >= 0;
  }

  get exhausted(): boolean {
    return this.#next >= this.#schedule.total;
  }

  get #next(): number {
    return this.#share.index + this.#tickets.next * this.#share.of;
  }
}
