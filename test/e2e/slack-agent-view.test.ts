import { describe, expect, test } from 'vitest';
import { byHand } from '../servers/openai.ts';
import { startScene } from './slack-scene.ts';

describe("Slack's agent view", () => {
  test('who opens it sees what may be asked; a thread gets its title once, and a status while the model thinks', async () => {
    const { slack, openai, maria, untilReplies } = await startScene('http');
    const direct = slack.dm(maria);
    slack.openAgentView(maria);
    await slack.until(() => slack.suggestedPrompts.length === 1);
    expect(slack.suggestedPrompts[0]!.channel).toBe(direct.id);

    const answer = byHand();
    openai.script(answer);
    const root = slack.say(maria, direct.id, 'a root', { deliver: 'none' });
    const question = slack.say(maria, direct.id, `why ${'so '.repeat(40)}?`, { threadTs: root.ts });
    await slack.until(() => slack.status(direct.id, root.ts) === 'is thinking…' && slack.titles.length === 1);
    expect(slack.titles[0]).toMatchObject({ channel: direct.id, threadTs: root.ts });
    expect(slack.titles[0]!.title).toMatch(/^why so so .{60,70}…$/);
    await answer.write('Because.');
    await answer.finish();
    await untilReplies(question, ['Because.']);
    expect(slack.status(direct.id, root.ts)).toBeUndefined();
    slack.say(maria, direct.id, 'really?', { threadTs: root.ts });
    await untilReplies(question, ['Because.', 'echo: really?']);
    expect(slack.titles).toHaveLength(1);
  });

  test('its stop button ends the answer and the model call; what was said stays and is remembered', async () => {
    const { slack, openai, maria, untilReplies, prompt, parley } = await startScene('http');
    const direct = slack.dm(maria);
    const answer = byHand();
    openai.script(answer);
    const root = slack.say(maria, direct.id, 'a root', { deliver: 'none' });
    const question = slack.say(maria, direct.id, 'tell me everything', { threadTs: root.ts });
    await answer.write('In the beginning');
    await slack.untilMessage(direct.id, ({ streaming }) => streaming);
    slack.stopSession(direct.id, root.ts, maria);
    await (await openai.request(0)).aborted;
    slack.say(maria, direct.id, 'go on', { threadTs: root.ts });
    const [stopped] = await untilReplies(question, ['In the beginning', 'echo: go on']);
    expect(stopped!.streamClosedBy).toBe('person');
    expect(await prompt(1)).toEqual([
      'user: tell me everything',
      'assistant: In the beginning',
      'user: go on',
    ]);
    expect(parley.counters.snapshot()).not.toHaveProperty('reply.lost');
  });
});
