import { describe, expect, it, vi } from 'vitest';
import { ParleyError, SurfaceError } from '../../../src/core/errors.ts';
import type { CardButton } from '../../../src/core/picture-ports.ts';
import { createFakeCardSurface } from '../../fakes/card-surface.ts';
import { unreadable } from '../../fakes/files.ts';
import { toPicture } from '../../fakes/images.ts';
import { createMessage } from '../../fakes/platform.ts';
import { createCall, createStores, say, setUp, setUpDirect } from '../engine-fixture.ts';

const thread = 'fake:1';

function callImage(prompt: string, change: Parameters<typeof createCall>[1] = {}) {
  return createCall('image', { options: { prompt }, ...change });
}

function cardOf(scene: ReturnType<typeof setUp>, index = 0) {
  return scene.platform.cardsOf(thread)[index]!;
}

function buttonOf(scene: ReturnType<typeof setUp>, label: string, index = 0): CardButton {
  return cardOf(scene, index).shown!.buttons.find((button) => button.label === label)!;
}

/** Presses a button under a card; what it asks for first is given as `text`. */
async function press(scene: ReturnType<typeof setUp>, { command, options, asks }: CardButton, text = '') {
  const given = asks === undefined ? options : { ...options, [asks.option]: text };
  await scene.engine.command(createCall(command, { options: given }));
  await scene.idle();
}

