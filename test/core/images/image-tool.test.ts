import { describe, expect, it, vi } from 'vitest';
import { ParleyError } from '../../../src/core/errors.ts';
import { toPicture } from '../../fakes/images.ts';
import { createMessage } from '../../fakes/platform.ts';
import { createStores, setUp } from '../engine-fixture.ts';

const thread = 'fake:1';
const toCall = (given: unknown, id = 'c1') => ({ id, name: 'make_image', arguments: JSON.stringify(given) });

describe('the chat model', () => {
  it('draws where it is asked to, and goes on with its answer', async () => {
    const scene = setUp();
    await scene.engine.message(createMessage('draw me an otter'));
    const first = await scene.model.called(1);
    expect(first.tools.map(({ name }) => name)).toEqual(['make_image']);
    first.call(toCall({ prompt: 'a sea otter', count: 2 }));
    first.finish();
    const second = await scene.model.called(2);
    expect(scene.images.calls[0]!.request).toMatchObject({ prompt: 'a sea otter', count: 2 });
    const [card] = scene.platform.cardsOf(thread);
    expect(card!.calls[0]).toMatchObject({ kind: 'open', beside: true });
    expect(card!.shown!.files).toHaveLength(2);
    expect(second.messages.slice(-2)).toEqual([
      { role: 'assistant', text: '', calls: [toCall({ prompt: 'a sea otter', count: 2 })] },
      { role: 'tool', call: 'c1', text: expect.stringContaining('shown to the person already') },
    ]);
    second.say('There they are.');
    second.finish();
    await scene.idle();
    expect(scene.platform.pagesOf(thread)).toEqual(['There they are.']);
    const turns = await scene.engine.conversations.read(thread);
    expect(turns.at(-1)).toMatchObject({
      role: 'assistant',
      text: 'There they are.',
      files: [{ name: 'a-sea-otter-1.png', digest: 'a sea otter' }, { name: 'a-sea-otter-2.png' }],
    });
  });

  it('works from the newest picture of the conversation, drawn or sent', async () => {
    const scene = setUp();
    await scene.engine.message(createMessage('/image an otter'));
    await scene.engine.message(createMessage('make it blue'));
    const first = await scene.model.called(1);
    first.call(toCall({ prompt: 'the otter in blue', edit: true }));
    first.finish();
    (await scene.model.called(2)).finish();
    await scene.idle();
    expect(Buffer.from(scene.images.calls[1]!.request.inputs![0]!.bytes).toString()).toBe('picture 1.0');
    await scene.engine.message(createMessage('and this?', { attachments: [scene.files.picture('cat.png')] }));
    const third = await scene.model.called(3);
    third.call(toCall({ prompt: 'the cat in blue', edit: true }));
    third.finish();
    (await scene.model.called(4)).finish();
    await scene.idle();
    expect(Buffer.from(scene.images.calls[2]!.request.inputs![0]!.bytes).toString()).toBe('cat.png');
  });

  it('is told what went wrong, and tells the person', async () => {
    const scene = setUp();
    scene.images.automatic = false;
    await scene.engine.message(createMessage('draw something bad'));
    const first = await scene.model.called(1);
    first.call(toCall({ prompt: 'bad' }));
    first.finish();
    (await scene.images.called(1)).fail(new ParleyError('refused', 'It won’t draw that.'));
    const second = await scene.model.called(2);
    // What stood there says it already.
    expect(second.messages.at(-1)!.text).toContain('has been told why (It won’t draw that.)');
    expect(scene.platform.cardsOf(thread)[0]!.shown!.text).toBe('⚠️ It won’t draw that.');
    second.say('Something else?');
    second.finish();
    await scene.idle();
  });

  it('lets nothing stand half drawn when it is stopped', async () => {
    const scene = setUp();
    scene.images.automatic = false;
    await scene.engine.message(createMessage('draw an otter'));
    const first = await scene.model.called(1);
    first.call(toCall({ prompt: 'an otter' }));
    first.finish();
    const drawing = await scene.images.called(1);
    drawing.give({ type: 'preview', index: 0, picture: toPicture('preview 0') });
    await vi.waitFor(() => expect(scene.platform.cardsOf(thread)[0]?.shown?.files).toHaveLength(1));
    scene.engine.stop(thread);
    await scene.idle();
    expect(scene.platform.cardsOf(thread)[0]!.shown).toEqual({ text: '⏹️ Stopped.', files: [], buttons: [] });
    expect(scene.platform.pagesOf(thread)).toEqual(['⏹️ Stopped.']);
  });

  it('says something where it has nothing to add', async () => {
    const scene = setUp();
    await scene.engine.message(createMessage('draw an otter'));
    const first = await scene.model.called(1);
    first.call(toCall({ prompt: 'an otter' }));
    first.finish();
    (await scene.model.called(2)).finish();
    await scene.idle();
    expect(scene.platform.pagesOf(thread)).toEqual(['Here it is.']);
  });

  it.each([
    ['no JSON', 'not { json', 'What shall I draw?'],
    ['no prompt', '{}', 'What shall I draw?'],
    ['too many', '{"prompt":"x","count":99}', '1 to 4 pictures'],
    ['nothing to edit', '{"prompt":"x","edit":true}', 'there is no picture'],
  ])('may write anything: %s', async (_what, written, told) => {
    const scene = setUp();
    await scene.engine.message(createMessage('draw'));
    const first = await scene.model.called(1);
    first.call({ id: 'c', name: 'make_image', arguments: written });
    first.finish();
    const second = await scene.model.called(2);
    expect(second.messages.at(-1)!.text).toContain(told);
    second.say('Hm.');
    second.finish();
    await scene.idle();
    expect(scene.images.calls).toHaveLength(0);
  });

  it('draws three times for one question at most, and is not asked for ever', async () => {
    const scene = setUp();
    await scene.engine.message(createMessage('draw and draw'));
    for (let round = 1; round <= 5; round++) {
      const call = await scene.model.called(round);
      call.call(toCall({ prompt: `otter ${round}` }, `c${round}`));
      call.finish();
    }
    await scene.idle();
    expect(scene.images.calls).toHaveLength(3);
    expect(scene.model.calls).toHaveLength(5);
  });

  it('is asked without tools where it knows none, from then on', async () => {
    const scene = setUp();
    await scene.engine.message(createMessage('hello'));
    (await scene.model.called(1)).fail(new ParleyError('tools-refused', 'This model knows no tools.'));
    const second = await scene.model.called(2);
    expect(second.tools).toEqual([]);
    second.say('Hello.');
    second.finish();
    await scene.idle();
    await scene.engine.message(createMessage('and now?'));
    expect((await scene.model.called(3)).tools).toEqual([]);
    scene.model.calls[2]!.finish();
    await scene.idle();
    expect(scene.platform.pagesOf(thread)[0]).toBe('Hello.');
  });

  it('is offered nothing to draw with where that is turned off', async () => {
    const scene = setUp(createStores(), undefined, { tool: false });
    await scene.engine.message(createMessage('draw'));
    expect((await scene.model.called(1)).tools).toEqual([]);
    scene.model.calls[0]!.finish();
    await scene.idle();
  });
});
