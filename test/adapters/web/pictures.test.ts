import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPictures, type PicturesOptions } from '../../../src/adapters/web/pictures.ts';
import { createUploadFiles } from '../../../src/adapters/web/upload-files.ts';
import type { Turn, TurnFile } from '../../../src/core/ports.ts';
import { createMemoryKeyValue, createRecordingLogger } from '../../fakes/instruments.ts';
import { buttonsOfDrawn, toDrawing, toDrawn, toFile } from './cards.ts';
import { startSite } from './harness.ts';
import { createScratch } from './scratch.ts';

const signal = new AbortController().signal;
const day = 24 * 3_600_000;

afterEach(() => void vi.useRealTimers());

/** Pictures over a directory, and what they logged. */
async function openPictures(directory: string, change: Partial<PicturesOptions> = {}) {
  const logger = createRecordingLogger();
  const pictures = createPictures({ files: createUploadFiles(directory), logger, ...change });
  await pictures.open();
  const read = async (id: string, person = 'ann') => {
    const picture = await pictures.read(person, id, signal);
    return picture && Buffer.from(picture.bytes).toString();
  };
  return { pictures, read, lines: logger.lines };
}

describe('pictures', () => {
  it('are kept over a restart where they are final, under the same id, for those whose they are', async () => {
    const directory = createScratch();
    const first = await openPictures(directory);
    const id = first.pictures.put('ann', toFile('otter', 'k1'));
    const preview = first.pictures.put('ann', toFile('blurred'));
    expect(first.pictures.find('ann', 'k1')).toEqual({ id, mediaType: 'image/png' });
    expect([await first.read(id), await first.read(preview)]).toEqual(['otter', 'blurred']);
    await first.pictures.close();
    // Who else drew the same has a picture of their own.
    expect(first.pictures.put('bob', toFile('otter', 'k1'))).not.toBe(id);
    await first.pictures.close();
    const { pictures, read } = await openPictures(directory);
    expect(pictures.find('ann', 'k1')).toEqual({ id, mediaType: 'image/png' });
    expect(await read(id)).toBe('otter');
    expect(await read(preview)).toBeUndefined();
    expect(await read(id, 'bob')).toBeUndefined();
    expect(pictures.find('eve', 'k1')).toBeUndefined();
    await pictures.close();
    for (const name of await readdir(directory)) {
      expect((await stat(join(directory, name))).mode & 0o077).toBe(0);
    }
  });

  it('that are only held in memory are gone once they are dropped', async () => {
    const { pictures, read } = await openPictures(createScratch(), { mostHeld: 10 });
    const [one, two, three] = ['1234', '5678', '90ab'].map((bytes) => pictures.put('ann', toFile(bytes)));
    // There was no room for all of them.
    expect([await read(one!), await read(two!), await read(three!)]).toEqual([undefined, '5678', '90ab']);
    pictures.drop([two!]);
    expect(await read(two!)).toBeUndefined();
    expect(await read(three!)).toBe('90ab');
    await pictures.close();
  });

  it('that nobody wants any more are gone, one person’s without another’s', async () => {
    const directory = createScratch();
    const { pictures, read } = await openPictures(directory);
    const own = pictures.put('ann', toFile('otter', 'k1'));
    const other = pictures.put('bob', toFile('otter', 'k1'));
    pictures.remove('ann', ['k1', 'k2']);
    await pictures.close();
    expect(await read(own)).toBeUndefined();
    expect(await read(other, 'bob')).toBe('otter');
    expect((await readdir(directory)).filter((name) => name.includes(own))).toEqual([]);
  });

  it('are only so many on the disk: the oldest goes first, and one that is made again is new', async () => {
    const directory = createScratch();
    const { pictures, read, lines } = await openPictures(directory, { mostKept: 10 });
    const put = async (bytes: string, key: string) => {
      const id = pictures.put('ann', toFile(bytes, key));
      await pictures.close();
      return id;
    };
    const one = await put('1234', 'k1');
    const two = await put('5678', 'k2');
    expect(await put('1234', 'k1')).toBe(one);
    const three = await put('90ab', 'k3');
    expect([await read(one), await read(two), await read(three)]).toEqual(['1234', undefined, '90ab']);
    expect((await readdir(directory)).toSorted()).toEqual(
      [one, `${one}.json`, three, `${three}.json`].toSorted(),
    );
    expect(lines).toEqual([]);
    const large = await put('larger than that', 'k4');
    expect(lines).toMatchObject([{ level: 'error', message: 'a picture could not be kept' }]);
    pictures.drop([large]);
    expect(await read(large)).toBeUndefined();
    expect(await read(one)).toBe('1234');
  });

  it('are kept for 30 days', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const directory = createScratch();
    const first = await openPictures(directory);
    const id = first.pictures.put('ann', toFile('otter', 'k1'));
    await first.pictures.close();
    vi.setSystemTime(Date.now() + 30 * day - 1_000);
    expect(await (await openPictures(directory)).read(id)).toBe('otter');
    vi.setSystemTime(Date.now() + 1_000);
    expect(await (await openPictures(directory)).read(id)).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
  });

  it('that can not be written are logged, and there for as long as their turn is', async () => {
    const directory = join(createScratch(), 'pictures');
    const { pictures, read, lines } = await openPictures(directory);
    await rm(directory, { recursive: true });
    const id = pictures.put('ann', toFile('otter', 'k1'));
    await pictures.close();
    expect(lines).toMatchObject([{ level: 'error', message: 'a picture could not be kept' }]);
    expect(await read(id)).toBe('otter');
    pictures.drop([id]);
    expect(await read(id)).toBeUndefined();
    expect(pictures.find('ann', 'k1')).toBeUndefined();
    await mkdir(directory);
    pictures.put('ann', toFile('otter', 'k1'));
    await pictures.close();
    expect(await read(id)).toBe('otter');
  });

  it('leave alone what lies beside them and is not theirs', async () => {
    const directory = createScratch();
    await writeFile(join(directory, 'an-otter-1.png'), 'mine');
    await writeFile(join(directory, 'x'.repeat(22)), 'half a picture');
    const { pictures } = await openPictures(directory);
    expect(await readdir(directory)).toEqual(['an-otter-1.png']);
    await pictures.close();
  });
});

