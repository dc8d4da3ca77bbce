import { describe, expect, it } from 'vitest';
import { ParleyError, SurfaceError } from '../../src/core/errors.ts';
import { createHistory } from '../../src/core/history.ts';
import { createMessage } from '../fakes/platform.ts';
import { createCall, createStores, setUp } from './engine-fixture.ts';

describe('a conversation', () => {
  it('answers, and remembers who said what over a restart', async () => {
    const kept = createStores();
    const before = setUp(kept);
    before.model.reply = () => 'Nice.';
    await before.engine.message(createMessage('my favourite colour is teal'));
    await before.idle();
    expect(before.platform.pagesOf('fake:1')).toEqual(['Nice.']);

    const after = setUp(kept);
    after.model.reply = () => 'Teal.';
    const bob = { id: 'fake:bob', name: 'Bob' };
    await after.engine.message(createMessage('which is it?', { author: bob, to: 'thread' }));
    await after.idle();
    expect(after.model.calls[0]?.messages.slice(1)).toEqual([
      { role: 'user', text: 'Ada: my favourite colour is teal' },
      { role: 'assistant', text: 'Nice.' },
      { role: 'user', text: 'Bob: which is it?' },
    ]);
  });

  it('answers what arrives during an answer next, together', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('one'));
    const first = await model.called(1);
    await engine.message(createMessage('two', { to: 'thread' }));
    await engine.message(createMessage('three', { to: 'thread' }));
    model.reply = () => 'second';
    first.say('first');
    first.finish();
    await model.called(2);
    await idle();
    expect(platform.pagesOf('fake:1')).toEqual(['first', 'second']);
    expect(model.calls[1]?.messages.slice(-2).map(({ text }) => text)).toEqual(['Ada: two', 'Ada: three']);
  });

  it('answers the same message once, however often and through whichever process it is delivered', async () => {
    const kept = createStores();
    const { engine, model, idle } = setUp(kept);
    model.reply = () => 'once';
    const message = createMessage('hello');
    await Promise.all([engine.message(message), engine.message(message)]);
    await idle();
    const after = setUp(kept);
    await after.engine.message(message);
    await after.idle();
    expect(model.calls.length + after.model.calls.length).toBe(1);
    expect(after.counters.snapshot()['dropped.duplicate']).toBe(1);
  });

  it('stays out of threads that it has no part in, and keeps what is said to others in those it has', async () => {
    const { engine, model, idle, platform } = setUp();
    model.reply = () => 'ok';
    await engine.message(createMessage('lunch?', { to: 'thread', thread: 'fake:2' }));
    await engine.message(createMessage('hello'));
    await model.called(1);
    await engine.message(createMessage('Bob, what do you think?', { to: 'others' }));
    await engine.message(createMessage('and you?'));
    await idle();
    expect(platform.pagesOf('fake:2')).toEqual([]);
    expect(platform.pagesOf('fake:1').length).toBeGreaterThan(0);
    expect(model.calls.at(-1)?.messages.map(({ text }) => text)).toContain('Ada: Bob, what do you think?');
  });

  it('reads what was said before it was called in, once, and not after it was told to forget', async () => {
    const { engine, model, platform, idle } = setUp();
    model.reply = () => 'ok';
    platform.earlierMessages = [
      { author: { id: 'fake:bob', name: 'Bob' }, own: false, text: 'The door is blue.' },
      { author: { id: 'fake:parley', name: 'Parley' }, own: true, text: 'Indeed.' },
    ];
    await engine.message(createMessage('which colour?'));
    await model.called(1);
    expect(model.calls[0]?.messages.slice(1)).toEqual([
      { role: 'user', text: 'Bob: The door is blue.' },
      { role: 'assistant', text: 'Indeed.' },
      { role: 'user', text: 'Ada: which colour?' },
    ]);
    await engine.command(createCall('new'));
    await engine.message(createMessage('and now?'));
    await idle();
    expect(model.calls.at(-1)?.messages.slice(1)).toEqual([{ role: 'user', text: 'Ada: and now?' }]);
  });

  it('goes on where the server finds the prompt too long', async () => {
    const { engine, model, platform, idle } = setUp();
    model.reply = () => 'x'.repeat(4_000);
    await engine.message(createMessage('one'));
    await model.called(1);
    await engine.message(createMessage('two'));
    await model.called(2);
    model.reply = undefined;
    await engine.message(createMessage('three'));
    (await model.called(3)).fail(new ParleyError('context-too-long', 'Too long.'));
    const retried = await model.called(4);
    retried.say('shorter');
    retried.finish();
    await idle();
    expect(retried.messages.length).toBeLessThan(model.calls[2]!.messages.length);
    expect(platform.pagesOf('fake:1').at(-1)).toBe('shorter');
  });
});

