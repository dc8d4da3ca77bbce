import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The bots that can be put to work. */
export type BotName = 'parley' | 'once-a-second' | 'proxy';

/** What a bot cost between {@link BotProcess.begin} and {@link BotProcess.end}. */
export interface Cost {
  /** User and system time of its process, in seconds. */
  readonly cpuSeconds: number;
  /** Most resident memory at any look, in megabytes. */
  readonly peakMegabytes: number;
}

/** A bot in a process of its own. */
export interface BotProcess {
  begin(): void;
  end(): Promise<Cost>;
  /** The end of what it wrote for its operator. */
  readonly log: string;
  stop(): Promise<void>;
}

/** What the parent tells the bot's process. */
export type Order = 'begin' | 'end' | 'stop';
/** What the bot's process tells its parent. */
export type Report = { readonly kind: 'ready' } | ({ readonly kind: 'cost' } & Cost);

/** What `npm start` tells Node. */
const asStarted = ['--max-semi-space-size=8'];

/**
 * Starts a bot. Resolves once it is connected.
 * @param environment all its settings: nothing is inherited
 * @param directory where it runs
 */
export async function startBot(
  name: BotName,
  environment: Readonly<Record<string, string>>,
  directory: string,
): Promise<BotProcess> {
  const child = fork(entry, [name], {
    cwd: directory,
    env: { ...environment },
    silent: true,
    execArgv: asStarted,
  });
  const exited = once(child, 'exit');
  let log = '';
  const keep = (text: Buffer) => {
    log = (log + String(text)).slice(-20_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const reports = new Map<Report['kind'], (report: Report) => void>();
  child.on('message', (report: Report) => reports.get(report.kind)?.(report));
  const expect = <Kind extends Report['kind']>(kind: Kind) => {
    const reported = new Promise<Extract<Report, { kind: Kind }>>((resolve) => {
      reports.set(kind, (report) => resolve(report as Extract<Report, { kind: Kind }>));
    });
    const ended = exited.then(([code]) => {
      throw new Error(`The bot ${name} ended with ${code}. It wrote:\n${log}`);
    });
    return Promise.race([reported, ended]);
  };
  const order = (what: Order) => void child.send(what);

  await expect('ready');
  return {
    begin: () => order('begin'),
    end() {
      const cost = expect('cost');
      order('end');
      return cost;
    },
    get log() {
      return log;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const force = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      order('stop');
      await exited;
      clearTimeout(force);
    },
  };
}

const entry = fileURLToPath(new URL('./bot.ts', import.meta.url));
const patienceMs = 2_000;
