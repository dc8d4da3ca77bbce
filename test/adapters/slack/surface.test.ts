import { describe, expect, test } from 'vitest';
import { threadAddress } from './harness.ts';
import { again, callsOf, first, inDirectMessage, inThread, rungNamed, view } from './surface-fixture.ts';

describe('a stream', () => {
  test('grows in the thread, for the one who asked, and ends', async () => {
    const { slack, surface, answers, question, ann } = await inThread();
    const rung = rungNamed(surface, 'stream');
    expect(surface.rungs[0]).toBe(rung);
    const page = await surface.open(rung, view('One'), first);
    expect(answers()[0]?.streaming).toBe(true);
    await surface.grow(page, view('One, two', 'One'));
    await surface.grow(page, view('One, two', 'One, two'));
    await surface.close(page, view('One, two, three.', 'One, two'));

    expect(callsOf(slack)).toEqual(['chat.startStream', 'chat.appendStream', 'chat.stopStream']);
    expect(slack.calls[0]?.args).toMatchObject({
      thread_ts: question.ts,
      recipient_user_id: ann.id,
      recipient_team_id: slack.team.id,
    });
    expect(answers()).toHaveLength(1);
    expect(answers()[0]).toMatchObject({ text: 'One, two, three.', streamClosedBy: 'app' });
    expect(answers()[0]?.versions.map(({ text }) => text)).toEqual(['One', 'One, two', 'One, two, three.']);
  });

  test('calls nobody, also where a token is cut in two', async () => {
    const { slack, surface, answers } = await inThread();
    const page = await surface.open(rungNamed(surface, 'stream'), view('> hey <!chan'), first);
    await surface.grow(page, view('> hey <!channel> and\n', '> hey <!chan'));
    await surface.close(
      page,
      view('> hey <!channel> and\n> <@U1>\n```\nif (a < b)\n```', '> hey <!channel> and\n'),
    );
    expect(slack.pings).toEqual([]);
    expect(answers()[0]?.text).toBe('> hey <!channel> and\n> <@U1>\n```\nif (a < b)\n```');
  });

  test('can not take back what it shows', async () => {
    const { surface } = await inThread();
    const page = await surface.open(rungNamed(surface, 'stream'), view('One'), first);
    await expect(surface.grow(page, view('Two', 'One'))).rejects.toMatchObject({ fault: 'page-closed' });
  });

  test('that Slack has closed goes on as a message that is edited', async () => {
    const { slack, surface, answers } = await inThread();
    const page = await surface.open(rungNamed(surface, 'stream'), view('One'), first);
    slack.limits.streamLifetimeMs = 0;
    const more = view('One, two', 'One');
    await expect(surface.grow(page, more)).rejects.toMatchObject({ fault: 'page-closed' });
    await expect(surface.close(page, more)).rejects.toMatchObject({ fault: 'page-closed' });
    await surface.close({ id: page.id, rung: 'message' }, more);
    expect(answers().map(({ text }) => text)).toEqual(['One, two']);
  });

  test('that a person has stopped is gone', async () => {
    const { slack, surface, channel, question } = await inThread();
    const page = await surface.open(rungNamed(surface, 'stream'), view('One'), first);
    slack.stopSession(channel, question.ts);
    await expect(surface.grow(page, view('One, two', 'One'))).rejects.toMatchObject({ fault: 'gone' });
  });

  test('that is still open is stopped for an edit', async () => {
    const { slack, surface, answers } = await inThread();
    const page = await surface.open(rungNamed(surface, 'stream'), view('One'), first);
    await surface.close({ id: page.id, rung: 'message' }, view('One, two'));
    expect(answers()[0]).toMatchObject({ text: 'One, two', streaming: false });
    expect(callsOf(slack).slice(1)).toEqual(['chat.update', 'chat.stopStream', 'chat.update']);
  });

  test.each([
    ['unknown_method', ['message']],
    ['missing_scope', ['message']],
    ['not_allowed_token_type', ['message']],
    ['feature_not_enabled', ['message']],
    ['missing_recipient_user_id', ['stream', 'message']],
    ['channel_type_not_supported', ['stream', 'message']],
  ])(
    'refused with %s is not asked for again for a while; elsewhere there is %j',
    async (error, elsewhere) => {
      const { slack, platform, surface, answers, question, ann } = await inThread();
      slack.fail({ method: 'chat.startStream', error });
      const rung = rungNamed(surface, 'stream');
      await expect(surface.open(rung, view('One'), first)).rejects.toMatchObject({ fault: 'rung-refused' });
      await expect(surface.open(rung, view('One'), first)).rejects.toMatchObject({ fault: 'rung-refused' });
      expect(callsOf(slack)).toEqual(['chat.startStream']);
      const next = platform.surface(threadAddress(slack, question, ann.id));
      expect(next.rungs.map(({ name }) => name)).toEqual(['message']);
      const away = slack.say(ann, slack.channel().id, 'and here?', { mention: true });
      const other = platform.surface(threadAddress(slack, away, ann.id));
      expect(other.rungs.map(({ name }) => name)).toEqual(elsewhere);
      await surface.open(rungNamed(surface, 'message'), view('One'), first);
      expect(answers().map(({ text }) => text)).toEqual(['One']);
    },
  );

  test('whose start had an unknown outcome is found and not started twice', async () => {
    const { slack, surface, answers } = await inThread();
    slack.fail({ method: 'chat.startStream', afterActing: true });
    const rung = rungNamed(surface, 'stream');
    await expect(surface.open(rung, view('**One** <b>'), first)).rejects.toMatchObject({ fault: 'unknown' });
    const page = await surface.open(rung, view('**One** <b> and two'), again);
    expect(answers().map(({ text }) => text)).toEqual(['**One** <b> and two']);
    await surface.grow(page, view('**One** <b> and two, three', '**One** <b> and two'));
    await surface.close(page, view('**One** <b> and two, three.', '**One** <b> and two, three'));
    expect(answers().map(({ text }) => text)).toEqual(['**One** <b> and two, three.']);
  });

  test('that never started is started by the next attempt, and other pages are not mistaken for it', async () => {
    const { slack, surface, answers } = await inThread();
    const rung = rungNamed(surface, 'stream');
    const one = await surface.open(rung, view('Same words'), first);
    await surface.close(one, view('Same words', 'Same words'));
    slack.fail({ method: 'chat.startStream', status: 503 });
    const next = { ...first, index: 1, key: 'reply-1#1' };
    await expect(surface.open(rung, view('Same words'), next)).rejects.toMatchObject({ fault: 'unknown' });
    const two = await surface.open(rung, view('Same words'), { ...next, attempt: 2 });
    expect(two.rung).toBe('stream');
    expect(answers()).toHaveLength(2);
  });
});

