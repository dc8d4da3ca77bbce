import { expect, it } from 'vitest';
import { createCall, createStores, say, setUpDirect } from './engine-fixture.ts';

const direct = 'direct:1';

it('of a message or a command takes the place of the configured one, for that answer', async () => {
  const { engine, model, idle } = setUpDirect();
  model.reply = () => 'Arr.';
  const options = { question: 'and now?' };
  await engine.message(say('hello', { persona: 'You are a pirate.' }));
  await idle();
  await engine.command(createCall('ask', { conversation: direct, options, persona: 'You are a poet.' }));
  await idle();
  await engine.message(say('who are you?'));
  await idle();
  await engine.message(say('and now?', { persona: ' \n' }));
  await idle();
  expect(model.calls.map(({ messages }) => messages[0]!.text.split('\n')[0])).toEqual([
    'You are a pirate.',
    'You are a poet.',
    'You are Parley.',
    'You are Parley.',
  ]);
});

it("of messages that are answered together is the last one's", async () => {
  const { engine, model, idle } = setUpDirect();
  await engine.message(say('one'));
  const call = await model.called(1);
  await engine.message(say('two', { persona: 'You are a pirate.' }));
  await engine.message(say('three', { persona: 'You are a poet.' }));
  model.reply = () => 'ok';
  call.finish();
  await idle();
  expect(model.calls[1]!.messages[0]!.text).toBe('You are a poet.');
});

it('survives a crash', async () => {
  const kept = createStores();
  const crashed = setUpDirect(kept);
  await crashed.engine.message(say('hello', { persona: 'You are a pirate.' }));
  await crashed.model.called(1);
  const after = setUpDirect(kept);
  after.model.reply = () => 'Arr.';
  await after.engine.recover('direct');
  await after.idle();
  expect(after.model.calls[0]!.messages[0]!.text).toBe('You are a pirate.');
});
