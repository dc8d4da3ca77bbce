import { fetchWhole } from './http-fetch.ts';

/** {@link fetchWhole} for calls that upload a file: the form is written out first. */
export async function fetchForm(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  if (!(init.body instanceof FormData)) return fetchWhole(input, init);
  const form = new Response(init.body);
  const headers = new Headers(init.headers);
  headers.set('content-type', form.headers.get('content-type') ?? 'multipart/form-data');
  return fetchWhole(input, { ...init, headers, body: new Uint8Array(await form.arrayBuffer()) });
}
