import { describe, expect, it } from 'vitest';
import { toButtonId } from '../../../src/core/buttons.ts';
import { buttonsOfDrawn, toDrawing, toDrawn, toFile } from './cards.ts';
import { type ReadEvent, readAll, readEvents, textOf } from './events.ts';
import { type Site, startSite } from './harness.ts';

const address = expect.stringMatching(/^\/api\/pictures\/[\w-]{22}$/);
const presses = '/api/conversations/c1/presses';

function cardsOf(events: readonly ReadEvent[]) {
  return events.filter(({ event }) => event === 'card');
}

function urlOf({ data }: ReadEvent): string {
  const [file] = data.files as readonly { readonly url: string }[];
  return file?.url ?? expect.fail('The card has no file.');
}

/** What is at an address, as text; the status where there is nothing. */
async function contentOf(site: Site, url: string): Promise<string | number> {
  const response = await site.call('GET', url);
  return response.ok ? response.text() : response.status;
}

describe('cards in a stream', () => {
  it('come as whole views, beside the text and without its bytes', async () => {
    const site = await startSite();
    const { surface, all } = await site.ask('c1', '/image an otter');
    surface.push('Here');
    surface.card?.('a', toDrawing());
    surface.card?.('a', toDrawing(toFile('blurred')));
    surface.push(' it is');
    surface.card?.('b', toDrawing());
    surface.card?.('a', toDrawn(toFile('sharp', 'k1')));
    await surface.end({ end: 'complete' });
    const events = await all();
    const cards = cardsOf(events);
    expect(cards.map(({ id, data }) => [id.split('.')[1], data.id, (data.files as []).length])).toEqual([
      ['4', 1, 0],
      ['4', 1, 1],
      ['10', 2, 0],
      ['10', 1, 1],
    ]);
    expect(cards[1]!.data.files).toEqual([
      {
        ...{ name: 'an-otter-1.png', mediaType: 'image/png', url: address, final: false },
        description: 'A picture drawn for the prompt: an otter',
      },
    ]);
    expect(cards[3]!.data).toMatchObject({
      text: '> an otter\n512 × 512 · 1.0 s',
      files: [{ final: true, url: address }],
      buttons: buttonsOfDrawn,
    });
    expect(textOf(events)).toBe('Here it is');
    expect(events.at(-1)?.id.split('.')[1]).toBe('11');
    expect(JSON.stringify(events)).not.toContain(Buffer.from('sharp').toString('base64'));
  });

  it('come again to whoever comes back or comes late: the newest view of each', async () => {
    const site = await startSite();
    const { surface, response } = await site.ask('c1', 'draw');
    const events = readEvents(response);
    const turn = String((await events.next()).value?.data.turn);
    surface.push('abc');
    surface.card?.('a', toDrawing(toFile('one')));
    surface.card?.('b', toDrawing());
    surface.card?.('a', toDrawing(toFile('two')));
    for (const [from, text] of [
      [undefined, 'abc'],
      [`${turn}.0`, 'abc'],
      [`${turn}.2`, 'c'],
      [`${turn}.3`, ''],
    ] as const) {
      const late = readEvents(await site.stream('c1', from));
      const seen: ReadEvent[] = [];
      while (cardsOf(seen).length < 2) seen.push((await late.next()).value!);
      expect(textOf(seen)).toBe(text);
      expect(cardsOf(seen).map(({ data }) => data.id)).toEqual([1, 2]);
      expect(await contentOf(site, urlOf(cardsOf(seen)[0]!))).toBe('two');
    }
    surface.card?.('b', toDrawn(toFile('three', 'k3')));
    await surface.end({ end: 'complete' });
    const after = await readAll(await site.stream('c1', `${turn}.1`));
    expect(after.map(({ event }) => event)).toEqual(['delta', 'card', 'card', 'done']);
    expect((await site.stream('c1', `${turn}.4`)).status).toBe(204);
  });

  it('are taken away where the answer broke off before they were made', async () => {
    const site = await startSite();
    const { surface, all } = await site.ask('c1', 'draw');
    surface.card?.('a', toDrawn(toFile('made', 'k1')));
    surface.card?.('b', toDrawing(toFile('half')));
    await surface.end({ end: 'stopped' });
    const cards = cardsOf(await all());
    expect(cards.map(({ data }) => [data.id, (data.files as []).length])).toEqual([
      [1, 1],
      [2, 1],
      [2, 0],
    ]);
    expect(cards.at(-1)?.data).toEqual({ id: 2, text: '', files: [], buttons: [] });
    expect(await contentOf(site, urlOf(cards[1]!))).toBe(404);
    expect(await contentOf(site, urlOf(cards[0]!))).toBe('made');
  });

  it('stand in an answer that is asked for in one piece', async () => {
    const site = await startSite();
    const asking = site.call('POST', '/api/conversations/c1/messages', { body: { text: 'draw' } });
    const { replyTo } = await site.inbox.untilMessage('draw');
    const surface = site.web.surface(replyTo);
    surface.card?.('a', toDrawing(toFile('blurred')));
    surface.card?.('a', toDrawn(toFile('sharp', 'k1')));
    surface.card?.('b', { text: '', files: [], buttons: [] });
    await surface.end({ end: 'complete' });
    const { cards } = (await (await asking).json()) as { cards: readonly { files: [{ url: string }] }[] };
    expect(cards).toEqual([
      {
        text: '> an otter\n512 × 512 · 1.0 s',
        files: [
          {
            ...{ name: 'an-otter-1.png', mediaType: 'image/png', url: address },
            description: 'A picture drawn for the prompt: an otter',
          },
        ],
        buttons: buttonsOfDrawn,
      },
    ]);
    expect(await contentOf(site, cards[0]!.files[0].url)).toBe('sharp');
  });
});

