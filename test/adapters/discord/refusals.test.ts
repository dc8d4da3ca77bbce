import { expect, test } from 'vitest';
import { createRefusals } from '../../../src/adapters/discord/refusals.ts';
import { createCounters } from '../../../src/ops/counters.ts';
import { createRecordingLogger } from '../../fakes/instruments.ts';

const answer = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers(headers),
});

test('many refusals within ten minutes are told in time, what others used up aside', () => {
  const logger = createRecordingLogger();
  const counters = createCounters();
  let now = 0;
  const refusals = createRefusals({ logger, counters, now: () => now });
  const refuse = (times: number, status: number, headers?: Record<string, string>) => {
    for (let time = 0; time < times; time += 1) refusals.count(answer(status, headers));
  };
  refuse(499, 403);
  refuse(1000, 200);
  refuse(1000, 429, { 'x-ratelimit-scope': 'shared' });
  now = 10 * 60_000;
  refuse(499, 401);
  expect(logger.lines).toEqual([]);
  refuse(1, 429);
  expect(logger.lines).toMatchObject([{ level: 'warn', fields: { refused: 500 } }]);
  expect(counters.snapshot()).toEqual({
    'discord.refused.401': 499,
    'discord.refused.403': 499,
    'discord.refused.429': 1001,
  });
});
