// The clock of a load thread, and how it reads what another thread noted: each thread's own count of nanoseconds begins with it.

/** Cheap, and this thread's alone. */
export const nanoseconds = (): number => Bun.nanoseconds();

/** The same in all threads of this machine. */
export const sharedNanoseconds = (): bigint => process.hrtime.bigint();

/** A time of the shared clock by this thread's own. */
export const ownTime = (shared: bigint): number => nanoseconds() + Number(shared - sharedNanoseconds());