describe('/image', () => {
  it('shows that it draws, then previews, then the pictures with what belongs to them', async () => {
    const scene = setUp();
    scene.images.automatic = false;
    await scene.engine.command(callImage('a sea otter --n 2'));
    const drawing = await scene.images.called(1);
    expect(drawing.request).toMatchObject({ prompt: 'a sea otter', count: 2 });
    await vi.waitFor(() => expect(scene.platform.cardsOf(thread)).toHaveLength(1));
    drawing.give({ type: 'preview', index: 1, picture: toPicture('preview 1') });
    drawing.give({ type: 'picture', index: 1, picture: toPicture('picture 1') });
    drawing.give({ type: 'picture', index: 0, picture: toPicture('picture 0') });
    drawing.give({ type: 'finish', usage: { inputTokens: 10, outputTokens: 2_000 } });
    await scene.idle();
    const { calls, shown } = cardOf(scene);
    expect(calls[0]).toMatchObject({ kind: 'open', beside: false });
    expect(calls[0]!.view).toEqual({
      text: '🎨 Drawing 2 pictures…\n> a sea otter',
      files: [],
      buttons: [],
    });
    expect(shown!.text).toMatch(/^> a sea otter\n1024 × 1024 · \d\.\d s · 2,010 tokens$/);
    expect(shown!.files.map(({ name, final, description }) => ({ name, final, description }))).toEqual([
      { name: 'a-sea-otter-1.png', final: true, description: 'A picture drawn for the prompt: a sea otter' },
      { name: 'a-sea-otter-2.png', final: true, description: 'A picture drawn for the prompt: a sea otter' },
    ]);
    expect(Buffer.from(shown!.files[1]!.bytes).toString()).toBe('picture 1');
    expect(shown!.buttons.map(({ label }) => label)).toEqual([
      ...['Again', 'Vary 1', 'Edit 1', 'Vary 2', 'Edit 2', 'Bigger 1', 'Bigger 2', 'Portrait', 'Landscape'],
    ]);
  });

  it('is remembered: the chat model knows what it drew, sees it, and is told by a call, not in words', async () => {
    const scene = setUp();
    scene.model.reply = () => 'Nice.';
    await scene.engine.command(callImage('a sea otter'));
    await scene.engine.message(createMessage('what do you think of it?'));
    await scene.idle();
    const { messages } = scene.model.calls[0]!;
    expect(messages.slice(1, -1)).toEqual([
      { role: 'user', text: 'Ada: /image a sea otter' },
      {
        role: 'assistant',
        text: '',
        calls: [{ id: 'c00000001', name: 'make_image', arguments: '{"prompt":"a sea otter","count":1}' }],
      },
      { role: 'tool', call: 'c00000001', text: expect.stringContaining('attached to the next message') },
      { role: 'assistant', text: 'Here it is.' },
    ]);
    expect(messages.at(-1)).toEqual({
      role: 'user',
      text: 'Ada: what do you think of it?',
      pictures: [{ mediaType: 'image/png', bytes: Buffer.from('picture 1.0') }],
    });
  });

  it('says what is wrong with a wish, and draws nothing', async () => {
    const scene = setUp();
    await scene.engine.command(callImage('an otter --n 9'));
    await scene.idle();
    expect(scene.platform.pagesOf(thread)).toEqual([expect.stringContaining('1 to 4 pictures at once')]);
    expect(scene.images.calls).toHaveLength(0);
    expect(scene.platform.cardsOf(thread)).toHaveLength(0);
  });

  it('tells a refusal once, in place of the pictures', async () => {
    const scene = setUp();
    scene.images.automatic = false;
    await scene.engine.command(callImage('something bad'));
    const drawing = await scene.images.called(1);
    drawing.give({ type: 'preview', index: 0, picture: toPicture('preview 0') });
    drawing.fail(new ParleyError('refused', 'The image model won’t draw that: ask for something else.'));
    await scene.idle();
    expect(cardOf(scene).shown).toEqual({
      text: '⚠️ The image model won’t draw that: ask for something else.',
      ...{ files: [], buttons: [] },
    });
    expect(scene.platform.pagesOf(thread)).toEqual([]);
    const turns = await scene.engine.conversations.read(thread);
    expect(turns.map(({ text, end }) => [text, end])).toEqual([
      ['/image something bad', undefined],
      ['Nothing was drawn.', 'failed'],
    ]);
  });

  it('shows what could be drawn, and says what could not', async () => {
    const scene = setUp();
    scene.images.automatic = false;
    await scene.engine.command(callImage('otters --n 2'));
    const drawing = await scene.images.called(1);
    drawing.give({ type: 'failed', index: 0, error: new ParleyError('timed-out', 'One took too long.') });
    drawing.give({ type: 'picture', index: 1, picture: toPicture('picture 1') });
    drawing.give({ type: 'finish' });
    await scene.idle();
    expect(cardOf(scene).shown!.files).toHaveLength(1);
    expect(cardOf(scene).shown!.text).toContain('⚠️ One took too long.');
  });

  it('stops when it is told to', async () => {
    const scene = setUp();
    scene.images.automatic = false;
    await scene.engine.command(callImage('an otter'));
    const drawing = await scene.images.called(1);
    scene.engine.stop(thread);
    await scene.idle();
    expect(drawing.signal.aborted).toBe(true);
    expect(cardOf(scene).shown!.text).toBe('⏹️ Stopped.');
  });

  it('shows what is whole when it is stopped, and counts that alone', async () => {
    const scene = setUp(createStores(), undefined, { perDay: 4 });
    scene.images.automatic = false;
    await scene.engine.command(callImage('otters --n 3'));
    const drawing = await scene.images.called(1);
    drawing.give({ type: 'picture', index: 1, picture: toPicture('picture 1') });
    await vi.waitFor(() => expect(scene.platform.cardsOf(thread)[0]?.shown?.files).toHaveLength(1));
    scene.engine.stop(thread);
    await scene.idle();
    expect(cardOf(scene).shown!.files).toHaveLength(1);
    expect(cardOf(scene).shown!.text).toMatch(/3 more for you today\n⏹️ Stopped\.$/);
    const turns = await scene.engine.conversations.read(thread);
    expect(turns.at(-1)).toMatchObject({ role: 'assistant', files: [{ name: 'otters-2.png' }] });
  });

  it('holds up nobody else while a platform does not take its pictures', async () => {
    const scene = setUp();
    const usual = scene.platform.card!.bind(scene.platform);
    const stuck = Array.from({ length: 6 }, () => createFakeCardSurface());
    scene.platform.card = (address) => stuck[Number(address.thread.split('stuck-')[1])] ?? usual(address);
    for (const index of stuck.keys()) {
      const replyTo = { thread: `fake:stuck-${index}`, data: {} } as const;
      await scene.engine.command(callImage('otters --n 4', { conversation: replyTo.thread, replyTo }));
    }
    await scene.engine.command(callImage('a cat'));
    await vi.waitFor(() => expect(scene.platform.cardsOf(thread)[0]?.shown?.text).toContain('> a cat\n'));
    for (const { calls } of stuck) calls[0]!.fail(new SurfaceError('gone', 'no such channel'));
    await scene.idle();
  });

  it('works from pictures that came with it, within its mask', async () => {
    const scene = setUp();
    const attachments = [
      { ...scene.files.picture('hole.png'), option: 'mask' },
      { ...scene.files.picture('cat.png'), option: 'picture' },
      { ...scene.files.picture('hat.png'), option: 'picture2' },
    ];
    await scene.engine.command(callImage('put the hat on the cat', { attachments }));
    await scene.idle();
    const { inputs, mask } = scene.images.calls[0]!.request;
    expect(inputs!.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['cat.png', 'hat.png']);
    expect(Buffer.from(mask!.bytes).toString()).toBe('hole.png');
    expect(cardOf(scene).shown!.files[0]!.description).toContain('A picture changed by the prompt');
  });

  it('is understood in a message, with the picture that is replied to', async () => {
    const scene = setUp();
    await scene.engine.message(
      createMessage('/image make it blue', { attachments: [scene.files.picture('cat.png')] }),
    );
    await scene.idle();
    expect(scene.images.calls[0]!.request).toMatchObject({ prompt: 'make it blue', count: 1 });
    expect(scene.images.calls[0]!.request.inputs).toHaveLength(1);
    expect(scene.model.calls).toHaveLength(0);
  });

  it.each([
    [
      'a file that is no picture',
      (scene: ReturnType<typeof setUp>) => scene.files.text('a.txt', 'x'),
      'leave out “a.txt”',
    ],
    [
      'a picture that can’t be read',
      (scene: ReturnType<typeof setUp>) =>
        scene.files.attach('b.png', unreadable('“b.png” is damaged: send it again.')),
      '“b.png” is damaged',
    ],
  ])('does not draw without %s', async (_what, attach, sentence) => {
    const scene = setUp();
    await scene.engine.command(callImage('make it blue', { attachments: [attach(scene)] }));
    await scene.idle();
    expect(cardOf(scene).shown!.text).toContain(sentence);
    expect(scene.images.calls).toHaveLength(0);
  });

  it('counts per person and day, and says so before it bites', async () => {
    const scene = setUp(createStores(), undefined, { perDay: 3 });
    await scene.engine.command(callImage('otters --n 2'));
    await scene.engine.command(callImage('otters --n 2'));
    await scene.engine.command(callImage('one otter'));
    await scene.engine.command(callImage('one more'));
    await scene.idle();
    const texts = scene.platform.cardsOf(thread).map(({ shown }) => shown!.text);
    expect(texts[0]).toContain('1 more for you today');
    expect(texts[1]).toContain('You can make 1 more picture today');
    expect(texts[2]).toContain('your last for today');
    expect(texts[3]).toContain('You have made all 3 pictures');
  });

  it('tells the cost where it is known', async () => {
    const scene = setUp(createStores(), undefined, { prices: { input: 5, output: 40 } });
    await scene.engine.command(callImage('an otter'));
    await scene.idle();
    expect(cardOf(scene).shown!.text).toContain('2,010 tokens · $0.080');
  });

  it('is taken up again after a crash, in the same card', async () => {
    const kept = createStores();
    const before = setUp(kept);
    before.images.automatic = false;
    await before.engine.command(callImage('an otter'));
    await before.images.called(1);
    const after = setUp(kept);
    await after.engine.recover('fake');
    await after.idle();
    expect(cardOf(after).calls[0]).toMatchObject({ kind: 'open', attempt: 2 });
    expect(cardOf(after).shown!.files).toHaveLength(1);
    const turns = await after.engine.conversations.read(thread);
    expect(turns.map(({ role, text }) => [role, text])).toEqual([
      ['user', '/image an otter'],
      ['assistant', ''],
    ]);
  });
});

