import { describe, expect, test } from 'vitest';
import type { ChatRequest, Picture } from '../../src/core/ports.ts';
import { collect } from '../fakes/model-events.ts';
import { failure, picturesOf, wordsOf } from '../servers/openai.ts';
import { forever, useOpenAi } from './openai-fixture.ts';

const openAi = useOpenAi();

const picture: Picture = { mediaType: 'image/webp', bytes: Buffer.from([1, 2, 255]) };
const request: ChatRequest = {
  messages: [
    { role: 'system', text: 'Be kind.' },
    {
      role: 'user',
      text: 'what is it?',
      pictures: [picture, { mediaType: 'image/png', bytes: new Uint8Array(2) }],
    },
    { role: 'assistant', text: 'A cat.' },
    { role: 'user', text: 'sure?' },
  ],
};

test('pictures go with the text, in parts; other messages stay plain text', async () => {
  await openAi.createModel().complete(request, forever);
  const { messages } = openAi.server.requests[0]!.body;
  expect(messages.map(({ content }) => typeof content)).toEqual(['string', 'object', 'string', 'string']);
  expect(wordsOf(messages[1]!)).toBe('what is it?');
  expect(picturesOf(messages[1]!)).toEqual([
    { mediaType: 'image/webp', bytes: Buffer.from([1, 2, 255]) },
    { mediaType: 'image/png', bytes: Buffer.from([0, 0]) },
  ]);
  expect(messages[1]!.content).toContainEqual(
    expect.objectContaining({ image_url: expect.objectContaining({ detail: 'auto' }) }),
  );
});

test('a picture without words, and one that is a piece of a larger buffer', async () => {
  const bytes = new Uint8Array([9, 9, 7, 9]).subarray(2, 3);
  await collect(openAi.createModel(), {
    messages: [{ role: 'user', text: '', pictures: [{ mediaType: 'image/png', bytes }] }],
  });
  const [message] = openAi.server.requests[0]!.body.messages;
  expect(message!.content).toHaveLength(1);
  expect(picturesOf(message!)[0]!.bytes).toEqual(Buffer.from([7]));
});

describe('a model that takes no pictures', () => {
  test.each([
    [400, 'Invalid content type. image_url is only supported by certain models.'],
    [404, 'No endpoints found that support image input'],
    [400, 'At most 0 image(s) may be provided in one prompt.'],
    [400, '/models/text is not a multimodal model'],
    [500, 'image input is not supported - hint: you may need to provide the mmproj'],
    [400, 'Model does not support images. Please use a model that does.'],
    [422, 'messages[1]: unknown variant `image_url`, expected `text` at line 1'],
    [400, 'Image input is not enabled for this model'],
    [400, "This model doesn't support vision."],
    [400, 'this model is missing data required for image input'],
  ])('is told by %i: %s', async (status, message) => {
    openAi.server.script(failure(status, { message }));
    await expect(openAi.createModel().complete(request, forever)).rejects.toMatchObject({
      code: 'pictures-refused',
      notice: expect.stringMatching(/can’t see pictures/),
    });
    expect(openAi.server.requests).toHaveLength(1);
  });

  test.each([
    [400, 'You uploaded an unsupported image. Please make sure your image has of one the following formats.'],
    [400, 'Invalid image: could not be decoded'],
    [401, 'Model does not support images.'],
  ])('is not told by %i: %s', async (status, message) => {
    openAi.server.script(failure(status, { message }));
    await expect(openAi.createModel().complete(request, forever)).rejects.not.toMatchObject({
      code: 'pictures-refused',
    });
  });

  test('is not the fault of a prompt without pictures', async () => {
    openAi.server.script(failure(400, { message: 'image_url is not supported' }));
    await expect(
      openAi.createModel().complete({ messages: [{ role: 'user', text: 'hi' }] }, forever),
    ).rejects.toMatchObject({ code: 'model-failed' });
  });
});
