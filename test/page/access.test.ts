import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { byHand, text } from '../servers/openai.ts';
import { findViolations } from './axe.ts';
import { describeInChromium } from './chromium.ts';
import { answers, lastWords, patience, questions, visit } from './visit.ts';

/** One of everything. */
const everything = text(
  [
    ...['# Title', 'Some **bold** words, `code` and [a link](https://example.com/).', '## Part'],
    ...['- one\n- two\n  1. three', '> quoted', '| a | b |\n| - | -: |\n| 1 | 2 |', '---'],
    '```ts\n// A comment\nexport const answer: number = call("text", 42, /x/g, null);\nclass A extends B {}\n```',
  ].join('\n\n'),
);

describeInChromium('the page for everybody', (browser) => {
  it.each(['light', 'dark'] as const)('has no serious fault that axe finds, %s', async (colorScheme) => {
    const { page, ask, answered } = await visit(browser(), { colorScheme, openai: { answer: everything } });
    expect(await findViolations(page)).toEqual([]);
    await page
      .locator('#chooser')
      .setInputFiles([{ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') }]);
    await ask('Show me');
    await answered(1);
    await page.locator('.hljs-keyword').first().waitFor();
    await page.locator('#conversations a').hover();
    await page
      .locator('#chooser')
      .setInputFiles([{ name: 'b.txt', mimeType: 'text/plain', buffer: Buffer.from('b') }]);
    expect(await findViolations(page)).toEqual([]);
    if (colorScheme === 'dark') return;
    for (const name of ['Persona', 'Clear', 'Keys and commands']) {
      await page.getByRole('button', { name }).click();
      expect(await findViolations(page, 'dialog[open]')).toEqual([]);
      await page.keyboard.press('Escape');
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
    }
  });

  it('has no serious fault where an answer failed', async () => {
    const { page, ask, world } = await visit(browser());
    const hand = byHand();
    world.openai.script(hand);
    await ask('Fail');
    await hand.write('half ');
    await hand.end();
    await page.locator('.fault').waitFor();
    expect(await findViolations(page)).toEqual([]);
  });

  it('fits a phone, where the list is a drawer', async () => {
    const viewport = { width: 360, height: 740 };
    const { page, ask, answered } = await visit(browser(), { viewport, openai: { answer: everything } });
    const overflow = () => page.evaluate('document.scrollingElement.scrollWidth - innerWidth');
    expect(await overflow()).toBe(0);
    await ask('A question that is long enough to need more than a single line on a small screen');
    await answered(1);
    expect(await overflow()).toBe(0);
    expect(await page.evaluate('document.querySelector("#messages").scrollWidth <= innerWidth')).toBe(true);
    expect(await findViolations(page)).toEqual([]);
    expect((await page.locator('#question').boundingBox())?.width).toBeGreaterThan(300);
    for (const id of ['#send', '#question', '#clear', '#persona']) {
      const box = await page.locator(id).boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= viewport.width, id).toBe(true);
    }

    expect(await page.locator('#conversations a').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Conversations', exact: true }).click();
    await page.locator('#conversations a').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('#conversations a').waitFor({ state: 'hidden' });
    expect(await focused(page)).toBe('open-sidebar');
    await page.getByRole('button', { name: 'Conversations', exact: true }).click();
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.locator('.example').first().waitFor();
    await page.locator('#conversations a').waitFor({ state: 'hidden' });
  });

  it('can be used with the keyboard alone', async () => {
    const { world, page, answered } = await visit(browser(), { openai: { answer: everything } });
    expect(await focused(page)).toBe('question');
    await page.keyboard.type('first line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('second line');
    await page.keyboard.press('Enter');
    await answered(1);
    expect(await questions(page)).toEqual(['first line\nsecond line']);
    expect(await focused(page)).toBe('question');

    await page.locator('#skip').focus();
    const order = [await focused(page)];
    while (order.at(-1) !== 'attach' && order.length < 40) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
    }
    expect(order).toEqual([
      ...['skip', 'new-chat', 'first line', 'Rename first line', 'Delete first line', 'show-help'],
      ...['persona', 'clear', 'messages', 'a link', 'Table', 'Copy code', 'pre'],
      ...['Copy answer', 'Answer again', 'Take back the question', 'question', 'attach'],
    ]);

    await page.locator('#messages').focus();
    await page.keyboard.press('/');
    expect(await focused(page)).toBe('question');
    expect(await page.locator('#question').inputValue()).toBe('');

    const hand = byHand();
    world.openai.script(hand);
    await page.keyboard.type('next');
    await page.keyboard.press('Enter');
    await hand.write('…');
    await expect.poll(() => lastWords(page), patience).toBe('…');
    await page.keyboard.press('Escape');
    await answered(2);
    await page.keyboard.press('Alt+n');
    await page.locator('.example').first().waitFor();
    expect(await focused(page)).toBe('question');
  });

  it('gives the focus back when a dialog closes, and does nothing behind it', async () => {
    const { page, ask, answered } = await visit(browser());
    await ask('Hello');
    await answered(1);
    await page.locator('#clear').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await focused(page)).toBe('Cancel');
    await page.keyboard.press('Alt+n');
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('clear');
    expect(await answers(page).count()).toBe(1);
  });

  it('tells a screen reader that it answers, and the answer, each once', async () => {
    const { world, page, ask, answered } = await visit(browser());
    await page.evaluate(`
      window.heard = [];
      for (const region of document.querySelectorAll('[role=status], [role=alert], [role=log], [aria-live]'))
        new MutationObserver(() => window.heard.push(region.textContent))
          .observe(region, { childList: true, characterData: true, subtree: true });
    `);
    const hand = byHand();
    world.openai.script(hand);
    await ask('Speak');
    for (const words of ['All ', '**is** ', 'well.']) await hand.write(words);
    await expect.poll(() => lastWords(page), patience).toBe('All is well.');
    expect(await answers(page).getAttribute('aria-busy')).toBe('true');
    await hand.finish();
    await answered(1);
    expect(await answers(page).getAttribute('aria-busy')).toBeNull();
    expect(await page.evaluate('window.heard')).toEqual(['Parley is answering.', 'All is well.']);
  });

  it('follows the end of an answer unless its reader scrolled up', async () => {
    const { world, page, ask, answered } = await visit(browser());
    const hand = byHand();
    const lines = (from: number) =>
      Array.from({ length: 40 }, (_, line) => `Line ${from + line}.\n\n`).join('');
    const below = () =>
      page
        .locator('#messages')
        .evaluate((region) => region.scrollHeight - region.clientHeight - region.scrollTop);
    world.openai.script(hand);
    await ask('Write a lot');
    await hand.write(lines(0));
    await page.getByText('Line 39.').waitFor();
    expect(await below()).toBeLessThan(5);

    await page.locator('#messages').hover();
    await page.mouse.wheel(0, -400);
    await expect.poll(below, patience).toBeGreaterThan(200);
    const toEnd = page.getByRole('button', { name: 'To the end' });
    await toEnd.waitFor();
    const top = () => page.locator('#messages').evaluate((region) => region.scrollTop);
    const before = await top();
    await hand.write(lines(40));
    await page.getByText('Line 79.').waitFor({ state: 'attached' });
    expect(await top()).toBe(before);

    await toEnd.click();
    await expect.poll(below, patience).toBeLessThan(5);
    await hand.write(lines(80));
    await page.getByText('Line 119.').waitFor();
    expect(await below()).toBeLessThan(5);
    await toEnd.waitFor({ state: 'hidden' });
    await hand.finish();
    await answered(1);
    expect(await below()).toBeLessThan(5);
  });
});

describeInChromium('the page to log in', (browser) => {
  it('lets in who has the token, and nobody else', async () => {
    const token = 'a-long-token-for-the-tests-0123456789';
    const { page, world } = await visit(browser(), {
      environment: { WEB_TOKEN: token },
      logIn: token,
    });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(await focused(page)).toBe('token');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('That is not the access token').waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(world.status.text).not.toContain(token);
  });
});

/** The element that has the focus: its id, else its name, else what it says; `pre` for code. */
function focused(page: Page): Promise<string> {
  return page
    .locator(':focus')
    .evaluate((element: { id: string; ariaLabel: string; innerText: string; localName: string }) => {
      const { id, ariaLabel, innerText, localName } = element;
      return id || ariaLabel || (localName === 'pre' ? localName : innerText);
    });
}
