import { createHash } from 'node:crypto';
import type { PageView, ReplySurface, Rung } from '../../core/ports.ts';
import { markdownWidth } from './escape.ts';
import { respondPrivately } from './response-url.ts';

/**
 * Writes a reply that the caller of a command alone sees. Slack lets such a message neither grow nor be
 * edited, so a page is sent once, when it is whole.
 */
export function createPrivateSurface(team: string, responseUrl: string): ReplySurface {
  // The address itself is a secret, and this id may be logged.
  const digest = createHash('sha256').update(responseUrl).digest('hex').slice(0, 16);
  const uses = {
    id: `slack:${team}:response:${digest}`,
    calls: 5,
    perMs: 30 * 60_000,
    shape: 'window',
  } as const;
  const rung: Rung = {
    name: 'response',
    growth: 'replace',
    limit: 11_000,
    width: markdownWidth,
    scopes: { open: [uses], grow: [], close: [uses] },
  };
  async function send(view: PageView): Promise<void> {
    await respondPrivately(responseUrl, view.text);
  }
  return {
    rungs: [rung],
    async open(_rung, view, { index, whole }) {
      if (whole) await send(view);
      return { id: `response-${index}`, rung: rung.name };
    },
    async grow() {},
    async close(_page, view) {
      await send(view);
    },
  };
}
