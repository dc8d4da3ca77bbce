import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Problem } from './problems.ts';
import { readVendorModules } from './vendor-modules.ts';
import type { WebApp, WebContext } from './web-env.ts';

/** A file of the page, ready to be sent. */
interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly bytes: Buffer<ArrayBuffer>;
  readonly zipped: Buffer<ArrayBuffer>;
}

const pageDirectory = new URL('./page/', import.meta.url);

/** The page, its modules and the libraries that it uses. Only names that were there at the start are served. */
export function addPageRoutes(app: WebApp, { login }: { readonly login: boolean }): void {
  const files = readPage();

  function send(context: WebContext, name: string): Response {
    const file = files.get(name);
    if (file === undefined) throw new Problem(404, 'There is nothing at this address.');
    const headers = {
      'content-type': file.type,
      'cache-control': 'no-cache',
      etag: file.etag,
      vary: 'accept-encoding',
    };
    const known = context.req.header('if-none-match');
    if (known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === file.etag))
      return context.body(null, 304, headers);
    if (!/\bgzip\b/i.test(context.req.header('accept-encoding') ?? ''))
      return context.body(file.bytes, 200, headers);
    return context.body(file.zipped, 200, { ...headers, 'content-encoding': 'gzip' });
  }

  app.get('/', (context) =>
    context.get('identity') === undefined ? context.redirect('/login', 303) : send(context, 'index.html'),
  );
  if (login) app.get('/login', (context) => send(context, 'login.html'));
  app.get('/assets/:name', (context) => send(context, `assets/${context.req.param('name')}`));
  app.get('/vendor/:name', (context) => send(context, `vendor/${context.req.param('name')}`));
}

function readPage(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of existsSync(pageDirectory) ? readdirSync(pageDirectory) : []) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const path = name.endsWith('.html') ? name : `assets/${name}`;
    files.set(path, toPageFile(readFileSync(new URL(name, pageDirectory)), type));
  }
  for (const [name, source] of readVendorModules())
    files.set(`vendor/${name}`, toPageFile(Buffer.from(source), script));
  return files;
}

function toPageFile(content: Buffer, type: string): PageFile {
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
  return { type, etag, bytes: Buffer.from(content), zipped: Buffer.from(gzipSync(content)) };
}

const script = 'text/javascript; charset=utf-8';
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': script,
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
};
