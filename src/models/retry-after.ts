/**
 * When a server wants to be asked again, in milliseconds from now: `retry-after-ms`, `retry-after` (seconds
 * or a date), or the latest reset among OpenAI's `x-ratelimit-*` counters that are at zero.
 */
export function readRetryAfter(headers: Headers | undefined): number | undefined {
  if (headers === undefined) return undefined;
  const milliseconds = toNumber(headers.get('retry-after-ms'));
  if (milliseconds !== undefined) return milliseconds;
  const after = headers.get('retry-after');
  if (after === null) return readResets(headers);
  const seconds = toNumber(after);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function readResets(headers: Headers): number | undefined {
  const resets = ['requests', 'tokens']
    .filter((kind) => headers.get(`x-ratelimit-remaining-${kind}`) === '0')
    .map((kind) => parseReset(headers.get(`x-ratelimit-reset-${kind}`) ?? ''))
    .filter((reset) => reset > 0);
  return resets.length === 0 ? undefined : Math.max(...resets);
}

/** `6m0s`, `1.5s`, `20ms`, `1h2m3s`. */
function parseReset(text: string): number {
  const sizes: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (sizes[unit!] ?? 0),
    0,
  );
}

function toNumber(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
