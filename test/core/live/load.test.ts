import { describe, expect, it } from 'vitest';
import { type Budget, createBudget } from '../../../src/core/live/budget.ts';
import { createLoad, type Load } from '../../../src/core/live/load.ts';
import type { Outlook } from '../../../src/core/live/outlook.ts';
import type { Scope } from '../../../src/core/ports.ts';

const appends: Scope = { id: 'append', calls: 100, perMs: 60_000, shape: 'bucket' };
const stops: Scope = { id: 'stop', calls: 20, perMs: 60_000, shape: 'bucket' };
const updates: Scope = { id: 'update', calls: 50, perMs: 60_000, shape: 'bucket' };
const posts: Scope = { id: 'post', calls: 300, perMs: 60_000, shape: 'bucket' };

function outlook(change: Partial<Outlook> = {}): Outlook {
  return {
    remainingMs: 6_000,
    likelyMs: [6_000],
    leastMs: 6_000,
    usualLeastMs: 6_000,
    pull: 0.5,
    grow: [{ scopes: [appends] }],
    close: [{ scopes: [stops] }],
    ...change,
  };
}

function loadAt(budget: Budget, now: number): Load {
  const load = createLoad(budget);
  load.begin(now);
  return load;
}

function priceAmong(count: number): number {
  const load = loadAt(createBudget(), 0);
  for (let index = 0; index < count; index++) load.add(outlook());
  return load.price(outlook()).gapMs;
}

