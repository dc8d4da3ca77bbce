import { expect, it } from 'vitest';
import type { Bid } from '../../../src/core/live/contender.ts';
import { byUrgencyThenWorth, type Ranked } from '../../../src/core/live/worth.ts';

const alone = Number.POSITIVE_INFINITY;

function ranked(bid: Partial<Bid>, elsewhereMs = alone, worth = alone): Ranked {
  const whole: Bid = { urgency: 'progress', area: 0, ageMs: 0, moves: [], notBefore: 0, ...bid };
  return { bid: whole, worth, moves: [], elsewhereMs };
}

it('takes the most urgent first', () => {
  const order = (['first', 'prepare', 'final', 'progress', 'tidy'] as const).map((urgency) =>
    ranked({ urgency }),
  );
  expect(order.toReversed().sort(byUrgencyThenWorth)).toEqual(order);
});

it('takes the edit that is worth most first', () => {
  const order = [ranked({ area: 1 }, alone, 3), ranked({ area: 9 }, alone, 2)];
  expect(order.toReversed().sort(byUrgencyThenWorth)).toEqual(order);
});

it('takes last texts in the order in which they were due, however little they show', () => {
  const last = (overdueMs: number, area: number) => ranked({ urgency: 'final', overdueMs, area });
  const fullPage = ranked({ urgency: 'final', ageMs: 700, area: 70 });
  const order = [last(900, 10), fullPage, last(500, 90_000), last(0, 500), last(0, 50)];
  expect(order.toReversed().sort(byUrgencyThenWorth)).toEqual(order);
});

it('takes the last text first that would have to wait longest if others took its call', () => {
  const order = [
    ranked({ urgency: 'final', overdueMs: 0 }, 800),
    ranked({ urgency: 'final', overdueMs: 900 }, 100),
  ];
  expect(order.toReversed().sort(byUrgencyThenWorth)).toEqual(order);
});
