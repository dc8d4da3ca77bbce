import { afterEach, expect, test, vi } from 'vitest';
import type { SeenInteraction, StandInDiscord } from '../servers/discord/types.ts';
import { byHand, text } from '../servers/openai.ts';
import { setScene } from './discord-scene.ts';

afterEach(() => void vi.useRealTimers());

/** Resolves once the first answer to a command shows this. */
function untilAnswered(discord: StandInDiscord, call: SeenInteraction, shown: string | RegExp) {
  return discord.untilMessage(
    call.channelId,
    ({ id, content }) =>
      id === call.original && (typeof shown === 'string' ? content === shown : shown.test(content)),
  );
}

test('the commands are registered once, and not again when Parley comes back', async () => {
  const { world, discord } = await setScene();
  expect(discord.registered.commands.map(({ name }) => name).sort()).toEqual(['ask', 'help', 'image', 'new']);
  expect(discord.registered.writes).toBe(1);
  await world.restart();
  await world.restart();
  expect(discord.registered.writes).toBe(1);
});

test('/ask in a channel begins a conversation that goes on by replies to its answer', async () => {
  const scene = await setScene();
  const { world, discord, openai, maria, tom, channel } = scene;
  const hand = byHand();
  openai.script(hand);
  const call = discord.command(maria, channel.id, 'ask', { question: 'why is the sky blue?' });
  await hand.asked;
  // The model has said nothing yet.
  expect(call).toMatchObject({ answer: { type: 5 }, missed: false, ephemeral: false });
  await hand.write('Because of how');
  await untilAnswered(discord, call, 'Because of how');
  await hand.write(' light is scattered in the air.');
  await hand.finish();
  const answer = await untilAnswered(discord, call, 'Because of how light is scattered in the air.');
  expect(answer.versions.length).toBeGreaterThan(1);
  expect(discord.threads).toEqual([]);

  await world.restart();
  discord.say(tom, channel.id, 'and at night?', { replyTo: answer.id });
  await scene.untilShown(channel, 'echo: tom: and at night?');
  expect(await scene.prompt(1)).toEqual([
    'user: maria: why is the sky blue?',
    'assistant: Because of how light is scattered in the air.',
    'user: tom: and at night?',
  ]);
});

test.each(['thread', 'direct message'] as const)(
  '/ask, /new and /help belong to the conversation of a %s',
  async (kind) => {
    const scene = await setScene();
    const { discord, maria, channel, openai } = scene;
    const place = kind === 'thread' ? discord.openThread(maria, channel.id, 'Colours') : discord.dm(maria);
    const name = kind === 'thread' ? 'maria: ' : '';
    const ask = (question: string) => discord.command(maria, place.id, 'ask', { question });

    await untilAnswered(discord, ask('my colour is teal'), `echo: ${name}my colour is teal`);
    await untilAnswered(discord, ask('which one?'), `echo: ${name}which one?`);
    expect(await scene.prompt(1)).toEqual([
      `user: ${name}my colour is teal`,
      `assistant: echo: ${name}my colour is teal`,
      `user: ${name}which one?`,
    ]);

    const forget = discord.command(maria, place.id, 'new');
    await untilAnswered(discord, forget, /^Forgotten/);
    discord.say(maria, place.id, 'do you still know it?');
    await scene.untilShown(place, `echo: ${name}do you still know it?`);
    expect(await scene.prompt(2)).toEqual([`user: ${name}do you still know it?`]);

    const help = discord.command(maria, place.id, 'help');
    const shown = await untilAnswered(discord, help, /^\*\*I am Parley/);
    expect([forget, help]).toMatchObject([
      { missed: false, ephemeral: true },
      { missed: false, ephemeral: true },
    ]);
    expect(shown.ephemeral).toBe(true);
    expect(openai.requests).toHaveLength(3);
  },
);

test('/new in a channel says that there is nothing to forget', async () => {
  const { discord, maria, channel } = await setScene();
  const call = discord.command(maria, channel.id, 'new');
  await untilAnswered(discord, call, /no conversation here to forget/);
});

test('/new ends a running answer and forgets it', async () => {
  const scene = await setScene();
  const { discord, openai, maria } = scene;
  const hand = byHand();
  openai.script(hand, text('Hello again.'));
  const direct = discord.dm(maria);
  discord.say(maria, direct.id, 'tell me a long story');
  await hand.write('Once upon a time');
  await scene.untilShown(direct, 'Once upon a time');
  const call = discord.command(maria, direct.id, 'new');
  await untilAnswered(discord, call, /^Forgotten/);
  const [story] = scene.answers(direct);
  expect(story!.content).toMatch(/^Once upon a time\n+⏹️ Stopped/);
  expect((await openai.request(0)).isAborted).toBe(true);
  discord.say(maria, direct.id, 'hello');
  await scene.untilShown(direct, 'Hello again.');
  expect(await scene.prompt(1)).toEqual(['user: hello']);
});

test.each([
  { whose: 'the platform', shift: (later: (ms: number) => void) => later(16 * 60_000) },
  {
    whose: 'everybody',
    shift() {
      vi.useFakeTimers({ toFake: ['Date'] });
      vi.setSystemTime(Date.now() + 16 * 60_000);
    },
  },
])('an answer goes on when 15 minutes are over by the clock of $whose', async ({ shift }) => {
  let ahead = 0;
  const scene = await setScene({ discord: { now: () => Date.now() + ahead } });
  const { discord, openai, maria, channel } = scene;
  const hand = byHand();
  openai.script(hand);
  const call = discord.command(maria, channel.id, 'ask', { question: 'take your time' });
  await hand.write('It begins early');
  await untilAnswered(discord, call, 'It begins early');
  shift((ms) => {
    ahead += ms;
  });
  await hand.write(' and goes on for long');
  await untilAnswered(discord, call, 'It begins early and goes on for long');
  // Also where it needs another message.
  const more = `\n\n${'more and more '.repeat(200)}end`;
  await hand.write(more);
  await hand.finish();
  await scene.untilShown(channel, /end$/);
  const shown = scene.texts(channel);
  expect(shown.length).toBeGreaterThan(1);
  expect(shown.join(' ').replace(/\s+/g, ' ')).toBe(
    `It begins early and goes on for long${more}`.replace(/\s+/g, ' '),
  );
});
