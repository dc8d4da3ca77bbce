import type { IncomingMessage } from 'node:http';
import { ApiFault } from './api-fault.ts';

/** Path without `/api` and the version, and the query. */
export function readTarget(url: string): { path: string; query: URLSearchParams } {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return { path: decodeURIComponent(pathname).replace(/^\/api(\/v\d+)?/, ''), query: searchParams };
}

/**
 * The body of a call: JSON, or the `payload_json` of a multipart body, its files named in `attachments`.
 * @throws ApiFault 50109
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (chunks.length === 0) return undefined;
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return readForm(bytes, type);
  return parse(bytes.toString('utf8'));
}

async function readForm(bytes: Buffer, type: string): Promise<unknown> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const files = [...form.values()].filter((value) => typeof value !== 'string');
  const body = parse(String(form.get('payload_json') ?? '{}')) as Record<string, unknown>;
  return { ...body, attachments: files.map((file, id) => ({ id, filename: file.name, size: file.size })) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What exactly is wrong with it is of no use to the caller: Discord does not say either.
    throw new ApiFault(400, 50109, 'The request body contains invalid JSON.');
  }
}
