import { randomUUID } from 'node:crypto';

/** A form with a file, as it goes over the wire: `multipart/form-data` (RFC 7578). */
export interface WrittenForm {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/**
 * Writes a form in one piece, once for all attempts at sending it. The SDK and `FormData` hold a large file several times over,
 * and once more for each attempt.
 */
export function writeForm(
  fields: Readonly<Record<string, string>>,
  file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
): WrittenForm {
  const boundary = `parley-${randomUUID()}`;
  const begin = (name: string) => `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"`;
  const plain = Object.entries(fields).map(([name, value]) => `${begin(name)}\r\n\r\n${value}\r\n`);
  const head =
    `${plain.join('')}${begin('file')}; filename="${quoted(file.name)}"\r\n` +
    `content-type: ${file.type.replace(/[\r\n]/g, '')}\r\n\r\n`;
  const end = `\r\n--${boundary}--\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), file.bytes, Buffer.from(end)]),
  };
}

/** As browsers do it (html.spec.whatwg.org/#multipart-form-data). */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
