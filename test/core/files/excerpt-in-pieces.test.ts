import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExcerpt } from '../../../src/core/files/excerpt.ts';

const note = /\n?\[… (?:[\d,]+ lines? \([\d,]+ characters?\)|[\d,]+ characters?) left out …\]\n/;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Text with much in it that must not be torn. */
const text = fc
  .array(
    fc.constantFrom(
      'a',
      'word ',
      '\n',
      '\r\n',
      'é',
      'e\u0301',
      '🙂',
      '👩‍👩‍👧',
      '👍🏽',
      '🇩🇪',
      '你',
      'x'.repeat(60),
      '\n\n',
    ),
    {
      maxLength: 500,
    },
  )
  .map((parts) => parts.join(''));

/** Adds the text in pieces of that length, wherever they tear it. */
function excerptOf(whole: string, most: number, step: number): string {
  const excerpt = createExcerpt(most);
  for (let at = 0; at < whole.length; at += step) excerpt.add(whole.slice(at, at + step));
  return excerpt.text();
}

function isBoundary(whole: string, position: number): boolean {
  if (position === 0 || position === whole.length) return true;
  return segmenter.segment(whole).containing(position)?.index === position;
}

describe('an excerpt', () => {
  it('is the whole where that fits', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 700 }), (whole, step) => {
        expect(excerptOf(whole, whole.length, step)).toBe(whole);
      }),
    );
  });

  it('else keeps to its room and is head, note and tail, no grapheme torn', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 82, max: 2000 }),
        fc.integer({ min: 1, max: 700 }),
        (whole, most, step) => {
          fc.pre(whole.length > most);
          const cut = excerptOf(whole, most, step);
          expect(cut.length).toBeLessThanOrEqual(most);
          const found = note.exec(cut);
          const at = found?.index ?? -1;
          const head = cut.slice(0, at);
          const rest = cut.slice(at + (found?.[0].length ?? 0));
          // The line break before the note may be the text's own.
          const own =
            whole.startsWith(`${head}\n`) && cut.startsWith(`${head}\n[`) ? [head, `${head}\n`] : [head];
          expect(whole.startsWith(head)).toBe(true);
          expect(whole.endsWith(rest)).toBe(true);
          expect(own.some((start) => isBoundary(whole, start.length))).toBe(true);
          expect(isBoundary(whole, whole.length - rest.length)).toBe(true);
          const said = Number(/([\d,]+) characters?/.exec(found?.[0] ?? '')?.[1]?.replaceAll(',', ''));
          expect(own.map((start) => whole.length - start.length - rest.length)).toContain(said);
        },
      ),
    );
  });

  it('is the head alone where there is no room for more', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 0, max: 81 }),
        fc.integer({ min: 1, max: 700 }),
        (whole, most, step) => {
          const cut = excerptOf(whole, most, step);
          expect(cut.length).toBeLessThanOrEqual(most);
          expect(whole.startsWith(cut)).toBe(true);
          expect(isBoundary(whole, cut.length)).toBe(true);
        },
      ),
    );
  });

  it('shows much of both ends', () => {
    const cut = excerptOf('x'.repeat(10_000), 1000, 300);
    expect(cut).toBe(`${'x'.repeat(460)}\n[… 9,080 characters left out …]\n${'x'.repeat(460)}`);
  });

  it('says one line and many lines', () => {
    const cut = excerptOf(`${'a\n'.repeat(200)}${'x'.repeat(500)}\n${'b\n'.repeat(200)}`, 881, 100);
    expect(cut).toMatch(
      /a\n\[… 1 line \(501 characters\) left out …\]\nb|a\n\[… \d+ lines \([\d,]+ characters\) left out …\]\nb/,
    );
  });

  it('does not wait for a single grapheme that is larger than its room', () => {
    const cut = excerptOf(`e${'\u0301'.repeat(100_000)}`, 1000, 4096);
    expect(cut).toMatch(/^\[… [\d,]+ characters left out …\]\n$/);
  });
});