describe('the load', () => {
  it('spaces calls so that they last until the replies end', () => {
    // 100 calls and 10 more that come in within 6 s, shared by 20.
    expect(priceAmong(20)).toBeCloseTo(6_000 / (110 / 20), 0);
    expect(priceAmong(40)).toBeCloseTo(2 * priceAmong(20), 0);
  });

  it('gives a reply that comes faster more calls, by the root of its pace', () => {
    const load = loadAt(createBudget(), 0);
    const slow = outlook({ pull: 0.25, grow: [{ scopes: [updates] }] });
    const fast = outlook({ pull: 0.5, grow: [{ scopes: [updates] }] });
    for (let index = 0; index < 20; index++) for (const one of [slow, fast]) load.add(one);
    expect(load.price(slow).gapMs / load.price(fast).gapMs).toBeCloseTo(2, 3);
    expect(load.price(slow).area).toBeCloseTo(load.price(fast).area, 3);
  });

  it('does not count on further pages while edits are enough', () => {
    const both = outlook({ grow: [{ scopes: [updates] }, { scopes: [posts] }] });
    const few = loadAt(createBudget(), 0);
    few.add(both);
    expect(few.price(both).ways).toEqual([0]);
    const many = loadAt(createBudget(), 0);
    for (let index = 0; index < 20; index++) many.add({ ...both });
    expect(many.price(both).ways).toEqual([1, 0]);
  });

  it('keeps back a call for each last text, by another way where the first has none left', () => {
    const closing = outlook({ grow: [], close: [{ scopes: [updates] }, { scopes: [posts] }] });
    const nearlyFull = createBudget();
    nearlyFull.spend([updates], 0);
    const load = loadAt(nearlyFull, 0);
    for (let index = 0; index < 80; index++) load.add(closing);
    expect(load.waitMs([updates])).toBeGreaterThan(0);
    expect(load.waitMs([posts])).toBe(0);
    const budget = createBudget();
    for (let call = 0; call < 269; call++) budget.spend([posts], 0);
    const tight = loadAt(budget, 0);
    for (let index = 0; index < 79; index++) tight.add({ ...closing });
    const last = { ...closing };
    tight.add(last);
    expect(tight.waitMs([posts])).toBeGreaterThan(0);
    expect(tight.waitMs([posts], last)).toBe(0);
    // What is kept back for it is a post: of the edits it may take none.
    expect(tight.waitMs([updates], last)).toBeGreaterThan(0);
  });

  it('keeps the last call for who has no other way to end', () => {
    const budget = createBudget();
    for (let call = 0; call < 49; call++) budget.spend([updates], 0);
    const load = loadAt(budget, 0);
    const choosing = outlook({
      remainingMs: 500,
      grow: [],
      close: [{ scopes: [updates] }, { scopes: [posts] }],
    });
    const bound = outlook({ remainingMs: 500, grow: [], close: [{ scopes: [updates] }] });
    for (const one of [choosing, bound]) load.add(one);
    expect(load.waitMs([updates], bound)).toBeLessThan(load.waitMs([updates], choosing));
  });

  it('starves nobody: even with nothing left a call has a price', () => {
    const budget = createBudget();
    for (let call = 0; call < 100; call++) budget.spend([appends], 0);
    const load = loadAt(budget, 0);
    for (let index = 0; index < 300; index++) load.add(outlook());
    expect(load.price(outlook()).area).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('keeps the last call of a narrow limit where the reply may end before there are new ones', () => {
    const edits: Scope = { id: 'edits', calls: 5, perMs: 5_000, shape: 'window' };
    const budget = createBudget();
    for (let call = 0; call < 4; call++) budget.spend([edits], 0)(0);
    const ways = { grow: [{ scopes: [edits] }], close: [{ scopes: [edits] }] };
    const surprising = loadAt(budget, 1_000);
    const short = outlook({ ...ways, remainingMs: 30_000, leastMs: 1_000 });
    surprising.add(short);
    expect(surprising.waitMs([edits])).toBeGreaterThan(3_000);
    expect(surprising.waitMs([edits], short)).toBe(0);
    const sure = loadAt(budget, 1_000);
    sure.add(outlook({ ...ways, remainingMs: 30_000, leastMs: 30_000 }));
    expect(sure.waitMs([edits])).toBe(0);
  });

  it('keeps the only call of a period for a usual end, not for any', () => {
    const edits: Scope = { id: 'edits', calls: 5, perMs: 5_000, shape: 'window' };
    const ways = { grow: [{ scopes: [edits] }], close: [{ scopes: [edits] }] };
    const budget = createBudget();
    budget.spend([edits], 0)(50);
    budget.read('edits', { remaining: 0, resetMs: 950, limit: 1 }, 50);
    const possible = loadAt(budget, 1_100);
    possible.add(outlook({ ...ways, remainingMs: 30_000, leastMs: 0, usualLeastMs: 10_000 }));
    expect(possible.waitMs([edits])).toBe(0);
    const likely = loadAt(budget, 1_100);
    const ending = outlook({ ...ways, remainingMs: 30_000, leastMs: 0, usualLeastMs: 500 });
    likely.add(ending);
    expect(likely.waitMs([edits])).toBeGreaterThan(0);
    expect(likely.waitMs([edits], ending)).toBe(0);
  });

  it('counts on it that most replies are shorter than their mean', () => {
    const alike = loadAt(createBudget(), 0);
    const unlike = loadAt(createBudget(), 0);
    for (let index = 0; index < 40; index++) {
      alike.add(outlook({ remainingMs: 20_000, likelyMs: [20_000] }));
      unlike.add(outlook({ remainingMs: 20_000, likelyMs: [1_000, 2_000, 4_000, 8_000, 85_000] }));
    }
    expect(unlike.price(outlook()).gapMs).toBeLessThan(0.8 * alike.price(outlook()).gapMs);
  });

  it('asks one price of all who share what a bucket holds, however soon they end', () => {
    const load = loadAt(createBudget(), 0);
    const soon = outlook({ remainingMs: 2_000, likelyMs: [2_000] });
    const late = outlook({ remainingMs: 60_000, likelyMs: [60_000] });
    for (let index = 0; index < 20; index++) for (const one of [soon, late]) load.add({ ...one });
    expect(load.price(soon).area).toBeCloseTo(load.price(late).area, 3);
  });

  it('counts others in a window only for as long as a reply goes on itself', () => {
    const everybody: Scope = { id: 'everybody', calls: 50, perMs: 1_000, shape: 'window' };
    const ways = { grow: [{ scopes: [everybody] }], close: [{ scopes: [everybody] }] };
    const soon = outlook({ ...ways, remainingMs: 3_000, likelyMs: [3_000] });
    const gapAmong = (remainingMs: number) => {
      const load = loadAt(createBudget(), 0);
      load.add(soon);
      for (let index = 0; index < 99; index++)
        load.add(outlook({ ...ways, remainingMs, likelyMs: [remainingMs] }));
      return load.price(soon).gapMs;
    };
    expect(gapAmong(30_000)).toBeCloseTo(gapAmong(3_000), 0);
    expect(gapAmong(3_000)).toBeLessThan(2_500);
  });

  it('sends nobody where there is no call left to end with', () => {
    const budget = createBudget();
    const ways = { grow: [{ scopes: [posts] }], close: [{ scopes: [updates] }, { scopes: [updates] }] };
    const load = loadAt(budget, 0);
    for (let index = 0; index < 49; index++) load.add(outlook(ways));
    const before = load.price(outlook(ways), true).gapMs;
    load.add(outlook(ways));
    expect(load.price(outlook(ways), true).gapMs).toBeGreaterThan(10 * before);
  });

  it('keeps nothing for one that has left', () => {
    const budget = createBudget();
    const load = loadAt(budget, 0);
    const ending = Array.from({ length: 18 }, () => outlook({ remainingMs: 300, likelyMs: [300] }));
    for (const one of ending) load.add(one);
    const [first, ...others] = ending;
    expect(load.waitMs([stops], first!)).toBe(0);
    // All take what was kept for them, in the same moment.
    for (const one of others) {
      expect(load.waitMs([stops], one)).toBe(0);
      budget.spend([stops], 0);
      load.leave(one);
    }
    // Of three that are left one is kept.
    expect(load.waitMs([stops])).toBe(0);
    for (let spent = 0; spent < 2; spent++) budget.spend([stops], 0);
    expect(load.waitMs([stops])).toBeGreaterThan(0);
    load.leave(first!);
    expect(load.price(outlook(), true).gapMs).toBeCloseTo(priceAmong(1), 3);
  });

  it('forgets everything with the moment', () => {
    const load = loadAt(createBudget(), 0);
    const alone = load.price(outlook()).gapMs;
    for (let index = 0; index < 40; index++) load.add(outlook());
    expect(load.price(outlook()).gapMs).toBeGreaterThan(2 * alone);
    load.begin(10);
    expect(load.price(outlook()).gapMs).toBeCloseTo(alone, 0);
  });
});
