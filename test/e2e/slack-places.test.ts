import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { byHand } from '../servers/openai.ts';
import type { Said } from '../servers/slack/types.ts';
import { startWorld } from './harness.ts';
import { modes, type SlackScene, startScene } from './slack-scene.ts';

describe('places in Slack that go away', () => {
  test.each<[string, (scene: SlackScene, question: Said) => void]>([
    ['the channel is archived', ({ slack }, { channel }) => slack.change(channel, { archived: true })],
    ['the channel vanishes', ({ slack }, { channel }) => slack.change(channel, { gone: true })],
    ['Parley is removed from it', ({ slack }, { channel }) => slack.change(channel, { member: false })],
    [
      'its answer is deleted',
      ({ slack, replies }, question) => void slack.deleteMessage(question.channel, replies(question)[0]!.ts),
    ],
  ])('%s in mid-reply: the model is stopped, and nobody else notices', async (_, goAway) => {
    const scene = await startScene('http');
    const { slack, openai, maria, omar, general, untilReplies, untilCounted, parley } = scene;
    const lost = byHand();
    const other = byHand();
    openai.script(lost, other);
    const question = slack.say(maria, general.id, 'tell me everything', { mention: true });
    await lost.write('In the ');
    await slack.untilMessage(general.id, ({ streaming }) => streaming);
    const elsewhere = slack.say(omar, slack.channel().id, 'and me', { mention: true });
    await other.write('You ');
    await slack.untilMessage(elsewhere.channel, ({ streaming }) => streaming);
    goAway(scene, question);
    await lost.write(`beginning ${'was the word '.repeat(100)}`);
    await (await openai.request(0)).aborted;
    await untilCounted('answer.gone');
    await other.write('too.');
    await other.finish();
    await untilReplies(elsewhere, ['You too.']);
    expect(parley.counters.snapshot()).not.toHaveProperty('reply.lost');
  });

  test.each(modes)('the question is deleted while it is answered, or before: by %s', async (mode) => {
    const { slack, openai, maria, general, untilReplies, untilAcknowledged } = await startScene(mode);
    const answer = byHand();
    openai.script(answer);
    const question = slack.say(maria, general.id, 'tell me everything', { mention: true });
    await answer.write('In the beginning');
    await slack.untilMessage(general.id, ({ streaming }) => streaming);
    const waiting = slack.say(maria, general.id, 'oh, and', { threadTs: question.ts });
    await untilAcknowledged(waiting.eventIds);
    await untilAcknowledged([slack.deleteMessage(general.id, waiting.ts)]);
    slack.deleteMessage(general.id, question.ts);
    await (await openai.request(0)).aborted;
    await untilReplies(question, ['In the beginning\n\n⏹️ The question was deleted, so I stopped here.']);
    const next = slack.say(maria, slack.channel().id, 'hello', { mention: true });
    await untilReplies(next, ['echo: maria: hello']);
    expect(openai.requests).toHaveLength(2);
  });

  test('mentioned where it may not write it tells the person directly, once', async () => {
    const { slack, maria, untilCounted, untilReplies, general } = await startScene('http');
    const closed = slack.channel({ member: false });
    slack.say(maria, closed.id, 'hello', { mention: true });
    await untilCounted('reply.fault.gone');
    const direct = slack.dm(maria);
    await slack.untilMessage(direct.id, ({ text }) => text.includes('invite me there'));
    slack.say(maria, closed.id, 'hello?', { mention: true });
    const question = slack.say(maria, general.id, 'hello', { mention: true });
    await untilReplies(question, ['echo: maria: hello']);
    expect(slack.messages(closed.id)).toHaveLength(2);
    expect(slack.messages(direct.id)).toHaveLength(1);
  });
});

test.each(modes)(
  'stopped in mid-reply by %s, it says so; what waited is answered by the next one',
  async (mode) => {
    const { world, slack, openai, parley, maria, general, replies, untilAcknowledged } =
      await startScene(mode);
    const endless = byHand();
    const quick = byHand();
    openai.script(endless, quick);
    const question = slack.say(maria, general.id, 'tell me everything', { mention: true });
    await endless.write('In the beginning');
    await slack.untilMessage(general.id, ({ streaming }) => streaming);
    const other = slack.say(maria, slack.channel().id, 'be quick', { mention: true });
    await quick.write('I am ');
    await slack.untilMessage(other.channel, ({ streaming }) => streaming);
    await untilAcknowledged(slack.say(maria, general.id, 'and then?', { threadTs: question.ts }).eventIds);

    // Only the ten seconds that answers get are made short.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    const ended = vi.fn();
    const stopped = parley.stop().then(ended);
    await quick.write('quick.');
    await quick.finish();
    await slack.until(() =>
      replies(other).some(({ text, streaming }) => text === 'I am quick.' && !streaming),
    );
    expect(replies(question)).toMatchObject([{ streaming: true }]);
    await vi.waitFor(
      async () => {
        await vi.advanceTimersByTimeAsync(1_000);
        expect(ended).toHaveBeenCalled();
      },
      { timeout: 10_000 },
    );
    vi.useRealTimers();
    await stopped;
    expect(replies(question)).toMatchObject([
      {
        streaming: false,
        text: expect.stringMatching(/^In the beginning\n\n⚠️ I was interrupted by a restart[^\n]+$/),
      },
    ]);
    await world.parley();
    await slack.untilMessage(general.id, ({ text }) => text === 'echo: maria: and then?');
  },
);

test('Discord and Slack in one process: who asks on either is answered at the same time', async () => {
  const world = await startWorld({ platforms: ['discord', 'slack'] });
  const { discord, slack, openai } = world;
  const [one, two] = [byHand(), byHand()];
  openai.script(one, two);
  await world.parley();
  const here = slack.say(slack.user('maria'), slack.channel().id, 'hello', { mention: true });
  await one.write('Hello Slack');
  const there = discord.say(discord.user('omar'), discord.channel().id, 'hello', { mentions: 'bot' });
  await two.write('Hello Discord');
  await slack.untilMessage(here.channel, ({ text }) => text === 'Hello Slack');
  await discord.until(() => discord.threads.some(({ id }) => id === there.id));
  await discord.untilMessage(there.id, ({ content }) => content.startsWith('Hello'));
  for (const hand of [one, two]) {
    await hand.write('!');
    await hand.finish();
  }
  await slack.untilMessage(here.channel, ({ text, streaming }) => text === 'Hello Slack!' && !streaming);
  await discord.untilMessage(there.id, ({ content }) => content === 'Hello Discord!');
  expect((await openai.request(0)).body.messages.at(-1)!.content).toBe('maria: hello');
  expect((await openai.request(1)).body.messages.at(-1)!.content).toBe('omar: hello');
});
