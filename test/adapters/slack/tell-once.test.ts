import { expect, test } from 'vitest';
import { first, inThread, rungNamed, view } from './surface-fixture.ts';

test('whoever gets no answer in a channel is told why directly, once, with the scopes of the manifest', async () => {
  const { slack, surface, ann, channel, lines } = await inThread();
  slack.limits.postsPerSecondPerChannel = Number.POSITIVE_INFINITY;
  slack.change(channel, { member: false });
  for (let attempt = 1; attempt <= 2; attempt++) {
    const opening = surface.open(rungNamed(surface, 'message'), view('One'), first);
    await expect(opening).rejects.toMatchObject({ fault: 'gone' });
  }
  const told = slack.messages(slack.dm(ann).id).map(({ source }) => source);
  expect(told).toEqual([expect.stringMatching(new RegExp(`^About <#${channel}>: I am not in that channel`))]);
  expect(lines.filter(({ level }) => level === 'warn')).toEqual([]);
});

test('where that is not possible either, it is logged', async () => {
  const { slack, surface, channel, logged, counters } = await inThread();
  slack.scopes.delete('im:write');
  slack.change(channel, { member: false });
  const opening = surface.open(rungNamed(surface, 'message'), view('One'), first);
  await expect(opening).rejects.toMatchObject({ fault: 'gone' });
  await logged('warn', 'could not tell a person');
  expect(counters.snapshot()).toMatchObject({ 'slack.notice-undelivered': 1 });
});
