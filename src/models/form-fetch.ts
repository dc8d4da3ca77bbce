import { fetchStream, fetchWhole } from './http-fetch.ts';

/** {@link fetchWhole} for calls that upload files: a form is written out first. */
export const fetchForm = withForms(fetchWhole);

/** {@link fetchStream}, likewise. */
export const fetchFormStream = withForms(fetchStream);

function withForms(fetch: typeof fetchWhole): typeof fetchWhole {
  return async (input, init = {}) => {
    if (!(init.body instanceof FormData)) return fetch(input, init);
    const form = new Response(init.body);
    const headers = new Headers(init.headers);
    headers.set('content-type', form.headers.get('content-type') ?? 'multipart/form-data');
    return fetch(input, { ...init, headers, body: new Uint8Array(await form.arrayBuffer()) });
  };
}
