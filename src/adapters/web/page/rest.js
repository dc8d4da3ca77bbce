/**
 * Waits before another attempt: longer each time (10 seconds at most), but not on when the network or the reader is back.
 * @param {number} attempt from 0
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 * @throws the signal's reason
 */
export function rest(attempt, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const over = new AbortController();
    const timer = setTimeout(end, delayOf(attempt));
    function end() {
      clearTimeout(timer);
      over.abort();
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
    const until = { signal: over.signal };
    signal.addEventListener('abort', end, until);
    window.addEventListener('online', end, until);
    document.addEventListener('visibilitychange', () => document.hidden || end(), until);
  });
}

/** @param {number} attempt */
function delayOf(attempt) {
  const longest = Math.min(10_000, 250 * 2 ** attempt);
  return longest / 2 + (Math.random() * longest) / 2;
}
