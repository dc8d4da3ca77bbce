import { expect, it } from 'vitest';
import { byHand, text } from '../servers/openai.ts';
import { describeInChromium } from './chromium.ts';
import { answered, answers, lastWords, patience, questions, visit } from './visit.ts';

describeInChromium('a conversation on the page', (browser) => {
  it('shows an answer while it is written', async () => {
    const { world, page, ask, answered } = await visit(browser());
    const hand = byHand();
    world.openai.script(hand);
    await ask('Why is the sky blue?');
    await hand.asked;
    expect(await page.getByRole('button', { name: 'Stop answering' }).isVisible()).toBe(true);

    await hand.write('Because of **Ray');
    await expect.poll(() => lastWords(page), patience).toBe('Because of Ray');
    expect(await page.locator('.answer strong').textContent()).toBe('Ray');

    await hand.write('leigh** scattering.\n\n- short waves');
    await expect.poll(() => lastWords(page), patience).toMatch(/scattering\.\s*short waves/);

    await hand.finish();
    await answered(1);
    expect(await questions(page)).toEqual(['Why is the sky blue?']);
    expect(await page.getByRole('button', { name: 'Send' }).isVisible()).toBe(true);
    expect(await page.title()).toBe('Why is the sky blue? · Parley');
    expect(await page.locator('#conversations a').allTextContents()).toEqual(['Why is the sky blue?']);
  });

  it('begins with an example question, and has an address from then on', async () => {
    const { page, url, answered } = await visit(browser());
    const example = page.locator('.example').first();
    const question = await example.textContent();
    await example.click();
    await answered(1);
    expect(await questions(page)).toEqual([question]);
    expect(page.url()).toMatch(/\/#[\w-]{10,64}$/);

    await page.reload();
    await answered(1);
    expect(await questions(page)).toEqual([question]);
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.locator('.example').first().waitFor();
    expect(page.url()).toBe(url);
    await page.goBack();
    await answered(1);
  });

  it('stops an answer at a press of Esc and keeps what was said', async () => {
    const { world, page, ask, answered } = await visit(browser());
    const hand = byHand();
    world.openai.script(hand);
    await ask('Count to a million');
    await hand.write('one, two, three');
    await expect.poll(() => lastWords(page), patience).toBe('one, two, three');

    await page.keyboard.press('Escape');
    await answered(1);
    expect((await world.openai.request(0)).isAborted).toBe(true);
    expect(await lastWords(page)).toBe('one, two, three');
    expect(await answers(page).locator('.note').count()).toBe(1);
    await page.reload();
    await answered(1);
    expect(await lastWords(page)).toBe('one, two, three');
    expect(await answers(page).locator('.note').textContent()).toContain('Stopped');
  });

  it('takes back a question, which can then be asked in other words', async () => {
    const { page, ask, answered } = await visit(browser());
    await ask('first');
    await answered(1);
    await ask('secnod');
    await answered(2);
    await page.getByRole('button', { name: 'Take back the question' }).last().click();
    await answered(1);
    expect(await questions(page)).toEqual(['first']);
    expect(await page.locator('#question').inputValue()).toBe('secnod');

    await ask('second');
    await answered(2);
    await page.reload();
    await answered(2);
    expect(await questions(page)).toEqual(['first', 'second']);
  });

  it('has the last question answered again', async () => {
    const { world, page, ask, answered } = await visit(browser());
    world.openai.script(text('Heads.'), text('Tails.'));
    await ask('Toss a coin');
    await answered(1);
    expect(await lastWords(page)).toContain('Heads.');

    await page.getByRole('button', { name: 'Answer again' }).click();
    await expect.poll(() => lastWords(page), patience).toContain('Tails.');
    await answered(1);
    expect(await questions(page)).toEqual(['Toss a coin']);
    expect((await world.openai.request(1)).body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
  });

  it('is cleared when that is confirmed, and keeps its title', async () => {
    const { world, page, ask, answered } = await visit(browser());
    await ask('Remember the milk');
    await answered(1);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await questions(page)).toEqual(['Remember the milk']);

    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click();
    await page.locator('.example').first().waitFor();
    expect(await page.locator('h1').textContent()).toBe('Remember the milk');

    await ask('What was it?');
    await answered(1);
    expect((await world.openai.request(1)).body.messages).toHaveLength(2);
  });

  it('has a persona of its own, also before it has begun', async () => {
    const { world, page, ask, answered } = await visit(browser());
    const persona = page.getByRole('button', { name: 'Persona' });
    const dialog = page.getByRole('dialog', { name: 'Persona of this conversation' });
    const systemOf = async (index: number) => (await world.openai.request(index)).body.messages[0]?.content;

    await persona.click();
    await dialog.getByRole('textbox').fill('You are a pirate.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await ask('Who are you?');
    await answered(1);
    expect(await systemOf(0)).toBe('You are a pirate.');

    await page.reload();
    await answered(1);
    await page.getByRole('button', { name: 'Persona (set)' }).click();
    expect(await dialog.getByRole('textbox').inputValue()).toBe('You are a pirate.');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Persona', exact: true }).waitFor();
    await ask('And now?');
    await answered(2);
    expect(await systemOf(1)).not.toContain('pirate');
  });

  it('can be renamed and deleted in the list', async () => {
    const { page, ask, answered, url } = await visit(browser());
    await ask('About tides');
    await answered(1);
    await page.locator('#conversations li').hover();
    await page.getByRole('button', { name: 'Rename About tides' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('The sea');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('h1').textContent(), patience).toBe('The sea');

    await page.locator('#conversations li').hover();
    await page.getByRole('button', { name: 'Delete The sea' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.locator('.example').first().waitFor();
    expect(await page.locator('#conversations a').count()).toBe(0);
    expect(page.url()).toBe(url);
    await page.goBack();
    await page.locator('.example').first().waitFor();
    expect(await questions(page)).toEqual([]);
  });

  it('keeps a draft for each conversation', async () => {
    const { page, ask, answered } = await visit(browser());
    await ask('One');
    await answered(1);
    await page.locator('#question').fill('a thought for later');
    await page.keyboard.press('Alt+n');
    await page.locator('.example').first().waitFor();
    expect(await page.locator('#question').inputValue()).toBe('');
    await page.locator('#conversations a').click();
    await answered(1);
    expect(await page.locator('#question').inputValue()).toBe('a thought for later');
    await page.reload();
    await answered(1);
    expect(await page.locator('#question').inputValue()).toBe('a thought for later');
  });

  it('copies code and answers', async () => {
    const answer = 'So:\n\n```js\nlet a = 1;\n```\n';
    const { page, ask, answered, url } = await visit(browser(), { openai: { answer: text(answer) } });
    await browser().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
    const clipboard = () => page.evaluate('navigator.clipboard.readText()');
    await ask('Show me');
    await answered(1);
    await page.locator('.hljs-keyword').waitFor();
    await page.getByRole('button', { name: 'Copy code' }).click();
    await expect.poll(clipboard, patience).toBe('let a = 1;');
    await page.getByRole('button', { name: 'Copy answer' }).click();
    await expect.poll(clipboard, patience).toBe(answer);
  });

  it('answers a typed command and shows what has come of it', async () => {
    const { page, ask, answered } = await visit(browser());
    await ask('Hello');
    await answered(1);
    await ask('/new');
    await expect.poll(() => page.locator('.note').last().textContent(), patience).toContain('Forgotten');
    await answered(1);
    expect(await questions(page)).toEqual(['/new']);
  });

  it('marks the demo model', async () => {
    const { page, ask } = await visit(browser(), {
      environment: { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined },
    });
    expect(await page.locator('#model').textContent()).toBe('Demo model: canned answers');
    await ask('hello');
    await answered(page, 1);
    expect(await lastWords(page)).toContain('This is the demo model.');
  });
});
