/** No call to a store takes longer than this, in milliseconds. */
export const callLimitMs = 5_000;

/** The same, less a little: for the limits of the clients themselves, whose errors say more. */
export const clientLimitMs = 4_500;

/**
 * Waits for `work`, but not for ever. The work itself can't be called back: its outcome is unknown after
 * a timeout.
 * @throws what `work` throws, or an `Error` that says that it took too long.
 */
export async function bounded<Result>(work: Promise<Result>, limitMs: number = callLimitMs): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
