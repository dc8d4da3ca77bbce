import { describe, expect, test } from 'vitest';
import { byHand, text } from '../servers/openai.ts';
import { modes, spoken, startScene } from './slack-scene.ts';

describe.each(modes)('conversations in Slack, events by %s', (mode) => {
  test('a mention is answered in its thread, growing; the thread goes on without mentions, also after a restart', async () => {
    const { world, slack, openai, maria, omar, general, untilReplies, prompt } = await startScene(mode);
    const answer = byHand();
    openai.script(answer, spoken('Teal, you said.'), spoken('Still teal.'));
    const question = slack.say(maria, general.id, 'remember: my colour is teal', { mention: true });
    await slack.until(() => slack.status(general.id, question.ts) !== undefined);

    await answer.write('I shall ');
    await slack.untilMessage(general.id, (message) => message.streaming && message.text.trim() === 'I shall');
    expect(slack.status(general.id, question.ts)).toBeUndefined();
    await answer.write('remember teal');
    await slack.untilMessage(general.id, (message) => message.streaming && message.text.endsWith('teal'));
    await answer.write('.');
    await answer.finish();
    const [reply] = await untilReplies(question, ['I shall remember teal.']);
    expect(reply).toMatchObject({ format: 'markdown', streamClosedBy: 'app', edited: false });
    const methods = slack.calls.map(({ method }) => method);
    expect(methods).not.toContain('chat.postMessage');
    expect(methods).not.toContain('chat.update');

    const thread = { threadTs: question.ts };
    const followUp = slack.say(omar, general.id, 'which colour was it?', thread);
    await untilReplies(followUp, ['I shall remember teal.', 'Teal, you said.']);
    const remembered = [
      'user: maria: remember: my colour is teal',
      'assistant: I shall remember teal.',
      'user: omar: which colour was it?',
    ];
    expect(await prompt(1)).toEqual(remembered);

    await world.restart();
    const later = slack.say(maria, general.id, 'and now?', thread);
    await untilReplies(later, ['I shall remember teal.', 'Teal, you said.', 'Still teal.']);
    expect(await prompt(2)).toEqual([...remembered, 'assistant: Teal, you said.', 'user: maria: and now?']);
    // What is said in the channel outside of the thread is none of its business.
    slack.say(omar, general.id, 'lunch?');
    const other = slack.say(omar, general.id, 'hello', { mention: true });
    await untilReplies(other, ['echo: omar: hello']);
    expect(await prompt(3)).toEqual(['user: omar: hello']);
  });

  test('a direct message is answered outside of threads by a message that is edited, in a thread by a stream', async () => {
    const { slack, openai, maria, untilReplies, prompt } = await startScene(mode);
    const direct = slack.dm(maria);
    const answer = byHand();
    const inThread = byHand();
    openai.script(answer, text('Teal.'), inThread);
    slack.say(maria, direct.id, 'my colour is teal');
    await answer.write('So ');
    await slack.untilMessage(direct.id, ({ text }) => text.trim() === 'So');
    await answer.write('be it.');
    await answer.finish();
    const first = await slack.untilMessage(direct.id, ({ text }) => text === 'So be it.');
    expect(first.streamClosedBy).toBeUndefined();
    expect(first.threadTs).toBeUndefined();
    slack.say(maria, direct.id, 'which one?');
    await slack.untilMessage(direct.id, ({ text, threadTs }) => text === 'Teal.' && threadTs === undefined);
    // Between two nobody has to be told apart.
    expect(await prompt(1)).toEqual(['user: my colour is teal', 'assistant: So be it.', 'user: which one?']);

    const threaded = slack.say(maria, direct.id, 'and here?', { threadTs: first.ts });
    await inThread.write('Here');
    await slack.untilMessage(direct.id, ({ streaming, threadTs }) => streaming && threadTs === first.ts);
    await inThread.write(' too.');
    await inThread.finish();
    await untilReplies(threaded, ['Here too.']);
    slack.say(maria, direct.id, 'why?', { threadTs: first.ts });
    await untilReplies(threaded, ['Here too.', 'echo: why?']);
    expect(await prompt(3)).toEqual(['user: and here?', 'assistant: Here too.', 'user: why?']);
  });

  test.each([
    ['all', {}],
    ['no more than 15 messages at a time', { limits: { cappedHistory: true } }],
  ])('mentioned in the middle of a thread it has read what was said above: %s', async (_, options) => {
    const { slack, maria, omar, general, prompt, untilReplies } = await startScene(mode, { slack: options });
    const root = slack.say(maria, general.id, 'where shall we <https://example.com/eat|eat>?');
    const thread = { threadTs: root.ts };
    for (let count = 1; count <= 20; count++) slack.say(omar, general.id, `idea ${count}`, thread);
    const question = slack.say(maria, general.id, 'what do you think?', { ...thread, mention: true });
    await untilReplies(question, ['echo: maria: what do you think?']);
    const told = await prompt(0);
    expect(told).toHaveLength('limits' in options ? 16 : 22);
    expect(told[0]).toBe('user: maria: where shall we eat (https://example.com/eat)?');
    expect(told[1]).toBe('user: omar: idea 1');
    expect(told.at(-1)).toBe('user: maria: what do you think?');
  });

  test('what is said while it answers is answered next, in one go, and what is edited until then counts as edited', async () => {
    const scene = await startScene(mode);
    const { slack, openai, maria, omar, general, untilReplies, untilAcknowledged, prompt } = scene;
    const answer = byHand();
    openai.script(answer);
    const question = slack.say(maria, general.id, 'first', { mention: true });
    await answer.write('One ');
    await slack.untilMessage(general.id, ({ streaming }) => streaming);
    const thread = { threadTs: question.ts };
    await untilAcknowledged(slack.say(omar, general.id, 'second', thread).eventIds);
    await slack.until(
      ({ calls }) => calls.filter(({ method, ok }) => method === 'users.info' && ok).length === 2,
    );
    const slip = slack.say(maria, general.id, 'thrid', thread);
    await untilAcknowledged(slip.eventIds);
    await untilAcknowledged([slack.editMessage(general.id, slip.ts, 'third')]);
    await answer.write('by one.');
    await answer.finish();
    await untilReplies(question, ['One by one.', 'echo: maria: third']);
    expect((await prompt(1)).slice(2)).toEqual(['user: omar: second', 'user: maria: third']);

    await untilAcknowledged([slack.editMessage(general.id, question.ts, `<@${slack.bot.userId}> too late`)]);
    slack.say(omar, general.id, 'fourth', thread);
    await untilReplies(question, ['One by one.', 'echo: maria: third', 'echo: omar: fourth']);
    expect(openai.requests).toHaveLength(3);
  });

  test.each(['app_mention', 'message'] as const)(
    'the same text, told twice with %s first and told again later, is answered once',
    async (first) => {
      const { world, slack, openai, maria, general, untilReplies, untilCounted } = await startScene(mode);
      const question = slack.say(maria, general.id, 'hello', { mention: true, first });
      expect(question.eventIds).toHaveLength(2);
      await untilReplies(question, ['echo: maria: hello']);
      for (const id of question.eventIds) slack.redeliver(id);
      await untilCounted('dropped.duplicate', 3);
      const restarted = await world.restart();
      for (const id of question.eventIds) slack.redeliver(id);
      await slack.until(() => restarted.counters.snapshot()['dropped.duplicate'] === 2);
      expect(slack.replies(general.id, question.ts)).toHaveLength(1);
      expect(openai.requests).toHaveLength(1);
    },
  );

  test('other bots, notices of Slack and what people say to one another are left alone', async () => {
    const scene = await startScene(mode);
    const { slack, openai, maria, omar, general, untilReplies, untilAcknowledged, prompt } = scene;
    const question = slack.say(maria, general.id, 'hello', { mention: true });
    await untilReplies(question, ['echo: maria: hello']);
    const thread = { threadTs: question.ts };
    slack.say(slack.user('deploybot'), general.id, 'deployed', { mention: true, bot: true });
    slack.say(slack.user('deploybot'), general.id, 'again', { ...thread, bot: true });
    slack.say(maria, general.id, 'joined', { ...thread, subtype: 'channel_join' });
    const aside = slack.say(maria, general.id, `<@${omar.id}> look at this`, thread);
    await untilAcknowledged(aside.eventIds);
    await slack.until(
      ({ calls }) => calls.filter(({ method, ok }) => method === 'users.info' && ok).length === 2,
    );
    const last = slack.say(omar, general.id, 'what did maria say?', thread);
    await untilReplies(last, ['echo: maria: hello', 'echo: omar: what did maria say?']);
    await scene.untilCounted('dropped.subtype');
    expect((await prompt(1)).slice(2)).toEqual([
      'user: maria: @omar look at this',
      'user: omar: what did maria say?',
    ]);
    expect(openai.requests).toHaveLength(2);
  });
});