describe('GET /api/pictures/:id', () => {
  /** A site where one file stands on a card, and its address. */
  async function startWith(file: ReturnType<typeof toFile>, options: Parameters<typeof startSite>[0] = {}) {
    const site = await startSite(options);
    const headers = { ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }) };
    const { surface, all } = await site.ask('c1', 'draw', { headers });
    surface.card?.('a', toDrawn(file));
    await surface.end({ end: 'complete' });
    const card = (await all()).find(({ event }) => event === 'card');
    const [{ url }] = card!.data.files as [{ url: string }];
    return { site, url, headers };
  }

  it('gives a picture as what it is, which runs and loads nothing', async () => {
    const name = 'otter “2”\r\n; x=é.png';
    const { site, url } = await startWith(toFile('otter', 'k1', { name }));
    const response = await site.call('GET', url);
    expect(await response.text()).toBe('otter');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': `inline; filename="otter_2_x_.png"; filename*=UTF-8''otter%20%E2%80%9C2%E2%80%9D%0D%0A%3B%20x%3D%C3%A9.png`,
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    });
    const etag = response.headers.get('etag') ?? '';
    const known = await site.call('GET', url, { headers: { 'if-none-match': `"x", W/${etag}` } });
    expect([known.status, await known.text()]).toEqual([304, '']);
    const download = await site.call('GET', `${url}?download`);
    expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename="otter_2_x_\.png"/);
  });

  it.each(['image/svg+xml', 'text/html', 'application/pdf', ''])('has %j saved, not shown', async (type) => {
    const { site, url } = await startWith(toFile('<script>', 'k1', { mediaType: type }));
    const { headers } = await site.call('GET', url);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(/^attachment; /);
  });

  it('is for whose it is', async () => {
    const token = 'a-token-that-is-long-enough';
    const { site, url, headers } = await startWith(toFile('otter', 'k1'), { token });
    expect((await site.call('GET', url, { headers })).status).toBe(200);
    expect((await site.call('GET', url)).status).toBe(401);
    const loggedIn = await site.call('POST', '/login', {
      body: `token=${token}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const cookie = loggedIn.headers
      .getSetCookie()
      .map((one) => one.split(';', 1)[0])
      .join('; ');
    expect((await site.call('GET', '/api/about', { headers: { cookie } })).status).toBe(200);
    expect((await site.call('GET', url, { headers: { cookie } })).status).toBe(404);
  });

  it('says so where there is none', async () => {
    const site = await startSite();
    for (const id of ['nothing', '..%2f..%2fetc%2fpasswd', 'x'.repeat(22)]) {
      const response = await site.call('GET', `/api/pictures/${id}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        detail: 'This picture is not kept any more: have it drawn again.',
      });
    }
  });

  it('gives a preview until another has taken its place', async () => {
    const site = await startSite();
    const { surface, all } = await site.ask('c1', 'draw');
    const [one, two] = [toFile('one'), toFile('two')];
    surface.card?.('a', toDrawing(one));
    surface.card?.('a', toDrawing(one, two));
    surface.card?.('a', toDrawing(toFile('three'), two));
    surface.card?.('a', toDrawing(toFile('four'), two));
    await surface.end({ end: 'complete' });
    const cards = (await all()).filter(({ event }) => event === 'card');
    const seen = cards.map(({ data }) => (data.files as { url: string }[]).map(({ url }) => url));
    // What did not change is at the same address.
    expect(seen[1]?.[0]).toBe(seen[0]?.[0]);
    expect(seen[3]?.[1]).toBe(seen[1]?.[1]);
    const statuses = await Promise.all(
      [seen[0]![0]!, seen[2]![0]!, seen[3]![0]!, seen[3]![1]!].map((url) => site.call('GET', url)),
    );
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 200, 200]);
  });
});

