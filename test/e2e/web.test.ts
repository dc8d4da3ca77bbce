import { expect, test } from 'vitest';
import { textOf } from '../adapters/web/events.ts';
import { byHand, failure, text } from '../servers/openai.ts';
import { follow, startWebWorld, visit, visitSpawned } from './web-scene.ts';

test('it is the same engine as everywhere: it remembers, takes back, answers anew and forgets', async () => {
  const world = await startWebWorld();
  const { openai } = world;
  const visitor = await visit(world);
  openai.script(text('First.'), text('Second.'), text('Better.'));
  expect(await visitor.answer('one')).toMatchObject({
    text: 'First.',
    end: 'complete',
    usage: {
      inputTokens: expect.any(Number),
      outputTokens: expect.any(Number),
      cachedTokens: expect.any(Number),
    },
  });
  await visitor.answer('two');
  const again = await visitor.call('POST', '/api/conversations/c1/regenerate');
  expect(await again.json()).toMatchObject({ text: 'Better.' });
  const undo = await visitor.call('POST', '/api/conversations/c1/undo');
  expect(await undo.json()).toEqual({ question: 'two' });
  await visitor.answer('three');
  const prompts = openai.requests.map(({ body }) => body.messages.slice(1).map(({ content }) => content));
  expect(prompts).toEqual([
    ['one'],
    ['one', 'First.', 'two'],
    ['one', 'First.', 'two'],
    ['one', 'First.', 'three'],
  ]);
  expect(await (await visitor.call('GET', '/api/conversations/c1')).json()).toMatchObject({
    title: 'one',
    running: null,
    turns: [
      { role: 'user', text: 'one' },
      { role: 'assistant', text: 'First.' },
      { role: 'user', text: 'three' },
      { role: 'assistant', text: 'echo: three' },
    ],
  });

  expect(await visitor.answer('/help')).toMatchObject({
    text: '',
    notice: expect.stringContaining('I am Parley'),
  });
  expect(await visitor.answer('/new')).toMatchObject({ notice: expect.stringContaining('Forgotten') });
  expect((await visitor.call('POST', '/api/conversations/c1/undo')).status).toBe(404);
  await visitor.answer('four');
  expect((await visitor.call('POST', '/api/conversations/c1/clear')).status).toBe(204);
  await visitor.answer('five');
  expect(openai.requests.at(-1)?.body.messages.slice(1)).toHaveLength(1);
  expect((await visitor.call('DELETE', '/api/conversations/c1')).status).toBe(204);
  expect((await visitor.call('GET', '/api/conversations/c1')).status).toBe(404);
});

test('an answer streams, is stopped, and what goes wrong is told', async () => {
  const world = await startWebWorld();
  const { openai } = world;
  const visitor = await visit(world);
  const endless = byHand();
  openai.script(endless);
  const answer = await visitor.ask('tell me everything');
  await endless.write('In the beginning');
  await answer.until('In the beginning');
  expect((await visitor.call('DELETE', '/api/conversations/c1/turn')).status).toBe(204);
  await (await openai.request(0)).aborted;
  expect((await answer.rest()).at(-1)).toMatchObject({ event: 'done', data: { end: 'stopped' } });

  openai.script(failure(401, { code: 'invalid_api_key' }));
  const failed = await (await visitor.ask('hello')).rest();
  expect(failed.at(-1)).toMatchObject({
    event: 'error',
    data: { code: 'bad-key', message: expect.stringMatching(/^[^⚠]*$/) },
  });
  openai.script(failure(401, { code: 'invalid_api_key' }));
  const response = await visitor.call('POST', '/api/conversations/c1/messages', { text: 'hello' });
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ code: 'bad-key' });
  expect(await visitor.answer('and now?')).toMatchObject({ text: 'echo: and now?' });
});

test('what is said right behind an answer is not lost, whatever it is', async () => {
  const world = await startWebWorld({ WEB_REQUESTS_PER_MINUTE: '1000' });
  const visitor = await visit(world);
  for (let round = 0; round < 10; round++) {
    await (await visitor.ask('one')).rest();
    expect(await visitor.answer('stop')).toMatchObject({ end: 'complete', notice: expect.any(String) });
    await (await visitor.ask('two')).rest();
    const undo = await visitor.call('POST', '/api/conversations/c1/undo');
    expect(await undo.json()).toEqual({ question: 'two' });
    expect(await visitor.answer('new')).toMatchObject({ notice: expect.stringContaining('Forgotten') });
  }
});

test('killed in the middle of an answer, it gives it to whoever comes back', async () => {
  const world = await startWebWorld();
  const { openai } = world;
  const lost = byHand();
  openai.script(lost, text('Certainly. The answer is 42.'));
  const first = await world.spawn();
  const before = await visitSpawned(first);
  const answer = await before.ask('what is the answer?');
  await lost.write('The answer, dear');
  await answer.until('dear');
  first.kill('SIGKILL');
  await first.exited;
  await expect(answer.rest()).rejects.toThrow();

  const after = await visitSpawned(await world.spawn());
  const response = await after.call('GET', '/api/conversations/c1/stream', undefined, {
    accept: 'text/event-stream',
    'last-event-id': answer.seen.at(-1)!.id,
  });
  const events = await follow(response).rest();
  expect(events[0]?.event).toBe('turn');
  expect(textOf(events)).toBe('Certainly. The answer is 42.');
  expect(events.at(-1)?.event).toBe('done');
  expect(await (await after.call('GET', '/api/conversations/c1')).json()).toMatchObject({
    turns: [{ text: 'what is the answer?' }, { text: 'Certainly. The answer is 42.' }],
  });
}, 60_000);

test('after SIGTERM an answer may finish, and nothing new begins', async () => {
  const world = await startWebWorld();
  const { openai } = world;
  const hand = byHand();
  openai.script(hand);
  const parley = await world.spawn();
  const visitor = await visitSpawned(parley);
  const answer = await visitor.ask('be quick');
  await hand.write('I will be');
  await answer.until('I will be');
  parley.kill('SIGTERM');
  await parley.stderr.until('Stopping');
  const late = await visitor.call('POST', '/api/conversations/c2/messages', { text: 'me too' });
  expect(late.status).toBe(503);
  await hand.write(' quick.');
  await hand.finish();
  expect(textOf(await answer.rest())).toBe('I will be quick.');
  expect(answer.seen.at(-1)?.event).toBe('done');
  expect(await parley.exited).toMatchObject({ code: 0 });
}, 30_000);

test('it is ready once it has started', async () => {
  const world = await startWebWorld();
  const visitor = await visit(world);
  const ready = await visitor.call('GET', '/readyz');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({ ready: true, store: true, platforms: [{ name: 'web', ready: true }] });
});
