import { describe, expect, it } from 'vitest';
import { ParleyError } from '../../src/core/errors.ts';
import { createMessage } from '../fakes/platform.ts';
import { createCall, createStores, say, setUp, setUpDirect } from './engine-fixture.ts';

const direct = 'direct:1';
const shared = 'fake:1';

function textsOf(turns: readonly { readonly text: string }[]): string[] {
  return turns.map(({ text }) => text);
}

describe('reading a conversation', () => {
  it('gives all turns, the running question included, and none where there is none', async () => {
    const { engine, model, idle } = setUpDirect();
    model.reply = () => 'Nice.';
    await engine.message(say('one'));
    await idle();
    model.reply = undefined;
    const second = say('two');
    await engine.message(second);
    const call = await model.called(2);
    expect(await engine.conversations.read(direct)).toMatchObject([
      { role: 'user', text: 'one' },
      { role: 'assistant', text: 'Nice.' },
      { role: 'user', text: 'two', messageId: second.id },
    ]);
    expect(await engine.conversations.read('direct:2')).toEqual([]);
    call.finish();
    await idle();
  });

  it('gives also what prompts no longer hold', async () => {
    const { engine, model, idle, history } = setUpDirect();
    model.reply = () => 'x'.repeat(9_000);
    for (const text of ['one', 'two', 'three', 'four', 'five']) {
      await engine.message(say(text));
      await idle();
    }
    expect((await history.load(direct)).start).toBeGreaterThan(0);
    expect(textsOf(await engine.conversations.read(direct)).filter((text) => text.length < 10)).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
    ]);
  });
});

describe('undo', () => {
  it('drops the last question and its answer, again and again', async () => {
    const { engine, model, idle } = setUpDirect();
    for (const word of ['one', 'two']) {
      model.reply = () => `answer ${word}`;
      await engine.message(say(word));
      await idle();
    }
    expect(await engine.conversations.undo(direct)).toBe('two');
    expect(textsOf(await engine.conversations.read(direct))).toEqual(['one', 'answer one']);
    expect(await engine.conversations.undo(direct)).toBe('one');
    expect(await engine.conversations.undo(direct)).toBeUndefined();
    expect(await engine.conversations.undo('direct:2')).toBeUndefined();
    await engine.message(say('three'));
    await idle();
    expect(model.calls.at(-1)?.messages.slice(1)).toEqual([{ role: 'user', text: 'three' }]);
  });

  it('drops a question alone that has no answer, and not the one before it', async () => {
    const { engine, model, idle } = setUpDirect();
    for (const word of ['one', 'two']) {
      await engine.message(say(word));
      (await model.called(word === 'one' ? 1 : 2)).fail(new ParleyError('model-failed', 'No.'));
      await idle();
    }
    expect(textsOf(await engine.conversations.read(direct))).toEqual(['one', 'two']);
    expect(await engine.conversations.undo(direct)).toBe('two');
    expect(textsOf(await engine.conversations.read(direct))).toEqual(['one']);
  });

  it('drops all that was asked together', async () => {
    const { engine, model, idle } = setUpDirect();
    await engine.message(say('one'));
    const call = await model.called(1);
    await engine.message(say('two'));
    await engine.message(say('three'));
    model.reply = () => 'both';
    call.say('first');
    call.finish();
    await idle();
    expect(await engine.conversations.undo(direct)).toBe('two\n\nthree');
    expect(textsOf(await engine.conversations.read(direct))).toEqual(['one', 'first']);
  });

  it('keeps what was overheard before and after the question', async () => {
    const { engine, model, idle } = setUp();
    model.reply = () => 'ok';
    for (const [text, to] of [
      ['hello', 'parley'],
      ['lunch?', 'others'],
      ['and you?', 'parley'],
      ['yes', 'others'],
    ] as const) {
      await engine.message(createMessage(text, { to }));
      await idle();
    }
    expect(await engine.conversations.undo(shared)).toBe('and you?');
    expect(textsOf(await engine.conversations.read(shared))).toEqual(['hello', 'ok', 'lunch?', 'yes']);
  });

  it('takes the newest turn of a person for the question where an older version stored it', async () => {
    const { engine, history } = setUpDirect();
    const turn = { at: 1, tokens: 1 };
    await history.append(direct, [
      { ...turn, role: 'user', text: 'one', messageId: 'a' },
      { ...turn, role: 'user', text: 'two', messageId: 'b' },
      { ...turn, role: 'assistant', text: 'answer' },
    ]);
    expect(await engine.conversations.undo(direct)).toBe('two');
    expect(textsOf(await engine.conversations.read(direct))).toEqual(['one']);
  });

  it('waits for the end of a running answer, and takes that back', async () => {
    const { engine, model, idle } = setUpDirect();
    await engine.message(say('one'));
    const call = await model.called(1);
    const undoing = engine.conversations.undo(direct);
    await engine.message(say('two'));
    call.say('answer');
    call.finish();
    expect(await undoing).toBe('one');
    const next = await model.called(2);
    expect(textsOf(next.messages.slice(1))).toEqual(['two']);
    next.finish();
    await idle();
    expect(textsOf(await engine.conversations.read(direct))).toEqual(['two']);
  });

  it('finds an answer that is seen to have ended, though the engine is not done with it', async () => {
    const kept = createStores();
    const { engine, model, platform, idle } = setUpDirect(kept);
    const striking = Promise.withResolvers<void>();
    const strike = kept.errands.delete;
    kept.errands.delete = async (key) => {
      await striking.promise;
      await strike(key);
    };
    model.reply = () => 'answer';
    await engine.message(say('one'));
    await platform.until(() => platform.replies[0]?.ending);
    const undoing = engine.conversations.undo(direct);
    await new Promise((resolve) => setImmediate(resolve));
    striking.resolve();
    expect(await undoing).toBe('one');
    await idle();
    expect(await engine.conversations.read(direct)).toEqual([]);
  });

  it('comes after what was said before it, and before what is said after it', async () => {
    const kept = createStores();
    const { engine, model, idle } = setUpDirect(kept);
    model.reply = () => 'answer';
    await engine.message(say('one'));
    await idle();
    const { get } = kept.history;
    kept.history.get = async (key) => {
      await new Promise((resolve) => setImmediate(resolve));
      return get(key);
    };
    const undoing = engine.conversations.undo(direct);
    const asking = engine.message(say('two'));
    expect(await undoing).toBe('one');
    await asking;
    await idle();
    expect(textsOf(await engine.conversations.read(direct))).toEqual(['two', 'answer']);
  });

  it('lets the model see again what had been cut for a long question', async () => {
    const { engine, model, idle } = setUpDirect(undefined, undefined, { tool: false });
    model.reply = () => 'ok';
    await engine.message(say('my name is Ada'));
    await idle();
    await engine.message(say('x'.repeat(27_880)));
    await idle();
    expect(model.calls[1]!.messages).toHaveLength(2);
    await engine.conversations.undo(direct);
    await engine.message(say('who am I?'));
    await idle();
    expect(textsOf(model.calls[2]!.messages)).toContain('my name is Ada');
  });
});

