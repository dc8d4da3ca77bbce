import { describe, expect, test } from 'vitest';
import { toButtonId } from '../../../src/core/buttons.ts';
import type { CardSurface } from '../../../src/core/picture-ports.ts';
import type { SeenMessage } from '../../servers/slack/records.ts';
import { again, cardInThread, cardOf, file, first, view } from './card-fixture.ts';
import { callsOf } from './surface-fixture.ts';

const buttons = [
  { label: 'Again', command: 'image', options: { again: 'k1' } },
  { label: 'Wider', command: 'image', options: { again: 'k1', size: '1536x1024' } },
];

/** What each version of a message showed: its text, and the words in its files. */
function seen(message: SeenMessage | undefined) {
  return message?.versions.map(({ text, files }) => [text, ...files.map(({ content }) => toWords(content))]);
}

function toWords(content: Uint8Array): string {
  return Buffer.from(content)
    .toString('latin1')
    .replace(/^(?:\x89PNG|\xff\xd8\xff|RIFF1234WEBP)/, '');
}

/** Ids of the limits that showing a view counts against, without the workspace. */
function limitsOf(card: CardSurface, ...arguments_: Parameters<CardSurface['scopes']>): string[] {
  return card.scopes(...arguments_).map(({ id }) => id.replace(/^slack:T\d+:/, ''));
}

describe('a card', () => {
  test('is one message, in which previews and pictures take one another’s place', async () => {
    const { slack, card, answers } = await cardInThread();
    const message = await card.open(view('Drawing **a sea otter**…'), first);
    await card.replace(message, view('Drawing **a sea otter**…', [file('rough', { final: false })]));
    await card.replace(message, view('Drawing **a sea otter**…', [file('better', { final: false })]));
    await card.replace(
      message,
      view('*a sea otter*', [file('one'), file('two', { name: 'otter-2.jpeg', mediaType: 'image/jpeg' })], {
        buttons,
      }),
    );
    expect(answers()).toHaveLength(1);
    const [shown] = answers();
    expect(shown?.ts).toBe(message.id);
    expect(seen(shown)).toEqual([
      ['Drawing **a sea otter**…'],
      ['Drawing **a sea otter**…', 'rough'],
      ['Drawing **a sea otter**…', 'better'],
      ['*a sea otter*', 'one', 'two'],
    ]);
    expect(shown).toMatchObject({ edited: false, format: 'mrkdwn' });
    expect(shown?.versions.at(-1)?.files.map(({ altText, as }) => [altText, as])).toEqual([
      ['A sea otter', 'block'],
      ['A sea otter', 'block'],
    ]);
    expect(shown?.buttons.map(({ label, value }) => [label, value])).toEqual(
      buttons.map((button) => [button.label, toButtonId(button)]),
    );
    expect(slack.uploads.map(({ status, authorization }) => [status, authorization])).toEqual(
      Array.from({ length: 4 }, () => [200, undefined]),
    );
  });

  test('says what each call counts against, and makes no others', async () => {
    const { slack, card, channel } = await cardInThread();
    const post = [`${channel}:chat.postMessage`, 'chat.postMessage'];
    const [one, two] = [file('one'), file('two', { name: 'otter-2.png' })];
    const upload = 'files.getUploadURLExternal';
    const complete = 'files.completeUploadExternal';
    expect(limitsOf(card, view('Drawing'))).toEqual(post);
    expect(limitsOf(card, view('Drawing', [one, two]))).toEqual([
      ...[...post, upload, upload, complete, 'chat.update'],
    ]);
    const message = await card.open(view('Drawing'), first);
    for (const shown of [
      view('One', [one]),
      view('Two', [one, two], { buttons }),
      view('The same', [one, two]),
      view('Beside', [
        one,
        file('words', { mediaType: 'text/plain' }),
        file('w', { mediaType: 'image/webp' }),
      ]),
    ]) {
      const before = slack.calls.length;
      const expected = limitsOf(card, shown, message);
      await card.replace(message, shown);
      expect(callsOf(slack).slice(before).sort()).toEqual(expected.sort());
    }
    expect(slack.uploads).toHaveLength(4);
  });

  test('opened with its files at once shows them', async () => {
    const { card, answers } = await cardInThread();
    await card.open(view('Here', [file('one')], { buttons }), first);
    // A post that Slack refuses for its pictures would count, too.
    expect(answers().map(seen)).toEqual([[['Here'], ['Here', 'one']]]);
  });

  test('in a direct message outside of threads stands there', async () => {
    const { slack, platform, ann } = await cardInThread();
    const { id: channel } = slack.dm(ann);
    const { ts } = slack.say(ann, channel, 'draw');
    const team = slack.team.id;
    const card = cardOf(platform, {
      thread: `slack:${team}:${channel}`,
      data: { team, channel, ts, user: ann.id, userTeam: team },
    });
    await card.open(view('Here', [file('one'), file('w', { mediaType: 'image/webp' })]), first);
    await slack.untilMessage(channel, ({ versions }) => versions.at(-1)?.files[0]?.as === 'attachment');
    const own = slack.messages(channel).filter(({ author }) => author === slack.bot.userId);
    expect(own.map(({ threadTs }) => threadTs)).toEqual([undefined, undefined]);
  });

  test('calls nobody, whatever stands in it', async () => {
    const { slack, card, answers, ann } = await cardInThread();
    const call = `<!channel> <@${ann.id}> <!here|x>`;
    const bad = { name: `${call}.png`, description: call };
    await card.open(
      view(call, [file('one', bad), file('w', { ...bad, mediaType: 'image/webp' })], {
        buttons: [{ label: '<!channel>', command: 'image', options: { again: call } }],
      }),
      first,
    );
    await slack.until(() => answers().length === 2);
    expect(slack.pings).toEqual([]);
    expect(answers()[0]?.text).toBe(call);
    expect(answers()[0]?.args.text).not.toContain('<');
    for (const { files } of answers().flatMap(({ versions }) => versions)) {
      for (const { altText, title, name } of files) expect(altText + title + name).not.toMatch(/[<>]/);
    }
  });

  test('a view of the most that a card can hold is taken', async () => {
    const { card, answers } = await cardInThread();
    const files = Array.from({ length: 10 }, (_, index) =>
      file(`${index}`, { name: `otter-${index}.png`, description: 'x'.repeat(1_000) }),
    );
    const most = {
      buttons: Array.from({ length: 10 }, (_, index) => ({ ...buttons[0]!, label: `Again ${index}` })),
    };
    const message = await card.open(view('&'.repeat(1_800), files, most), first);
    await card.replace(message, view('<'.repeat(1_800), files, most));
    expect(answers()[0]?.buttons).toHaveLength(10);
    expect(answers()[0]?.versions.at(-1)?.files).toHaveLength(10);
  });
});