describe('when something fails', () => {
  it('keeps the partial text with one sentence under it, and remembers what was said', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('hello'));
    const call = await model.called(1);
    call.say('Half an ans');
    call.fail(new ParleyError('cut-off', 'The answer broke off.'));
    model.reply = () => 'ok';
    await engine.message(createMessage('again'));
    await idle();
    expect(platform.pagesOf('fake:1')[0]).toBe('Half an ans\n\n⚠️ The answer broke off.');
    expect(model.calls[1]?.messages.map(({ text }) => text)).toContain('Half an ans');
  });

  it('never shows what an unexpected error says', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('hello'));
    (await model.called(1)).fail(new Error('token sk-secret is bad'));
    await idle();
    expect(platform.pagesOf('fake:1')[0]).toMatch(/^⚠️ Something went wrong on my side/);
    expect(platform.pagesOf('fake:1').join()).not.toContain('sk-secret');
  });

  it('says so where history cannot be read, and asks no model', async () => {
    const kept = createStores();
    const { engine, model, platform, idle } = setUp(kept);
    kept.history.fail(
      new ParleyError('store-failed', 'I can’t reach my memory right now: please try again.'),
    );
    await engine.message(createMessage('hello'));
    await idle();
    expect(platform.pagesOf('fake:1')).toEqual(['⚠️ I can’t reach my memory right now: please try again.']);
    expect(model.calls).toHaveLength(0);
  });

  it('says so where an answer could not be saved', async () => {
    const kept = createStores();
    const { engine, model, platform, idle } = setUp(kept);
    await engine.message(createMessage('hello'));
    const call = await model.called(1);
    kept.history.fail(new ParleyError('store-failed', 'no'));
    call.say('Answer.');
    call.finish();
    await idle();
    expect(platform.pagesOf('fake:1')).toEqual([
      'Answer.',
      '⚠️ I could not save this answer, so I won’t remember it.',
    ]);
  });

  it('stops the model when the reply is deleted, and remembers only what was seen', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('hello'));
    const call = await model.called(1);
    call.say('Seen.');
    await expect.poll(() => platform.pagesOf('fake:1')).toEqual(['Seen.']);
    const surface = platform.surfacesOf('fake:1')[0]!;
    surface.grow = () => Promise.reject(new SurfaceError('gone', 'deleted'));
    call.say(' Unseen.');
    await expect.poll(() => call.signal.aborted).toBe(true);
    model.reply = () => 'ok';
    await engine.message(createMessage('go on'));
    await idle();
    expect(model.calls[1]?.messages.map(({ text }) => text)).toContain('Seen.');
  });

  it('remembers only what was seen where the last text finds no place any more', async () => {
    const { engine, model, platform, counters, idle } = setUp();
    await engine.message(createMessage('hello'));
    const call = await model.called(1);
    call.say('Seen.');
    await expect.poll(() => platform.pagesOf('fake:1')).toEqual(['Seen.']);
    const surface = platform.surfacesOf('fake:1')[0]!;
    surface.close = () => Promise.reject(new SurfaceError('gone', 'deleted'));
    surface.grow = surface.close;
    call.say(' And the unseen rest.');
    call.finish();
    await idle();
    expect(counters.snapshot()['answer.undelivered'] ?? counters.snapshot()['answer.gone']).toBe(1);
    model.reply = () => 'ok';
    await engine.message(createMessage('go on'));
    await idle();
    expect(model.calls[1]?.messages.map(({ text }) => text)).toContain('Seen.');
    expect(model.calls[1]?.messages.map(({ text }) => text).join()).not.toContain('unseen rest');
  });

  it('answers an empty message and one with only attachments in words', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('  '));
    await engine.message(createMessage('', { thread: 'fake:2', attachments: [{ name: 'a.bin' }] }));
    await idle();
    expect(platform.pagesOf('fake:1')[0]).toMatch(/What can I do for you/);
    expect(platform.pagesOf('fake:2')[0]).toMatch(/a\.bin/);
    expect(model.calls).toHaveLength(0);
  });

  it('answers a text with an attachment and says what it could not read', async () => {
    const { engine, model, platform, idle } = setUp();
    model.reply = () => 'Sure.';
    await engine.message(createMessage('look', { attachments: [{ name: 'a.bin', mediaType: 'x/y' }] }));
    await idle();
    expect(model.calls[0]?.messages.at(-1)?.text).toContain('a.bin (x/y)');
    expect(platform.pagesOf('fake:1')[0]).toMatch(/^Sure\.\n\n⚠️ .*a\.bin/);
  });
});