describe('forget', () => {
  it('stops a running answer, forgets everything and keeps nothing of the answer', async () => {
    const { engine, model, platform, idle } = setUpDirect();
    await engine.message(say('my name is Ada'));
    const call = await model.called(1);
    call.say('Hello A');
    await platform.until(() => platform.replies[0]?.deltas.length === 1);
    await engine.conversations.forget(direct);
    expect(call.signal.aborted).toBe(true);
    expect(platform.replies[0]!.ending).toMatchObject({ end: 'stopped' });
    expect(await engine.conversations.read(direct)).toEqual([]);
    model.reply = () => 'No idea.';
    await engine.message(say('who am I?'));
    await idle();
    expect(textsOf(model.calls[1]!.messages.slice(1))).toEqual(['who am I?']);
    expect(platform.replies).toHaveLength(2);
  });

  it('answers what waited, and what comes at once after it, in the new conversation', async () => {
    const { engine, model, idle } = setUpDirect();
    await engine.message(say('my name is Ada'));
    await model.called(1);
    await engine.message(say('what is the time?'));
    model.reply = () => 'ok';
    const forgetting = engine.conversations.forget(direct);
    await engine.message(say('and the day?'));
    await forgetting;
    await idle();
    expect(textsOf(model.calls[1]!.messages.slice(1))).toEqual(['what is the time?', 'and the day?']);
  });

  it('works where nothing runs and where nothing was ever said', async () => {
    const { engine, model, idle } = setUpDirect();
    model.reply = () => 'ok';
    await engine.message(say('one'));
    await idle();
    await engine.conversations.forget(direct);
    await engine.conversations.forget('direct:2');
    expect(await engine.conversations.read(direct)).toEqual([]);
  });
});

it('tells whoever asked that the store fails', async () => {
  const kept = createStores();
  const { engine, model, platform, idle } = setUpDirect(kept);
  const failure = new ParleyError('store-failed', 'No memory.');
  kept.history.fail(failure);
  await expect(engine.conversations.read(direct)).rejects.toBe(failure);
  await expect(engine.conversations.undo(direct)).rejects.toBe(failure);
  await expect(engine.conversations.forget(direct)).rejects.toBe(failure);
  kept.history.fail(undefined);
  model.reply = () => 'ok';
  await engine.message(say('hello'));
  await idle();
  expect(platform.replies[0]!.ending).toEqual({ end: 'complete' });
});

