import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium is: what `CHROMIUM` names, else where Debian puts it; `undefined` where there is none. */
export const executable: string | undefined =
  process.env.CHROMIUM || ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

/** Starts Chromium, without a window and over a profile of its own. The caller closes it. */
export function launchChromium(): Promise<Browser> {
  if (executable === undefined) throw new Error('There is no Chromium here: set CHROMIUM to its path.');
  return chromium.launch({ executablePath: executable, args: flags });
}

/** Keeps the browser from talking to anybody but the page. */
const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];
