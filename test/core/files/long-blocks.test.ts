import { describe, expect, it } from 'vitest';
import { findLongBlocks } from '../../../src/core/files/long-blocks.ts';

const long = (line = 'x') => Array.from({ length: 100 }, (_, index) => `${line} ${index}`).join('\n');

describe('long blocks of an answer', () => {
  it('are code of 80 lines and more, or of 4,000 characters', () => {
    const short = '```js\nlet a;\n```';
    const wide = `\`\`\`json\n${'x'.repeat(4_000)}\n\`\`\``;
    const found = findLongBlocks(`Here:\n${short}\n\`\`\`python\n${long()}\n\`\`\`\nand\n${wide}\n`);
    expect(found.map(({ name, lines }) => [name, lines])).toEqual([
      ['answer.py', 100],
      ['answer-2.json', 1],
    ]);
    expect(found[0]!.text).toBe(`${long()}\n`);
  });

  it('are taken whole, fences inside and all; one that never ends is none', () => {
    const inner = `~~~md\n${long()}\n\`\`\`\nnot the end\n\`\`\`\n~~~`;
    expect(findLongBlocks(inner)[0]!.text).toContain('not the end');
    expect(findLongBlocks(`\`\`\`\`\n${long()}\n\`\`\`\nmore\n\`\`\`\``)[0]!.text).toContain('more');
    expect(findLongBlocks(`\`\`\`\n${long()}`)).toEqual([]);
  });

  it.each([
    [`\`\`\`python title="report.py"\n${long()}\n\`\`\``, 'report.py'],
    [`\`\`\`ts src/a/main.ts\n${long()}\n\`\`\``, 'main.ts'],
    [`\`\`\`python\n# tool.py\n${long()}\n\`\`\``, 'tool.py'],
    [`Save this as \`deep/data.csv\`:\n\n\`\`\`csv\n${long()}\n\`\`\``, 'data.csv'],
    [`\`\`\`csv\n${long()}\n\`\`\``, 'answer.csv'],
    [`\`\`\`\n${long()}\n\`\`\``, 'answer.txt'],
    [`\`\`\`c++\n${long()}\n\`\`\``, 'answer.cpp'],
    [`\`\`\`sh ../../etc/passwd\n${long()}\n\`\`\``, 'answer.sh'],
    [`\`\`\`ts ${'a'.repeat(40)}.ts\n${long()}\n\`\`\``, 'answer.ts'],
  ])('are named by what stands beside them', (answer, name) => {
    expect(findLongBlocks(answer)[0]!.name).toBe(name);
  });
});
