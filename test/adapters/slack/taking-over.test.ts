import { describe, expect, test } from 'vitest';
import type { Platform, ReplySurface } from '../../../src/core/ports.ts';
import { threadAddress } from './harness.ts';
import { again, callsOf, first, inThread, rungNamed, view } from './surface-fixture.ts';

/** The first page of another reply in the same thread, and its second attempt. */
const other = { ...first, key: 'reply-2#0' };
const otherAgain = { ...other, attempt: 2 };

/** {@link inThread}, and what else is needed for a second reply in that thread. */
async function twoReplies() {
  const all = await inThread();
  const { slack, question, ann, surface } = all;
  slack.limits.postsPerSecondPerChannel = Number.POSITIVE_INFINITY;
  const stream = rungNamed(surface, 'stream');
  const surfaceOf = (platform: Platform<ReplySurface>) =>
    platform.surface(threadAddress(slack, question, ann.id));
  const texts = () => all.answers().map(({ text }) => text);
  return { ...all, stream, surfaceOf, texts };
}

describe('a page of another reply is left alone', () => {
  test('where it begins with the same words, whoever posted it', async () => {
    const { slack, surface, another, surfaceOf, stream, texts } = await twoReplies();
    await surfaceOf(another('own')).open(stream, view('In short: it is 42.'), first);
    slack.fail({ method: 'chat.startStream', status: 503 });
    await expect(surface.open(stream, view('I'), other)).rejects.toMatchObject({ fault: 'unknown' });
    await surface.open(stream, view('I'), otherAgain);
    expect(texts()).toEqual(['In short: it is 42.', 'I']);
  });

  test('where it has the same words, but this process knows whose it is', async () => {
    const { slack, platform, surface, surfaceOf, stream, texts } = await twoReplies();
    await surfaceOf(platform).open(stream, view('I'), first);
    slack.fail({ method: 'chat.startStream', status: 503 });
    await expect(surface.open(stream, view('I'), other)).rejects.toMatchObject({ fault: 'unknown' });
    await surface.open(stream, view('I think'), otherAgain);
    expect(texts()).toEqual(['I', 'I think']);
  });

  test('where it was taken for the page of another before anybody knew, its own reply posts anew', async () => {
    const { slack, platform, surface, surfaceOf, stream, texts } = await twoReplies();
    const slow = surfaceOf(platform);
    slack.latency = { ms: 800, jitterMs: 0 };
    const opening = expect(slow.open(stream, view('I'), first)).rejects.toMatchObject({ fault: 'unknown' });
    await slack.until(() => texts().length === 1);
    slack.latency = { ms: 0, jitterMs: 0 };
    slack.fail({ method: 'chat.startStream', status: 503 });
    await expect(surface.open(stream, view('I'), other)).rejects.toMatchObject({ fault: 'unknown' });
    await surface.open(stream, view('I think'), otherAgain);
    await opening;
    await slow.open(stream, view('It is'), again);
    expect(texts()).toEqual(['I think', 'It is']);
  });
});

describe('a page that a former process posted', () => {
  test.each(['stream', 'message'])('as a %s is taken over, whatever its words were', async (name) => {
    const { slack, surface, another, surfaceOf, answers } = await twoReplies();
    const page = await surface.open(rungNamed(surface, name), view('The answer, dear Maria, is'), first);
    const calls = slack.calls.length;
    const next = surfaceOf(another('shared'));
    const found = await next.open(rungNamed(next, 'stream'), view('Certainly.'), again);
    expect(found).toEqual({ id: page.id, rung: 'message' });
    expect(answers()).toMatchObject([{ ts: page.id, text: 'Certainly.', streaming: false }]);
    expect(callsOf(slack).slice(calls)).not.toContain('conversations.replies');
  });

  test.each(['edit_window_closed', 'cant_update_message'])(
    'and that can not be changed any more (%s) is left as it is',
    async (error) => {
      const { slack, surface, another, surfaceOf, stream, texts } = await twoReplies();
      await surface.open(stream, view('The answer'), first);
      slack.fail({ method: 'chat.update', error });
      await surfaceOf(another('shared')).open(stream, view('Certainly.'), again);
      expect(texts()).toEqual(['The answer', 'Certainly.']);
    },
  );

  test('and that a person has deleted stays away', async () => {
    const { slack, surface, another, surfaceOf, stream, channel, answers } = await twoReplies();
    const { id } = await surface.open(stream, view('The answer'), first);
    slack.deleteMessage(channel, id);
    const opening = surfaceOf(another('shared')).open(stream, view('Certainly.'), again);
    await expect(opening).rejects.toMatchObject({ fault: 'gone' });
    expect(answers()).toEqual([]);
  });
});

describe('what is refused while a page is looked for closes no limit of replies', () => {
  test('the look-up', async () => {
    const { slack, surface, stream, texts } = await twoReplies();
    slack.fail({ method: 'chat.startStream', afterActing: true, status: 503 });
    await expect(surface.open(stream, view('I'), first)).rejects.toMatchObject({ fault: 'unknown' });
    slack.fail({ method: 'conversations.replies', status: 429, headers: { 'retry-after': '30' } });
    const second = surface.open(stream, view('I'), again);
    await expect(second).rejects.toMatchObject({ fault: 'unknown', scope: undefined });
    await surface.open(stream, view('I think'), { ...again, attempt: 3 });
    expect(texts()).toEqual(['I think']);
  });

  test('the edit that brings it up to date, which a later attempt makes without looking again', async () => {
    const { slack, surface, stream, texts } = await twoReplies();
    slack.fail({ method: 'chat.startStream', afterActing: true, status: 503 });
    await expect(surface.open(stream, view('I'), first)).rejects.toMatchObject({ fault: 'unknown' });
    slack.fail({ method: 'chat.update', status: 429, headers: { 'retry-after': '30' } });
    const second = surface.open(stream, view('I'), again);
    await expect(second).rejects.toMatchObject({ fault: 'unknown', scope: undefined });
    expect(texts()).toEqual(['I']);
    await surface.open(stream, view('I think'), { ...again, attempt: 3 });
    expect(texts()).toEqual(['I think']);
    expect(callsOf(slack).filter((method) => method === 'conversations.replies')).toHaveLength(1);
  });
});
