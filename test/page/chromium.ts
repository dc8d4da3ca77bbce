import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executable, launchChromium } from './launch.ts';

/**
 * A suite that runs in one Chromium. Where there is none it is skipped with a line that says so, but fails when `CI`
 * is `true`.
 * @param suite is given the browser, as one person has it; it is there once the tests run
 */
export function describeInChromium(name: string, suite: (browser: () => BrowserContext) => void): void {
  // A browser needs most of a machine; where several tests share it, it is slow.
  describe(name, { timeout: 60_000 }, () => {
    if (executable === undefined && process.env.CI === 'true') {
      it('needs Chromium', () => expect.fail('CHROMIUM has to name a Chromium in CI'));
      return;
    }
    if (executable === undefined) {
      process.stderr.write('skipped: set CHROMIUM to run the tests of the page\n');
      it.skip('needs Chromium', () => {});
      return;
    }
    let browser: Browser | undefined;
    let context: BrowserContext | undefined;
    beforeAll(async () => {
      browser = await launchChromium();
      context = await browser.newContext({ reducedMotion: 'reduce' });
      context.setDefaultTimeout(20_000);
    });
    afterAll(() => browser?.close());
    suite(() => context ?? expect.fail('Chromium has not started'));
  });
}
