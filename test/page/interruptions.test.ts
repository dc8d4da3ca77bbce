import { expect, it, onTestFinished } from 'vitest';
import { byHand, failure } from '../servers/openai.ts';
import { createLine, type Line } from '../stores/line.ts';
import { describeInChromium } from './chromium.ts';
import { answered, answers, lastWords, patience, questions, type Visit, visit } from './visit.ts';

describeInChromium('an interruption', (browser) => {
  /** A visit over a line that can be cut. */
  async function visitByLine(): Promise<Visit & { line: Line }> {
    let line: Line | undefined;
    const via = async (url: string) => {
      line = await createLine(url);
      return line.url;
    };
    const visitor = await visit(browser(), { via });
    return { ...visitor, line: line ?? expect.fail('no line') };
  }

  it('by a reload: the answer is seen to its end', async () => {
    const { world, page, ask, answered } = await visit(browser());
    const hand = byHand();
    world.openai.script(hand);
    await ask('Go on');
    await hand.write('one, ');
    await expect.poll(() => lastWords(page), patience).toContain('one,');
    await page.reload();
    await expect.poll(() => lastWords(page), patience).toContain('one,');
    await hand.write('two');
    await expect.poll(() => lastWords(page), patience).toBe('one, two');
    await hand.finish();
    await answered(1);
    expect(await lastWords(page)).toBe('one, two');
    expect(await questions(page)).toEqual(['Go on']);
  });

  it('by a closed page: the answer is there afterwards', async () => {
    const { world, page, ask, url } = await visit(browser());
    const hand = byHand();
    world.openai.script(hand);
    await ask('Go on alone');
    await hand.write('begun ');
    await expect.poll(() => lastWords(page), patience).toContain('begun');
    const address = page.url();
    await page.goto('about:blank');
    await hand.write('and done');
    await hand.finish();
    const stored = async () => (await fetch(`${url}api/conversations/${address.split('#')[1]}`)).text();
    await expect.poll(stored, patience).toContain('begun and done');
    await page.goto(address);
    await answered(page, 1);
    expect(await lastWords(page)).toBe('begun and done');
  });

  it('by a broken line: it goes on exactly where it was', async () => {
    const { world, page, ask, answered, line } = await visitByLine();
    const hand = byHand();
    world.openai.script(hand);
    await ask('Tell me a story');
    await hand.write('Once ');
    await expect.poll(() => lastWords(page), patience).toContain('Once');

    line.cut();
    await page.getByText('Reconnecting…').waitFor();
    await hand.write('upon ');
    line.mend();
    await expect.poll(() => lastWords(page), patience).toContain('Once upon');
    await page.getByText('Reconnecting…').waitFor({ state: 'hidden' });

    line.cut();
    await page.getByText('Reconnecting…').waitFor();
    await hand.write('a time');
    await hand.finish();
    line.mend();
    await answered(1);
    expect(await lastWords(page)).toBe('Once upon a time');
    expect(world.openai.requests).toHaveLength(1);
  });

  it('before the question has arrived: it is asked once the line is back, and once', async () => {
    const { world, page, ask, answered, line } = await visitByLine();
    line.cut();
    await ask('Anybody there?');
    await page.getByText('Reconnecting…').waitFor();
    line.mend();
    await answered(1);
    expect(await questions(page)).toEqual(['Anybody there?']);
    expect(await lastWords(page)).toContain('Anybody there?');
    expect(world.openai.requests).toHaveLength(1);
  });

  it('by a fault of the model: what was said stays, and it can be tried again', async () => {
    const { world, page, ask, answered } = await visit(browser());
    const hand = byHand();
    world.openai.script(hand);
    await ask('Are you well?');
    await hand.write('I feel ');
    await hand.error({ message: 'the server had an error', type: 'server_error' });
    const fault = page.locator('.fault');
    await fault.waitFor();
    expect(await lastWords(page)).toContain('I feel');

    world.openai.script(failure(401, { code: 'invalid_api_key' }));
    await fault.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => fault.textContent(), patience).toMatch(/key/i);
    await fault.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => lastWords(page), patience).toContain('Are you well?');
    await answered(1);
    expect(await fault.count()).toBe(0);
    expect(await questions(page)).toEqual(['Are you well?']);
  });

  it('by a fault that a reload does not hide', async () => {
    const { world, page, ask } = await visit(browser());
    world.openai.script(failure(401, { code: 'invalid_api_key' }));
    await ask('Hello?');
    await page.locator('.fault').waitFor();
    await page.reload();
    await page.locator('.fault').getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => lastWords(page), patience).toContain('Hello?');
    await answered(page, 1);
    expect(await questions(page)).toEqual(['Hello?']);
  });

  it('by a limit: it says when to try again, and what was typed is not lost', async () => {
    const { page, ask, answered, url } = await visit(browser(), {
      environment: { WEB_REQUESTS_PER_MINUTE: '20' },
    });
    await ask('first');
    await answered(1);
    // What is wrong with a question does not matter to the limit.
    for (let status = 0; status !== 429; ) {
      ({ status } = await fetch(`${url}api/conversations/c1/messages`, { method: 'POST' }));
    }
    await ask('second');
    const retry = page.locator('.fault').getByRole('button');
    await expect.poll(() => retry.textContent(), patience).toMatch(/^Try again in \d+ s$/);
    expect(await retry.isDisabled()).toBe(true);
    expect(await questions(page)).toEqual(['first', 'second']);
    await page.reload();
    await answered(1);
    expect(await questions(page)).toEqual(['first']);
    expect(await page.locator('#question').inputValue()).toBe('second');
  });

  it('by somebody else who asks in the same conversation: the question comes back', async () => {
    const { world, page, ask, answered, url } = await visit(browser());
    await ask('mine');
    await answered(1);
    const hand = byHand();
    world.openai.script(hand);
    const other = fetch(`${url}api/conversations/${page.url().split('#')[1]}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'theirs' }),
    });
    onTestFinished(async () => void (await other).body?.cancel());
    await hand.asked;
    await ask('mine again');
    await expect.poll(() => questions(page), patience).toEqual(['mine', 'theirs']);
    expect(await page.locator('#question').inputValue()).toBe('mine again');
    await hand.write('for them');
    await expect.poll(() => lastWords(page), patience).toBe('for them');
    await hand.finish();
    await answered(2);
  });
});

describeInChromium('two tabs on one conversation', (browser) => {
  it('show the same, whoever asks', async () => {
    const { world, page, ask, answered: answeredHere, tab } = await visit(browser());
    await ask('one');
    await answeredHere(1);
    const other = await tab(`#${page.url().split('#')[1]}`);
    await answered(other, 1);

    const hand = byHand();
    world.openai.script(hand);
    await other.locator('#question').fill('two');
    await other.locator('#question').press('Enter');
    await hand.write('together');
    for (const each of [page, other])
      await expect.poll(() => lastWords(each), patience).toContain('together');
    await hand.finish();
    for (const each of [page, other]) {
      await answered(each, 2);
      expect(await questions(each)).toEqual(['one', 'two']);
      expect(await lastWords(each)).toBe('together');
    }

    await page.bringToFront();
    await page.getByRole('button', { name: 'Take back the question' }).last().click();
    for (const each of [page, other]) await expect.poll(() => questions(each), patience).toEqual(['one']);
    await other.bringToFront();
    await other.getByRole('button', { name: 'Clear' }).click();
    await other.getByRole('dialog').getByRole('button', { name: 'Clear' }).click();
    for (const each of [page, other]) await expect.poll(() => answers(each).count(), patience).toBe(0);
  });

  it('both see an answer stop, and a conversation go', async () => {
    const { world, page, ask, tab } = await visit(browser());
    const hand = byHand();
    world.openai.script(hand);
    await ask('Talk');
    await hand.write('blah');
    await expect.poll(() => lastWords(page), patience).toBe('blah');
    const other = await tab(`#${page.url().split('#')[1]}`);
    await expect.poll(() => lastWords(other), patience).toBe('blah');
    await other.getByRole('button', { name: 'Stop answering' }).click();
    for (const each of [page, other]) await answered(each, 1);

    await page.bringToFront();
    await page.locator('#conversations li').hover();
    await page.getByRole('button', { name: 'Delete Talk' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    for (const each of [page, other]) {
      await each.locator('.example').first().waitFor();
      await expect.poll(() => each.locator('#conversations a').count(), patience).toBe(0);
    }
  });
});