describe('what people change their mind about', () => {
  it('stops on a word, keeps what is there and goes on with the next', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('hello'));
    const call = await model.called(1);
    call.say('A long');
    await expect.poll(() => platform.pagesOf('fake:1')).toEqual(['A long']);
    await engine.message(createMessage('stop'));
    await idle();
    expect(call.signal.aborted).toBe(true);
    expect(platform.pagesOf('fake:1')).toEqual(['A long\n\n⏹️ Stopped.']);
  });

  it('drops a waiting message that was deleted and takes the new text of one that was edited', async () => {
    const { engine, model, idle } = setUp();
    await engine.message(createMessage('one'));
    const call = await model.called(1);
    const deleted = createMessage('two');
    const edited = createMessage('thre');
    await engine.message(deleted);
    await engine.message(edited);
    engine.withdraw('fake:1', deleted.id);
    engine.revise('fake:1', edited.id, 'three');
    model.reply = () => 'ok';
    call.finish();
    await model.called(2);
    await idle();
    const texts = model.calls[1]?.messages.map(({ text }) => text) ?? [];
    expect(texts).toContain('Ada: three');
    expect(texts.join()).not.toContain('two');
  });

  it('stops answering a question that was deleted', async () => {
    const { engine, model, platform, idle } = setUp();
    const message = createMessage('hello');
    await engine.message(message);
    const call = await model.called(1);
    engine.withdraw('fake:1', message.id);
    await idle();
    expect(call.signal.aborted).toBe(true);
    expect(platform.pagesOf('fake:1')[0]).toMatch(/question was deleted/);
  });

  it('forgets on /new, also in the middle of an answer', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('my name is Ada'));
    (await model.called(1)).say('Hello A');
    await expect.poll(() => platform.pagesOf('fake:1')).toEqual(['Hello A']);
    await engine.message(createMessage('/new', { to: 'thread' }));
    model.reply = () => 'No idea.';
    await engine.message(createMessage('who am I?'));
    await model.called(2);
    await idle();
    expect(model.calls[1]?.messages.map(({ text }) => text).slice(1)).toEqual(['Ada: who am I?']);
    expect(platform.pagesOf('fake:1')[1]).toMatch(/Forgotten/);
  });
});

describe('commands', () => {
  it('/ask answers like a message, /help explains, /new outside of a conversation says where it works', async () => {
    const { engine, model, platform, idle } = setUp();
    model.reply = () => 'Because.';
    const { conversation: _, ...nowhere } = createCall('new', { replyTo: { thread: 'fake:3', data: {} } });
    await engine.command(createCall('ask', { options: { question: 'why?' } }));
    await engine.command(createCall('help', { replyTo: { thread: 'fake:2', data: {} } }));
    await engine.command(nowhere);
    await engine.command(createCall('dance', { replyTo: { thread: 'fake:4', data: {} } }));
    await idle();
    expect(platform.pagesOf('fake:1')).toEqual(['Because.']);
    expect(platform.pagesOf('fake:2')[0]).toContain('/new');
    expect(platform.pagesOf('fake:3')[0]).toMatch(/no conversation here/);
    expect(platform.pagesOf('fake:4')[0]).toMatch(/don’t know/);
  });
});

