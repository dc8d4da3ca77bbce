import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extensionOf, toPlainName } from '../../../src/core/files/file-name.ts';

/** Any UTF-16 unit, halves of pairs too; often one that matters. */
const unit = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.constantFrom('@', '`', '<', '>', ' ', '.', '\n', '🙂', '\u200b', '\u{e0041}'),
);

describe('a name in a sentence', () => {
  it.each([
    ['plan.pdf', 'plan.pdf'],
    ['@everyone.txt', '＠everyone.txt'],
    ['<@U123> <!channel>.txt', '‹＠U123› ‹!channel›.txt'],
    ['`rm -rf`\n\u0007.sh', '’rm -rf’ .sh'],
    ['invoice\u202efdp.exe', 'invoice fdp.exe'],
    ['pl\u200ba\u00adn\u{e0041}\u{e0042}.pdf', 'plan.pdf'],
    ['👩\u200d👧 ❤\ufe0f.png', '👩\u200d👧 ❤\ufe0f.png'],
    ['\u{e0100}\u3164\u200d', 'unnamed'],
    ['', 'unnamed'],
    ['\u0000', 'unnamed'],
    [`${'long '.repeat(30)}.markdown`, /^long long .*….markdown$/],
  ])('%j is %s', (name, shown) => {
    expect(toPlainName(name)).toEqual(typeof shown === 'string' ? shown : expect.stringMatching(shown));
  });

  it('is short and harmless, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 300 }), (name) => {
        const shown = toPlainName(name);
        expect(shown.length).toBeLessThanOrEqual(60);
        expect(shown).not.toMatch(/[@`<>\p{Cc}]|(?!\u200d)\p{Cf}/u);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown.trim()).not.toBe('');
      }),
    );
  });

  it('does not tear an emoji', () => {
    expect(toPlainName(`${'👩‍👩‍👧'.repeat(20)}.png`)).toMatch(/^(👩‍👩‍👧)+….png$/u);
  });
});

describe('an ending', () => {
  it.each([
    ['a.PNG', 'png'],
    ['a.tar.gz', 'gz'],
    ['Makefile', ''],
    ['.env', ''],
    ['a.b c', ''],
    ['version 1.', ''],
  ])('of %s is %j', (name, extension) => {
    expect(extensionOf(name)).toBe(extension);
  });
});
