import { describe, expect, it, vi } from 'vitest';
import { showTables } from '../../../src/adapters/discord/tables.ts';

const table = '| name | size |\n|---|--:|\n| a | 1 |\n| 東京 | 22 |';

describe('tables on Discord', () => {
  it('are code blocks with their columns lined up, the text around them untouched', () => {
    expect(showTables(`Look:\n\n${table}\n\nDone.`, 2_000)).toBe(
      'Look:\n\n```\nname │ size\n─────┼─────\na    │ 1\n東京 │ 22\n```\n\nDone.',
    );
  });

  it('are left as they were written where lining up would be too long, and as they are where a block would', () => {
    const wide = `${table}\n| ${'x'.repeat(40)} | y |`;
    expect(showTables(wide, 125)).toBe(`\`\`\`\n${wide}\n\`\`\``);
    expect(showTables(table, 40)).toBe(table);
  });

  it('are measured by what people see, without making a segmenter for it', () => {
    const making = vi.spyOn(Intl, 'Segmenter');
    const shown = showTables('| a | b |\n|---|---|\n| 👩‍🚀 | x |\n| e\u0301 | x |\n| abc | x |', 2_000);
    expect(making).not.toHaveBeenCalled();
    making.mockRestore();
    expect(shown.split('\n').slice(3, -1)).toEqual(['👩‍🚀  │ x', 'e\u0301   │ x', 'abc │ x']);
  });

  it('stay as they are in code, in quotes and where they are none', () => {
    for (const text of [
      `\`\`\`md\n${table}\n\`\`\``,
      table.replace(/^/gm, '> '),
      'a | b\nc | d',
      'no pipe at all',
    ]) {
      expect(showTables(text, 2_000)).toBe(text);
    }
  });

  it('cannot be left by a cell with backticks; escaped pipes stay in their cell', () => {
    const shown = showTables('| a | b |\n|---|---|\n| ``` | x \\| y |', 2_000);
    expect(shown.match(/```/g)).toHaveLength(2);
    expect(shown).toContain('x | y');
  });
});
