import { describe, expect, test } from 'vitest';
import { allAcknowledged, connect, type Mode } from './harness.ts';

describe.each<Mode>(['socket', 'http'])('slash commands (%s)', (mode) => {
  test('/ask in a channel posts the question, and the answer goes into its thread', async () => {
    const { slack, inbox, platform } = await connect(mode);
    const ann = slack.user('Ann <!channel>');
    const { id: channel } = slack.channel();
    const press = slack.slash(ann, channel, '/ask', 'is a < b & <!here>?');
    await inbox.until(({ commands }) => commands.length === 1);
    await slack.until(() => press.acknowledged);

    const [parent] = slack.messages(channel);
    expect(parent?.text).toBe('*Ann <!channel>* asked: is a < b & @here?');
    expect(slack.pings).toEqual([]);
    const thread = `slack:${slack.team.id}:${channel}:${parent?.ts}`;
    const [call] = inbox.commands;
    expect(call).toMatchObject({
      id: `slack:${slack.team.id}:command:${press.triggerId}`,
      name: 'ask',
      options: { question: 'is a < b & @here?' },
      author: { id: ann.id, name: 'Ann <!channel>' },
      shared: true,
      replyTo: { thread },
    });
    expect(call).not.toHaveProperty('conversation');

    const surface = platform.surface(call!.replyTo);
    const view = { text: 'Yes.', shown: '' };
    await surface.open(surface.rungs[0]!, view, { index: 0, key: 'k', attempt: 1, whole: false });
    expect(slack.replies(channel, parent!.ts).map(({ text }) => text)).toEqual(['Yes.']);
  });

  test('/ask in a direct message belongs to the conversation there', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann');
    const { id: channel } = slack.dm(ann);
    slack.slash(ann, channel, '/ask', 'why?');
    await inbox.until(({ commands }) => commands.length === 1);
    const key = `slack:${slack.team.id}:${channel}`;
    expect(inbox.commands[0]).toMatchObject({ conversation: key, shared: false, replyTo: { thread: key } });
    expect(slack.messages(channel).map(({ text, threadTs }) => [text, threadTs])).toEqual([
      ['*Ann* asked: why?', undefined],
    ]);

    slack.say(ann, channel, 'and why is that?');
    await inbox.until(({ messages }) => messages.length === 1);
    expect(inbox.messages[0]?.thread).toBe(key);
  });

  test('what only the caller is to see goes through the response URL, whole', async () => {
    const { slack, inbox, platform } = await connect(mode);
    const ann = slack.user('Ann');
    const { id: channel } = slack.channel();
    slack.slash(ann, channel, '/help', '');
    await inbox.until(({ commands }) => commands.length === 1);
    expect(inbox.commands[0]).not.toHaveProperty('conversation');

    const surface = platform.surface(inbox.commands[0]!.replyTo);
    const [rung] = surface.rungs;
    expect(rung).toMatchObject({ name: 'response', growth: 'replace' });
    const once = { index: 0, key: 'k', attempt: 1, whole: true };
    await surface.open(rung!, { text: '**Help** <!channel>', shown: '' }, once);
    const page = await surface.open(
      rung!,
      { text: 'A longer', shown: '' },
      { ...once, index: 1, whole: false },
    );
    await surface.grow(page, { text: 'A longer answer', shown: 'A longer' });
    await surface.close(page, { text: 'A longer answer.', shown: 'A longer answer' });

    expect(slack.ephemerals.map(({ user, text, via }) => [user, text, via])).toEqual([
      [ann.id, '**Help** <!channel>', 'response-url'],
      [ann.id, 'A longer answer.', 'response-url'],
    ]);
    expect(slack.messages(channel)).toEqual([]);
    expect(slack.pings).toEqual([]);
  });

  test('/new in a direct message names its conversation', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user();
    const { id: channel } = slack.dm(ann);
    slack.slash(ann, channel, '/new', '');
    await inbox.until(({ commands }) => commands.length === 1);
    expect(inbox.commands[0]).toMatchObject({
      name: 'new',
      options: {},
      conversation: `slack:${slack.team.id}:${channel}`,
    });
  });

  test('/ask without a question reaches the engine without being shown to anybody', async () => {
    const { slack, inbox, platform } = await connect(mode);
    const { id: channel } = slack.channel();
    slack.slash(slack.user(), channel, '/ask', '  ');
    await inbox.until(({ commands }) => commands.length === 1);
    expect(inbox.commands[0]?.options).toEqual({});
    expect(platform.surface(inbox.commands[0]!.replyTo).rungs.map(({ name }) => name)).toEqual(['response']);
    expect(slack.messages(channel)).toEqual([]);
  });

  test.each([
    [{ member: false }, 'Invite me with /invite @parley'],
    [{ gone: true }, 'Invite me with /invite @parley'],
    [{ archived: true }, 'archived'],
  ])('/ask where it can not post (%j) says so to the caller', async (state, words) => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user();
    const { id: channel } = slack.channel();
    slack.change(channel, state);
    slack.slash(ann, channel, '/ask', 'anybody here?');
    await slack.until(({ ephemerals }) => ephemerals.length === 1);
    expect(slack.ephemerals[0]).toMatchObject({ user: ann.id, via: 'response-url' });
    expect(slack.ephemerals[0]?.text).toContain(words);
    expect(inbox.commands).toEqual([]);
  });

  test('questions that come faster than Slack takes posts wait for their turn', async () => {
    const { slack, inbox } = await connect(mode);
    const { id: channel } = slack.channel();
    const fault = { method: 'chat.postMessage', status: 429, headers: { 'retry-after': '0' } };
    slack.fail({ ...fault, times: 2 });
    slack.slash(slack.user('Ann'), channel, '/ask', 'one');
    slack.slash(slack.user('Bob'), channel, '/ask', 'two');
    await inbox.until(({ commands }) => commands.length === 2);
    expect(slack.messages(channel)).toHaveLength(2);
    expect(slack.ephemerals).toEqual([]);
  });

  test('a call that is delivered again is the same call', async () => {
    const { slack, inbox, counters } = await connect(mode);
    const { id: channel } = slack.channel();
    const press = slack.slash(slack.user('Ann'), channel, '/ask', 'once?');
    await inbox.until(({ commands }) => commands.length === 1);
    slack.redeliver(press.triggerId);
    await allAcknowledged(slack);
    slack.slash(slack.user('Bob'), channel, '/ask', 'and I?');
    await inbox.until(({ commands }) => commands.length === 2);
    expect(slack.messages(channel).map(({ text }) => text)).toEqual([
      '*Ann* asked: once?',
      '*Bob* asked: and I?',
    ]);
    expect(counters.snapshot()).toMatchObject({ 'dropped.duplicate': 1 });
  });

  test('a very long question is shown short and asked whole', async () => {
    const { slack, inbox } = await connect(mode);
    const { id: channel } = slack.channel();
    const question = 'ü<'.repeat(3_000);
    slack.slash(slack.user('Ann'), channel, '/ask', question);
    await inbox.until(({ commands }) => commands.length === 1);
    expect(inbox.commands[0]?.options).toEqual({ question });
    expect(slack.messages(channel)[0]!.source.length).toBeLessThan(4_000);
  });

  test('is acknowledged at once, however slow Slack is otherwise', async () => {
    const { slack, inbox } = await connect(mode);
    slack.fail({ method: 'users.info', delayMs: 300 });
    const press = slack.slash(slack.user('Ann'), slack.channel().id, '/help', '');
    await slack.until(() => press.acknowledged);
    expect(inbox.commands).toEqual([]);
    await inbox.until(({ commands }) => commands.length === 1);
  });
});
