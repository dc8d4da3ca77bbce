import { parseArgs } from 'node:util';
import { benchLive } from './live/live.ts';
import { benchSimulation } from './live/simulate.ts';
import { benchWeb } from './web/web.ts';

const usage = `Usage: npm run bench -- <name> [options]

  live       live replies end to end, against local platforms; one table (about 13 minutes)
  web        event streams of the web, beside a bare proxy (three minutes)
  simulate   the same schedule in simulated time; a line for each load (some seconds)

  --only <text>   only rows whose name has this text, for example "slack: 20 at once" or "once-a-second"
  --full          live: all bots in all rows, the steady stream for ten minutes (about 40 minutes)
  --save          live: write docs/ also after a part of the rows
  --burst <part>  simulate: how much of a limit can be used at once, for example 0.2
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    full: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    burst: { type: 'string', default: '1' },
  },
});
const { only, full, save, burst } = values;

switch (positionals[0]) {
  case 'live':
    await benchLive({ full, save, ...(only === undefined ? {} : { only }) });
    process.exit();
    break;
  case 'web':
    await benchWeb();
    process.exit();
    break;
  case 'simulate':
    await benchSimulation({ only: only ?? '', burst: Number(burst) });
    break;
  default:
    process.stderr.write(usage);
    process.exitCode = 1;
}
