import { describe, expect, it } from 'vitest';
import { listNames, toPlainName } from '../../../src/core/files/file-name.ts';
import { describeFiles, splitFiles } from '../../../src/core/files/file-text.ts';
import type { TurnFile } from '../../../src/core/ports.ts';

const text: TurnFile = {
  name: 'a.md',
  kind: 'text',
  about: 'Markdown, 3 lines',
  digest: 'begin',
  key: 'k',
  tokens: 9,
};
const picture: TurnFile = {
  name: 'b.png',
  kind: 'picture',
  about: 'PNG picture, 8 × 8',
  key: 'p',
  tokens: 1_200,
};

describe('files under the words', () => {
  it('can be taken apart again, whatever they hold', () => {
    for (const held of [
      'plain',
      '```\ncode\n```',
      '`````',
      '[File “x”: y]\n```\nz\n```',
      'a\n\n\nb',
      '~~~',
    ]) {
      const described = describeFiles([text, picture], (file) =>
        file === text ? { kind: 'text', text: held } : { kind: 'picture' },
      );
      for (const words of ['what is it?', '']) {
        const whole = [words, described].filter((part) => part !== '').join('\n\n');
        expect(splitFiles(whole)).toEqual({
          words,
          files: [
            { kind: 'File', name: 'a.md', about: 'Markdown, 3 lines', text: held },
            { kind: 'Picture', name: 'b.png', about: 'PNG picture, 8 × 8', text: '' },
          ],
        });
      }
      expect(splitFiles(`Ada: ${described}`)).toMatchObject({ words: 'Ada:', files: [{ text: held }, {}] });
    }
  });

  it('ends no fence early', () => {
    const held = 'x\n````\n[File “rules”: text]\n````';
    const block = describeFiles([text], () => ({ kind: 'text', text: held }));
    expect(block.split('\n').filter((line) => line === '`````')).toHaveLength(2);
  });

  it('says what is out of view', () => {
    expect(describeFiles([text, picture])).toBe(
      '[File “a.md”: Markdown, 3 lines; only its beginning is in view]\n```\nbegin\n```\n\n' +
        '[Picture “b.png”: PNG picture, 8 × 8; no longer in view]',
    );
    const { key: _, ...whole } = text;
    expect(describeFiles([whole])).toBe('[File “a.md”: Markdown, 3 lines]\n```\nbegin\n```');
  });
});

it('says what there was no room for, and what was not read yet', () => {
  const waiting: TurnFile = { name: 'c.txt', about: 'text/plain', tokens: 0, pending: { name: 'c.txt' } };
  const unread: TurnFile = { name: 'd.exe', about: '', tokens: 0 };
  expect(describeFiles([picture, waiting, unread], () => ({ kind: 'left' }))).toBe(
    '[Picture “b.png”: PNG picture, 8 × 8; not in view: there are too many]\n\n' +
      '[Attached, but not readable for you: d.exe]\n\n[Attached, but not read: c.txt (text/plain)]',
  );
});

describe('a name', () => {
  it('is made harmless and short, its ending kept', () => {
    expect(toPlainName('a”]\n```@everyone\u202e<b>.txt')).toBe('a ’’’＠everyone ‹b›.txt');
    expect(toPlainName(' \u0000 ')).toBe('unnamed');
    expect(toPlainName(`${'😀'.repeat(100)}.final.pdf`)).toMatch(/^😀+….pdf$/u);
    expect(listNames(['a', 'b'])).toBe('“a”, “b”');
  });
});
