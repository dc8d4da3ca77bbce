import { expect, test } from 'vitest';
import type { EarlierMessage } from '../../../src/core/ports.ts';
import type { SlackOptions } from '../../servers/slack/types.ts';
import { connectSurfaces, threadAddress } from './harness.ts';

async function begin(standIn?: SlackOptions) {
  const connected = await connectSurfaces(standIn);
  const { slack, platform } = connected;
  const [ann, bob] = [slack.user('Ann'), slack.user('Bob')];
  const { id: channel } = slack.channel();
  const head = slack.say(ann, channel, 'shall we use tabs?');
  const earlier = (question: { ts: string }): Promise<readonly EarlierMessage[]> =>
    platform.earlier!(threadAddress(slack, { channel, ts: question.ts, threadTs: head.ts }, bob.id));
  return { ...connected, ann, bob, channel, head, earlier };
}

test('what was said above is read in order, by name, and as people read it', async () => {
  const { slack, ann, bob, channel, head, earlier } = await begin();
  const threadTs = head.ts;
  slack.say(bob, channel, `no, <@${ann.id}>: see <https://a.example|this> &amp; that`, { threadTs });
  slack.say({ id: slack.bot.userId, name: 'parley' }, channel, 'Spaces are &lt;fine&gt;.', {
    threadTs,
    bot: true,
  });
  slack.say({ id: 'U0BUILD', name: 'build' }, channel, 'Build passed', { threadTs, bot: true });
  const question = slack.say(bob, channel, 'who is right?', { threadTs, mention: true });
  slack.say(ann, channel, 'said after the question', { threadTs });

  expect(await earlier(question)).toEqual([
    { author: { id: ann.id, name: 'Ann' }, own: false, text: 'shall we use tabs?' },
    {
      author: { id: bob.id, name: 'Bob' },
      own: false,
      text: 'no, @Ann: see this (https://a.example) & that',
    },
    { author: { id: slack.bot.userId, name: 'parley' }, own: true, text: 'Spaces are <fine>.' },
    { author: { id: 'U0BUILD', name: 'someone' }, own: false, text: 'Build passed' },
  ]);
});

test('what people sent above can be fetched, and is named among what was said', async () => {
  const { slack, bob, channel, head, earlier, platform } = await begin();
  const threadTs = head.ts;
  const shot = { name: 'shot@here.png', mimetype: 'image/png', content: 'pixels' };
  slack.say(bob, channel, '', { threadTs, files: [shot] });
  slack.say(bob, channel, 'two', { threadTs, files: [{ name: 'a.txt' }, { name: 'b.txt' }] });
  slack.say({ id: slack.bot.userId, name: 'parley' }, channel, 'drawn', {
    ...{ threadTs, bot: true, files: [{ name: 'own.png' }] },
  });
  const question = slack.say(bob, channel, 'what is this?', { threadTs, mention: true });

  const [, picture, texts, own] = await earlier(question);
  expect(picture).toMatchObject({
    text: '[file: shot＠here.png]',
    attachments: [{ name: 'shot@here.png', mediaType: 'image/png', source: { team: slack.team.id } }],
  });
  expect(texts).toMatchObject({ text: 'two\n[file: a.txt]\n[file: b.txt]', attachments: [{}, {}] });
  expect(own).toEqual({ author: expect.anything(), own: true, text: 'drawn' });
  const { signal } = new AbortController();
  const bytes = await platform.fetchFile!(picture!.attachments![0]!, { mostBytes: 100, signal });
  expect(Buffer.from(bytes).toString()).toBe('pixels');
});

test('a new conversation has nothing above', async () => {
  const { slack, head, earlier, platform } = await begin();
  expect(await earlier(head)).toEqual([]);
  const team = slack.team.id;
  const direct = { thread: `slack:${team}:D1` as const, data: { team, channel: 'D1', ts: '9.0' } };
  expect(await platform.earlier!(direct)).toEqual([]);
  expect(slack.calls.filter(({ method }) => method === 'conversations.replies')).toEqual([]);
});

test('of a very long thread the newest 200 are kept', async () => {
  const { slack, ann, channel, head, earlier } = await begin();
  for (let i = 1; i <= 1_450; i++)
    slack.say(ann, channel, `line ${i}`, { threadTs: head.ts, deliver: 'none' });
  const question = slack.say(ann, channel, 'well?', { threadTs: head.ts, mention: true });
  const texts = (await earlier(question)).map(({ text }) => text);
  expect(texts).toHaveLength(200);
  expect([texts[0], texts.at(-1)]).toEqual(['line 1251', 'line 1450']);
});

test('where Slack gives little, what comes is taken', async () => {
  const { slack, ann, channel, head, earlier } = await begin({ limits: { cappedHistory: true } });
  for (let i = 1; i <= 40; i++) slack.say(ann, channel, `line ${i}`, { threadTs: head.ts, deliver: 'none' });
  const question = slack.say(ann, channel, 'well?', { threadTs: head.ts, mention: true });
  const texts = (await earlier(question)).map(({ text }) => text);
  expect(texts).toHaveLength(15);
  expect(texts[0]).toBe('shall we use tabs?');
});

test('without the right to read it rejects', async () => {
  const { slack, ann, channel, head, earlier } = await begin();
  slack.scopes.delete('channels:history');
  const question = slack.say(ann, channel, 'well?', { threadTs: head.ts, mention: true });
  await expect(earlier(question)).rejects.toThrow('missing_scope');
});
