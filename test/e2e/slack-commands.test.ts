import { describe, expect, test } from 'vitest';
import { byHand } from '../servers/openai.ts';
import { modes, startScene } from './slack-scene.ts';

describe.each(modes)('commands in Slack, by %s', (mode) => {
  test('/ask in a channel shows the question to everybody and is answered in its thread, which goes on', async () => {
    const { slack, maria, omar, general, untilReplies, prompt } = await startScene(mode);
    const call = slack.slash(maria, general.id, '/ask', 'who is <!here>?');
    const question = await slack.untilMessage(general.id, ({ threadTs }) => threadTs === undefined);
    expect(question.text).toBe('*maria* asked: who is @here?');
    await untilReplies(question, ['echo: maria: who is @here?']);
    expect(call).toMatchObject({ acknowledged: true, responses: [] });
    slack.say(omar, general.id, 'and who is not?', { threadTs: question.ts });
    await untilReplies(question, ['echo: maria: who is @here?', 'echo: omar: and who is not?']);
    expect(await prompt(1)).toEqual([
      'user: maria: who is @here?',
      'assistant: echo: maria: who is @here?',
      'user: omar: and who is not?',
    ]);
    expect(slack.pings).toEqual([]);
  });

  test('what only the caller needs to know, only the caller is told', async () => {
    const { slack, openai, maria, general } = await startScene(mode);
    const elsewhere = slack.channel({ member: false });
    const calls = [
      [slack.slash(maria, general.id, '/help', ''), /^\*\*I am Parley\.\*\* Mention me/],
      [slack.slash(maria, general.id, '/new', ''), /^There is no conversation here to forget/],
      [slack.slash(maria, general.id, '/ask', '  '), /^What do you want to know\?/],
      [
        slack.slash(maria, elsewhere.id, '/ask', 'why?'),
        /^I am not in this channel\. Invite me with \/invite/,
      ],
    ] as const;
    await slack.until(() => slack.ephemerals.length === calls.length);
    for (const [call, words] of calls) {
      expect(call).toMatchObject({ acknowledged: true, responses: [{ ok: true }] });
      expect(slack.ephemerals.filter(({ text }) => words.test(text))).toMatchObject([{ user: maria.id }]);
    }
    expect(slack.messages()).toEqual([]);
    expect(openai.requests).toEqual([]);
  });

  test('in a thread, where commands can not be called, they are said: new and stop', async () => {
    const { slack, openai, maria, general, untilReplies, prompt } = await startScene(mode);
    const answer = byHand();
    openai.script(answer);
    const question = slack.say(maria, general.id, 'tell me everything', { mention: true });
    await answer.write('In the beginning');
    await slack.untilMessage(general.id, ({ streaming }) => streaming);
    slack.say(maria, general.id, 'stop', { threadTs: question.ts, mention: true });
    await (await openai.request(0)).aborted;
    const [reply] = await untilReplies(question, ['In the beginning\n\n⏹️ Stopped.']);
    expect(reply!.streamClosedBy).toBe('app');

    slack.say(maria, general.id, 'new', { threadTs: question.ts, mention: true });
    await slack.untilMessage(general.id, ({ text }) => text.startsWith('Forgotten.'));
    slack.say(maria, general.id, 'what did I ask?', { threadTs: question.ts });
    await slack.untilMessage(general.id, ({ text }) => text === 'echo: maria: what did I ask?');
    expect(await prompt(1)).toEqual(['user: maria: what did I ask?']);
  });
});

test('in a direct message /ask goes on with the conversation, /new forgets it', async () => {
  const { slack, maria, prompt } = await startScene('http');
  const direct = slack.dm(maria);
  slack.say(maria, direct.id, 'hello');
  await slack.untilMessage(direct.id, ({ text }) => text === 'echo: hello');
  slack.slash(maria, direct.id, '/ask', 'what did I say?');
  await slack.untilMessage(direct.id, ({ text }) => text === 'echo: what did I say?');
  expect(await prompt(1)).toEqual(['user: hello', 'assistant: echo: hello', 'user: what did I say?']);
  slack.slash(maria, direct.id, '/new', '');
  await slack.until(() => slack.ephemerals.some(({ text }) => text.startsWith('Forgotten.')));
  slack.say(maria, direct.id, 'and now?');
  await slack.untilMessage(direct.id, ({ text }) => text === 'echo: and now?');
  expect(await prompt(2)).toEqual(['user: and now?']);
});
