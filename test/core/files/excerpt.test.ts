import { describe, expect, it } from 'vitest';
import { createExcerpt, cutMiddle, toDigest } from '../../../src/core/files/excerpt.ts';

describe('a text cut in its middle', () => {
  it('stays as it is where it fits', () => {
    expect(cutMiddle('short', 5)).toBe('short');
  });

  it('keeps head and tail by lines, and says how much was left out', () => {
    const text = Array.from({ length: 1_000 }, (_, line) => `line ${line} of the log`).join('\n');
    const cut = cutMiddle(text, 3_000);
    expect(cut.length).toBeLessThanOrEqual(3_000);
    const [, head, lines, left, tail] =
      /^(.*\n)\[… ([\d,]+) lines \(([\d,]+) characters\) left out …\]\n(.*)$/s.exec(cut)!;
    expect(text.startsWith(head!)).toBe(true);
    expect(text.endsWith(`\n${tail}`)).toBe(true);
    expect(head!.length + tail!.length + Number(left!.replace(/,/g, ''))).toBe(text.length);
    expect(cut.split('\n').length - 1 + Number(lines!.replace(/,/g, ''))).toBe(1_000);
  });

  it.each([0, 1, 59, 60, 61, 62, 63, 64, 100, 101])('tears no letter in two, at %i', (most) => {
    const cut = cutMiddle('😀'.repeat(200), most);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.length).toBeLessThanOrEqual(Math.max(most, 60));
  });
});

describe('a text cut twice', () => {
  const log = Array.from({ length: 300_000 }, (_, line) => `${line} something happened here`).join('\n');

  /** What a cut says, and what it keeps. */
  function read(cut: string) {
    const {
      0: note,
      1: lines,
      2: characters,
      index,
    } = /\[… ([\d,]+) lines \(([\d,]+) characters\) left out …\]\n/.exec(cut)!;
    const kept = cut.slice(0, index) + cut.slice(index + note.length);
    const toNumber = (figure: string) => Number(figure.replaceAll(',', ''));
    return { kept, lines: toNumber(lines!), characters: toNumber(characters!) };
  }

  it.each([[60_000], [30_000], [5_000], [1_000], [300]])(
    'tells all that is left out of it: at %i',
    (most) => {
      const excerpt = createExcerpt(100_000);
      for (let at = 0; at < log.length; at += 70_000) excerpt.add(log.slice(at, at + 70_000));
      const cut = cutMiddle(cutMiddle(excerpt.text(), 80_000), most);
      expect(cut.length).toBeLessThanOrEqual(most);
      expect(cut.match(/left out/g)).toHaveLength(1);
      const { kept, lines, characters } = read(cut);
      expect(lines + kept.split('\n').length).toBe(300_000);
      expect(characters + kept.length).toBe(log.length);
    },
  );

  it('tells so of a single line, too', () => {
    const text = 'x'.repeat(50_000);
    expect(cutMiddle(cutMiddle(text, 10_000), 1_000)).toBe(
      `${'x'.repeat(460)}\n[… 49,080 characters left out …]\n${'x'.repeat(460)}`,
    );
  });

  it('keeps a line that says so whole, or not at all', () => {
    const note = '[… 5 lines (70 characters) left out …]';
    const text = `${'a'.repeat(200)}\n${note}\n${'b'.repeat(800)}`;
    for (let most = 90; most < text.length; most++) {
      const cut = cutMiddle(text, most);
      expect(cut.length).toBeLessThanOrEqual(most);
      expect(
        cut.replaceAll(/\[… (?:\d+ lines? \([\d,]+ characters\)|[\d,]+ characters) left out …\]/g, ''),
      ).not.toMatch(/[^ab\n]/);
    }
  });
});

describe('a digest', () => {
  it('is the whole of a short text, else ten lines or 500 characters', () => {
    expect(toDigest('one\ntwo')).toBe('one\ntwo');
    expect(toDigest('line\n'.repeat(11)).split('\n')).toHaveLength(10);
    expect(toDigest('x'.repeat(501))).toHaveLength(500);
    expect(toDigest(`${'x'.repeat(499)}😀`)).toBe('x'.repeat(499));
  });
});
