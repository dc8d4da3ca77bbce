import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { type BotName, type Cost, startBot } from './child.ts';
import { startDiscordStage } from './discord-stage.ts';
import type { ReplyResult } from './metrics.ts';
import { questionOf, type ScriptedModel, startModel } from './model.ts';
import type { Row } from './rows.ts';
import { toSightings } from './sightings.ts';
import { startSlackStage } from './slack-stage.ts';
import type { Asked, Stage } from './stage.ts';
import type { Job, Workload } from './workload.ts';

/** What came of one bot in one row. */
export interface Run {
  readonly bot: BotName;
  /** Of the replies that count. */
  readonly results: readonly ReplyResult[];
  /** Replies that were not whole in the end, those that never came among them. */
  readonly incomplete: number;
  readonly refusals: readonly { readonly atMs: number; readonly call: string }[];
  readonly cost: Cost;
  /** All that the model said, in tokens. */
  readonly tokens: number;
  /** The same work as it really came: when the model said what. The bound is computed from it. */
  readonly workload: Workload;
  /** How late the stand-ins themselves were, 99th percentile in milliseconds. */
  readonly standInDelayMs: number;
  readonly seconds: number;
}

interface OpenQuestion {
  readonly job: Job;
  readonly number: number;
  readonly asked: Asked;
}

/** True where the stand-ins themselves were so late that the figures say little about the bot. */
export function wasDisturbed({ standInDelayMs }: Run): boolean {
  return standInDelayMs > 50;
}

/** Runs a bot through a row: its own process, a fresh platform, a fresh model. */
export async function runRow(row: Row, bot: BotName, patienceMs: number): Promise<Run> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const start = row.platform === 'slack' ? startSlackStage : startDiscordStage;
  const [stage, model] = await Promise.all([start(row), startModel()]);
  try {
    const environment = {
      ...stage.environment,
      OPENAI_API_KEY: 'sk-key-of-the-stand-in',
      OPENAI_BASE_URL: model.url,
      DATA_DIR: join(directory, 'data'),
    };
    const invited = row.workload.jobs.map((job) => stage.invite(job, row.workload.spread));
    const rehearsal = rehearse(stage, model, row);
    const process = await startBot(bot, environment, directory);
    try {
      await rehearsal.run();
      return await perform(row, bot, { stage, model, invited, process, patienceMs });
    } finally {
      await process.stop();
    }
  } finally {
    await Promise.all([stage.close(), model.close()]);
    await rm(directory, { recursive: true, force: true });
  }
}

interface Props {
  readonly stage: Stage;
  readonly model: ScriptedModel;
  readonly invited: readonly ((question: string) => Asked)[];
  readonly process: Awaited<ReturnType<typeof startBot>>;
  readonly patienceMs: number;
}

async function perform(row: Row, bot: BotName, props: Props): Promise<Run> {
  const { stage, model, invited, process, patienceMs } = props;
  const { jobs } = row.workload;
  const callsBefore = stage.calls();
  const saidBefore = model.lateness.length;
  const startedAt = Date.now();
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  process.begin();
  const questions: OpenQuestion[] = [];
  const ask = (job: Job, number: number) => {
    questions.push({ job, number, asked: invited[number]!(questionOf(number)) });
  };
  const timers = jobs.map((job, number) => {
    model.script(number, job.emissions);
    return setTimeout(ask, job.at, job, number);
  });

  const open = new Set(jobs.keys());
  const lastAskedAt = startedAt + Math.max(...jobs.map(({ at }) => at));
  while (open.size > 0 && Date.now() < Math.max(model.lastSaidAt, lastAskedAt) + patienceMs) {
    await wait(lookMs);
    for (const question of questions) {
      if (open.has(question.number) && isWhole(question, model)) open.delete(question.number);
    }
  }
  for (const timer of timers) clearTimeout(timer);
  const endedAt = Date.now();
  const cost = await process.end();
  loop.disable();

  // All calls count, also those that look up names or show that the bot is at work.
  const calls = (stage.calls() - callsBefore) / jobs.length;
  const counting = questions.filter(({ job }) => job.warmUp !== true);
  const heard: Job[] = [];
  const results: ReplyResult[] = [];
  let incomplete = 0;
  for (const { job, number, asked } of counting) {
    const emissions = model.said(number).map(({ at, text }) => ({ at: at - asked.at, text }));
    const expected = job.emissions.map(({ text }) => text).join('');
    const { sightings, whole } = toSightings(asked.shown(), expected, asked.at);
    if (!whole || emissions.length < job.emissions.length) incomplete++;
    if (emissions.length === 0) continue;
    heard.push({ ...job, at: asked.at - startedAt, emissions });
    results.push({ emissions, sightings, calls, watchedMs: endedAt - asked.at });
  }
  const tokens = model.lateness.length - saidBefore;
  const late = model.lateness.slice(saidBefore).sort((a, b) => a - b);
  return {
    bot,
    results,
    incomplete,
    refusals: stage.refusals().map(({ at, call }) => ({ atMs: at - startedAt, call })),
    cost,
    tokens,
    workload: { ...row.workload, jobs: heard },
    standInDelayMs: Math.max(late[Math.floor(late.length * 0.99)] ?? 0, loop.percentile(99) / 1e6),
    seconds: (endedAt - startedAt) / 1_000,
  };
}

/**
 * Before a row the bot answers some questions of its kind in direct messages, so that it is warm and knows how long
 * replies are. The model says them in one go, so that they cost next to no calls; then those calls come back.
 */
function rehearse(stage: Stage, model: ScriptedModel, row: Row): { run(): Promise<void> } {
  const parts = row.rehearsal.map((job, index) => {
    const number = firstRehearsal + index;
    model.script(number, [{ at: 100, text: job.emissions.map(({ text }) => text).join('') }]);
    return { job, number, ask: stage.invite({ ...job, channel: number }, 'direct') };
  });
  return {
    async run() {
      const questions = parts.map(({ job, number, ask }) => ({
        job,
        number,
        asked: ask(questionOf(number)),
      }));
      const deadline = Date.now() + rehearsalMs;
      while (!questions.every((question) => isWhole(question, model))) {
        if (Date.now() > deadline) throw new Error('The bot did not answer in the rehearsal');
        await wait(lookMs);
      }
      await wait(recoveryMs[row.platform]);
    },
  };
}

function isWhole({ job, number, asked }: OpenQuestion, model: ScriptedModel): boolean {
  if (model.said(number).length === 0) return false;
  const wanted = lengthOf(job.emissions.map(({ text }) => text));
  return lengthOf(asked.shown().map((versions) => versions.at(-1)?.text ?? '')) >= wanted;
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.replace(/\s+/g, '').length, 0);
}

const lookMs = 100;
const firstRehearsal = 100_000;
const rehearsalMs = 30_000;
/** A post and an update for each of them have come back after so long. */
const recoveryMs = { slack: 8_000, discord: 1_500 };