describe('a card whose posting had an unknown outcome', () => {
  test.each(['shared', 'own'] as const)('stands once, also for another process (%s store)', async (store) => {
    const { slack, card, another, address, answers } = await cardInThread();
    slack.fail({ method: 'chat.postMessage', afterActing: true });
    await expect(card.open(view('Drawing'), first)).rejects.toMatchObject({ fault: 'unknown' });
    const other = cardOf(another(store), address);
    const message = await other.open(view('Drawn', [file('one')]), again);
    expect(answers().map(({ ts }) => ts)).toEqual([message.id]);
    expect(seen(answers()[0])?.at(-1)).toEqual(['Drawn', 'one']);
  });

  test('is posted where it was not', async () => {
    const { slack, card, answers } = await cardInThread();
    slack.fail({ method: 'chat.postMessage', status: 503 });
    await expect(card.open(view('Drawing'), first)).rejects.toMatchObject({ fault: 'unknown' });
    await card.open(view('Drawing'), again);
    expect(answers()).toHaveLength(1);
  });
});

describe('files that are not ready', () => {
  test('a last view waits for them', async () => {
    const { slack, card, answers } = await cardInThread();
    slack.limits.fileRefusals = 3;
    const message = await card.open(view('Drawing'), first);
    await card.replace(message, view('Drawn', [file('one')], { buttons }));
    expect(seen(answers()[0])).toEqual([['Drawing'], ['Drawn', 'one']]);
    expect(slack.uploads).toHaveLength(1);
  });

  test('a preview gives way at once to what is shown', async () => {
    const { slack, card, answers } = await cardInThread();
    const message = await card.open(view('Drawing'), first);
    slack.limits.fileRefusals = 1;
    await card.replace(message, view('Drawing, 5 s', [file('rough', { final: false })]));
    slack.limits.fileRefusals = 0;
    await card.replace(message, view('Drawing, 6 s', [file('better', { final: false })]));
    slack.limits.fileRefusals = 1;
    await card.replace(message, view('Drawing, 7 s', [file('good', { final: false })]));
    expect(seen(answers()[0])).toEqual([
      ['Drawing'],
      ['Drawing, 5 s'],
      ['Drawing, 6 s', 'better'],
      ['Drawing, 7 s', 'better'],
    ]);
  });

  test('and never will be are shared below the card, which is remembered', async () => {
    const { slack, card, platform, address, answers } = await cardInThread();
    slack.limits.filesInBlocks = 'shared';
    const message = await card.open(view('Drawing'), first);
    const last = view('Drawn', [file('one'), file('two', { name: 'otter-2.png' })], { buttons });
    await card.replace(message, last);
    await slack.until(() => answers().length === 2);
    expect(answers()[1]?.versions[0]?.files).toMatchObject([
      { as: 'attachment', title: 'otter.png', altText: 'A sea otter' },
      { as: 'attachment', title: 'otter-2.png', altText: 'A sea otter' },
    ]);
    expect(answers().map(seen)).toEqual([[['Drawing'], ['Drawn']], [['', 'one', 'two']]]);
    expect(answers()[0]?.buttons).toHaveLength(2);

    const before = slack.calls.length;
    const next = cardOf(platform, address);
    const second = await next.open(view('Drawing'), { ...first, key: 'card-2' });
    await next.replace(second, view('Drawing', [file('rough', { final: false })]));
    const expected = limitsOf(next, view('Drawn', [file('three')]), second);
    expect(callsOf(slack).slice(before)).toEqual(['chat.postMessage', 'chat.update']);
    await next.replace(second, view('Drawn', [file('three')]));
    expect(
      callsOf(slack)
        .slice(before + 2)
        .sort(),
    ).toEqual(expected.sort());
    await slack.until(() => answers().length === 4);
    expect(answers().slice(2).map(seen)).toEqual([[['Drawing'], ['Drawn']], [['', 'three']]]);
  });

  test('of which the last view is shown again are shared once', async () => {
    const { slack, card, answers } = await cardInThread();
    const message = await card.open(view('Drawing'), first);
    const last = view('Drawn', [file('w', { mediaType: 'image/webp' })]);
    slack.fail({ method: 'files.completeUploadExternal', afterActing: true });
    await expect(card.replace(message, last)).rejects.toMatchObject({ fault: 'unknown' });
    await slack.until(() => answers().length === 2);
    await card.replace(message, last);
    await card.replace(message, last);
    expect(slack.uploads).toHaveLength(1);
    slack.fail({ method: 'files.completeUploadExternal', status: 503 });
    const other = view('Drawn', [file('x', { mediaType: 'image/webp' })]);
    await expect(card.replace(message, other)).rejects.toMatchObject({ fault: 'unknown' });
    await card.replace(message, other);
    await slack.until(() => answers().length === 3);
    expect(
      answers().map(({ versions }) => versions.at(-1)!.files.map(({ content }) => toWords(content))),
    ).toEqual([[], ['w'], ['x']]);
  });

  test('blocks that are refused for another reason are no reason to share', async () => {
    const { slack, card, platform, address, answers } = await cardInThread();
    const message = await card.open(view('Drawing'), first);
    slack.fail({ method: 'chat.update', error: 'invalid_blocks', times: 5 });
    await expect(card.replace(message, view('Drawn', [file('one')]))).rejects.toMatchObject({
      fault: 'gone',
    });
    const next = await cardOf(platform, address).open(view('Drawn', [file('one')]), {
      ...first,
      key: 'card-2',
    });
    expect(seen(answers().find(({ ts }) => ts === next.id))).toEqual([['Drawn'], ['Drawn', 'one']]);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['files.getUploadURLExternal', 'files.getUploadURLExternal'],
    ['files.completeUploadExternal', 'files.completeUploadExternal'],
    ['chat.update', 'chat.update'],
  ])('a refused %s tells which limit is closed; what arrived is not brought again', async (method, scope) => {
    const { slack, card, answers } = await cardInThread();
    const message = await card.open(view('Drawing'), first);
    const last = view('Drawn', [file('one')]);
    slack.fail({ method, status: 429, headers: { 'retry-after': '7' } });
    await expect(card.replace(message, last)).rejects.toMatchObject({
      ...{ fault: 'rate-limited', retryAfterMs: 7_000, scope: `slack:${slack.team.id}:${scope}` },
    });
    await card.replace(message, last);
    expect(seen(answers()[0])?.at(-1)).toEqual(['Drawn', 'one']);
    expect(slack.uploads).toHaveLength(1);
  });

  test('an upload that breaks, stalls or is refused is tried anew the next time', async () => {
    const { slack, card, answers } = await cardInThread();
    const message = await card.open(view('Drawing'), first);
    const last = view('Drawn', [file('one'), file('two', { name: 'otter-2.png' })]);
    for (const fault of [{}, { status: 500 }, { status: 403 }]) {
      slack.fail({ method: 'upload', ...fault });
      await expect(card.replace(message, last)).rejects.toMatchObject({ fault: 'unknown' });
    }
    slack.fail({ method: 'upload', status: 429, headers: { 'retry-after': '3' } });
    await expect(card.replace(message, last)).rejects.toMatchObject({
      fault: 'rate-limited',
      retryAfterMs: 3_000,
    });
    slack.fail({ method: 'upload', status: 413 });
    await expect(card.replace(message, last)).rejects.toMatchObject({ fault: 'too-long' });
    await card.replace(message, last);
    expect(seen(answers()[0])?.at(-1)).toEqual(['Drawn', 'one', 'two']);
  });

  test('a stop of Parley ends an upload that hangs', async () => {
    const { slack, card, platform } = await cardInThread();
    const message = await card.open(view('Drawing'), first);
    slack.fail({ method: 'upload', hang: true });
    const replacing = expect(card.replace(message, view('Drawn', [file('one')]))).rejects.toMatchObject({
      fault: 'unknown',
    });
    await slack.until(({ uploads }) => uploads.length === 1);
    await platform.close();
    await replacing;
  });

  test('without the scope for files the card says so, and what an admin has to do', async () => {
    const { slack, card, answers } = await cardInThread();
    const message = await card.open(view('Drawing'), first);
    slack.scopes.delete('files:write');
    const notice = expect.stringMatching(/install me again from slack-manifest\.json.*files:write/);
    await expect(card.replace(message, view('Drawn', [file('one')]))).rejects.toMatchObject({
      fault: 'gone',
      notice,
    });
    expect(answers()[0]?.text).toEqual(notice);
  });

  test('files that are too large for the workspace are told as such', async () => {
    const { slack, card } = await cardInThread();
    const message = await card.open(view('Drawing'), first);
    slack.fail({ method: 'files.getUploadURLExternal', error: 'file_upload_size_restricted' });
    await expect(card.replace(message, view('Drawn', [file('one')]))).rejects.toMatchObject({
      fault: 'too-long',
    });
  });

  test('a message, or a channel, that is gone', async () => {
    const { slack, card, channel } = await cardInThread();
    const message = await card.open(view('Drawing'), first);
    slack.deleteMessage(channel, message.id);
    await expect(card.replace(message, view('Drawn'))).rejects.toMatchObject({ fault: 'gone' });
    slack.change(channel, { member: false });
    const opening = card.open(view('Drawing'), { ...first, key: 'card-2' });
    await expect(opening).rejects.toMatchObject({
      fault: 'gone',
      notice: expect.stringContaining('/invite'),
    });
  });

  test('what only its reader sees can hold no card', async () => {
    const { slack, platform, ann, channel } = await cardInThread();
    const data = { team: slack.team.id, channel, user: ann.id, responseUrl: 'http://127.0.0.1:9/' };
    const card = cardOf(platform, { thread: `slack:${slack.team.id}:${channel}:x`, data });
    await expect(card.open(view('Drawing'), first)).rejects.toMatchObject({ fault: 'gone' });
  });
});
