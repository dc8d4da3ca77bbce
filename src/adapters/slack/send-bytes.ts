import { SurfaceError } from '../../core/errors.ts';

/**
 * Sends a file's bytes where Slack said; our token is not shown there. Makes one call, which counts against no limit.
 * @param origins the only places that are sent to
 * @throws SurfaceError
 */
export async function sendBytes(
  url: string,
  bytes: Uint8Array,
  origins: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const target = URL.parse(url);
  if (target === null || !origins.has(target.origin))
    throw new SurfaceError('gone', 'files are to be sent to a place that is not Slack’s own', {
      notice: elsewhere,
    });
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes as Uint8Array<ArrayBuffer>,
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(uploadMs)]),
  }).catch((error: unknown) => {
    throw new SurfaceError('unknown', 'an upload was not answered', { cause: error });
  });
  // The answer is read to its end, or the connection would stay busy.
  await response.arrayBuffer().catch(() => undefined); // only its status counts
  if (response.ok) return;
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    throw new SurfaceError('rate-limited', 'an upload', { retryAfterMs: (seconds || 1) * 1_000 });
  }
  const fault = response.status === 413 ? 'too-long' : 'unknown';
  throw new SurfaceError(fault, `an upload was answered with ${response.status}`);
}

const elsewhere = 'I could not send files here: Slack named a place for them that I do not know.';
const uploadMs = 60_000;
