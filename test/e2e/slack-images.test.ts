import { describe, expect, it } from 'vitest';
import { failure, imageByHand, toolCalls } from '../servers/openai.ts';
import { modes, type SlackScene, startScene } from './slack-scene.ts';

/** The card under a message, once it shows this, with so many pictures. */
async function untilCard(
  { slack, replies }: SlackScene,
  place: Parameters<SlackScene['replies']>[0],
  shown: RegExp,
  pictures = 0,
) {
  const find = () =>
    replies(place).find(
      ({ text, versions }) => shown.test(text) && versions.at(-1)!.files.length === pictures,
    );
  await slack.until(() => find() !== undefined);
  return find()!;
}

const caption = /sea otter[\s\S]* s · 110 tokens/;

describe.each(modes)('pictures in Slack, by %s', (mode) => {
  it('come after previews in the same message, two of them, and are described', async () => {
    const scene = await startScene(mode);
    const { slack, openai, maria, general } = scene;
    const [one, other] = [imageByHand(), imageByHand()];
    openai.scriptImages(one, other);
    slack.slash(maria, general.id, '/image', '--n 2 --size 1024x1536 a sea otter');
    const question = await slack.untilMessage(general.id, ({ threadTs }) => threadTs === undefined);
    expect(question.text).toContain('a sea otter');
    const card = await untilCard(scene, question, /Drawing 2 pictures/);
    await one.partial(0);
    await other.partial(0);
    await slack.until(() => card.versions.at(-1)!.files.length === 2);
    const previews = card.versions.at(-1)!.files.map(({ content }) => content);
    await one.completed({ input_tokens: 10, output_tokens: 100 });
    await other.completed({ input_tokens: 10, output_tokens: 100 });
    await untilCard(scene, question, /sea otter[\s\S]* s · 220 tokens/, 2);
    const { files } = card.versions.at(-1)!;
    expect(files.map(({ name, altText }) => [name, altText])).toEqual([
      ['a-sea-otter-1.png', 'A picture drawn for the prompt: a sea otter'],
      ['a-sea-otter-2.png', 'A picture drawn for the prompt: a sea otter'],
    ]);
    expect(previews).not.toEqual(files.map(({ content }) => content));
    expect(scene.replies(question)).toHaveLength(1);
    expect(openai.requests.map(({ body }) => body)).toMatchObject([
      { prompt: 'a sea otter', size: '1024x1536', n: 1, stream: true },
      { prompt: 'a sea otter', size: '1024x1536', n: 1, stream: true },
    ]);
    expect(slack.pings).toEqual([]);
    expect(slack.calls.filter(({ error }) => error === 'ratelimited')).toEqual([]);
  });

  it('are asked for in a form where nobody said what', async () => {
    const scene = await startScene(mode);
    const { slack, maria, general } = scene;
    slack.slash(maria, general.id, '/image', '');
    const form = await slack.untilModal(maria);
    slack.submit(maria, form.id, { prompt: 'a sea otter', n: '2' });
    const question = await slack.untilMessage(general.id, ({ threadTs }) => threadTs === undefined);
    await untilCard(scene, question, /220 tokens/, 2);
  });

  it('have buttons that work after a restart, and one that asks what to change', async () => {
    const scene = await startScene(mode);
    const { slack, openai, world, maria, omar, general } = scene;
    slack.slash(maria, general.id, '/image', 'a sea otter');
    const question = await slack.untilMessage(general.id, ({ threadTs }) => threadTs === undefined);
    const card = await untilCard(scene, question, caption, 1);
    await world.restart();
    slack.press(omar, card, 'Again');
    await slack.until(() => scene.replies(question).filter(({ text }) => caption.test(text)).length === 2);
    slack.press(omar, card, 'Edit');
    const form = await slack.untilModal(omar);
    slack.submit(omar, form.id, { prompt: 'make it blue' });
    await untilCard(scene, question, /make it blue[\s\S]* tokens/, 1);
    expect(openai.requests.map(({ path }) => path)).toEqual([
      '/v1/images/generations',
      '/v1/images/generations',
      '/v1/images/edits',
    ]);
  });
});

describe('pictures in Slack', () => {
  it('are refused in one sentence, in place of what was shown', async () => {
    const scene = await startScene('socket');
    const { slack, openai, maria, general } = scene;
    openai.scriptImages(
      failure(400, { code: 'moderation_blocked', message: 'Rejected by the safety system.' }),
    );
    slack.slash(maria, general.id, '/image', 'something bad');
    const question = await slack.untilMessage(general.id, ({ threadTs }) => threadTs === undefined);
    const card = await untilCard(scene, question, /⚠️/);
    expect(card.text).toMatch(/^⚠️ [^.:]*draw[^\n]*\.$/);
    expect(card.versions.at(-1)!.files).toEqual([]);
    expect(scene.replies(question)).toHaveLength(1);
  });

  it('are made by the chat model itself, and changed by it', async () => {
    const scene = await startScene('socket');
    const { slack, openai, maria, general } = scene;
    const draw = (given: unknown) => toolCalls([{ name: 'make_image', arguments: JSON.stringify(given) }]);
    openai.script(draw({ prompt: 'a sea otter' }));
    const question = slack.say(maria, general.id, 'draw me an otter', { mention: true });
    await untilCard(scene, question, caption, 1);
    await slack.until(() => scene.replies(question).length === 2);
    openai.script(draw({ prompt: 'the otter in blue', edit: true }));
    slack.say(maria, general.id, 'make it blue', { threadTs: question.ts });
    await untilCard(scene, question, /the otter in blue[\s\S]* tokens/, 1);
    await slack.until(() => scene.replies(question).length === 4);
    expect(openai.requests.map(({ path }) => path)).toEqual([
      ...['/v1/chat/completions', '/v1/images/generations', '/v1/chat/completions'],
      ...['/v1/chat/completions', '/v1/images/edits', '/v1/chat/completions'],
    ]);
  });
});
