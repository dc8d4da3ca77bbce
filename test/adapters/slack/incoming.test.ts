import { describe, expect, test } from 'vitest';
import { allAcknowledged, connect, type Mode } from './harness.ts';

describe.each<Mode>(['socket', 'http'])('what people say (%s)', (mode) => {
  test('a mention in a channel is answered in its thread, whichever event tells of it', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann');
    const { id: channel } = slack.channel();
    const said = slack.say(ann, channel, 'what is a monad?', { mention: true });
    await inbox.until(({ messages }) => messages.length === 2);

    const [first, second] = inbox.messages;
    expect(first).toEqual(second);
    const thread = `slack:${slack.team.id}:${channel}:${said.ts}`;
    expect(first).toEqual({
      id: thread,
      thread,
      author: { id: ann.id, name: 'Ann' },
      text: 'what is a monad?',
      attachments: [],
      to: 'parley',
      shared: true,
      replyTo: {
        thread,
        data: {
          team: slack.team.id,
          channel,
          threadTs: said.ts,
          ts: said.ts,
          user: ann.id,
          userTeam: slack.team.id,
        },
      },
    });
  });

  test('a retried event is the same message again', async () => {
    const { slack, inbox } = await connect(mode);
    const said = slack.say(slack.user(), slack.dm(slack.user()).id, 'hello');
    await inbox.until(({ messages }) => messages.length === 1);
    slack.redeliver(said.eventIds[0]!);
    await inbox.until(({ messages }) => messages.length === 2);
    expect(inbox.messages[1]).toEqual(inbox.messages[0]);
  });

  test('in a thread it tells what is said to nobody from what is said to others', async () => {
    const { slack, inbox } = await connect(mode);
    const [ann, bob] = [slack.user('Ann'), slack.user('Bob')];
    const { id: channel } = slack.channel();
    const head = slack.say(ann, channel, 'lunch?');
    await allAcknowledged(slack);
    slack.say(ann, channel, `<@${bob.id}> are you in?`, { threadTs: head.ts });
    await inbox.until(({ messages }) => messages.length === 1);
    slack.say(bob, channel, 'sure', { threadTs: head.ts });
    await inbox.until(({ messages }) => messages.length === 2);
    slack.say(bob, channel, `where, <@${slack.bot.userId}>`, { threadTs: head.ts, deliver: 'message' });
    await inbox.until(({ messages }) => messages.length === 3);

    expect(inbox.messages.map(({ to, text }) => [to, text])).toEqual([
      ['others', '@Bob are you in?'],
      ['thread', 'sure'],
      ['parley', 'where,'],
    ]);
    const thread = `slack:${slack.team.id}:${channel}:${head.ts}`;
    expect(new Set(inbox.messages.map((message) => message.thread))).toEqual(new Set([thread]));
  });

  test.each(['<!here>', '<!channel|channel>', '<!everyone>', '<!subteam^S1|@writers>'])(
    'in a thread, what is said to %s is said to others; with a mention, to Parley too',
    async (token) => {
      const { slack, inbox } = await connect(mode);
      const ann = slack.user('Ann');
      const { id: channel } = slack.channel();
      const { ts: threadTs } = slack.say(ann, channel, 'lunch?', { deliver: 'none' });
      slack.say(ann, channel, `${token} who is in?`, { threadTs });
      await inbox.until(({ messages }) => messages.length === 1);
      slack.say(ann, channel, `${token} <@${slack.bot.userId}> too`, { threadTs, deliver: 'message' });
      await inbox.until(({ messages }) => messages.length === 2);
      expect(inbox.messages.map(({ to }) => to)).toEqual(['others', 'parley']);
    },
  );

  test('a direct message is one conversation, a thread in it another', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann');
    const { id: channel } = slack.dm(ann);
    const said = slack.say(ann, channel, 'hi');
    await inbox.until(({ messages }) => messages.length === 1);
    slack.say(ann, channel, 'and here', { threadTs: said.ts });
    await inbox.until(({ messages }) => messages.length === 2);

    const key = `slack:${slack.team.id}:${channel}`;
    expect(inbox.messages.map(({ thread, to, shared }) => [thread, to, shared])).toEqual([
      [key, 'parley', false],
      [`${key}:${said.ts}`, 'parley', false],
    ]);
    expect(inbox.messages[0]?.replyTo.data).not.toHaveProperty('threadTs');
    expect(inbox.messages[1]?.replyTo.data).toMatchObject({ threadTs: said.ts });
  });

  test('files are named', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user();
    slack.say(ann, slack.dm(ann).id, '', {
      files: [{ name: 'plan.pdf', mimetype: 'application/pdf', size: 42 }],
    });
    await inbox.until(({ messages }) => messages.length === 1);
    expect(inbox.messages[0]).toMatchObject({
      text: '',
      attachments: [{ name: 'plan.pdf', mediaType: 'application/pdf', bytes: 42, source: expect.anything() }],
    });
  });

  test('what nobody said to it stays outside', async () => {
    const { slack, inbox, counters } = await connect(mode);
    const ann = slack.user();
    const { id: dm } = slack.dm(ann);
    const { id: channel } = slack.channel();
    slack.say(ann, channel, 'good morning');
    slack.say(ann, dm, 'beep', { bot: true });
    slack.say({ id: slack.bot.userId, name: 'parley' }, dm, 'my own words');
    slack.say(ann, dm, 'joined', { subtype: 'channel_join' });
    slack.event({ type: 'message', channel_type: 'im', text: 'no channel, no author' });
    slack.event({ type: 'message', channel: dm, channel_type: 'im', text: 'no author', ts: '1.0' });
    await allAcknowledged(slack);
    slack.say(ann, dm, 'the only one', { subtype: 'thread_broadcast' });
    await inbox.until(({ messages }) => messages.length > 0);

    expect(inbox.messages.map(({ text }) => text)).toEqual(['the only one']);
    expect(counters.snapshot()).toMatchObject({
      'dropped.bot': 2,
      'dropped.subtype': 1,
      'dropped.malformed': 2,
    });
  });

  test('an edited message is revised, a deleted one withdrawn', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user();
    const { id: channel } = slack.channel();
    const said = slack.say(ann, channel, 'waht?', { mention: true, deliver: 'app_mention' });
    await inbox.until(({ messages }) => messages.length === 1);
    slack.editMessage(channel, said.ts, `<@${slack.bot.userId}> what?`);
    await inbox.until(({ revisions }) => revisions.length === 1);
    slack.deleteMessage(channel, said.ts);
    await inbox.until(({ withdrawals }) => withdrawals.length === 1);

    const { thread, id } = inbox.messages[0]!;
    expect(inbox.revisions).toEqual([{ thread, id, text: 'what?' }]);
    expect(inbox.withdrawals).toEqual([{ thread, id }]);
  });

  test('changes that Slack makes by itself, and changes of its own messages, are no revisions', async () => {
    const { slack, inbox, counters } = await connect(mode);
    const ann = slack.user();
    const { id: channel } = slack.dm(ann);
    const change = (message: object, previous: object) =>
      slack.event({
        type: 'message',
        subtype: 'message_changed',
        channel,
        message,
        previous_message: previous,
      });
    const mine = { user: slack.bot.userId, bot_id: slack.bot.botId, ts: '5.0' };
    change(
      { user: ann.id, ts: '4.0', text: 'same', reply_count: 1 },
      { user: ann.id, ts: '4.0', text: 'same' },
    );
    change({ ...mine, text: 'longer' }, { ...mine, text: 'short' });
    change({ subtype: 'tombstone', ts: '6.0', thread_ts: '6.0' }, { user: ann.id, ts: '6.0', text: 'gone' });
    await inbox.until(({ withdrawals }) => withdrawals.length === 2);
    await allAcknowledged(slack);

    expect(inbox.revisions).toEqual([]);
    const key = `slack:${slack.team.id}:${channel}`;
    // It was taken outside of any thread, unless the agent view had made it one.
    expect(inbox.withdrawals).toEqual([
      { thread: `${key}:6.0`, id: `${key}:6.0` },
      { thread: key, id: `${key}:6.0` },
    ]);
    expect(counters.snapshot()).toMatchObject({ 'dropped.no-news': 1, 'dropped.bot': 1 });
  });

  test('a name that Slack does not tell holds nothing up', async () => {
    const { slack, inbox } = await connect(mode);
    slack.scopes.delete('users:read');
    const [ann, bob] = [slack.user('Ann'), slack.user('Bob')];
    slack.say(ann, slack.dm(ann).id, `who is <@${bob.id}>?`);
    await inbox.until(({ messages }) => messages.length === 1);
    expect(inbox.messages[0]).toMatchObject({
      author: { id: ann.id, name: 'someone' },
      text: `who is @${bob.id}?`,
    });
  });

  test('names are asked for once', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann');
    for (const text of ['one', 'two', 'three']) slack.say(ann, slack.dm(ann).id, text);
    await inbox.until(({ messages }) => messages.length === 3);
    expect(slack.calls.filter(({ method }) => method === 'users.info')).toHaveLength(1);
  });

  test('new people in one channel do not wait for one another’s names, and stay in order', async () => {
    const { slack, inbox } = await connect(mode);
    slack.fail({ method: 'users.info', delayMs: 200 });
    const { id: channel } = slack.channel();
    const people = ['Ann', 'Bob', 'Cid'].map((name) => slack.user(name));
    for (const person of people) slack.say(person, channel, 'hello', { mention: true });
    // Ann's name is still on its way when the others are asked for.
    await slack.until(({ calls }) => calls.filter(({ method }) => method === 'users.info').length === 3);
    expect(inbox.messages).toEqual([]);
    // Slack delivers a mention twice.
    await inbox.until(({ messages }) => messages.length === 6);
    expect([...new Set(inbox.messages.map(({ author }) => author.name))]).toEqual(['Ann', 'Bob', 'Cid']);
  });

  test('a withdrawal never overtakes its message, however slow the name is', async () => {
    const { slack, inbox } = await connect(mode);
    slack.fail({ method: 'users.info', delayMs: 150 });
    const ann = slack.user('Ann');
    const { id: channel } = slack.dm(ann);
    const order: string[] = [];
    const { message, withdraw } = inbox;
    inbox.message = async (incoming) => {
      order.push('message');
      await message(incoming);
    };
    inbox.withdraw = (thread, id) => {
      order.push('withdraw');
      withdraw(thread, id);
    };
    const said = slack.say(ann, channel, 'oops');
    await slack.until(({ calls }) => calls.some(({ method }) => method === 'users.info'));
    slack.deleteMessage(channel, said.ts);
    await inbox.until(({ withdrawals }) => withdrawals.length > 0);
    expect(order).toEqual(['message', 'withdraw']);
  });

  test('pressing stop stops the answer of that thread', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user();
    const { id: channel } = slack.dm(ann);
    slack.stopSession(channel, '17.5', ann);
    await inbox.until(({ stops }) => stops.length === 1);
    expect(inbox.stops).toEqual([`slack:${slack.team.id}:${channel}:17.5`]);
  });

  test('events of another workspace are left alone', async () => {
    const { slack, inbox, counters } = await connect(mode);
    const other = slack.workspace();
    const eve = other.user();
    other.say(eve, other.dm(eve).id, 'hello?');
    await allAcknowledged(slack);
    const ann = slack.user();
    slack.say(ann, slack.dm(ann).id, 'hello');
    await inbox.until(({ messages }) => messages.length > 0);
    expect(inbox.messages.map(({ text }) => text)).toEqual(['hello']);
    expect(counters.snapshot()).toMatchObject({ 'dropped.other-team': 1 });
  });

  test('events that Slack holds back are told to the operator', async () => {
    const { slack, counters, logged } = await connect(mode);
    slack.rateLimitEvents();
    await logged('warn', 'holds back events');
    await allAcknowledged(slack);
    expect(slack.deliveries.at(-1)).toMatchObject({ type: 'app_rate_limited', inTime: true, attempt: 0 });
    expect(counters.snapshot()).toMatchObject({ 'slack.events-held-back': 1 });
  });

  test('an answer in time does not depend on the engine', async () => {
    const { slack, inbox } = await connect(mode);
    const release = Promise.withResolvers<void>();
    inbox.hold = release.promise;
    const ann = slack.user();
    slack.say(ann, slack.dm(ann).id, 'first');
    await inbox.until(({ messages }) => messages.length === 1);
    slack.say(ann, slack.dm(ann).id, 'second');
    await inbox.until(({ messages }) => messages.length === 2);
    await allAcknowledged(slack);
    expect(slack.deliveries.every(({ inTime, attempt }) => inTime === true && attempt === 0)).toBe(true);
    release.resolve();
  });

  test('an event is acknowledged once it is taken', async () => {
    const { slack, inbox } = await connect(mode);
    const taken = Promise.withResolvers<void>();
    inbox.hold = taken.promise;
    const ann = slack.user();
    const said = slack.say(ann, slack.dm(ann).id, 'hello');
    await inbox.until(({ messages }) => messages.length === 1);
    inbox.hold = undefined;
    // An acknowledgement that was on its way would be there by now, on either line.
    for (let round = 0; round < 4; round++) {
      const press = slack.slash(ann, slack.dm(ann).id, '/help', '');
      await slack.until(() => press.acknowledged);
    }
    const [delivery] = slack.deliveries.filter(({ id }) => id === said.eventIds[0]);
    expect(delivery?.inTime).toBeUndefined();
    taken.resolve();
    await slack.until(() => delivery?.inTime === true);
  });
});
