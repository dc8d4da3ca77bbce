import { source as axe } from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds serious or critical: which rule, where. */
export async function findViolations(page: Page, part = 'html'): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run('${part}', { resultTypes: ['violations'] }).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => id + ': ' + html + ' ' + (any[0]?.message ?? ''))))`);
}
