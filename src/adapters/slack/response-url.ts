import { SurfaceError } from '../../core/errors.ts';
import { escapeMarkdown, escapeText } from './escape.ts';

/**
 * Answers a command so that its caller alone sees it. Makes one call.
 * @param text Markdown.
 * @throws SurfaceError
 */
export async function respondPrivately(responseUrl: string, text: string): Promise<void> {
  const body = {
    response_type: 'ephemeral',
    replace_original: false,
    text: escapeText(text).slice(0, 3_000),
    blocks: [{ type: 'markdown', text: escapeMarkdown(text) }],
    unfurl_links: false,
    unfurl_media: false,
  };
  const response = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(15_000),
  }).catch((error: unknown) => {
    throw new SurfaceError('unknown', 'a response URL did not answer', { cause: error });
  });
  // The answer is read to its end, or the connection would stay busy.
  await response.arrayBuffer().catch(() => undefined); // only its status counts
  if (response.ok) return;
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    throw new SurfaceError('rate-limited', 'a response URL', { retryAfterMs: (seconds || 1) * 1_000 });
  }
  // Used five times, or older than 30 minutes.
  const fault = response.status >= 500 ? 'unknown' : 'gone';
  throw new SurfaceError(fault, `a response URL answered with ${response.status}`);
}
