import { describe, expect, test } from 'vitest';
import { suggestedPrompts } from '../../../src/adapters/slack/agent-view.ts';
import { connect, type Mode } from './harness.ts';

describe.each<Mode>(['socket', 'http'])('the agent view (%s)', (mode) => {
  test('opened, it suggests what to ask', async () => {
    const { slack } = await connect(mode);
    const ann = slack.user();
    slack.openAgentView(ann);
    await slack.until((seen) => seen.suggestedPrompts.length === 1);
    expect(slack.suggestedPrompts[0]).toMatchObject({ channel: slack.dm(ann).id, prompts: suggestedPrompts });
  });

  test('a thread of direct messages is named after its first question, once', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user();
    const { id: channel } = slack.dm(ann);
    const { ts: threadTs } = slack.say(ann, channel, 'top', { deliver: 'none' });
    const long = `Why\n is ${'the sky so very '.repeat(10)}blue?`;
    slack.say(ann, channel, long, { threadTs });
    await slack.until(({ titles }) => titles.length === 1);
    slack.say(ann, channel, 'And the sea?', { threadTs });
    slack.say(ann, channel, 'outside of threads');
    await inbox.until(({ messages }) => messages.length === 3);
    const { ts: other } = slack.say(ann, channel, 'top', { deliver: 'none' });
    slack.say(ann, channel, 'Another thread', { threadTs: other });
    await slack.until(({ titles }) => titles.length === 2);

    expect(slack.titles.map(({ threadTs: of, title }) => [of, title])).toEqual([
      [threadTs, expect.stringMatching(/^Why is the sky so very .{1,60}…$/)],
      [other, 'Another thread'],
    ]);
  });
});

test('without the scope for it all else works', async () => {
  const { slack, inbox, lines, logged } = await connect();
  slack.scopes.delete('assistant:write');
  const ann = slack.user();
  const { id: channel } = slack.dm(ann);
  slack.openAgentView(ann);
  await logged('debug', 'suggested prompts');
  const { ts: threadTs } = slack.say(ann, channel, 'top', { deliver: 'none' });
  slack.say(ann, channel, 'hello', { threadTs });
  await inbox.until(({ messages }) => messages.length === 1);
  await logged('debug', 'no title');
  expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
});

test('the home tab is not ours', async () => {
  const { slack, inbox } = await connect();
  const ann = slack.user();
  const { id: channel } = slack.dm(ann);
  slack.event({ type: 'app_home_opened', user: ann.id, channel, tab: 'home', event_ts: '1.0' });
  slack.say(ann, channel, 'hello');
  await inbox.until(({ messages }) => messages.length === 1);
  expect(slack.suggestedPrompts).toEqual([]);
});
