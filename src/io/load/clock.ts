// The clock of a load thread, and how it reads what another thread noted: each thread's own count of nanoseconds begins with it.

/**
 * Cheap, and this thread's alone. Always a double for the compiler: a count that is a small whole number for the first
 * two seconds, as `Bun.nanoseconds()` is, makes it throw away everything it compiled on that belief.
 */
export const nanoseconds = (): number => performance.now() * 1e6;

/** The same in all threads of this machine. */
export const sharedNanoseconds = (): bigint => process.hrtime.bigint();

/** A time of the shared clock by this thread's own. */
export const ownTime = (shared: bigint): number => nanoseconds() + Number(shared - sharedNanoseconds());
