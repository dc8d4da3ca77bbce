import { ParleyError } from './errors.ts';
import type { Ending } from './ports.ts';

/** How a reply ends that went wrong. `otherwise` is the sentence where the error has none for people. */
export function toFailure(error: unknown, otherwise: string): Ending {
  if (!(error instanceof ParleyError)) return { end: 'failed', notice: otherwise };
  const { notice, code, retryAfterMs } = error;
  return {
    end: 'failed',
    notice,
    code,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The notice of an ending as it stands under a reply among other words: what went wrong is marked. */
export function toFootnote({ end, notice }: Ending): string | undefined {
  return end === 'failed' && notice !== undefined ? `⚠️ ${notice}` : notice;
}
