import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { byHand, imageByHand, text, toolCalls } from '../servers/openai.ts';
import { findViolations } from './axe.ts';
import { describeInChromium } from './chromium.ts';
import { answers, patience, questions, type Visit, visit } from './visit.ts';

/** A Parley whose models are the demo's: its pictures come in half a second, with previews. */
const demo = { environment: { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined } };

function frames(page: Page): Locator {
  return page.locator('.frame');
}

/** Resolves once the last answer has its pictures, all of them shown. */
async function drawn(page: Page, count = 1): Promise<void> {
  const last = answers(page).last();
  await last.locator('.card-buttons button').first().waitFor();
  await page.locator('.answer.growing').waitFor({ state: 'detached' });
  await expect.poll(() => last.locator('.frame:enabled img').count(), patience).toBe(count);
  await expect.poll(() => last.locator('.frame img').evaluateAll(areLoaded), patience).toBe(true);
}

/** Runs in the page. */
function areLoaded(images: unknown[]): boolean {
  return images.every((image) => (image as { naturalWidth: number }).naturalWidth > 0);
}

/** All that a person sees of the cards of a page. */
function seenOf(page: Page): Promise<string[]> {
  return page.locator('.card').evaluateAll((cards) =>
    cards.map((card) => {
      const { innerText, querySelectorAll } = card as unknown as {
        innerText: string;
        querySelectorAll(selector: string): Iterable<{ alt: string; src: string }>;
      };
      const images = [...querySelectorAll.call(card, 'img')].map(({ alt, src }) => `${alt} ${src}`);
      return [...images, innerText].join('\n');
    }),
  );
}

