import type { IncomingMessage } from 'node:http';
import { ApiFault, refusals } from './api-fault.ts';
import type { UploadedFile } from './attachments.ts';
import type { World } from './world.ts';

/** Path without `/api` and the version, and the query. */
export function readTarget(url: string): { path: string; query: URLSearchParams } {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return { path: decodeURIComponent(pathname).replace(/^\/api(\/v\d+)?/, ''), query: searchParams };
}

/** What a call brings. */
export interface Parcel {
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
}

/** How much a call may bring. */
export type ParcelLimits = Pick<World, 'fileBytes' | 'requestBytes'>;

/**
 * Reads a call: JSON, or the `payload_json` and `files[n]` of a multipart body.
 * @throws ApiFault 50109, or 40005 where it is too large
 */
export async function readParcel(request: IncomingMessage, limits: ParcelLimits): Promise<Parcel> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (chunks.length === 0) return { body: undefined, files: [] };
  const bytes = Buffer.concat(chunks);
  if (bytes.byteLength > limits.requestBytes) throw refusals.tooLarge();
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return readForm(bytes, type, limits);
  return { body: parse(bytes.toString('utf8')), files: [] };
}

async function readForm(bytes: Buffer, type: string, limits: ParcelLimits): Promise<Parcel> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const files: UploadedFile[] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') continue;
    const index = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (index === undefined) throw new ApiFault(400, 50035, `The stand-in knows no part named ${name}.`);
    if (value.size > limits.fileBytes) throw refusals.tooLarge();
    files.push(await toUpload(Number(index), value));
  }
  return { body: parse(String(form.get('payload_json') ?? '{}')), files };
}

/** Discord looks into pictures: it tells their type and size whatever the call says. */
async function toUpload(index: number, file: File): Promise<UploadedFile> {
  const content = new Uint8Array(await file.arrayBuffer());
  const { default: sharp } = await import('sharp');
  // Whatever is no picture has no size in pixels.
  const picture = await sharp(content)
    .metadata()
    .catch(() => undefined);
  const contentType = picture === undefined ? file.type : `image/${picture.format}`;
  return {
    index,
    filename: file.name,
    content,
    ...(contentType === '' ? {} : { contentType }),
    ...(picture === undefined ? {} : { width: picture.width, height: picture.height }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What exactly is wrong with it is of no use to the caller: Discord does not say either.
    throw new ApiFault(400, 50109, 'The request body contains invalid JSON.');
  }
}