describe('a crash', () => {
  it('between showing pictures and noting that leaves them as they are', async () => {
    const kept = createStores();
    const before = setUp(kept);
    const { delete: strike } = kept.errands;
    kept.errands.delete = () => Promise.reject(new Error('it crashed'));
    await before.engine.command(callImage('an otter'));
    await before.idle();
    kept.errands.delete = strike;
    const after = setUp(kept);
    await after.engine.recover('fake');
    await after.idle();
    expect(after.platform.cardsOf(thread)).toEqual([]);
    expect(after.images.calls).toEqual([]);
  });

  it('while pictures are drawn does not charge them twice', async () => {
    const kept = createStores();
    const before = setUp(kept, undefined, { perDay: 2 });
    before.images.automatic = false;
    await before.engine.command(callImage('otters --n 2'));
    await before.images.called(1);
    const after = setUp(kept, undefined, { perDay: 2 });
    await after.engine.recover('fake');
    await after.idle();
    expect(cardOf(after).shown!.files).toHaveLength(2);
  });
});

describe('a button under pictures', () => {
  it('draws again what was asked for, after a restart, too', async () => {
    const kept = createStores();
    const before = setUp(kept);
    await before.engine.command(callImage('an otter --size tall'));
    await before.idle();
    const again = buttonOf(before, 'Again');
    const after = setUp(kept);
    await press(after, again);
    expect(after.images.calls[0]!.request).toMatchObject({ prompt: 'an otter', size: '1024x1536', count: 1 });
    expect(after.images.calls[0]!.request.inputs).toBeUndefined();
  });

  it.each([
    ['Variations', { count: 2 }, /variation .* an otter$/],
    ['Bigger', { size: '2048x2048', count: 1 }, /^Keep this picture/],
    ['Landscape', { size: '1536x1024', count: 1 }, /^Keep this picture/],
  ])('%s works from the picture', async (label, wish, prompt) => {
    const scene = setUp();
    await scene.engine.command(callImage('an otter'));
    await scene.idle();
    await press(scene, buttonOf(scene, label));
    const { request } = scene.images.calls[1]!;
    expect(request).toMatchObject(wish);
    expect(request.prompt).toMatch(prompt);
    expect(Buffer.from(request.inputs![0]!.bytes).toString()).toBe('picture 1.0');
    expect(cardOf(scene, 1).shown!.text).toContain('> an otter');
  });

  it('edits the picture by what it asked for, flags included', async () => {
    const scene = setUp();
    await scene.engine.command(callImage('otters --n 2 --format webp'));
    await scene.idle();
    await press(scene, buttonOf(scene, 'Edit 2'), 'make it blue --size wide');
    const { request } = scene.images.calls[1]!;
    expect(request).toMatchObject({ prompt: 'make it blue', size: '1536x1024', format: 'webp', count: 1 });
    expect(Buffer.from(request.inputs![0]!.bytes).toString()).toBe('picture 1.1');
  });

  it('lets what is typed count more than what was wished for before', async () => {
    const scene = setUp();
    await scene.engine.command(callImage('an otter --size tall'));
    await scene.idle();
    await press(scene, buttonOf(scene, 'Edit'), 'make it blue --size wide');
    expect(scene.images.calls[1]!.request).toMatchObject({ prompt: 'make it blue', size: '1536x1024' });
  });

  it('does the same once more under what a button made, too', async () => {
    const scene = setUp();
    await scene.engine.command(callImage('an otter'));
    await scene.idle();
    await press(scene, buttonOf(scene, 'Variations'));
    await press(scene, buttonOf(scene, 'Again', 1));
    const [, second, third] = scene.images.calls;
    expect(third!.request).toEqual(second!.request);
  });

  it.each(['bogus', '9999x9999', "1'; drop"])('does not take %j for a size', async (size) => {
    const scene = setUp();
    await scene.engine.command(callImage('an otter'));
    await scene.idle();
    const { options } = buttonOf(scene, 'Bigger');
    await press(scene, { ...buttonOf(scene, 'Bigger'), options: { ...options, size } });
    expect(scene.images.calls).toHaveLength(1);
  });

  it('draws all of them again in another shape', async () => {
    const scene = setUp();
    await scene.engine.command(callImage('otters --n 2'));
    await scene.idle();
    await press(scene, buttonOf(scene, 'Portrait'));
    expect(scene.images.calls[1]!.request).toMatchObject({ prompt: 'otters', count: 2, size: '1024x1536' });
    expect(scene.images.calls[1]!.request.inputs).toBeUndefined();
  });

  it('says what to do where the picture is no longer there', async () => {
    const scene = setUp();
    await scene.engine.command(callImage('an otter'));
    await scene.idle();
    const edit = buttonOf(scene, 'Edit');
    await press(setUp(), edit, 'x');
    const elsewhere = setUp();
    await press(elsewhere, edit, 'make it blue');
    expect(elsewhere.platform.pagesOf(thread)).toEqual([
      expect.stringContaining('I no longer have that picture'),
    ]);
  });
});