describeInChromium('pictures on the page', (browser) => {
  it('come in place: first empty places, then previews, then the pictures, and nothing jumps', async () => {
    const { page, ask, world } = await visit(browser());
    const hands = [imageByHand(), imageByHand()];
    world.openai.scriptImages(...hands);
    await ask('/image an otter --n 2');
    await frames(page).nth(1).waitFor();
    expect(await answers(page).locator('.caption').innerText()).toMatch(/^Drawing 2 pictures…\s+an otter$/);
    const place = () => page.locator('.pictures').boundingBox();
    const before = await place();
    for (const hand of hands) await hand.partial(0);
    await expect.poll(() => frames(page).locator('img').count(), patience).toBe(2);
    expect(await place()).toEqual(before);
    expect(await page.locator('.frame:disabled').count()).toBe(2);
    const preview = await frames(page).locator('img').first().getAttribute('src');
    for (const hand of hands) {
      await hand.completed({ input_tokens: 10, output_tokens: 100 });
      await hand.end();
    }
    await drawn(page, 2);
    expect(await place()).toEqual(before);
    const [first, second] = await frames(page).locator('img').all();
    expect(await first!.getAttribute('src')).not.toBe(preview);
    expect(await first!.getAttribute('src')).not.toBe(await second!.getAttribute('src'));
    expect(await first!.getAttribute('alt')).toBe('A picture drawn for the prompt: an otter');
    const caption = answers(page).locator('.caption');
    expect(await caption.locator('blockquote').innerText()).toBe('an otter');
    expect(await caption.innerText()).toMatch(/ s · 220 tokens$/);
    expect(await page.locator('.card-buttons button').allTextContents()).toContain('Vary 2');
  });

  it('open in a dialog, with a way to their neighbours and to a file', async () => {
    const { page, ask } = await visit(browser(), demo);
    await ask('/image an otter --n 2');
    await drawn(page, 2);
    await frames(page).nth(1).focus();
    await page.keyboard.press('Enter');
    const viewer = page.locator('#viewer[open]');
    const place = viewer.locator('.viewer-place');
    await viewer.waitFor();
    expect(await place.textContent()).toBe('2 of 2');
    const addresses = await frames(page)
      .locator('img')
      .evaluateAll((all) => all.map((image) => (image as unknown as { src: string }).src));
    const shown = () => viewer.locator('img').evaluate((image) => (image as unknown as { src: string }).src);
    expect(await shown()).toBe(addresses[1]);
    await page.keyboard.press('ArrowRight');
    expect([await place.textContent(), await shown()]).toEqual(['1 of 2', addresses[0]]);
    await page.keyboard.press('ArrowLeft');
    expect(await place.textContent()).toBe('2 of 2');
    const download = page.waitForEvent('download');
    await viewer.getByRole('link', { name: 'Download' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('an-otter-2.png');
    expect((await sharp(await readFile(await file.path())).metadata()).width).toBe(512);
    expect(await findViolations(page, '#viewer')).toEqual([]);
    await page.keyboard.press('Escape');
    await viewer.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.className')).toBe('frame');
  });

  it('can be changed by a button that asks how, with the keyboard alone', async () => {
    const { page, ask } = await visit(browser(), demo);
    await ask('/image an otter');
    await drawn(page);
    const edit = page.getByRole('button', { name: 'Edit', exact: true });
    await edit.focus();
    await page.keyboard.press('Enter');
    const field = page.getByLabel('What should change?');
    expect(await field.evaluate('document.activeElement.placeholder')).toBe(
      'make the otter blue, and let it snow',
    );
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await field.count()).toBe(0);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Edit');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await field.count()).toBe(1);
    await page.keyboard.type('make it blue');
    await page.keyboard.press('Enter');
    await expect.poll(() => answers(page).count(), patience).toBe(2);
    await drawn(page);
    expect(await field.count()).toBe(0);
    // The words that it is remembered by take the place of the button's.
    await expect
      .poll(() => questions(page), patience)
      .toEqual(['/image an otter', 'Edit the picture: make it blue']);
    expect(await page.locator('.caption blockquote').last().innerText()).toBe('make it blue');
    await page.getByRole('button', { name: 'Again', exact: true }).last().click();
    await expect.poll(() => answers(page).count(), patience).toBe(3);
    await drawn(page);
  });

  it('are there when the page is opened again, after a restart, too; those that are gone are described', async () => {
    const { page, ask, world, parley } = await visit(browser(), demo);
    await ask('/image an otter --n 2');
    await drawn(page, 2);
    const seen = await seenOf(page);
    const card = await page.locator('.card').boundingBox();
    await page.reload();
    await drawn(page, 2);
    expect(await seenOf(page)).toEqual(seen);
    expect((await page.locator('.card').boundingBox())?.height).toBeCloseTo(card!.height, 0);
    const { port } = new URL(parley.url!);
    await world.restart({ PORT: port });
    await page.reload();
    await drawn(page, 2);
    expect(await seenOf(page)).toEqual(seen);
    await rm(join(world.directory, 'data', 'pictures'), { recursive: true });
    await world.restart({ PORT: port });
    await page.reload();
    await page.locator('.gone').nth(1).waitFor();
    expect(await page.locator('.gone').first().innerText()).toMatch(
      /^This picture is not kept any more\.\s+A picture drawn for the prompt: an otter$/,
    );
    expect(await findViolations(page)).toEqual([]);
  });

  it('are made from those that are dropped on the page', async () => {
    const { page, ask, world } = await visit(browser());
    const buffer = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    await page.locator('#chooser').setInputFiles([{ name: 'map.png', mimeType: 'image/png', buffer }]);
    await page.locator('#attachments progress').waitFor({ state: 'detached' });
    await ask('/image make it blue');
    await drawn(page);
    expect((await world.openai.request(0)).path).toBe('/v1/images/edits');
    expect(await page.locator('.question .chip-name').allTextContents()).toEqual(['map.png']);
    expect(await frames(page).locator('img').getAttribute('alt')).toBe(
      'A picture changed by the prompt: make it blue',
    );
  });

  it('stand under what the model says where it draws by itself, and survive a break', async () => {
    const { page, ask, world, answered } = await visit(browser());
    const image = imageByHand();
    world.openai.script(
      toolCalls([{ name: 'make_image', arguments: JSON.stringify({ prompt: 'an otter' }) }]),
      text('There it is.'),
    );
    world.openai.scriptImages(image);
    await ask('Draw me an otter');
    await image.partial(0);
    await frames(page).locator('img').waitFor();
    await page.reload();
    await frames(page).locator('img').waitFor();
    expect(await page.locator('.answer.growing').count()).toBe(1);
    await image.completed();
    await image.end();
    await answered(1);
    await drawn(page);
    expect(await answers(page).innerText()).toMatch(/^Parley said\s+There it is\.\s+an otter\s/);
  });

  it('that were stopped on the way leave nothing behind', async () => {
    const { page, ask, world, answered } = await visit(browser());
    const image = imageByHand();
    world.openai.scriptImages(image);
    await ask('/image an otter');
    await image.partial(0);
    await frames(page).locator('img').waitFor();
    await page.keyboard.press('Escape');
    await answered(1);
    expect(await page.locator('.card:visible').count()).toBe(0);
    expect(await answers(page).innerText()).toMatch(/stopped/i);
  });

  it('have no serious fault that axe finds', async () => {
    const viewport = { width: 360, height: 740 };
    const { page, ask } = await visit(browser(), { ...demo, colorScheme: 'dark', viewport });
    await ask('/image a wide sea --n 3 --size wide');
    await frames(page).first().waitFor();
    expect(await findViolations(page)).toEqual([]);
    await drawn(page, 3);
    await page.getByRole('button', { name: 'Edit 3' }).click();
    expect(await findViolations(page)).toEqual([]);
    expect(await page.evaluate('document.scrollingElement.scrollWidth - innerWidth')).toBe(0);
    expect(await page.evaluate('document.querySelector("#messages").scrollWidth <= innerWidth')).toBe(true);
    await frames(page).first().click();
    await page.locator('#viewer[open] img').waitFor();
    const box = await page.locator('#viewer').boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= viewport.width).toBe(true);
    await page.keyboard.press('Escape');
  });

  it('are described in the words of the person, whatever these are', async () => {
    const { page, ask, requests, url } = await visit(browser(), demo);
    const prompt = '"><img src=x onerror=alert(1)> **b** [x](javascript:alert(1))';
    await ask(`/image ${prompt}`);
    await drawn(page);
    await page.reload();
    await drawn(page);
    expect(await page.locator('.card :is(a, strong, script)').count()).toBe(0);
    expect(await page.locator('.card img').count()).toBe(1);
    expect(await page.locator('.card img').getAttribute('alt')).toContain(prompt);
    expect(await page.locator('.caption blockquote').innerText()).toContain('onerror=alert(1)');
    expect(requests.filter((address) => !address.startsWith(url) && !/^(about|blob):/.test(address))).toEqual(
      [],
    );
  });

  it('are offered while a command is typed', async () => {
    const { page } = await visit(browser(), demo);
    const hint = page.locator('#keys-hint');
    const usual = await hint.textContent();
    await page.locator('#question').fill('/im');
    expect(await hint.textContent()).toBe('/image: Make pictures');
    await page.locator('#question').fill('/image a');
    expect(await hint.textContent()).toContain('--size tall');
    await page.locator('#question').fill('a/b');
    expect(await hint.textContent()).toBe(usual);
    await page.locator('#question').fill('');
    await page.getByRole('button', { name: 'Keys and commands' }).click();
    expect(await page.locator('#commands').innerText()).toContain('/image');
    await page.keyboard.press('Escape');
  });
});

