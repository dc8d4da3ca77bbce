import { setImmediate } from 'node:timers/promises';
import { createExcerpt } from '../core/files/excerpt.ts';
import { counted } from '../core/files/figures.ts';
import { extensionOf } from '../core/files/file-name.ts';
import type { FileContent } from '../core/ports.ts';
import { createTableCounter } from './table.ts';
import type { TextEncoding } from './text-encoding.ts';

/** So much is decoded between two looks at what else is to be done. */
const stepBytes = 256 * 1024;

const kinds: Readonly<Record<string, string>> = {
  csv: 'CSV',
  tsv: 'TSV',
  json: 'JSON',
  jsonl: 'JSON lines',
  ndjson: 'JSON lines',
  md: 'Markdown',
  markdown: 'Markdown',
  log: 'log',
  html: 'HTML',
  htm: 'HTML',
  xml: 'XML',
  svg: 'SVG',
  yaml: 'YAML',
  yml: 'YAML',
};

/**
 * The text of a file, without its byte order mark. What is kept of a large one is its head and tail; memory and the
 * time that the rest of the house waits do not grow with its size.
 */
export async function readText(
  file: { readonly name: string; readonly bytes: Uint8Array },
  encoding: TextEncoding,
  options: { readonly mostCharacters: number; readonly signal: AbortSignal },
): Promise<FileContent> {
  const extension = extensionOf(file.name);
  const kind =
    kinds[extension] ?? (extension === '' || extension === 'txt' ? 'text' : `text (.${extension})`);
  const table = extension === 'csv' || extension === 'tsv' ? createTableCounter() : undefined;
  const excerpt = createExcerpt(options.mostCharacters);
  const decoder = new TextDecoder(encoding);

  for (let at = 0; at < file.bytes.length; at += stepBytes) {
    options.signal.throwIfAborted();
    const end = at + stepBytes;
    const piece = decoder.decode(file.bytes.subarray(at, end), { stream: end < file.bytes.length });
    excerpt.add(piece);
    table?.add(piece);
    if (end < file.bytes.length) await setImmediate();
  }

  const counts = table?.counts();
  const size = counts
    ? `${counted(counts.rows, 'row')}, ${counted(counts.columns, 'column')}`
    : counted(excerpt.lines(), 'line');
  return { kind: 'text', about: `${kind}, ${size}`, text: excerpt.text() };
}