describe('shutdown and crash', () => {
  it('interrupts what does not finish in time and says so; what waits is answered after the restart', async () => {
    const kept = createStores();
    const { engine, model, platform } = setUp(kept);
    await engine.message(createMessage('one'));
    (await model.called(1)).say('Half');
    await engine.message(createMessage('two'));
    await engine.drain(1);
    expect(platform.pagesOf('fake:1')).toEqual([
      'Half\n\n⚠️ I was interrupted by a restart before I could finish: please ask again.',
    ]);
    const after = setUp(kept);
    after.model.reply = () => 'Answer to two.';
    await after.engine.recover('fake');
    await after.idle();
    expect(after.platform.pagesOf('fake:1')).toEqual(['Answer to two.']);
  });

  it('answers after a crash what was being answered, without asking the model twice about one message', async () => {
    const kept = createStores();
    const crashed = setUp(kept);
    await crashed.engine.message(createMessage('hello'));
    await crashed.model.called(1);

    const after = setUp(kept);
    after.model.reply = () => 'Hello again.';
    await after.engine.recover('fake');
    await after.idle();
    expect(after.platform.pagesOf('fake:1')).toEqual(['Hello again.']);
    expect(after.model.calls[0]?.messages).toHaveLength(2);
    expect(after.platform.surfacesOf('fake:1')[0]?.calls[0]?.attempt).toBe(2);
  });

  it('does not try for ever what brings it down', async () => {
    const kept = createStores();
    const first = setUp(kept);
    await first.engine.message(createMessage('hello'));
    await first.model.called(1);
    const second = setUp(kept);
    await second.engine.recover('fake');
    await second.model.called(1);
    const third = setUp(kept);
    await third.engine.recover('fake');
    await third.idle();
    expect(third.model.calls).toHaveLength(0);
    expect(third.platform.pagesOf('fake:1')[0]).toMatch(/please ask again/);
  });

  it('takes nothing of its own for something that was left', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('hello'));
    const call = await model.called(1);
    await engine.recover('fake');
    call.say('once');
    call.finish();
    await idle();
    expect(platform.pagesOf('fake:1')).toEqual(['once']);
  });

  it('delivers an answer that was stored but not delivered, without asking again', async () => {
    const kept = createStores();
    const crashed = setUp(kept);
    const message = createMessage('what is 2 + 2?');
    await crashed.engine.message(message);
    const call = await crashed.model.called(1);
    crashed.platform.surfacesOf('fake:1')[0]!.open = () => new Promise(() => undefined);
    call.say('It is 4.');
    call.finish();
    const history = createHistory(kept.history);
    await expect.poll(async () => (await history.load('fake:1')).turns.length).toBe(2);

    const after = setUp(kept);
    await after.engine.recover('fake');
    await after.idle();
    expect(after.platform.pagesOf('fake:1')).toEqual(['It is 4.']);
    expect(after.model.calls).toHaveLength(0);
    expect((await history.load('fake:1')).turns).toHaveLength(2);
  });

  it('answers together again what was being answered together, under the same key', async () => {
    const kept = createStores();
    const crashed = setUp(kept);
    await crashed.engine.message(createMessage('one'));
    const call = await crashed.model.called(1);
    const two = createMessage('two');
    const three = createMessage('three');
    await crashed.engine.message(two);
    await crashed.engine.message(three);
    call.finish();
    await crashed.model.called(2);

    const after = setUp(kept);
    after.model.reply = () => 'both';
    await after.engine.recover('fake');
    await after.idle();
    expect(after.model.calls).toHaveLength(1);
    expect(after.platform.pagesOf('fake:1')).toEqual(['both']);
    expect(after.platform.surfacesOf('fake:1')[0]?.calls[0]?.key).toBe(`${three.id}#0`);
  });

  it('leaves to their platform what belongs to another one, and passes over what it can not read', async () => {
    const kept = createStores();
    await kept.errands.set('junk', { some: 'thing' });
    const crashed = setUp(kept);
    await crashed.engine.message(createMessage('hello'));
    await crashed.model.called(1);
    const other = setUp(kept);
    await other.engine.recover('elsewhere');
    const after = setUp(kept);
    after.model.reply = () => 'here';
    await after.engine.recover('fake');
    await after.idle();
    expect(after.platform.pagesOf('fake:1')).toEqual(['here']);
  });

  it('waits for what is being taken in, so that a redelivery after the restart is not needed', async () => {
    const kept = createStores();
    const { engine } = setUp(kept);
    const gate = Promise.withResolvers<void>();
    const { get } = kept.seen;
    kept.seen.get = async (key) => {
      await gate.promise;
      return get(key);
    };
    const taking = engine.message(createMessage('hello'));
    const draining = engine.drain(1_000);
    gate.resolve();
    await Promise.all([taking, draining]);
    const after = setUp(kept);
    after.model.reply = () => 'hi';
    await after.engine.recover('fake');
    await after.idle();
    expect(after.platform.pagesOf('fake:1')).toEqual(['hi']);
  });
});

