import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from './faults.ts';
import type { AttachedFile, Download, SeenFile } from './types.ts';
import type { World } from './world.ts';

/** A file as Discord keeps it. */
export interface StoredFile extends SeenFile {
  /** Where it lies, without its signature. */
  readonly path: string;
}

/** Takes a file in. @param room `attachments/<channel>`, or that of the files of commands */
export function storeFile(world: World, room: string, file: AttachedFile): StoredFile {
  const id = world.nextId();
  const size = file.size ?? toBytes(file).byteLength;
  const stored = { ...file, id, size, path: `/${room}/${id}/${encodeURIComponent(file.filename)}` };
  world.files.set(stored.path, stored);
  return stored;
}

/** The link of a file from now on, signed, good until it expires. */
export function toLink(world: World, { path, url }: StoredFile): string {
  if (url !== undefined) return url;
  const expires = Math.floor((world.now() + world.linkLifetimeMs) / 1000).toString(16);
  return `${world.origin}${path}?ex=${expires}&is=0&hm=${sign(path, expires)}&`;
}

/** A file as Discord sends it. */
export function toApiAttachment(world: World, file: StoredFile): Record<string, unknown> {
  const url = toLink(world, file);
  return {
    id: file.id,
    filename: file.filename,
    size: file.size,
    url,
    proxy_url: url,
    ...(file.contentType === undefined ? {} : { content_type: file.contentType }),
    ...(file.description === undefined ? {} : { description: file.description }),
    ...(file.width === undefined ? {} : { width: file.width, height: file.height }),
  };
}

/** What {@link createCdn} works with. */
export interface CdnOptions {
  readonly world: World;
  readonly faults: Faults;
  readonly downloads: { -readonly [Key in keyof Download]: Download[Key] }[];
}

/** True for addresses of files. */
export function isFileAddress(url: string | undefined): boolean {
  return /^\/(ephemeral-)?attachments\//.test(url ?? '');
}

/** Gives out files to whoever has a link that is still good. */
export function createCdn({ world, faults, downloads }: CdnOptions) {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', world.origin);
    const { authorization } = request.headers;
    const entry: (typeof downloads)[number] = { path: pathname, authorization, status: 0 };
    downloads.push(entry);
    world.touch();
    const fault = faults.meet('GET', pathname);
    await fault?.wait();
    if (faults.closed || fault?.rule.destroy) return void response.destroy();
    const file = world.files.get(pathname);
    const expires = searchParams.get('ex') ?? '';
    const good =
      searchParams.get('hm') === sign(pathname, expires) && Number.parseInt(expires, 16) * 1000 > world.now();
    entry.status = fault?.rule.status ?? (file !== undefined && good ? 200 : 404);
    if (entry.status !== 200 || file === undefined) {
      response.writeHead(entry.status, { ...fault?.rule.headers });
      response.end('This content is no longer available.');
    } else {
      const content = toBytes(file);
      response.writeHead(200, {
        'content-type': file.contentType ?? 'application/octet-stream',
        ...(file.chunked ? {} : { 'content-length': content.byteLength }),
      });
      response.end(content);
    }
    world.touch();
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    // Only a connection that broke off gets here: there is nobody left to answer.
    serve(request, response).catch(() => response.destroy());
  };
}

function toBytes({ content = '' }: AttachedFile): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content;
}

function sign(path: string, expires: string): string {
  return createHmac('sha256', 'stand-in').update(`${path} ${expires}`).digest('hex');
}