describe('a press', () => {
  it('calls the command of its button in the conversation, and is answered as a question is', async () => {
    const site = await startSite();
    await site.ask('c1', 'first');
    await site.web.surface((await site.inbox.untilMessage('first')).replyTo).end({ end: 'complete' });
    const response = await site.call('POST', presses, {
      body: { button: buttonsOfDrawn[1]!.id, text: ' make it blue ' },
      headers: { accept: 'text/event-stream' },
    });
    const call = await site.inbox.untilCommand('image');
    expect(call).toMatchObject({
      options: { do: 'edit', of: 'x', at: '1', prompt: 'make it blue' },
      conversation: 'web:local:c1',
      author: { id: 'web:local' },
      shared: false,
      id: expect.stringMatching(/^web:[\w-]{12}$/),
    });
    const again = await site.call('POST', presses, { body: { button: buttonsOfDrawn[0]!.id } });
    expect(again.status).toBe(409);
    const surface = site.web.surface(call.replyTo);
    surface.card?.(call.id, toDrawn(toFile('blue', 'k2')));
    await surface.end({ end: 'complete' });
    expect((await readAll(response)).map(({ event }) => event)).toEqual(['turn', 'card', 'done']);
    const { conversations } = await site.read<{ conversations: readonly unknown[] }>('/api/conversations');
    expect(conversations).toMatchObject([{ id: 'c1', title: 'first' }]);
  });

  it.each([
    ['no button', {}, 'button'],
    ['an id that is none', { button: 'nonsense' }, 'button'],
    ['an unknown form', { button: 'image?do=edit&form=other' }, 'button'],
    ['a command that no card has', { button: toButtonId({ command: 'new', options: {} }) }, 'button'],
    ['no text where one is asked for', { button: buttonsOfDrawn[1]!.id }, 'text'],
    ['an empty text', { button: buttonsOfDrawn[1]!.id, text: '  ' }, 'text'],
    ['a text that nobody asked for', { button: buttonsOfDrawn[0]!.id, text: 'blue' }, 'text'],
    ['something else', { button: buttonsOfDrawn[0]!.id, option: 'x' }, 'option'],
  ])('is refused with %s, and calls nothing', async (_name, body, path) => {
    const site = await startSite();
    const response = await site.call('POST', presses, { body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      detail: expect.stringMatching(/[.?!]$/),
      errors: [{ path }],
    });
    expect(site.inbox.commands).toEqual([]);
  });

  it('counts as work', async () => {
    const site = await startSite({ requestsPerMinute: 1, answering: true });
    const press = () => site.call('POST', presses, { body: { button: buttonsOfDrawn[0]!.id } });
    expect((await press()).status).toBe(200);
    expect((await press()).status).toBe(429);
  });
});
