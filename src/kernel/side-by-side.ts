// Two pieces of work at the same time, the second of which waits for what the first one gives. When one fails the other ends.

/** Each gets a signal of its own. Where both fail the first one's failure is told, whichever came first. */
export const sideBySide = async <A, B>(
  signal: AbortSignal,
  first: (signal: AbortSignal) => Promise<A>,
  second: (given: Promise<A>, signal: AbortSignal) => Promise<B>,
): Promise<B> => {
  const apart = new AbortController();
  const both = AbortSignal.any([signal, apart.signal]);
  const given = first(both);
  given.catch(() => apart.abort());
  try {
    return await second(given, both);
  } catch (error) {
    await given;
    throw error;
  } finally {
    apart.abort();
  }
};
