import { fetchStream } from '../core/http-fetch.ts';

/** {@link fetchStream} for calls that upload files: a form is written out first. */
export async function fetchFormStream(
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  if (!(init.body instanceof FormData)) return fetchStream(input, init);
  const form = new Response(init.body);
  const headers = new Headers(init.headers);
  headers.set('content-type', form.headers.get('content-type') ?? 'multipart/form-data');
  return fetchStream(input, { ...init, headers, body: new Uint8Array(await form.arrayBuffer()) });
}
