import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { startParley } from '../src/main.ts';
import { launchChromium } from '../test/page/launch.ts';
import { startOpenAi, text } from '../test/servers/openai.ts';

/**
 * Makes the pictures of the page in docs/images/: `node bench/screenshots.ts`. Everything runs on this machine: Parley,
 * a stand-in for the model that says what is scripted below, and Chromium.
 */

const earlier: readonly [question: string, answer: string][] = [
  ['Draft the release notes for 2.4', 'Here is a draft.'],
  ['Why does the nightly import fail on Sundays?', 'Because the export is empty then.'],
  ['Names for a small sailing club', 'Leeward, Slack Tide, The Even Keel.'],
  ['Explain CRDTs to a new colleague', 'Two people edit the same text…'],
];

const question =
  'Our orders page got slow. Which index helps this query: open orders of one customer, newest first?';

const answer = `You want one **composite index** that matches the filter first and the order second. Then the database reads the rows it needs, already sorted, and stops.

| Index | Rows read | Sort | Time |
| --- | ---: | --- | ---: |
| none | 1,240,000 | in memory | 840 ms |
| \`(customer_id)\` | 3,180 | in memory | 12 ms |
| \`(customer_id, created_at)\` | 20 | none | **0.3 ms** |

\`\`\`sql
-- Only open orders are ever listed, so keep the others out.
CREATE INDEX CONCURRENTLY orders_open_by_customer
  ON orders (customer_id, created_at DESC)
  WHERE status = 'open';
\`\`\`

Before you ship it:

1. **Check the plan** with \`EXPLAIN (ANALYZE, BUFFERS)\`; the sort has to be gone.
2. **Watch the writes**: each index costs a little on every insert.
3. **Drop the old one** on \`customer_id\` if nothing else uses it.
`;

const images = new URL('../docs/images/', import.meta.url);

const directory = await mkdtemp(join(tmpdir(), 'parley-pictures-'));
const model = await startOpenAi({ answer: text('Gladly.') });
const parley = await startParley({
  environment: {
    ...{ WEB: 'on', PORT: '0', DATA_DIR: directory, LOG_LEVEL: 'silent' },
    ...{ OPENAI_API_KEY: 'sk-stand-in', OPENAI_BASE_URL: model.url },
  },
  status: new Writable({ write: (_chunk, _encoding, done) => done() }),
});
try {
  const url = new URL('/', parley.url).href;
  for (const [index, [asked, said]] of [...earlier, [question, answer] as const].entries()) {
    model.script(text(said, { chunkSize: 50 }));
    await ask(url, `c${index}`, asked);
  }
  const address = `${url}#c${earlier.length}`;
  const browser = await launchChromium();
  try {
    const desk = { viewport: { width: 1280, height: 900 } };
    const phone = { viewport: { width: 390, height: 800 }, deviceScaleFactor: 2, hasTouch: true };
    await picture(browser, address, 'page-light', { ...desk, colorScheme: 'light' });
    await picture(browser, address, 'page-dark', { ...desk, colorScheme: 'dark' });
    await picture(browser, address, 'page-phone', { ...phone, colorScheme: 'light' });
  } finally {
    await browser.close();
  }
} finally {
  await parley.stop();
  await model.close();
  await rm(directory, { recursive: true, force: true });
}

/** Asks as a program does, and waits for the answer. */
async function ask(url: string, conversation: string, words: string): Promise<void> {
  const response = await fetch(`${url}api/conversations/${conversation}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: words }),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** Opens the conversation, whole, and keeps what is seen. */
async function picture(browser: Browser, address: string, name: string, options: BrowserContextOptions) {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(address);
  await page.locator('#model:not([hidden])').waitFor();
  await page.locator('.hljs-keyword').first().waitFor();
  const path = fileURLToPath(new URL(`${name}.png`, images));
  await page.screenshot({ path });
  await context.close();
  console.log(path);
}
