import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server that belongs to nobody whom Parley knows: whatever reaches it should not have been sent. */
export interface Stranger {
  /** `http://127.0.0.1:…`, without a slash at its end. */
  readonly origin: string;
  readonly requests: readonly { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[];
}

/** Starts one that ends with the test. It answers everything with a few bytes. */
export async function startStranger(): Promise<Stranger> {
  const requests: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(({ url, headers }, response) => {
    requests.push({ url, headers });
    response.end('from a stranger');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
