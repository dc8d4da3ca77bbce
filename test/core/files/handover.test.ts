import { describe, expect, it } from 'vitest';
import { toButtonId } from '../../../src/core/buttons.ts';
import { createMessage } from '../../fakes/platform.ts';
import { createCall, createStores, say, setUp, setUpDirect } from '../engine-fixture.ts';

const thread = 'fake:1';
const program = `\`\`\`python\n# report.py\n${'print("x")\n'.repeat(90)}\`\`\``;

async function answerWith(text: string, kept = createStores()) {
  const scene = setUp(kept);
  scene.model.reply = () => text;
  await scene.engine.message(createMessage('write it'));
  await scene.idle();
  return scene;
}

describe('a long block in an answer', () => {
  it('stays in the chat, and is offered as a file beside it', async () => {
    const scene = await answerWith(`Here it is:\n\n${program}`);
    expect(scene.platform.pagesOf(thread).join('')).toContain('Here it is');
    const [card] = scene.platform.cardsOf(thread);
    expect(card!.shown).toMatchObject({ text: '📎 `report.py` (91 lines)', files: [] });
    expect(card!.calls[0]!.beside).toBe(true);
    expect(toButtonId(card!.shown!.buttons[0]!).length).toBeLessThanOrEqual(100);
  });

  it('is given to whoever presses, after a restart, too', async () => {
    const kept = createStores();
    const before = await answerWith(program, kept);
    const [button] = before.platform.cardsOf(thread)[0]!.shown!.buttons;
    const after = setUp(kept);
    await after.engine.command(createCall(button!.command, { options: button!.options }));
    await after.idle();
    const [file] = after.platform.cardsOf(thread)[0]!.shown!.files;
    expect(file).toMatchObject({ name: 'report.py', mediaType: 'text/plain', final: true });
    expect(Buffer.from(file!.bytes).toString()).toBe(`# report.py\n${'print("x")\n'.repeat(90)}`);
  });

  it('is told of in a sentence where it is no longer kept', async () => {
    const scene = setUp();
    await scene.engine.command(createCall('file', { options: { of: 'f'.repeat(64), name: 'a.py' } }));
    await scene.idle();
    expect(scene.platform.pagesOf(thread)).toEqual([expect.stringContaining('no longer have that file')]);
  });

  it('is nothing special where it is short, or where the place saves it by itself', async () => {
    const short = await answerWith('```\nx\n```');
    expect(short.platform.cardsOf(thread)).toEqual([]);
    const direct = setUpDirect();
    direct.model.reply = () => program;
    await direct.engine.message(say('write it'));
    await direct.idle();
    expect(direct.platform.replies[0]!.views).toEqual([]);
  });
});
