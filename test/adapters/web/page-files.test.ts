import { expect, it } from 'vitest';
import { startSite } from './harness.ts';

it('serves the page, which may run and load nothing but its own', async () => {
  const site = await startSite();
  const response = await site.call('GET', '/');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = response.headers.get('content-security-policy');
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ])
    expect(policy?.split('; ')).toContain(rule);
  expect(response.headers.get('referrer-policy')).toBe('same-origin');
  const page = await response.text();
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/i);
});

it('serves everything that the page and its modules name', async () => {
  const site = await startSite({ requestsPerMinute: 1_000 });
  const seen = new Set<string>();
  const queue = ['/'];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const response = await site.call('GET', path);
    expect(response.status, path).toBe(200);
    expect(response.headers.get('content-type'), path).toMatch(/^(text|image)\//);
    const text = await response.text();
    if (path.startsWith('/vendor/')) continue;
    for (const [, name] of text.matchAll(/(?:src|href)="(\/(?:assets|vendor)\/[^"]+)"/g)) queue.push(name!);
    for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      if (/^[./]/.test(name!)) queue.push(new URL(name!, `${site.url}${path}`).pathname);
    }
    for (const [, name] of text.matchAll(/@import\s+(?:url\()?["']([^"']+)["']/g))
      queue.push(new URL(name!, `${site.url}${path}`).pathname);
  }
  expect([...seen].filter((path) => path.startsWith('/vendor/')).toSorted()).toEqual([
    '/vendor/highlight.js',
    '/vendor/marked.js',
    '/vendor/purify.js',
  ]);
});

it('sends a file again only where it has changed, and compressed where that is understood', async () => {
  const site = await startSite();
  const first = await site.call('GET', '/vendor/marked.js', { headers: { 'accept-encoding': 'identity' } });
  const etag = first.headers.get('etag') ?? '';
  const text = await first.text();
  expect(first.headers.get('cache-control')).toBe('no-cache');
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const again = await site.call('GET', '/vendor/marked.js', { headers: { 'if-none-match': known } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  }
  const zipped = await site.call('GET', '/vendor/marked.js', { headers: { 'accept-encoding': 'br, gzip' } });
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  expect(await zipped.text()).toBe(text);
  expect((await site.call('HEAD', '/vendor/marked.js')).status).toBe(200);
});

it('puts highlight.js together so that it works', async () => {
  const site = await startSite();
  const source = await (await site.call('GET', '/vendor/highlight.js')).text();
  const module = await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`);
  const { value } = module.default.highlight('const a = 1;', { language: 'typescript' });
  expect(value).toContain('<span class="hljs-keyword">const</span>');
});
