import type { BotName, Order, Report } from './child.ts';

/** A bot's process: started by child.ts, measures itself when it is told to. */
const report = (what: Report) => void process.send?.(what);
const megabyte = 1024 * 1024;
const lookMs = 100;

let before = process.cpuUsage();
let peak = 0;
let looking: NodeJS.Timeout | undefined;

function look(): void {
  peak = Math.max(peak, process.memoryUsage.rss());
}

process.on('message', (order: Order) => {
  if (order === 'begin') {
    before = process.cpuUsage();
    peak = 0;
    look();
    looking = setInterval(look, lookMs);
  } else if (order === 'end') {
    look();
    clearInterval(looking);
    const { user, system } = process.cpuUsage(before);
    report({ kind: 'cost', cpuSeconds: (user + system) / 1e6, peakMegabytes: peak / megabyte });
  } else process.exit(0);
});
// Without its parent it has nothing to do.
process.on('disconnect', () => process.exit(0));

// Each bot loads what it needs itself and nothing else: its memory is measured.
const start: Record<BotName, () => Promise<unknown>> = {
  async parley() {
    const { startParley } = await import('../../src/main.ts');
    return startParley({ environment: process.env });
  },
  async 'once-a-second'() {
    const { startOnceASecond } = await import('./once-a-second.ts');
    return startOnceASecond(process.env);
  },
  async proxy() {
    const { startProxy } = await import('../web/proxy.ts');
    process.stderr.write(`${await startProxy(process.env)}\n`);
  },
};
await start[process.argv[2] as BotName]();
report({ kind: 'ready' });
