import { describe, expect, it } from 'vitest';
import { read, readText, refusal } from './reading.ts';

const words = 'Grüße aus Köln, здравствуйте, 你好 🙂\nzweite Zeile\n';
const littleEndian = Buffer.from(words, 'utf16le');
const bigEndian = Buffer.from(littleEndian).swap16();

describe('text', () => {
  it.each([
    ['UTF-8', Buffer.from(words)],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${words}`)],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${words}`, 'utf16le')],
    ['UTF-16, big end first, with its mark', Buffer.from(`\ufeff${words}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', littleEndian],
    ['UTF-16, big end first, without a mark', bigEndian],
  ])('is read in %s', async (_, bytes) => {
    expect(await readText('note.txt', bytes)).toBe(words);
  });

  it('is read in Latin-1', async () => {
    expect(await readText('alt.txt', Buffer.from('Grüße aus Köln, für 5 Ärzte', 'latin1'))).toBe(
      'Grüße aus Köln, für 5 Ärzte',
    );
  });

  it('is read where a log was cut within a character', async () => {
    const cut = Buffer.from(`${'Käse und Brötchen\n'.repeat(50)}ü`).subarray(0, -1);
    expect(await readText('app.log', cut)).toBe(`${'Käse und Brötchen\n'.repeat(50)}\ufffd`);
  });

  it('is read where a few bytes of a log are broken', async () => {
    const log = Buffer.concat([
      Buffer.from('größer\n'.repeat(40)),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('schön\n'),
    ]);
    expect(await readText('app.log', log)).toContain('größer\n\ufffd\ufffd\nschön');
  });

  it('keeps the colours that programs write to logs', async () => {
    expect(await readText('ci.log', '\u001b[31mfailed\u001b[0m\n')).toBe('\u001b[31mfailed\u001b[0m\n');
  });

  it.each([
    ['note.txt', 'one\ntwo', 'text, 2 lines'],
    ['README', 'one\n', 'text, 1 line'],
    ['main.ts', 'const a = 1;\nconst b = 2;\n', 'text (.ts), 2 lines'],
    ['data.json', '{\n}\n', 'JSON, 2 lines'],
    ['README.md', '# Parley\n', 'Markdown, 1 line'],
    ['app.log', 'a\r\nb\r\n', 'log, 2 lines'],
    ['logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'SVG, 1 line'],
    ['people.csv', 'id,name\n1,"Doe, Jane"\n2,"two\nlines"\n', 'CSV, 3 rows, 2 columns'],
    ['people.csv', 'id;name;town\r\n1;Anna;Köln', 'CSV, 2 rows, 3 columns'],
    ['people.tsv', 'id\tname\n\n1\tAnna\n', 'TSV, 2 rows, 2 columns'],
    ['broken.csv', 'id,size\n1,5" disc\n2,x\n3,y\n', 'CSV, 4 rows, 2 columns'],
  ])('is described: %s %j as %s', async (name, content, about) => {
    expect((await read(name, content)).about).toBe(about);
  });

  it('may begin with the marks of binary kinds', async () => {
    for (const text of [
      'BM is short for benchmark',
      'MZ is a postal code',
      'ID3 tags explained',
      'PK of the table',
    ]) {
      expect(await readText('note.txt', text)).toBe(text);
    }
  });

  it('counts the columns of a CSV that has a million of them', async () => {
    const header = Array.from({ length: 1_000_000 }, (_, index) => `c${index}`).join(',');
    expect((await read('wide.csv', `${header}\n${header}\n`, 1000)).about).toBe(
      'CSV, 2 rows, 1,000,000 columns',
    );
  });

  it('may be a key', async () => {
    expect((await read('server.key', '-----BEGIN PRIVATE KEY-----\nabc\n')).about).toBe(
      'text (.key), 2 lines',
    );
  });

  it('counts the rows of a CSV that is read in steps', async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => `${index},"some, ""quoted"" words"`);
    const file = await read('big.csv', `id,words\n${rows.join('\n')}`, 1000);
    expect(file.about).toBe('CSV, 60,001 rows, 2 columns');
  });

  it('of many megabytes is cut to its head and tail', async () => {
    const lines = Array.from(
      { length: 300_000 },
      (_, index) => `line ${index + 1} größer than the one before`,
    );
    const text = await readText('app.log', lines.join('\n'), 2000);
    expect(text.length).toBeLessThanOrEqual(2000);
    const parts = /^(.*\n)\[… ([\d,]+) lines \(([\d,]+) characters\) left out …\]\n(.*)$/s.exec(text);
    const [, head = '', gap = '', gone = '', tail = ''] = parts ?? [];
    expect(lines.join('\n').startsWith(head)).toBe(true);
    expect(lines.join('\n').endsWith(tail)).toBe(true);
    const shown = head.split('\n').length - 1 + tail.split('\n').length;
    expect(Number(gap.replaceAll(',', ''))).toBe(lines.length - shown);
    expect(Number(gone.replaceAll(',', ''))).toBe(lines.join('\n').length - head.length - tail.length);
  });
});

describe('what is no text', () => {
  it.each(['photo.png', 'scan.pdf', 'plan.docx', 'memo.m4a', 'all.zip'])(
    'is said where text is called %s',
    async (name) => {
      expect(await refusal(name, '<html>Please log in</html>')).toBe(
        `“${name}” holds plain text, not what its name says: rename it, or send the real file.`,
      );
    },
  );

  it('is said of a program that is called text', async () => {
    const program = Buffer.concat([Buffer.from('MZ\u0090\u0000\u0003\u0000'), Buffer.alloc(2000, 1)]);
    expect(await refusal('readme.txt', program)).toBe(
      '“readme.txt” is a program, which I can’t read: send pictures (PNG, JPEG, GIF, WebP), PDF, DOCX, text or recordings.',
    );
  });

  it('is said of bytes that are called text', async () => {
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 131 + (index >> 3)) % 256));
    expect(await refusal('readme.txt', noise)).toContain(
      '“readme.txt” is not text, whatever its name says: send',
    );
    expect(await refusal('data', noise)).toContain('“data” is of a kind I can’t read: send pictures');
  });

  it('is said of bytes without a zero among them', async () => {
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, index) => 1 + ((index * 131) % 255)));
    expect(await refusal('data.log', noise)).toContain('is not text');
  });

  it('is said of a text with a zero in it', async () => {
    expect(await refusal('half.txt', 'text\u0000text')).toContain('is not text');
  });

  it('is said of an empty file', async () => {
    expect(await refusal('note.txt', '')).toBe('“note.txt” is empty: check it and send it again.');
  });
});
