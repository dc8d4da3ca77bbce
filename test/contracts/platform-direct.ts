import { describe, expect, it } from 'vitest';
import type { DirectSurface } from '../../src/core/ports.ts';
import { converse, describeLocalPlatform, type LocalSubject } from './platform-local.ts';

/** What a platform promises whose replies have no limits. `create` gives a new one for each test. */
export function describeDirectPlatform(
  name: string,
  create: () => Promise<LocalSubject<DirectSurface>>,
): void {
  describeLocalPlatform(name, create, write);

  describe(name, () => {
    it('shows each delta as it comes, whatever it holds', async () => {
      const { subject, surface } = await converse(await create(), 'hello');
      const deltas = ['One', ' two,', ' thr', 'ée 🧵', ' …'];
      for (const [index, delta] of deltas.entries()) {
        surface.push(delta);
        await expect.poll(() => subject.shown().at(-1)).toBe(deltas.slice(0, index + 1).join(''));
      }
      await surface.end({ end: 'complete' });
      await expect.poll(() => subject.shown()).toEqual(['One two, thrée 🧵 …']);
    });

    it('shows a notice where there is no text', async () => {
      const { subject, surface } = await converse(await create(), 'hello');
      await surface.end({ end: 'complete', notice: 'Only this.' });
      await expect.poll(() => subject.shown()).toEqual(['Only this.']);
    });
  });
}

async function write(surface: DirectSurface, text: string): Promise<void> {
  surface.push(text.slice(0, 2));
  surface.push(text.slice(2));
  await surface.end({ end: 'complete' });
}
