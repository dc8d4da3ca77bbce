import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { describeInChromium } from './chromium.ts';
import { patience, questions, visit } from './visit.ts';

const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Remember the milk.') };

async function createPicture() {
  const buffer = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  return { name: 'map.png', mimeType: 'image/png', buffer };
}

function chips(page: Page) {
  return page.locator('#attachments .chip');
}

/** Resolves once so many files have been sent and none is on its way. */
async function arrived(page: Page, count: number): Promise<void> {
  await expect.poll(() => chips(page).count(), patience).toBe(count);
  await expect.poll(() => page.locator('#attachments progress').count(), patience).toBe(0);
}

/** The attachments of the questions that the page has asked. */
function watchQuestions(page: Page): unknown[] {
  const asked: unknown[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/messages')) asked.push(request.postDataJSON());
  });
  return asked;
}

describeInChromium('files on the page', (browser) => {
  it('takes files by choice, paste and drop, and sends them with the question', async () => {
    const { world, page, ask, answered } = await visit(browser());
    await page.locator('#chooser').setInputFiles([notes, await createPicture()]);
    await page.evaluate(`
      const files = (name) => {
        const data = new DataTransfer();
        data.items.add(new File(['from ' + name], name, { type: 'text/markdown' }));
        return data;
      };
      const into = (selector, event) => document.querySelector(selector).dispatchEvent(event);
      const all = { bubbles: true, cancelable: true };
      into('#question', new ClipboardEvent('paste', { ...all, clipboardData: files('pasted.md') }));
      into('#thread', new DragEvent('drop', { ...all, dataTransfer: files('dropped.md') }));
    `);
    await arrived(page, 4);
    const names = page.locator('#attachments .chip-name');
    expect(await names.allTextContents()).toEqual(['notes.txt', 'map.png', 'pasted.md', 'dropped.md']);
    expect(await page.locator('#attachments .chip-size').allTextContents()).toContain('18 B');
    await page.getByRole('button', { name: 'Remove pasted.md' }).click();
    const asked = watchQuestions(page);
    await ask('What is in them?');
    await answered(1);
    expect(asked).toEqual([
      {
        text: 'What is in them?',
        attachments: Array(3).fill({ upload: expect.stringMatching(/^[\w-]{22}$/) }),
      },
    ]);
    const prompt = JSON.stringify((await world.openai.request(0)).body.messages);
    expect(prompt).toContain('Remember the milk.');
    expect(prompt).toContain('from dropped.md');
    expect(prompt).not.toContain('pasted.md');
    expect(await chips(page).count()).toBe(0);
  });

  it('shows a picture before and after it is sent, and what came with a question when it is opened again', async () => {
    const { page, ask, answered } = await visit(browser());
    await page.locator('#chooser').setInputFiles([await createPicture()]);
    await arrived(page, 1);
    const widthOf = (selector: string) =>
      page.locator(selector).evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
    await expect.poll(() => widthOf('#attachments img'), patience).toBe(40);
    await ask('Where is this?');
    await answered(1);
    expect(await widthOf('.question img')).toBe(40);
    await page.reload();
    await answered(1);
    expect(await page.locator('.question .chip-name').allTextContents()).toEqual(['map.png']);
  });

  it('sends files without words', async () => {
    const { page, answered } = await visit(browser());
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await page.locator('#chooser').setInputFiles([notes]);
    await arrived(page, 1);
    const asked = watchQuestions(page);
    await page.getByRole('button', { name: 'Send' }).click();
    await answered(1);
    expect(asked).toEqual([{ attachments: [{ upload: expect.any(String) }] }]);
    expect(await questions(page)).toEqual([]);
    expect(await page.locator('.question .chip-name').allTextContents()).toEqual(['notes.txt']);
  });

  it('waits with the question until its files have arrived', async () => {
    const { page, ask, answered } = await visit(browser());
    const held = Promise.withResolvers<void>();
    const seen = Promise.withResolvers<void>();
    await page.route('**/api/uploads', async (route) => {
      seen.resolve();
      await held.promise;
      await route.continue();
    });
    await page.locator('#chooser').setInputFiles([notes]);
    await seen.promise;
    expect(await page.getByRole('progressbar', { name: 'Uploading notes.txt' }).count()).toBe(1);
    const asked = watchQuestions(page);
    await ask('What is in it?');
    await expect.poll(() => page.locator('#toast').textContent(), patience).toContain('as soon as');
    expect(asked).toEqual([]);
    held.resolve();
    await answered(1);
    expect(asked).toMatchObject([{ text: 'What is in it?', attachments: [{}] }]);
    await page.unroute('**/api/uploads');
  });

  it('says of each file what is wrong with it, and takes it away', async () => {
    const { world, page, ask, answered } = await visit(browser());
    const paths = ['film.mp4', 'bad.txt', 'notes.txt'].map((name) => join(world.directory, name));
    await Promise.all(paths.map((path) => writeFile(path, 'Remember the milk.')));
    await truncate(paths[0]!, 20_000_001);
    await page.route('**/api/uploads', (route) =>
      route.request().headers()['x-filename'] === 'bad.txt'
        ? route.fulfill({ status: 503, json: { detail: 'There is no room for more files just now.' } })
        : route.continue(),
    );
    await page.locator('#chooser').setInputFiles(paths);
    await arrived(page, 3);
    expect(await page.getByRole('alert').allTextContents()).toEqual([
      '“film.mp4” is too large: send files of up to 20 MB.',
      'There is no room for more files just now.',
    ]);
    await page.getByRole('button', { name: 'Remove film.mp4' }).click();
    expect(await chips(page).count()).toBe(2);
    const asked = watchQuestions(page);
    await ask('What is in it?');
    await answered(1);
    expect(asked).toMatchObject([{ attachments: [{}] }]);
    expect(await chips(page).count()).toBe(0);
    await page.unroute('**/api/uploads');
  });

  it('tells the server of a file that is taken back', async () => {
    const { page } = await visit(browser());
    await page.locator('#chooser').setInputFiles([notes]);
    await arrived(page, 1);
    const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await page.getByRole('button', { name: 'Remove notes.txt' }).click();
    expect((await deleted).status()).toBe(204);
    expect(await page.evaluate('document.activeElement.id')).toBe('attach');
  });
});