describe('a message', () => {
  test('is posted without previews and edited as a whole', async () => {
    const { slack, surface, answers } = await inThread();
    const rung = rungNamed(surface, 'message');
    const page = await surface.open(rung, view('| a | b |\n<!channel>'), first);
    await surface.grow(page, view('Two <@U1>', '| a | b |\n<!channel>'));
    await surface.close(page, view('Three & <!here>'));
    expect(answers()[0]?.versions.map(({ text }) => text)).toEqual([
      '| a | b |\n<!channel>',
      'Two <@U1>',
      'Three & <!here>',
    ]);
    expect(answers()[0]).toMatchObject({
      format: 'markdown',
      args: { unfurl_links: 'false', unfurl_media: 'false' },
      metadata: { event_type: 'parley_page', event_payload: { key: first.key } },
    });
    expect(slack.pings).toEqual([]);
    expect(callsOf(slack)).toEqual(['chat.postMessage', 'chat.update', 'chat.update']);
  });

  test('is all there is in a direct message outside of threads', async () => {
    const { slack, surface, answers, channel } = await inDirectMessage();
    expect(surface.rungs.map(({ name }) => name)).toEqual(['message']);
    expect(surface.indicator).toBeUndefined();
    const page = await surface.open(surface.rungs[0]!, view('One'), first);
    await surface.close(page, view('One, two'));
    expect(answers().map(({ text, threadTs }) => [text, threadTs])).toEqual([['One, two', undefined]]);
    expect(slack.messages(channel)).toHaveLength(2);
  });

  test.each([
    ['a thread', inThread],
    ['a direct message', inDirectMessage],
  ])('in %s whose post had an unknown outcome is found and brought up to date', async (_place, begin) => {
    const { slack, surface, answers } = await begin();
    const rung = rungNamed(surface, 'message');
    slack.fail({ method: 'chat.postMessage', afterActing: true, status: 500 });
    await expect(surface.open(rung, view('One'), first)).rejects.toMatchObject({ fault: 'unknown' });
    const page = await surface.open(rung, view('One, two'), again);
    expect(answers().map(({ ts, text }) => [ts, text])).toEqual([[page.id, 'One, two']]);
  });

  test('that never landed is posted by the next attempt', async () => {
    const { slack, surface, answers } = await inThread();
    slack.limits.postsPerSecondPerChannel = Number.POSITIVE_INFINITY;
    const rung = rungNamed(surface, 'message');
    slack.fail({ method: 'chat.postMessage', status: 500 });
    await expect(surface.open(rung, view('One'), first)).rejects.toMatchObject({ fault: 'unknown' });
    await surface.open(rung, view('One'), again);
    expect(answers()).toHaveLength(1);
    // Another page of another reply is another message.
    await surface.open(rung, view('One'), { ...again, key: 'reply-2#0' });
    expect(answers()).toHaveLength(2);
  });

  test('is not posted again while nobody can look whether it landed', async () => {
    const { slack, surface, answers } = await inThread();
    const rung = rungNamed(surface, 'message');
    slack.fail({ method: 'chat.postMessage', afterActing: true });
    await expect(surface.open(rung, view('One'), first)).rejects.toMatchObject({ fault: 'unknown' });
    slack.fail({ method: 'conversations.replies', status: 500, times: 3 });
    await expect(surface.open(rung, view('One'), again)).rejects.toMatchObject({ fault: 'unknown' });
    expect(answers()).toHaveLength(1);
  });

  test('is rather posted again than lost where looking is not allowed', async () => {
    const { slack, surface, answers } = await inThread();
    slack.scopes.delete('channels:history');
    await surface.open(rungNamed(surface, 'message'), view('One'), again);
    expect(answers()).toHaveLength(1);
  });
});

describe('the indicator', () => {
  test('shows a status in the thread, and takes it away', async () => {
    const { slack, surface, channel, question } = await inThread();
    expect(surface.indicator?.renewMs).toBe(90_000);
    await surface.indicator?.show();
    expect(slack.status(channel, question.ts)).toBe('is thinking…');
    await surface.indicator?.clear?.();
    expect(slack.status(channel, question.ts)).toBeUndefined();
  });
});
