import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BotName, type BotProcess, startBot } from '../live/child.ts';
import { type CountingModel, type Speech, startCountingModel } from './model.ts';
import { readAll } from './readers.ts';

/** One load on one server. */
interface Result {
  readonly server: BotName;
  readonly load: string;
  readonly streams: number;
  /** Milliseconds from the model's chunk to the reader's event. */
  readonly median: number;
  readonly p99: number;
  /** Processor time of the server for each token, in microseconds. */
  readonly cost: number;
  readonly peakMegabytes: number;
  readonly tokensPerSecond: number;
}

/** Measures the web's event streams beside a bare proxy, and prints one table. */
export async function benchWeb(): Promise<void> {
  const model = await startCountingModel();
  const results: Result[] = [];
  for (const server of ['proxy', 'parley'] as const) results.push(...(await measure(server, model)));
  await model.close();
  process.stdout.write(`${toTable(results)}\n`);
}

/** Every server gets a process of its own and the same loads in the same order, after a rehearsal. */
async function measure(server: BotName, model: CountingModel): Promise<Result[]> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const child = await startBot(server, toEnvironment(model, directory), directory);
  try {
    await run(server, child, model, 20, { tokens: 200, gapMs: 0 });
    const results: Result[] = [];
    for (const { name, streams, speech } of loads) {
      const result = await run(server, child, model, streams, speech);
      results.push({ ...result, load: name });
      process.stderr.write(`${server}, ${name}, ${streams}: ${result.cost.toFixed(1)} µs a token\n`);
    }
    return results;
  } finally {
    await child.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function toEnvironment(model: CountingModel, directory: string): Record<string, string> {
  return {
    OPENAI_API_KEY: 'sk-key-of-the-stand-in',
    OPENAI_BASE_URL: model.url,
    DATA_DIR: join(directory, 'data'),
    WEB: 'on',
    PORT: '0',
    LOG_LEVEL: 'silent',
    WEB_REQUESTS_PER_MINUTE: '1000000',
    WEB_TURNS: '1000000',
  };
}

async function run(
  server: BotName,
  child: BotProcess,
  model: CountingModel,
  streams: number,
  speech: Speech,
): Promise<Result> {
  const url = /http:\/\/[\d.]+:\d+/.exec(child.log)?.[0];
  if (url === undefined) throw new Error(`${server} did not say where it listens:\n${child.log}`);
  const first = asked;
  asked += streams;
  model.speak(speech);
  child.begin();
  const conversation = (reader: number) => `${url}/api/conversations/c${first + reader}/messages`;
  const { delays, tokens, seconds } = await readAll(conversation, streams, first, model);
  const { cpuSeconds, peakMegabytes } = await child.end();
  return {
    server,
    load: '',
    streams,
    median: delays[Math.floor(tokens / 2)]!,
    p99: delays[Math.floor(tokens * 0.99)]!,
    cost: (cpuSeconds * 1e6) / tokens,
    peakMegabytes,
    tokensPerSecond: tokens / seconds,
  };
}

function toTable(results: readonly Result[]): string {
  const proxies = results.filter(({ server }) => server === 'proxy');
  const head = [
    'load',
    'streams',
    'server',
    'median ms',
    'p99 ms',
    'CPU µs per token',
    'ratio',
    'tokens/s per core',
    'tokens/s seen',
    'peak MB',
    'MB per stream',
  ];
  const rows = results.map(({ server, load, streams, ...result }) => {
    const own = results.filter((other) => other.server === server && other.load === load);
    const alone = own.find((other) => other.streams === 1)?.peakMegabytes ?? result.peakMegabytes;
    const proxy = proxies.find((other) => other.load === load && other.streams === streams)!;
    return [
      load,
      String(streams),
      server,
      result.median.toFixed(2),
      result.p99.toFixed(2),
      result.cost.toFixed(1),
      `${(result.cost / proxy.cost).toFixed(2)}x`,
      (1e6 / result.cost).toFixed(0),
      result.tokensPerSecond.toFixed(0),
      result.peakMegabytes.toFixed(0),
      streams === 1 ? '' : ((result.peakMegabytes - alone) / streams).toFixed(3),
    ];
  });
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

let asked = 1;
const counts = [1, 100, 1_000];
const loads = [
  ...counts.map((streams) => ({
    name: '10 tokens/s',
    streams,
    speech: { tokens: 200, gapMs: 100 },
  })),
  ...counts.map((streams) => ({
    name: 'full speed',
    streams,
    speech: { tokens: streams === 1 ? 20_000 : 200_000 / streams, gapMs: 0 },
  })),
];
