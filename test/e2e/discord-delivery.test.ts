import { expect, test } from 'vitest';
import type { FaultRule } from '../servers/discord/types.ts';
import { byHand, text } from '../servers/openai.ts';
import { setScene } from './discord-scene.ts';

const prose = Array.from(
  { length: 90 },
  (_, index) => `Sentence ${index} of **many** goes on and on until it is ${index} words long.`,
);

test('a long answer goes on in new messages while it is written, and joined they are what the model said', async () => {
  const scene = await setScene();
  const { openai } = scene;
  const hand = byHand();
  openai.script(hand);
  const question = scene.mention('tell me everything');
  await hand.write(prose.slice(0, 45).join(' '));
  await scene.discord.until(() => scene.answers(question).length === 2);
  await hand.write(` ${prose.slice(45).join(' ')}`);
  await hand.finish();
  await scene.untilShown(question, /is 89 words long\.$/);
  const shown = scene.texts(question);
  expect(shown.length).toBeGreaterThanOrEqual(3);
  expect(shown.every((page) => page.length <= 2000)).toBe(true);
  expect(shown.join(' ')).toBe(prose.join(' '));
});

test('a long block of code is whole in every message', async () => {
  const scene = await setScene();
  const lines = Array.from({ length: 150 }, (_, index) => `  print(${index}, "${'ab'.repeat(index % 20)}")`);
  scene.openai.script(
    text(`Here:\n\n\`\`\`python\n${lines.join('\n')}\n\`\`\`\n\nThat is all.`, { chunkSize: 30 }),
  );
  const question = scene.mention('print some numbers');
  await scene.untilShown(question, /That is all\.$/);
  const pages = scene.answers(question);
  expect(pages.length).toBeGreaterThan(1);
  // What people saw in between was whole, too.
  for (const { content } of pages.flatMap(({ versions }) => versions)) {
    expect(content.length).toBeLessThanOrEqual(2000);
    expect((content.match(/^```/gm) ?? []).length % 2, content).toBe(0);
  }
  const printed = pages.flatMap(({ content }) =>
    content.split('\n').filter((line) => line.startsWith('  print(')),
  );
  expect(printed).toEqual(lines);
});

test.each([
  ['blank lines and spaces around it', '\n\n  \n Hello.  \n\n\n'],
  ['one word without an end', 'a'.repeat(5000)],
  ['nothing but emoji', '👩‍👩‍👧‍👦'.repeat(400)],
  ['characters that nobody sees', '\u200b\u200b\u00a0 Hello\u0000 there\u200b'],
])('%s arrives', async (_name, said) => {
  const scene = await setScene();
  scene.openai.script(text(said, { chunkSize: 7 }));
  const question = scene.mention('say it');
  const bare = (shown: string) => shown.replace(/[\s\p{Cf}\p{Cc}]+/gu, '');
  const pages = await scene.discord.until(() => {
    const shown = scene.texts(question);
    return bare(shown.join('')) === bare(said) && shown;
  });
  expect(pages.every((page) => page.isWellFormed() && page.length <= 2000)).toBe(true);
});

test('what the model writes pings nobody, on posts and on edits', async () => {
  const scene = await setScene({ environment: { DISCORD_REPLIES: 'channel' } });
  const { discord, openai, maria, tom, channel } = scene;
  const pinging = `@everyone @here <@${maria.id}> <@!${tom.id}> <@&${discord.guild().id}>`;
  const answer = async (place: { readonly id: string }, ask: () => void) => {
    const hand = byHand();
    openai.script(hand);
    ask();
    await hand.write(`${pinging} and`);
    await scene.untilShown(place, `${pinging} and`);
    // Cut in the middle of a mention.
    await hand.write(` ${pinging} @every`);
    await hand.write('one too');
    await hand.finish();
    await scene.untilShown(place, `${pinging} and ${pinging} @everyone too`);
  };
  await answer(channel, () => scene.mention('in the channel'));
  await answer(channel, () => discord.command(maria, channel.id, 'ask', { question: 'by command' }));
  await answer(discord.dm(maria), () => discord.say(maria, discord.dm(maria).id, 'directly'));
  // A reply may ping the person whom it answers; nobody else, and nothing by the text.
  expect(discord.pings.filter(({ kind }) => kind !== 'reply')).toEqual([]);
  expect(discord.pings.every(({ cause, target }) => cause === 'create' && target === maria.id)).toBe(true);
});

const slowDown = { status: 429, body: { message: 'slow down', retry_after: 0.3, global: false } };
const wholeBot = { status: 429, body: { message: 'slow down', retry_after: 0.3, global: true } };
const lost = { destroy: true, afterActing: true };

test.each<readonly [string, FaultRule]>([
  ['opening the thread is refused for a moment', { method: 'POST', path: /threads$/, ...slowDown, times: 2 }],
  ['opening the thread meets a server fault', { method: 'POST', path: /threads$/, status: 503, times: 2 }],
  ['the answer to opening the thread is lost', { method: 'POST', path: /threads$/, ...lost, times: 2 }],
  ['the post is refused for a moment', { method: 'POST', path: /messages$/, ...slowDown }],
  ['the post meets server faults', { method: 'POST', path: /messages$/, status: 502, times: 2 }],
  ['the answers to two posts are lost', { method: 'POST', path: /messages$/, ...lost, times: 2 }],
  [
    'the post fails after it was carried out',
    { method: 'POST', path: /messages$/, status: 500, afterActing: true },
  ],
  ['edits are refused for a moment', { method: 'PATCH', ...slowDown, times: 3 }],
  ['the whole bot is refused for a moment', { method: 'PATCH', ...wholeBot, times: 2 }],
  ['edits meet server faults', { method: 'PATCH', status: 500, times: 2 }],
  ['the answers to edits are lost', { method: 'PATCH', ...lost, times: 2 }],
])('the answer is there whole and once when %s', async (_name, rule) => {
  const scene = await setScene();
  const { discord, openai } = scene;
  const hand = byHand();
  openai.script(hand);
  // Of a thread, showing that Parley types meets the first fault already, and the answer the second.
  const fault = discord.fail(rule);
  const question = scene.mention('are you there?');
  await hand.write('Some words that come early');
  await scene.untilShown(question, 'Some words that come early');
  await hand.write(' and some that come late in this answer,');
  await hand.write(' and the last.');
  await hand.finish();
  const whole = 'Some words that come early and some that come late in this answer, and the last.';
  // What was lost is shown all the same, so the fault may have calls left to meet.
  await discord.until(() => fault.hits === (rule.times ?? 1), 10_000);
  await scene.untilShown(question, whole, 10_000);
  expect(scene.answers(question)).toHaveLength(1);
  expect(discord.threads).toHaveLength(1);
  expect(openai.requests).toHaveLength(1);
});

test.each([
  ['its first message', 'PATCH'],
  ['a further message', 'POST'],
])(
  'a long answer to a command is there whole and once when the answer to %s is lost',
  async (_name, method) => {
    const scene = await setScene();
    const { parley, discord, openai, maria, channel } = scene;
    const said = prose.slice(0, 40).join(' ');
    openai.script(text(said, { chunkSize: 200 }));
    const unacknowledged = discord.fail({ path: /callback$/, status: 500 });
    const fault = discord.fail({ method, path: /^\/webhooks/, ...lost });
    const call = discord.command(maria, channel.id, 'ask', { question: 'tell me much' });
    await scene.untilShown(channel, /is 39 words long\.$/, 10_000);
    // Not before everything was tried again that had to be.
    await parley.stop();
    const shown = scene.texts(channel);
    expect(shown.join(' ')).toBe(said);
    expect(shown.length).toBeGreaterThan(1);
    expect(call.missed).toBe(false);
    expect([unacknowledged.hits, fault.hits]).toEqual([1, 1]);
  },
);

test('a long answer to a command is there whole also where Parley itself may not write', async () => {
  const scene = await setScene();
  const { discord, openai, maria } = scene;
  const closed = discord.channel({ deny: ['VIEW_CHANNEL', 'SEND_MESSAGES'] });
  // So long that the limit of the interaction is used up, and that of the channel would be free.
  const said = `${prose.join(' ')} ${prose.join(' ')} That is all.`;
  openai.script(text(said, { chunkSize: 500 }));
  const call = discord.command(maria, closed.id, 'ask', { question: 'tell me much' });
  await discord.until(() => discord.messages(closed.id).at(-1)?.content.endsWith('That is all.'), 15_000);
  const shown = discord.messages(closed.id).map(({ content }) => content);
  expect(shown.join(' ')).toBe(said);
  expect(call.followUps).toHaveLength(shown.length - 1);
  expect(call.followUps.length).toBeGreaterThan(1);
  expect(discord.requests.filter(({ status }) => status === 403)).toEqual([]);
}, 20_000);

test('many who ask at once are all answered whole, and Discord has to refuse hardly anything', async () => {
  const scene = await setScene({ environment: { DISCORD_REPLIES: 'channel' } });
  const { discord, channel } = scene;
  const people = Array.from({ length: 7 }, (_, index) => discord.user(`person ${index}`));
  for (const person of people)
    discord.say(person, channel.id, `this is ${person.username}`, { mentions: 'bot' });
  const wanted = people.map(({ username }) => `echo: ${username}: this is ${username}`);
  await discord.until(() => {
    const shown = new Set(scene.texts(channel));
    return wanted.every((answer) => shown.has(answer));
  }, 15_000);
  expect(scene.answers(channel)).toHaveLength(people.length);
  // The two clocks differ by a hair, so a call at the very end of a window may be too early.
  expect(discord.refused.user).toBeLessThanOrEqual(1);
  expect(discord.refused).toMatchObject({ global: 0, shared: 0 });
  expect(discord.typing.length).toBeLessThanOrEqual(2);
});
