/** What a piece of work gives, or `undefined` after so many milliseconds where that takes longer. Rejects as the work does, by then. */
export async function within<Value>(work: Promise<Value>, limitMs: number): Promise<Value | undefined> {
  const limit = Promise.withResolvers<undefined>();
  const timer = setTimeout(limit.resolve, limitMs, undefined);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