describeInChromium('long code on the page', (browser) => {
  /** Answers with a block of code. */
  async function show({ world, ask, answered }: Visit, answer: string): Promise<void> {
    world.openai.script(text(answer));
    await ask('Write it');
    await answered(1);
  }

  it('can be saved as a file that is named by what is said of it', async () => {
    const code = Array.from({ length: 80 }, (_, index) => `print(${index})`).join('\n');
    const seen = await visit(browser());
    await show(seen, `Put this into \`tools/count.py\`:\n\n\`\`\`python\n${code}\n\`\`\`\n`);
    const download = seen.page.waitForEvent('download');
    await seen.page.getByRole('button', { name: 'Save as file' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('count.py');
    expect(await readFile(await file.path(), 'utf8')).toBe(`${code}\n`);
  });

  it('can be saved as soon as it is long', async () => {
    const { page, ask, world } = await visit(browser());
    const hand = byHand();
    world.openai.script(hand);
    await ask('Write it');
    await hand.write(`\`\`\`css\n${'a {}\n'.repeat(79)}`);
    const save = page.getByRole('button', { name: 'Save as file' });
    await expect.poll(() => page.locator('.code').innerText(), patience).toContain('a {}\na {}');
    expect(await save.count()).toBe(0);
    await hand.write(`b {}\n`);
    await save.waitFor();
    const download = page.waitForEvent('download');
    await save.click();
    expect((await download).suggestedFilename()).toBe('answer.css');
    await hand.end();
  });
});