describe('among people', () => {
  it('does not complain under every message of others while the store is down', async () => {
    const kept = createStores();
    const { engine, platform, idle } = setUp(kept);
    kept.history.fail(new ParleyError('store-failed', 'no'));
    await engine.message(createMessage('lunch?', { to: 'thread' }));
    await engine.message(createMessage('yes', { to: 'thread' }));
    await idle();
    expect(platform.pagesOf('fake:1')).toEqual([]);
  });

  it('takes a bare stop in its thread for a stop while it answers, and for a word otherwise', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('hello'));
    (await model.called(1)).say('A long');
    await expect.poll(() => platform.pagesOf('fake:1')).toEqual(['A long']);
    await engine.message(createMessage('stop', { to: 'thread' }));
    await idle();
    expect(platform.pagesOf('fake:1')).toEqual(['A long\n\n⏹️ Stopped.']);
    model.reply = () => 'Stop what?';
    await engine.message(createMessage('stop', { to: 'thread' }));
    await idle();
    expect(platform.pagesOf('fake:1')[1]).toBe('Stop what?');
  });

  it('answers what waited in the new conversation where somebody starts anew', async () => {
    const { engine, model, idle } = setUp();
    await engine.message(createMessage('my name is Ada'));
    await model.called(1);
    await engine.message(createMessage('and what is the time?'));
    model.reply = () => 'ok';
    await engine.message(createMessage('new'));
    await idle();
    expect(model.calls[1]?.messages.map(({ text }) => text).slice(1)).toEqual(['Ada: and what is the time?']);
  });

  it('withdraws a message that is still being taken in', async () => {
    const kept = createStores();
    const { engine, model, idle } = setUp(kept);
    const { get } = kept.seen;
    kept.seen.get = async (key) => {
      await new Promise((resolve) => setImmediate(resolve));
      return get(key);
    };
    await engine.message(createMessage('first'));
    const call = await model.called(1);
    const message = createMessage('second', { thread: 'fake:1' });
    const taking = engine.message(message);
    engine.withdraw('fake:1', message.id);
    await taking;
    call.finish();
    await idle();
    expect(model.calls.flatMap(({ messages }) => messages.map(({ text }) => text)).join()).not.toContain(
      'second',
    );
  });

  it('hints at a file without words, though somebody said something to others meanwhile', async () => {
    const { engine, model, platform, idle } = setUp();
    await engine.message(createMessage('hello'));
    const call = await model.called(1);
    await engine.message(createMessage('Bob, look', { to: 'others' }));
    await engine.message(createMessage('', { attachments: [{ name: 'a.bin' }] }));
    call.say('hi');
    call.finish();
    await idle();
    expect(model.calls).toHaveLength(1);
    expect(platform.pagesOf('fake:1')[1]).toMatch(/a\.bin/);
  });
});
