import { ParleyError } from './errors.ts';
import { Interruption } from './interruption.ts';
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

/** How something ended that threw, because of a fault or because it was interrupted. */
export function toEnding(error: unknown, signal: AbortSignal, otherwise: string): Ending {
  if (!signal.aborted || !(signal.reason instanceof Interruption)) return toFailure(error, otherwise);
  const { why, notice } = signal.reason;
  return { end: why === 'shutdown' ? 'failed' : 'stopped', notice };
}

/** The notice of an ending as it stands under a reply among other words: what went wrong is marked. */
export function toFootnote({ end, notice }: Ending): string | undefined {
  return end === 'failed' && notice !== undefined ? `⚠️ ${notice}` : notice;
}
