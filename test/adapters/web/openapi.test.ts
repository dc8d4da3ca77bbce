import { expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../../src/adapters/web/app.ts';
import { createDescription } from '../../../src/adapters/web/openapi.ts';
import { startSite } from './harness.ts';

interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: unknown }>> }>
  >;
}

/** What takes or refuses data as a schema of the description says. */
function toSchema(description: Description, schema: unknown): z.ZodType {
  const json = JSON.stringify({ ...(schema as object), $defs: description.components.schemas });
  return z.fromJSONSchema(JSON.parse(json.replaceAll('#/components/schemas/', '#/$defs/')));
}

async function readDescription(): Promise<Description> {
  const site = await startSite();
  return site.read<Description>('/openapi.json');
}

it('describes every call that there is, and no other', async () => {
  const description = await readDescription();
  const described = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  // The routes are made without a server: nothing of these options is used before a request.
  const app = createApp({ sessions: { required: true }, commands: [], version: '1' } as never);
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !/^\/($|log|assets|vendor|openapi)/.test(path))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(described.toSorted()).toEqual(routes.toSorted());
  expect(description.openapi).toBe('3.1.0');
});

it('refers to nothing that it does not hold', async () => {
  const description = await readDescription();
  const names = [...JSON.stringify(description).matchAll(/"#\/([^"]*)"/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(20);
  for (const name of names)
    expect(Object.keys(description.components.schemas).map((key) => `components/schemas/${key}`)).toContain(
      name,
    );
});

it.each<[string, string, readonly unknown[], readonly unknown[]]>([
  [
    'post',
    '/api/conversations/{id}/messages',
    [{ text: 'a' }, { text: 'a', attachments: [{ name: 'b', bytes: 1 }], persona: '' }],
    [
      {},
      { text: '' },
      { text: 'x'.repeat(32_001) },
      { text: 'a', other: 1 },
      { text: 'a', attachments: [{}] },
    ],
  ],
  [
    'post',
    '/api/conversations/{id}/presses',
    [{ button: 'image?do=again' }, { button: 'image?do=edit&form=edit', text: 'blue' }],
    [{}, { button: '' }, { button: 'image?do=edit&form=edit', text: '' }, { button: 'image?', other: 1 }],
  ],
  ['patch', '/api/conversations/{id}', [{}, { title: 'a' }], [{ title: '' }, { id: 'a' }]],
  [
    'post',
    '/api/embeddings',
    [{ input: 'a' }, { input: ['a', 'b'] }],
    [{ input: '' }, { input: [] }, { input: 1 }, {}],
  ],
  [
    'post',
    '/v1/chat/completions',
    [{ messages: [{ role: 'user', content: 'a' }], stream: false, temperature: 1 }],
    [{ messages: [] }, { messages: [{ role: 'tool', content: 'a' }] }, { messages: 'a' }],
  ],
])('describes what %s %s takes as the server sees it', async (method, path, good, bad) => {
  const site = await startSite({ answering: true, requestsPerMinute: 1_000 });
  site.model.reply = () => 'yes';
  await site.call('POST', '/api/conversations/c1/messages', { body: { text: 'first' } });
  const description = await readDescription();
  const schema = description.paths[path]?.[method]?.requestBody?.content['application/json']?.schema;
  const described = toSchema(description, schema);
  for (const [bodies, right] of [
    [good, true],
    [bad, false],
  ] as const) {
    for (const body of bodies) {
      const response = await site.call(method.toUpperCase(), path.replace('{id}', 'c1'), { body });
      expect(response.ok, JSON.stringify(body)).toBe(right);
      expect(described.safeParse(body).success, JSON.stringify(body)).toBe(right);
    }
  }
});

it.each([
  ['post', '/api/conversations/{id}/messages', 200, { text: 'hello' }],
  ['post', '/api/conversations/{id}/messages', 400, { text: '' }],
  ['post', '/api/conversations/{id}/presses', 200, { button: 'image?do=again' }],
  ['post', '/api/conversations/{id}/regenerate', 200, undefined],
  ['get', '/api/conversations', 200, undefined],
  ['get', '/api/conversations/{id}', 200, undefined],
  ['patch', '/api/conversations/{id}', 200, { persona: 'b' }],
  ['post', '/api/conversations/{id}/undo', 404, undefined],
  ['post', '/api/embeddings', 200, { input: 'a' }],
  ['get', '/api/about', 200, undefined],
  ['post', '/v1/chat/completions', 400, {}],
  ['get', '/v1/models', 200, undefined],
  ['get', '/healthz', 200, undefined],
  ['get', '/readyz', 200, undefined],
] as const)('describes what %s %s gives with status %i', async (method, path, status, body) => {
  const site = await startSite({ answering: true });
  await site.call('POST', '/api/conversations/c1/messages', { body: { text: 'first' } });
  const description = await readDescription();
  const target = path.replace('{id}', 'c1');
  const response = await site.call(method.toUpperCase(), target, body === undefined ? {} : { body });
  expect(response.status).toBe(status);
  const type = response.headers.get('content-type') ?? '';
  const schema = description.paths[path]?.[method]?.responses[status]?.content?.[type]?.schema;
  expect(toSchema(description, schema).safeParse(await response.json())).toMatchObject({ success: true });
});

it('says that a token is needed where it is', () => {
  expect(JSON.stringify(createDescription('1', true))).toContain('"scheme":"bearer"');
  expect(JSON.stringify(createDescription('1', false))).not.toContain('bearer');
});
