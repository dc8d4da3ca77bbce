import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { SeenMessage } from '../servers/discord/types.ts';
import { failure, imageByHand, toolCalls } from '../servers/openai.ts';
import { type Scene, setScene } from './discord-scene.ts';

const usage = { input_tokens: 10, output_tokens: 100 };

/** The message of Parley in a place that shows this, as soon as there is one. */
function untilCard(
  { discord, answers }: Scene,
  place: { readonly id: string },
  shown: RegExp,
): Promise<SeenMessage> {
  return discord.until(() => answers(place).find(({ content }) => shown.test(content)));
}

describe('pictures on Discord', () => {
  it('come after previews in the same message, two of them, and are described', async () => {
    const scene = await setScene();
    const { discord, openai, maria, channel } = scene;
    const [one, other] = [imageByHand(), imageByHand()];
    openai.scriptImages(one, other);
    const call = discord.command(maria, channel.id, 'image', {
      ...{ prompt: 'a sea otter @everyone', n: 2, size: '1024x1536' },
    });
    const card = await untilCard(scene, channel, /Drawing 2 pictures/);
    expect(call.answer).toMatchObject({ type: 5 });
    await one.partial(0);
    await other.partial(0);
    await discord.until(() => card.versions.at(-1)!.files.length === 2);
    const previews = card.versions.at(-1)!.files.map(({ id }) => id);
    await one.completed(usage);
    await other.completed(usage);
    await untilCard(scene, channel, /sea otter[\s\S]* s · 220 tokens/);
    const { files } = card.versions.at(-1)!;
    expect(files.map(({ filename, description }) => [filename, description])).toEqual([
      ['a-sea-otter-everyone-1.png', 'A picture drawn for the prompt: a sea otter @everyone'],
      ['a-sea-otter-everyone-2.png', 'A picture drawn for the prompt: a sea otter @everyone'],
    ]);
    expect(files.map(({ id }) => id)).not.toEqual(previews);
    expect(scene.answers(channel)).toHaveLength(1);
    expect(discord.pings).toEqual([]);
    expect(openai.requests.map(({ body }) => body)).toMatchObject([
      { prompt: 'a sea otter @everyone', size: '1024x1536', n: 1, stream: true },
      { prompt: 'a sea otter @everyone', size: '1024x1536', n: 1, stream: true },
    ]);
  });

  it('have buttons that work after a restart, and one that asks what to change', async () => {
    const scene = await setScene();
    const { discord, openai, world, maria, tom, channel } = scene;
    discord.command(maria, channel.id, 'image', { prompt: 'a sea otter' });
    const card = await untilCard(scene, channel, /110 tokens/);
    await world.restart();
    discord.press(tom, card.id, 'Again');
    await discord.until(
      () => scene.answers(channel).filter(({ content }) => /110 tokens/.test(content)).length === 2,
    );
    const pressed = discord.press(tom, card.id, 'Edit');
    await discord.until(() => pressed.modal !== undefined);
    discord.submit(pressed, { [pressed.modal!.inputs[0]!.customId]: 'make it blue' });
    const edited = await untilCard(scene, channel, /make it blue[\s\S]* tokens/);
    expect(edited.attachments).toHaveLength(1);
    expect(openai.requests.map(({ path }) => path)).toEqual([
      ...['/v1/images/generations', '/v1/images/generations', '/v1/images/edits'],
    ]);
  });

  it('start from pictures that are attached, and from one that is replied to', async () => {
    const scene = await setScene();
    const { discord, openai, maria, tom, channel } = scene;
    const content = await sharp({ create: { width: 32, height: 32, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    const picture = { filename: 'teal.png', contentType: 'image/png', content };
    discord.command(maria, channel.id, 'image', { prompt: 'make it blue', picture });
    await untilCard(scene, channel, /make it blue[\s\S]* tokens/);
    const above = discord.say(tom, channel.id, 'look', { attachments: [picture] });
    const asked = discord.say(maria, channel.id, '/image make it red', {
      mentions: 'bot',
      replyTo: above.id,
    });
    await untilCard(scene, asked, /make it red[\s\S]* tokens/);
    expect(openai.requests.map(({ path }) => path)).toEqual(['/v1/images/edits', '/v1/images/edits']);
  });

  it('are talked about, and changed, in the conversation that they began', async () => {
    const scene = await setScene();
    const { discord, openai, maria, channel } = scene;
    discord.command(maria, channel.id, 'image', { prompt: 'a sea otter' });
    const card = await untilCard(scene, channel, /110 tokens/);
    openai.script(
      toolCalls([{ name: 'make_image', arguments: '{"prompt":"the otter in blue","edit":true}' }]),
    );
    discord.say(maria, channel.id, 'make it blue', { mentions: 'bot', replyTo: card.id });
    await untilCard(scene, channel, /the otter in blue[\s\S]* tokens/);
    await openai.request(3);
    expect(openai.requests.map(({ path }) => path)).toEqual([
      ...['/v1/images/generations', '/v1/chat/completions', '/v1/images/edits', '/v1/chat/completions'],
    ]);
  });

  it('are refused in one sentence, in place of what was shown', async () => {
    const scene = await setScene();
    const { discord, openai, maria, channel } = scene;
    openai.scriptImages(
      failure(400, { code: 'moderation_blocked', message: 'Rejected by the safety system.' }),
    );
    discord.command(maria, channel.id, 'image', { prompt: 'something bad' });
    const card = await untilCard(scene, channel, /⚠️/);
    expect(card.content).toMatch(/^⚠️ [^\n]*draw[^\n]*\.$/);
    expect(card.attachments).toEqual([]);
    expect(scene.answers(channel)).toHaveLength(1);
  });

  it('offer a long program of an answer as a file', async () => {
    const program = `\`\`\`python\n# report.py\n${'print("x")\n'.repeat(90)}\`\`\``;
    const scene = await setScene({ openai: { answer: () => ({ kind: 'text', text: program }) } });
    const { discord, maria, mention } = scene;
    const question = mention('write it');
    const offer = await untilCard(scene, question, /^📎 `report\.py` \(91 lines\)$/);
    discord.press(maria, offer.id, 'Get report.py');
    await discord.until(() => scene.answers(question).some(({ attachments }) => attachments.length === 1));
    const [file] = scene.answers(question).at(-1)!.attachments;
    expect(file).toMatchObject({ filename: 'report.py' });
    expect(Buffer.from(file!.content as Uint8Array).toString()).toContain('print("x")');
  });
});
