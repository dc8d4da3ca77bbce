import { expect, test } from 'vitest';
import type { CommandOption, CommandSpec } from '../../../src/core/ports.ts';
import { createRecordingInbox } from '../../fakes/recording-inbox.ts';
import type { StandInDiscord } from '../../servers/discord/types.ts';
import { connect, createAdapter } from './harness.ts';

const count: CommandOption = {
  name: 'n',
  description: 'How many',
  required: false,
  kind: 'number',
  least: 1,
  most: 4,
};

const size: CommandOption = {
  name: 'size',
  description: 'Its shape',
  required: false,
  choices: [
    { label: 'Square', value: '1024x1024' },
    { label: 'Tall', value: '1024x1536' },
  ],
};

const file = (name: string): CommandOption => ({
  name,
  description: 'A picture',
  required: false,
  kind: 'file',
});

function image(...options: readonly CommandOption[]): CommandSpec {
  const prompt = { name: 'prompt', description: 'What to draw', required: true, maxLength: 6000 };
  return { name: 'image', description: 'Draw', options: [prompt, ...options], visibility: 'everyone' };
}

async function connectAgain(discord: StandInDiscord, spec: CommandSpec): Promise<void> {
  const { platform } = createAdapter(discord);
  await platform.start(createRecordingInbox(), [spec]);
  await platform.close();
}

test('numbers and choices are offered as what they are', async () => {
  const { discord } = await connect({ commands: [image(count, size, file('picture'))] });
  expect(discord.registered.commands[0]?.body.options).toEqual([
    { type: 3, name: 'prompt', description: 'What to draw', required: true, max_length: 6000 },
    { type: 4, name: 'n', description: 'How many', required: false, min_value: 1, max_value: 4 },
    {
      type: 3,
      name: 'size',
      description: 'Its shape',
      required: false,
      choices: [
        { name: 'Square', value: '1024x1024' },
        { name: 'Tall', value: '1024x1536' },
      ],
    },
    { type: 11, name: 'picture', description: 'A picture', required: false },
  ]);
});

test.each([
  ['the least', image({ ...count, least: 2 }, size)],
  ['the most', image({ ...count, most: 10 }, size)],
  ['a choice’s value', image(count, { ...size, choices: [{ label: 'Square', value: '512x512' }] })],
  [
    'a choice’s label',
    image(count, { ...size, choices: [{ label: 'Quadrat', value: '1024x1024' }, size.choices![1]!] }),
  ],
  ['no choices', image(count, { name: 'size', description: 'Its shape', required: false })],
  ['the kind', image({ name: 'n', description: 'How many', required: false }, size)],
])('commands are registered again where %s changed, and only then', async (_, changed) => {
  const { discord } = await connect({ commands: [image(count, size)] });
  await connectAgain(discord, image(count, size));
  expect(discord.registered.writes).toBe(1);
  await connectAgain(discord, changed);
  expect(discord.registered.writes).toBe(2);
});

test('every option reaches the core as text, every file with the name of its option', async () => {
  const { discord, inbox } = await connect({
    commands: [image(count, size, file('picture'), file('mask'))],
  });
  discord.command(discord.user('maria'), discord.channel().id, 'image', {
    prompt: 'an otter',
    n: 2,
    size: '1024x1536',
    mask: { filename: 'mask.png' },
    picture: { filename: 'otter.png' },
  });
  const call = await inbox.untilCommand('image');
  expect(call.options).toEqual({ prompt: 'an otter', n: '2', size: '1024x1536' });
  expect(call.attachments).toMatchObject([
    { name: 'mask.png', option: 'mask' },
    { name: 'otter.png', option: 'picture' },
  ]);
});