describe('where cards are parts of replies', () => {
  it('shows the pictures on the reply', async () => {
    const scene = setUpDirect();
    await scene.engine.message(say('/image an otter'));
    await scene.idle();
    const [reply] = scene.platform.replies;
    expect(reply!.views.map(({ files }) => files.map(({ final }) => final))).toEqual([
      [],
      [false],
      [false],
      [true],
    ]);
    expect(reply!.views.at(-1)!.buttons.length).toBeGreaterThan(3);
    expect(reply!.ending).toEqual({ end: 'complete' });
  });

  it('ends the reply with what went wrong', async () => {
    const scene = setUpDirect();
    scene.images.automatic = false;
    await scene.engine.message(say('/image an otter'));
    (await scene.images.called(1)).fail(new ParleyError('usage-limit', 'The account is empty.'));
    await scene.idle();
    const [reply] = scene.platform.replies;
    expect(reply!.views.at(-1)).toEqual({ text: '', files: [], buttons: [] });
    expect(reply!.ending).toEqual({ end: 'failed', code: 'usage-limit', notice: 'The account is empty.' });
    // As it is remembered.
    const [, answer] = await scene.engine.conversations.read('direct:1');
    expect(reply!.deltas.join('')).toBe(answer!.text);
  });

  it('draws again what a button made', async () => {
    const scene = setUpDirect();
    await scene.engine.message(say('/image an otter'));
    await scene.idle();
    const vary = scene.platform.replies[0]!.views.at(-1)!.buttons.find(
      ({ label }) => label === 'Variations',
    )!;
    const { command, options } = vary;
    await scene.engine.command(createCall(command, { options, conversation: 'direct:1' }));
    await scene.engine.command(createCall('regenerate', { conversation: 'direct:1' }));
    await scene.idle();
    expect(scene.model.calls).toHaveLength(0);
    const [, varied, again] = scene.images.calls;
    expect(again!.request).toEqual(varied!.request);
    expect((await scene.engine.conversations.read('direct:1')).map(({ role }) => role)).toEqual([
      ...['user', 'assistant', 'user', 'assistant'],
    ]);
  });

  it('draws the last question again', async () => {
    const scene = setUpDirect();
    await scene.engine.message(say('/image an otter --n 2'));
    await scene.engine.command(createCall('regenerate', { conversation: 'direct:1' }));
    await scene.idle();
    expect(scene.images.calls.map(({ request }) => request.count)).toEqual([2, 2]);
    const turns = await scene.engine.conversations.read('direct:1');
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant']);
  });
});
