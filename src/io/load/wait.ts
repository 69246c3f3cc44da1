// Waits for a time by the wall clock, or for an interrupt.

/** Looked at again now and then: a clock may be set while one waits. */
const lookMs = 200;

export interface Waiting {
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly show: (leftMs: number) => void;
}

export const waitUntil = async (time: Date, { signal, now, show }: Waiting): Promise<void> => {
  for (let left = time.getTime() - now().getTime(); left > 0 && !signal.aborted;) {
    show(left);
    await Bun.sleep(Math.min(left, lookMs));
    left = time.getTime() - now().getTime();
  }
};
