import { crc32, deflateRawSync } from 'node:zlib';

/** A file for {@link makeZip}. */
export interface ZipPart {
  readonly name: string;
  readonly content: string | Buffer;
  /** What the directory says of its size, where that is a lie. */
  readonly claimedBytes?: number;
}

/** A ZIP archive, everything in it deflated. */
export function makeZip(files: readonly ZipPart[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, claimedBytes } of files) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0); // version needed
    fields.writeUInt16LE(8, 4); // deflated
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claimedBytes ?? bytes.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, Buffer.from(name), packed]);
    const position = Buffer.alloc(14);
    position.writeUInt32LE(at, 10);
    directory.push(
      Buffer.concat([
        Buffer.from('PK\u0001\u0002'),
        Buffer.from([20, 0]),
        fields,
        position,
        Buffer.from(name),
      ]),
    );
    parts.push(local);
    at += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(listing.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, listing, Buffer.from('PK\u0005\u0006'), end]);
}

const namespaces =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const relationship = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const header = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** The parts of a DOCX whose body is this WordprocessingML. */
export function docxParts(body: string, prolog = ''): ZipPart[] {
  return [
    {
      name: '[Content_Types].xml',
      content: `${header}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    },
    {
      name: '_rels/.rels',
      content: `${header}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relationship}/officeDocument" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: 'word/document.xml',
      content: `${header}${prolog}<w:document ${namespaces}><w:body>${body}</w:body></w:document>`,
    },
  ];
}

/** A DOCX whose body is this WordprocessingML. */
export function makeDocx(body: string, prolog = ''): Buffer {
  return makeZip(docxParts(body, prolog));
}

/** A paragraph of WordprocessingML. */
export function paragraph(text: string, properties = ''): string {
  return `<w:p>${properties}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
}

/** A footnotes part, to go with references `<w:footnoteReference w:id="2"/>`. */
export function footnotesPart(text: string): ZipPart {
  return {
    name: 'word/footnotes.xml',
    content: `${header}<w:footnotes ${namespaces}><w:footnote w:id="2">${paragraph(text)}</w:footnote></w:footnotes>`,
  };
}

/** A styles part that names a heading. */
export function stylesPart(): ZipPart {
  return {
    name: 'word/styles.xml',
    content: `${header}<w:styles ${namespaces}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>`,
  };
}
