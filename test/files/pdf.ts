import { deflateSync } from 'node:zlib';

/** What a PDF for tests has. */
export interface PdfOptions {
  /** Locked with a password that nobody knows. */
  readonly locked?: boolean;
  /** Bytes of a comment in it, to make it large. */
  readonly padding?: number;
  /** The pages' contents, as PDF operators, in place of what shows their texts. */
  readonly contents?: (text: string) => Buffer;
  /** In place of Helvetica. */
  readonly font?: string;
}

/** A small PDF with these texts on its pages, one line each; an empty text is a page with nothing but a drawing. */
export function makePdf(pages: readonly string[], options: PdfOptions = {}): Buffer {
  const objects: Buffer[] = [];
  const add = (content: string | Buffer) => objects.push(Buffer.from(content));
  const firstPage = 4;
  add('<< /Type /Catalog /Pages 2 0 R >>');
  const kids = pages.map((_, index) => `${firstPage + 2 * index} 0 R`).join(' ');
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`);
  add(options.font ?? '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  for (const [index, text] of pages.entries()) {
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${firstPage + 2 * index + 1} 0 R >>`,
    );
    const content = deflateSync((options.contents ?? showing)(text));
    add(
      Buffer.concat([
        Buffer.from(`<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`),
        content,
        Buffer.from('\nendstream'),
      ]),
    );
  }
  const lock = `${objects.length + 1} 0 R`;
  if (options.locked === true) {
    const key = `<${'5a'.repeat(32)}>`;
    add(`<< /Filter /Standard /V 1 /R 2 /O ${key} /U ${key} /P -4 >>`);
  }

  const parts = [Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  if (options.padding !== undefined) parts.push(Buffer.from(`%${'x'.repeat(options.padding)}\n`));
  let at = parts.reduce((sum, part) => sum + part.length, 0);
  const offsets: number[] = [];
  for (const [index, object] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    offsets.push(at);
    at += part.length;
    parts.push(part);
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const trailer = `<< /Size ${objects.length + 1} /Root 1 0 R ${options.locked === true ? `/Encrypt ${lock} /ID [<00> <00>]` : ''} >>`;
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n${trailer}\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

function showing(text: string): Buffer {
  if (text === '') return Buffer.from('10 10 100 100 re f');
  return Buffer.from(`BT /F1 12 Tf 72 720 Td (${text.replace(/[\\()]/g, '\\$&')}) Tj ET`);
}
