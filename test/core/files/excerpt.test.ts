import { describe, expect, it } from 'vitest';
import { cutMiddle, toDigest } from '../../../src/core/files/excerpt.ts';

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

describe('a digest', () => {
  it('is the whole of a short text, else ten lines or 500 characters', () => {
    expect(toDigest('one\ntwo')).toBe('one\ntwo');
    expect(toDigest('line\n'.repeat(11)).split('\n')).toHaveLength(10);
    expect(toDigest('x'.repeat(501))).toHaveLength(500);
    expect(toDigest(`${'x'.repeat(499)}😀`)).toBe('x'.repeat(499));
  });
});
