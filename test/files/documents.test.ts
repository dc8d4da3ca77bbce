import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tellsChildren } from './children.ts';
import { docxParts, footnotesPart, makeDocx, makeZip, paragraph, stylesPart } from './docx.ts';
import { makePdf } from './pdf.ts';
import { endReading, read, readText, refusal } from './reading.ts';

/** Processor time for what is not read in full, of all that had to do with it; about half of that was seen. */
const littleMs = 4000;

/** The result, if it came at little cost. */
async function cheaply<Result>(read: () => Promise<Result>): Promise<Result> {
  await endReading();
  const before = processorMs();
  const result = await read();
  await endReading();
  expect(processorMs() - before).toBeLessThan(littleMs);
  return result;
}

/** Of this process and, where the machine tells, of all that it started and that have ended. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  const own = (user + system) / 1000;
  if (!tellsChildren) return own;
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  // In ticks, of which every Linux has a hundred a second (proc_pid_stat(5), fields 16 and 17).
  return own + (Number(fields[13]) + Number(fields[14])) * 10;
}

describe('a PDF', { timeout: 60_000 }, () => {
  it('is read with its page numbers', async () => {
    const pdf = makePdf(['Hello (world)', '', 'The end']);
    expect(await read('plan.pdf', pdf)).toEqual({
      kind: 'text',
      about: 'PDF, 3 pages',
      text: '[page 1]\nHello (world)\n\n[page 2]\n(no text)\n\n[page 3]\nThe end',
    });
  });

  it('is read by its content, whatever it is called', async () => {
    expect(await read('plan.txt', makePdf(['Hello']))).toMatchObject({ about: 'PDF, 1 page' });
  });

  it('of 30 pages is read whole where there is room', async () => {
    const text = await readText(
      'plan.pdf',
      makePdf(Array.from({ length: 30 }, (_, at) => `Chapter ${at + 1}`)),
    );
    expect(text.match(/\[page \d+\]/g)).toHaveLength(30);
    expect(text).toMatch(/\[page 30\]\nChapter 30$/);
  });

  it('of 10,000 pages gives its first ones and says how many there are, at little cost', async () => {
    const pdf = makePdf(Array.from({ length: 10_000 }, (_, at) => `This is page ${at + 1} of many`));
    const file = await cheaply(() => read('long.pdf', pdf, 2000));
    const text = file.kind === 'text' ? file.text : '';
    expect(text.length).toBeLessThanOrEqual(2000);
    expect(text).toMatch(/^\[page 1\]\nThis is page 1 of many\n/);
    const shown = [...text.matchAll(/\[page (\d+)\]/g)].at(-1)?.[1];
    expect(file.about).toBe(`PDF, first ${shown} of 10,000 pages`);
    expect(text.endsWith(`\n[… the rest of page ${shown} and all up to page 10,000 left out …]`)).toBe(true);
  });

  it('whose one page is longer than the room is cut with a note', async () => {
    const page = Buffer.from(`BT /F1 9 Tf 12 TL 72 720 Td ${'(word word word) Tj T* '.repeat(60)} ET`);
    const text = await readText('long.pdf', makePdf([''], { contents: () => page }), 500);
    expect(text.length).toBeLessThanOrEqual(500);
    expect(text).toMatch(/^\[page 1\]\n(word\s)+.*\n\[… the rest of page 1 left out …\]$/s);
  });

  it('whose words look like the number of a page is not taken in by them', async () => {
    const pages = Array.from({ length: 40 }, () => `see [page 777] ${'word '.repeat(20)}`);
    const file = await read('plan.pdf', makePdf(pages), 1000);
    expect(file.about).toMatch(/^PDF, first [5-9] of 40 pages$/);
  });

  it('with a password is refused', async () => {
    expect(await refusal('plan.pdf', makePdf(['secret'], { locked: true }))).toBe(
      '“plan.pdf” is locked with a password: send it without one.',
    );
  });

  it('of pictures alone is refused, also one of 10,000 pages', async () => {
    const sentence =
      '“scan.pdf” holds pictures of pages but no text: send the pages as pictures, or a PDF with text.';
    expect(await refusal('scan.pdf', makePdf(['', '']))).toBe(sentence);
    expect(await cheaply(() => refusal('scan.pdf', makePdf(Array<string>(10_000).fill(''))))).toBe(sentence);
  });

  it('that is cut off is refused', async () => {
    const pdf = makePdf(['Hello', 'there']);
    for (const length of [20, pdf.length / 2, pdf.length - 40]) {
      expect(await refusal('plan.pdf', pdf.subarray(0, length))).toBe(
        '“plan.pdf” is cut off: send it again.',
      );
    }
  });

  it('that is damaged is refused', async () => {
    const damaged = Buffer.concat([
      Buffer.from('%PDF-1.7\n'),
      Buffer.alloc(5000, 7),
      Buffer.from('\nstartxref\n9\n%%EOF'),
    ]);
    expect(await refusal('plan.pdf', damaged)).toBe('“plan.pdf” is damaged or cut off: send it again.');
  });

  it('whose page unpacks to hundreds of megabytes is refused', async () => {
    const bomb = makePdf(['x'], {
      contents: () => Buffer.concat([Buffer.from('BT '), Buffer.alloc(300_000_000, ' '), Buffer.from(' ET')]),
    });
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await cheaply(() => refusal('bomb.pdf', bomb))).toBe(
      '“bomb.pdf” takes too much memory to read: send a smaller or simpler one.',
    );
  });

  it('whose one string is larger than a heap is refused', async () => {
    const show = Buffer.concat([
      Buffer.from('BT /F1 9 Tf ('),
      Buffer.alloc(40_000_000, 'a'),
      Buffer.from(') Tj ET'),
    ]);
    expect(await cheaply(() => refusal('long.pdf', makePdf(['x'], { contents: () => show })))).toBe(
      '“long.pdf” takes too much memory to read: send a smaller or simpler one.',
    );
  });

  it('whose fonts take for granted which characters they show is refused for that', async () => {
    const show = Buffer.from('BT /F1 12 Tf 72 700 Td <d6d0b9fa> Tj ET');
    const descriptor = `<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>`;
    const font = `<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /GBK-EUC-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor ${descriptor} >>] >>`;
    expect(await refusal('plan.pdf', makePdf(['x'], { contents: () => show, font }))).toMatch(
      /^“plan\.pdf” is written in fonts whose characters I can’t tell: send its pages as pictures/,
    );
  });
});

describe('a DOCX', { timeout: 90_000 }, () => {
  it('is read with headings, lists, tables and notes', async () => {
    const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`;
    const body = [
      paragraph('Plan', '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>'),
      paragraph('First words, größer &amp; besser.'),
      `<w:tbl><w:tr>${cell('Name')}${cell('Size')}</w:tr><w:tr>${cell('otter')}${cell('3')}</w:tr></w:tbl>`,
      '<w:p><w:r><w:t>See</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
    ].join('');
    const docx = makeZip([...docxParts(body), stylesPart(), footnotesPart('The note.')]);
    const file = await read('plan.docx', docx);
    expect(file).toEqual({
      kind: 'text',
      about: expect.stringMatching(/^DOCX, \d+ words$/),
      text: '# Plan\n\nFirst words, größer & besser.\n\n| Name | Size |\n| otter | 3 |\n\nSee[1]\n\n[1] The note.',
    });
  });

  it('is cut to its head and tail', async () => {
    const docx = makeDocx(Array.from({ length: 500 }, (_, at) => paragraph(`Paragraph ${at + 1}`)).join(''));
    const text = await readText('long.docx', docx, 1000);
    expect(text.length).toBeLessThanOrEqual(1000);
    expect(text).toMatch(/^Paragraph 1\n.*left out …\].*Paragraph 500$/s);
  });

  it('without words is refused', async () => {
    expect(await refusal('blank.docx', makeDocx('<w:p/>'))).toBe(
      '“blank.docx” holds no text: check it and send it again.',
    );
  });

  it('that is cut off is refused', async () => {
    const docx = makeDocx(paragraph('Hello'));
    for (const length of [40, docx.length / 2, docx.length - 10]) {
      expect(await refusal('plan.docx', docx.subarray(0, length))).toBe(
        '“plan.docx” is damaged or cut off: send it again.',
      );
    }
  });

  it('that would unpack to too much is refused by what its directory says', async () => {
    const big = makeZip([
      ...docxParts(paragraph('x')),
      { name: 'word/media/a.bin', content: Buffer.alloc(60_000_000) },
    ]);
    const dense = makeZip([
      ...docxParts(paragraph('x')),
      { name: 'word/media/a.bin', content: Buffer.alloc(5_000_000) },
    ]);
    for (const bomb of [big, dense]) {
      expect(await cheaply(() => refusal('bomb.docx', bomb))).toBe(
        '“bomb.docx” is too large to read once it is unpacked: send the part that matters.',
      );
    }
  });

  it('whose directory lies about that is refused', async () => {
    const honest = docxParts(paragraph('x'.repeat(40_000_000)));
    const lying = honest.map((part) => ({
      ...part,
      claimedBytes: Math.min(2000, Buffer.byteLength(part.content)),
    }));
    expect(await cheaply(() => refusal('lie.docx', makeZip(lying)))).toBe(
      '“lie.docx” is damaged or cut off: send it again.',
    );
  });

  it('with entities that multiply is refused', async () => {
    const levels = Array.from({ length: 12 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`);
    const prolog = `<!DOCTYPE w [<!ENTITY l0 "lol">${levels.join('')}]>`;
    expect(await cheaply(() => refusal('lol.docx', makeDocx(paragraph('&l12;'), prolog)))).toBe(
      '“lol.docx” is damaged or cut off: send it again.',
    );
  });

  it('does not read other files by its entities', async () => {
    const prolog = '<!DOCTYPE w [<!ENTITY file SYSTEM "file:///etc/hostname">]>';
    expect(await refusal('peek.docx', makeDocx(paragraph('&file;'), prolog))).toContain('is damaged');
  });

  it('whose parts are nested without end is refused', async () => {
    const depth = 30_000;
    // Not all the same, or it would be taken for a bomb by how well it packs.
    const open = Array.from({ length: depth }, (_, at) => `<w:sdt w:n="${(at * 7919) % 100_003}">`).join('');
    const deep = makeDocx(`${open}${'</w:sdt>'.repeat(depth)}`);
    expect(await refusal('deep.docx', deep)).toMatch(
      /^“deep\.docx” (is damaged or cut off|holds no text|is too large)/,
    );
  });

  it('as long as a book is read to its end, part by part', async () => {
    const rows = Array.from({ length: 24_000 }, (_, at) => paragraph(`${at} ${(at * 7919) % 100_003}`));
    const file = await read('book.docx', makeDocx(rows.join('')), 1000);
    expect(file.about).toBe('DOCX, 48,000 words');
    expect(file).toMatchObject({ text: expect.stringMatching(/^0 0\n\n1 7919\n\n.*\n23999 \d+$/s) });
  });

  it('is read in parts as it is read in one', async () => {
    const note = '<w:p><w:r><w:t>See</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>';
    const body = `<!-- > --><w:p w:n="a>b"/>${note}<w:p><![CDATA[</w:p><w:p>]]></w:p>${paragraph('x > y')}`;
    const filling = paragraph('filling '.repeat(100)).repeat(400);
    const docx = (content: string) => makeZip([...docxParts(content), footnotesPart('The note.')]);
    const short = await readText('short.docx', docx(body), 1_000_000);
    const long = await readText('long.docx', docx(body + filling + body), 1_000_000);
    expect(short).toContain('See[1]');
    expect(short).toContain('x > y');
    const words = (text: string) =>
      text
        .replaceAll(/filling\s*|\[\d\]( The note\.)?/g, '')
        .replaceAll(/\s+/g, ' ')
        .trim();
    expect(words(long)).toBe(`${words(short)} ${words(short)}`);
    expect(long).toMatch(/\[1\] The note\.[\s\S]*See\[2\][\s\S]*\[2\] The note\.$/);
  });

  it('whose archive could be read in two ways is refused', async () => {
    const docx = makeDocx(paragraph('Hello'));
    for (const [at, value] of [
      [4, 1],
      [6, 1],
      [8, 0xffff],
      [8, 2],
      [10, 0xffff],
    ] as const) {
      const other = Buffer.from(docx);
      other.writeUInt16LE(value, docx.length - 22 + at);
      expect(await refusal('two.docx', other)).toBe('“two.docx” is damaged or cut off: send it again.');
    }
  });

  it('of ten million words is counted at little cost', async () => {
    const words = 'ab '.repeat(3_000_000);
    const noise = Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 100_003).join(' ');
    const file = await cheaply(() => read('words.docx', makeDocx(paragraph(words) + paragraph(noise)), 1000));
    expect(file.about).toBe('DOCX, 3,020,000 words');
  });
});

describe('other archives and office files', () => {
  it.each([
    [
      'sums.xlsx',
      [{ name: 'xl/workbook.xml', content: 'x' }],
      'is a spreadsheet, which I can’t read: send it as CSV or PDF',
    ],
    [
      'talk.pptx',
      [{ name: 'ppt/presentation.xml', content: 'x' }],
      'holds slides, which I can’t read: send it as PDF',
    ],
    [
      'plan.odt',
      [{ name: 'content.xml', content: 'x' }],
      'is a document of a kind I can’t read: send it as PDF or DOCX',
    ],
    ['all.zip', [{ name: 'a.txt', content: 'x' }], 'is an archive: unpack it and send the files themselves'],
    [
      'fake.docx',
      [{ name: 'a.txt', content: 'x' }],
      'is an archive: unpack it and send the files themselves',
    ],
  ])('are refused with what to send instead: %s', async (name, parts, what) => {
    expect(await refusal(name, makeZip(parts))).toBe(`“${name}” ${what}.`);
  });

  it('are refused as what they are where they hold thousands of files', async () => {
    const parts = Array.from({ length: 6_000 }, (_, at) => ({ name: `${at}.txt`, content: 'x' }));
    expect(await refusal('all.zip', makeZip(parts))).toBe(
      '“all.zip” is an archive: unpack it and send the files themselves.',
    );
  });

  it('are refused where they are old, or locked', async () => {
    const container = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2000)]);
    expect(await refusal('old.doc', container)).toBe(
      '“old.doc” is in an old Office format: send it as DOCX or PDF.',
    );
    const locked = Buffer.concat([container, Buffer.from('EncryptedPackage', 'utf16le'), Buffer.alloc(100)]);
    expect(await refusal('plan.docx', locked)).toBe(
      '“plan.docx” is locked with a password: send it without one.',
    );
  });

  it('are refused where they are rich text', async () => {
    expect(await refusal('note.rtf', '{\\rtf1\\ansi Hello}')).toContain('send it as PDF or DOCX');
  });
});
