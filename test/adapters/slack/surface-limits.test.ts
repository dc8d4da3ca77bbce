import { describe, expect, test } from 'vitest';
import type { Page, ReplySurface } from '../../../src/core/ports.ts';
import { callsOf, first, inThread, rungNamed, view } from './surface-fixture.ts';

describe('limits', () => {
  test('each call names the limits that it counts against', async () => {
    const { slack, surface, channel } = await inThread();
    const id = (method: string) => `slack:${slack.team.id}:${method}`;
    const perMinute = (method: string, calls: number) => ({ id: id(method), calls, perMs: 60_000 });
    expect(rungNamed(surface, 'stream')).toMatchObject({
      growth: 'append',
      limit: 10_000,
      lifetimeMs: 240_000,
      scopes: {
        open: [perMinute('chat.startStream', 20)],
        grow: [perMinute('chat.appendStream', 100)],
        close: [perMinute('chat.stopStream', 20)],
      },
    });
    expect(rungNamed(surface, 'message')).toMatchObject({
      growth: 'replace',
      limit: 11_000,
      scopes: {
        open: [
          { id: id(`${channel}:chat.postMessage`), calls: 1, perMs: 1_000 },
          perMinute('chat.postMessage', 300),
        ],
        grow: [perMinute('chat.update', 50)],
        close: [perMinute('chat.update', 50)],
      },
    });
    expect(rungNamed(surface, 'message')).not.toHaveProperty('lifetimeMs');
  });

  test('a page of the full limit is taken, however it is written', async () => {
    const { slack, surface, answers } = await inThread();
    slack.limits.postsPerSecondPerChannel = Number.POSITIVE_INFINITY;
    for (const name of ['stream', 'message']) {
      const rung = rungNamed(surface, name);
      for (const unit of ['a', 'ü', '漢', '<']) {
        const text = unit.repeat(Math.floor(rung.limit / rung.width(unit)));
        const page = await surface.open(rung, view(text), first);
        if (name === 'stream') await surface.close(page, view(text, text));
        expect(answers().at(-1)?.text).toBe(text);
      }
    }
  });

  type Act = (surface: ReplySurface, page: Page) => Promise<unknown>;
  const grow: Act = (surface, page) => surface.grow(page, view('One, two', 'One'));
  const close: Act = (surface, page) => surface.close(page, view('One, two', 'One'));
  const calls: [method: string, rung: string, act: Act][] = [
    [
      'chat.startStream',
      'message',
      (surface) => surface.open(rungNamed(surface, 'stream'), view('One'), first),
    ],
    ['chat.appendStream', 'stream', grow],
    ['chat.stopStream', 'stream', close],
    [
      'chat.postMessage',
      'stream',
      (surface) => surface.open(rungNamed(surface, 'message'), view('One'), first),
    ],
    ['chat.update', 'message', grow],
  ];

  test.each(calls)(
    'a refused %s tells which limit is closed for how long, and is not repeated',
    async (method, rung, act) => {
      const { slack, surface, channel } = await inThread();
      const page = await surface.open(rungNamed(surface, rung), view('One'), first);
      const before = slack.calls.length;
      slack.fail({ method, status: 429, headers: { 'retry-after': '7' } });
      await expect(act(surface, page)).rejects.toMatchObject({
        fault: 'rate-limited',
        retryAfterMs: 7_000,
        scope: `slack:${slack.team.id}:${method === 'chat.postMessage' ? `${channel}:` : ''}${method}`,
      });
      expect(callsOf(slack).slice(before)).toEqual([method]);
      // The others of its kind are not held up by it.
      await act(surface, page);
    },
  );

  test.each(calls)(
    '%s whose answer is lost has an unknown outcome, and is not repeated',
    async (method, rung, act) => {
      const { slack, surface } = await inThread();
      const page = await surface.open(rungNamed(surface, rung), view('One'), first);
      const before = slack.calls.length;
      for (const fault of [{ status: 500 }, { status: 502 }, {}, { error: 'internal_error' }]) {
        slack.fail({ method, ...fault });
        await expect(act(surface, page)).rejects.toMatchObject({ fault: 'unknown' });
      }
      expect(callsOf(slack).slice(before)).toEqual([method, method, method, method]);
    },
  );

  test.each(calls.filter(([method]) => method !== 'chat.startStream'))(
    '%s into a place that is gone',
    async (method, rung, act) => {
      const { slack, surface, channel } = await inThread();
      const page = await surface.open(rungNamed(surface, rung), view('One'), first);
      for (const error of ['message_not_found', 'is_archived', 'account_inactive', 'token_revoked']) {
        slack.fail({ method, error });
        await expect(act(surface, page)).rejects.toMatchObject({ fault: 'gone' });
      }
      slack.change(channel, { gone: true });
      await expect(act(surface, page)).rejects.toMatchObject({ fault: 'gone', notice: expect.any(String) });
    },
  );

  test.each(calls)('%s that is too long', async (method, rung, act) => {
    const { slack, surface } = await inThread();
    const page = await surface.open(rungNamed(surface, rung), view('One'), first);
    slack.fail({ method, error: 'msg_too_long' });
    await expect(act(surface, page)).rejects.toMatchObject({ fault: 'too-long' });
  });

  test('a refusal in the body counts as one', async () => {
    const { slack, surface } = await inThread();
    slack.fail({ method: 'chat.postMessage', error: 'rate_limited' });
    const opening = surface.open(rungNamed(surface, 'message'), view('One'), first);
    await expect(opening).rejects.toMatchObject({ fault: 'rate-limited', retryAfterMs: expect.any(Number) });
    slack.fail({ method: 'chat.postMessage', status: 429 });
    const next = surface.open(rungNamed(surface, 'message'), view('One'), first);
    await expect(next).rejects.toMatchObject({ fault: 'rate-limited', retryAfterMs: expect.any(Number) });
  });

  test('an answer that is no JSON has an unknown outcome', async () => {
    const { slack, surface } = await inThread();
    slack.fail({ method: 'chat.postMessage', status: 200 });
    const opening = surface.open(rungNamed(surface, 'message'), view('One'), first);
    await expect(opening).rejects.toMatchObject({ fault: 'unknown' });
  });
});
