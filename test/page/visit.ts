import type {
  BrowserContext,
  ConsoleMessage,
  Dialog,
  Locator,
  Page,
  Request,
  WebError,
} from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Parley } from '../../src/main.ts';
import { type Settings, startWorld, type World } from '../e2e/harness.ts';
import type { OpenAiOptions } from '../servers/openai.ts';

/** What a {@link visit} is like. */
export interface VisitOptions {
  /** How the model differs from the usual. */
  readonly openai?: OpenAiOptions;
  /** On top of the world's settings. */
  readonly environment?: Settings;
  /** @default 1280 by 800 */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** @default 'light' */
  readonly colorScheme?: 'light' | 'dark';
  /** The token to log in with. */
  readonly logIn?: string;
  /** The address in place of Parley's own, made from it. */
  readonly via?: (url: string) => Promise<string>;
}

/** Somebody who has opened the page of a Parley of their own. */
export interface Visit {
  readonly world: World;
  readonly parley: Parley;
  readonly page: Page;
  /** The address that the page was opened at; ends in a slash. */
  readonly url: string;
  /** Every address that the browser asked for. */
  readonly requests: readonly string[];
  /** Types a question and sends it. */
  ask(question: string): Promise<void>;
  /** Resolves once so many answers are shown and none is growing. */
  answered(count: number): Promise<void>;
  /** Another tab of the same browser. */
  tab(path?: string): Promise<Page>;
}

/**
 * Starts Parley with a model that the test scripts, and opens its page. It all ends with the test, which fails where a
 * script of the page did, where a dialog of the browser came up, or where the page's policy refused something.
 */
export async function visit(browser: BrowserContext, options: VisitOptions = {}): Promise<Visit> {
  const { environment, openai } = options;
  const world = await startWorld({
    platforms: [],
    environment: { WEB: 'on', PORT: '0', ...environment },
    ...(openai && { openai }),
  });
  const parley = await world.parley();
  const own = new URL('/', parley.url ?? expect.fail('Parley has no web page')).href;
  const url = options.via === undefined ? own : await options.via(own);
  const requests = watch(browser);
  // To start a tab takes longer than most tests: the first one is used again.
  const page = browser.pages()[0] ?? (await browser.newPage());
  onTestFinished(async () => {
    for (const other of browser.pages().slice(1)) await other.close();
    await page.goto('about:blank');
    await browser.clearCookies();
  });
  await page.setViewportSize(options.viewport ?? { width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: options.colorScheme ?? 'light' });
  await page.goto(url);
  if (options.logIn !== undefined) {
    await page.getByLabel('Access token').fill(options.logIn);
    await page.keyboard.press('Enter');
  }
  await ready(page);
  return {
    ...{ world, parley, page, url, requests },
    async ask(question) {
      await page.locator('#question').fill(question);
      await page.locator('#question').press('Enter');
    },
    answered: (count) => answered(page, count),
    async tab(path = '') {
      const other = await browser.newPage();
      await other.goto(url + path);
      await ready(other);
      return other;
    },
  };
}

/** Resolves once the page can be used. */
async function ready(page: Page): Promise<void> {
  await page.locator('#model:not([hidden])').waitFor();
}

/** What the browser asks for until the test ends, which fails where something went wrong in the browser. */
function watch(browser: BrowserContext): readonly string[] {
  const faults: string[] = [];
  const requests: string[] = [];
  const onError = (error: WebError) => void faults.push(String(error.error()));
  const onRequest = (request: Request) => void requests.push(request.url());
  const onConsole = (message: ConsoleMessage) => {
    if (/Content Security Policy|Uncaught/.test(message.text())) faults.push(message.text());
  };
  const onDialog = (dialog: Dialog) => {
    faults.push(`a dialog came up: ${dialog.message()}`);
    void dialog.dismiss();
  };
  browser.on('weberror', onError).on('request', onRequest).on('console', onConsole).on('dialog', onDialog);
  onTestFinished(() => {
    browser
      .off('weberror', onError)
      .off('request', onRequest)
      .off('console', onConsole)
      .off('dialog', onDialog);
    expect(faults).toEqual([]);
  });
  return requests;
}

/** Resolves once a page shows so many answers, and none is growing. */
export async function answered(page: Page, count: number): Promise<void> {
  await expect.poll(() => answers(page).count(), patience).toBe(count);
  await page.locator('.answer.growing').waitFor({ state: 'detached' });
}

/** The answers that a page shows. */
export function answers(page: Page): Locator {
  return page.locator('.answer');
}

/** The questions that a page shows, as text. */
export function questions(page: Page): Promise<string[]> {
  return page.locator('.question .bubble').allTextContents();
}

/** The words of the newest answer. */
export async function lastWords(page: Page): Promise<string> {
  return (await page.locator('.answer .prose').last().textContent()) ?? '';
}

/** How long a page may take for what it was asked. */
export const patience = { timeout: 20_000, interval: 20 };
