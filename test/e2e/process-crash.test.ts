import { expect, test } from 'vitest';
import { byHand, text } from '../servers/openai.ts';
import type { SeenMessage } from '../servers/slack/records.ts';
import { buildScene } from './discord-scene.ts';
import { startWorld } from './harness.ts';

test('killed in the middle of answers, it gives them in the same messages when it is back, once', async () => {
  const { world, discord, openai, maria, channel, texts, untilShown } = await buildScene();
  const direct = discord.dm(maria);
  const lost = [byHand(), byHand(), byHand()] as const;
  openai.script(...lost);
  const first = await world.spawn();
  const mention = discord.say(maria, channel.id, 'in a thread?', { mentions: 'bot' });
  await lost[0].asked;
  discord.say(maria, direct.id, 'directly?');
  await lost[1].asked;
  discord.command(maria, channel.id, 'ask', { question: 'by command?' });
  const places = [
    { place: mention, answer: 'echo: maria: in a thread?' },
    { place: direct, answer: 'echo: directly?' },
    { place: channel, answer: 'echo: maria: by command?' },
  ] as const;
  for (const [index, { place }] of places.entries()) {
    await lost[index]?.write('echo: I beg');
    await untilShown(place, 'echo: I beg');
  }
  first.kill('SIGKILL');
  await first.exited;

  const second = await world.spawn();
  for (const { place, answer } of places) await untilShown(place, answer);
  const asked = openai.requests.slice(3).map(({ body }) => body.messages.slice(1));
  expect(asked.every((messages) => messages.length === 1)).toBe(true);
  second.kill('SIGTERM');
  expect(await second.exited).toMatchObject({ code: 0 });

  await world.spawn();
  discord.say(maria, mention.id, 'all well?');
  await untilShown(mention, 'echo: maria: all well?');
  expect(texts(mention)).toEqual([places[0].answer, 'echo: maria: all well?']);
  expect(texts(direct)).toEqual([places[1].answer]);
  expect(texts(channel)).toEqual([places[2].answer]);
  expect(discord.threads).toHaveLength(1);
  expect(openai.requests).toHaveLength(7);
}, 30_000);

test('killed behind the first message of a long answer, it leaves nothing of the old one in the new', async () => {
  const { world, discord, openai, maria, texts, untilShown } = await buildScene();
  const direct = discord.dm(maria);
  const sentences = (word: string, count: number) =>
    Array.from({ length: count }, (_, index) => `This is the ${word} sentence number ${index}.`).join(' ');
  const lost = byHand();
  const whole = `${sentences('new', 150)} That is all.`;
  openai.script(lost, text(whole, { chunkSize: 500 }));
  const first = await world.spawn();
  discord.say(maria, direct.id, 'what is it?');
  await lost.write(sentences('old', 80));
  await discord.until(() => texts(direct).length === 2);
  first.kill('SIGKILL');
  await first.exited;
  await world.spawn();
  await untilShown(direct, /That is all\.$/);
  await discord.until(() => texts(direct).join(' ') === whole);
}, 30_000);

test.each(['stream', 'message'] as const)(
  'killed in the middle of a %s on Slack, it says what it says now in the same message',
  async (kind) => {
    const world = await startWorld({ platforms: ['slack'] });
    const { slack, openai } = world;
    const maria = slack.user('maria');
    const place = kind === 'stream' ? slack.channel() : slack.dm(maria);
    const lost = byHand();
    openai.script(lost, text('Certainly. The answer is 42.'));
    const first = await world.spawn();
    slack.say(maria, place.id, 'what is the answer?', { mention: kind === 'stream' });
    await lost.write('The answer, ');
    await slack.untilMessage(place.id, (message) => message.text.startsWith('The'));
    // Once it has grown, its opening is behind it.
    await lost.write('dear Maria, is');
    const begun = await slack.untilMessage(place.id, (message) => message.text.includes('Maria'));
    expect(begun.streaming).toBe(kind === 'stream');
    first.kill('SIGKILL');
    await first.exited;

    const second = await world.spawn();
    const isWhole = (message: SeenMessage) => message.text === 'Certainly. The answer is 42.';
    await slack.untilMessage(place.id, isWhole);
    second.kill('SIGTERM');
    expect(await second.exited).toMatchObject({ code: 0 });
    const own = slack.messages(place.id).filter(({ author }) => author === slack.bot.userId);
    expect(own.map(({ ts }) => ts)).toEqual([begun.ts]);
    expect(own[0]).toMatchObject({ text: 'Certainly. The answer is 42.', streaming: false });
    expect(openai.requests).toHaveLength(2);
  },
  30_000,
);
