import { describe, expect, it } from 'vitest';
import type { OpenOptions, PageView, ReplySurface, Rung, Scope } from '../../src/core/ports.ts';
import { converse, describeLocalPlatform, type LocalSubject } from './platform-local.ts';

/** What a platform promises whose replies are pages. `create` gives a new one for each test. */
export function describePacedPlatform(name: string, create: () => Promise<LocalSubject<ReplySurface>>): void {
  describeLocalPlatform(name, create, write);

  describe(name, () => {
    it('shows a page, more of it and its last text, and then the next page', async () => {
      const { subject, surface } = await converse(await create(), 'hello');
      for (const [index, rung] of surface.rungs.entries()) {
        const page = await surface.open(rung, view('One'), at(index));
        expect(subject.shown().at(-1)).toBe('One');
        await surface.grow(page, view('One two', 'One'));
        expect(subject.shown().at(-1)).toBe('One two');
        await surface.close(page, view('One two three.', 'One two'));
        expect(subject.shown().at(-1)).toBe('One two three.');
      }
      const pages = surface.rungs.length;
      await surface.open(rungForWhole(surface), view('And more.'), at(pages, { whole: true }));
      expect(subject.shown().slice(0, -1)).toEqual(surface.rungs.map(() => 'One two three.'));
      expect(subject.shown().at(-1)).toBe('And more.');
    });

    it('names sound limits for every rung, in scopes of its own', async () => {
      const { platform, surface } = await converse(await create(), 'hello');
      expect(surface.rungs.length).toBeGreaterThan(0);
      expect(new Set(surface.rungs.map((rung) => rung.name)).size).toBe(surface.rungs.length);
      for (const rung of surface.rungs) {
        expect(rung.limit).toBeGreaterThanOrEqual(100);
        expect(rung.width('')).toBe(0);
        expect(rung.width('a<b & *c*')).toBe(rung.width('a<b ') + rung.width('& *c*'));
        for (const scope of scopesOf(rung)) {
          expect(scope.id.startsWith(`${platform.name}:`)).toBe(true);
          expect(scope.calls).toBeGreaterThan(0);
          expect(scope.perMs).toBeGreaterThan(0);
        }
      }
    });
  });
}

/** What a page is to show. */
export function view(text: string, shown = ''): PageView {
  return { text, shown };
}

/** Which page, tried for the first time unless the changes say otherwise. */
export function at(index: number, changes: Partial<OpenOptions> = {}): OpenOptions {
  return { index, key: `reply#${index}`, attempt: 1, whole: false, ...changes };
}

/** What is whole at once need not grow: the core posts it where it can, and appends only where there is nothing else. */
export function rungForWhole({ rungs }: ReplySurface): Rung {
  return rungs.find(({ growth }) => growth === 'replace') ?? rungs[0]!;
}

async function write(surface: ReplySurface, text: string): Promise<void> {
  const page = await surface.open(surface.rungs[0]!, view(text.slice(0, 2)), at(0));
  await surface.grow(page, view(text.slice(0, -1), text.slice(0, 2)));
  await surface.close(page, view(text, text.slice(0, -1)));
}

function scopesOf({ scopes }: Rung): readonly Scope[] {
  return [...scopes.open, ...scopes.grow, ...scopes.close];
}
