import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { download } from '../../src/core/bounded-download.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function optionsFor(origin: string) {
  return { origins: new Set([origin]), mostBytes: 1000, signal: new AbortController().signal };
}

it('gives the bytes in their order, whatever pieces they came in', async () => {
  const origin = await serve((_, response) => {
    response.write('one ');
    setImmediate(() => response.write('two '));
    setImmediate(() => setImmediate(() => response.end('three')));
  });
  const bytes = await download(`${origin}/file`, optionsFor(origin));
  expect(Buffer.from(bytes).toString()).toBe('one two three');
});

it('stops reading as soon as there is too much, and hangs up', async () => {
  const hungUp = Promise.withResolvers<void>();
  const origin = await serve((_, response) => {
    response.on('close', hungUp.resolve);
    response.write('x'.repeat(1001));
  });
  await expect(download(`${origin}/file`, optionsFor(origin))).rejects.toMatchObject({ fault: 'too-large' });
  await hungUp.promise;
});

it('does not unpack what would grow', async () => {
  const encodings: unknown[] = [];
  const origin = await serve((request, response) => {
    encodings.push(request.headers['accept-encoding']);
    response.end('plain');
  });
  await download(`${origin}/file`, optionsFor(origin));
  expect(encodings).toEqual(['identity']);
});

it('gives up on a body that never ends', async () => {
  const origin = await serve((_, response) => void response.write('one'));
  await expect(download(`${origin}/file`, { ...optionsFor(origin), timeoutMs: 50 })).rejects.toMatchObject({
    fault: 'too-slow',
  });
});

it.each(['https', 'ftp', 'data'])('asks nobody where the address is another: %s', async (scheme) => {
  const origin = await serve((_, response) => response.end('x'));
  const url = scheme === 'data' ? 'data:text/plain,x' : origin.replace('http', scheme);
  await expect(download(url, optionsFor(origin))).rejects.toMatchObject({ fault: 'elsewhere' });
});