describe('GET /api/conversations/:id', () => {
  const files: readonly TurnFile[] = ['k1', 'k2', 'k3'].map((key, index) => ({
    ...{ name: `an-otter-${index + 1}.png`, kind: 'picture', about: 'PNG, 512 × 384', digest: 'an otter' },
    ...{ key, tokens: 10 },
  }));
  const { text, buttons } = toDrawn();
  const answer: Turn = {
    ...{ role: 'assistant', text: 'There.', at: 1, tokens: 1, files },
    cards: [
      { text, buttons, files: 2 },
      { text: 'second', buttons: [], files: 1 },
    ],
  };

  it('tells of the cards of an answer as they were shown, also after a restart', async () => {
    const [directory, store] = [createScratch(), createMemoryKeyValue()];
    const first = await startSite({ pictures: { directory }, store });
    const { surface, all } = await first.ask('c1', 'draw');
    surface.card?.('a', toDrawn(toFile('one', 'k1'), toFile('three', 'k3')));
    await surface.end({ end: 'complete' });
    const card = (await all()).find(({ event }) => event === 'card');
    const [one, three] = (card!.data.files as { url: string }[]).map(({ url }) => url);
    await first.web.close();
    const site = await startSite({ pictures: { directory }, store });
    site.conversations.turns.set('web:local:c1', [
      { role: 'user', text: 'draw', at: 0, tokens: 1, files: [{ name: 'a.txt', about: 'text', tokens: 1 }] },
      answer,
    ]);
    const { turns } = await site.read<{ turns: readonly unknown[] }>('/api/conversations/c1');
    const common = {
      description: 'A picture drawn for the prompt: an otter',
      ...{ width: 512, height: 384 },
    };
    expect(turns).toEqual([
      expect.objectContaining({ role: 'user', files: [{ name: 'a.txt', about: 'text' }] }),
      {
        ...{ role: 'assistant', text: 'There.', at: expect.any(String) },
        cards: [
          {
            text,
            files: [
              { name: 'an-otter-1.png', url: one, mediaType: 'image/png', ...common },
              { name: 'an-otter-2.png', ...common },
            ],
            buttons: buttonsOfDrawn,
          },
          {
            text: 'second',
            files: [{ name: 'an-otter-3.png', url: three, mediaType: 'image/png', ...common }],
            buttons: [],
          },
        ],
      },
    ]);
    expect(await (await site.call('GET', one!)).text()).toBe('one');
    await site.call('DELETE', '/api/conversations/c1');
    await vi.waitFor(async () => expect((await site.call('GET', one!)).status).toBe(404));
    expect((await site.call('GET', three!)).status).toBe(404);
  });
});