describe('regenerate', () => {
  it('is not offered, but answers the last question again in place of its answer', async () => {
    const { engine, model, platform, idle } = setUpDirect();
    expect(engine.commands.map(({ name }) => name)).not.toContain('regenerate');
    model.reply = () => 'first';
    await engine.message(say('one'));
    await idle();
    model.reply = () => 'better';
    const replyTo = { thread: direct, data: { turn: 't2' } } as const;
    await engine.command(
      createCall('regenerate', { conversation: direct, shared: false, replyTo, persona: 'Be better.' }),
    );
    await idle();
    expect(model.calls[1]!.messages).toEqual([
      { role: 'system', text: 'Be better.' },
      { role: 'user', text: 'one' },
    ]);
    expect(platform.replies[1]).toMatchObject({ address: replyTo, deltas: ['better'] });
    expect(textsOf(await engine.conversations.read(direct))).toEqual(['one', 'better']);
    expect(await engine.conversations.undo(direct)).toBe('one');
  });

  it('answers a question again that was asked in parts, and one whose answer failed', async () => {
    const { engine, model, idle } = setUp();
    await engine.message(createMessage('one'));
    const call = await model.called(1);
    await engine.message(createMessage('two'));
    const bob = { id: 'fake:bob', name: 'Bob' };
    await engine.message(createMessage('three', { author: bob }));
    call.finish();
    (await model.called(2)).fail(new ParleyError('model-failed', 'No.'));
    await idle();
    model.reply = () => 'both';
    await engine.command(createCall('regenerate'));
    await idle();
    expect(textsOf(model.calls[2]!.messages.slice(1))).toEqual(['Ada: one', 'Ada: two', 'Bob: three']);
    expect(textsOf(await engine.conversations.read(shared))).toEqual(['one', 'two', 'three', 'both']);
  });

  it('never cuts the question off, however long the conversation is', async () => {
    const { engine, model, idle } = setUpDirect();
    model.reply = () => 'x'.repeat(12_000);
    for (const text of ['one', 'two', `${'y'.repeat(8_000)} three`]) {
      await engine.message(say(text));
      await idle();
    }
    await engine.command(createCall('regenerate', { conversation: direct, shared: false }));
    await idle();
    expect(model.calls[3]!.messages.at(-1)!.text).toMatch(/three$/);
  });

  describe('keeps the answer that is there', () => {
    async function answerAgain() {
      const scene = setUpDirect();
      const { engine, model, idle } = scene;
      model.reply = () => 'first';
      await engine.message(say('one'));
      await idle();
      model.reply = undefined;
      await engine.command(createCall('regenerate', { conversation: direct, shared: false }));
      const call = await model.called(2);
      expect(textsOf(call.messages.slice(1))).toEqual(['one']);
      expect(textsOf(await engine.conversations.read(direct))).toEqual(['one', 'first']);
      const said = async () => {
        await idle();
        return (await engine.conversations.read(direct)).map(({ text, end }) => [text, end]);
      };
      return { ...scene, call, said };
    }
    const both = [
      ['one', undefined],
      ['first', undefined],
    ];

    it('where the new one fails before its first word', async () => {
      const { call, said } = await answerAgain();
      call.fail(new ParleyError('rate-limited', 'No.'));
      expect(await said()).toEqual(both);
    });

    it('where the new one is stopped before its first word, or is empty', async () => {
      const stopped = await answerAgain();
      stopped.engine.stop(direct);
      expect(await stopped.said()).toEqual(both);
      const empty = await answerAgain();
      empty.call.finish();
      expect(await empty.said()).toEqual(both);
    });

    it('where nothing of the new one was delivered', async () => {
      const { call, said, platform } = await answerAgain();
      platform.replies[1]!.leave();
      call.say('never seen');
      expect(await said()).toEqual(both);
    });

    it('not where there is a part of a new one', async () => {
      const { call, said, platform } = await answerAgain();
      call.say('bet');
      await platform.until(() => platform.replies[1]?.deltas.length === 1);
      call.fail(new ParleyError('cut-off', 'Broken.'));
      expect(await said()).toEqual([
        ['one', undefined],
        ['bet', 'failed'],
      ]);
    });
  });

  it('says so where there is nothing to answer', async () => {
    const { engine, model, platform, idle } = setUpDirect();
    await engine.command(createCall('regenerate', { conversation: direct }));
    await idle();
    expect(platform.replies[0]).toMatchObject({
      deltas: [],
      ending: { end: 'complete', notice: 'Nothing to answer again yet.' },
    });
    expect(model.calls).toHaveLength(0);
  });

  it('can be stopped, and is answered after a crash', async () => {
    const kept = createStores();
    const { engine, model, idle } = setUpDirect(kept);
    model.reply = () => 'first';
    await engine.message(say('one'));
    await idle();
    model.reply = undefined;
    await engine.command(createCall('regenerate', { conversation: direct, shared: false }));
    await model.called(2);

    const after = setUpDirect(kept);
    after.model.reply = () => 'second';
    await after.engine.recover('direct');
    await after.idle();
    expect(textsOf(after.model.calls[0]!.messages.slice(1))).toEqual(['one']);
    expect(textsOf(await after.engine.conversations.read(direct))).toEqual(['one', 'second']);
    engine.stop(direct);
    await idle();
    expect(model.calls[1]!.signal.aborted).toBe(true);
  });
});
