import { describe, expect, test } from 'vitest';
import { byHand, text } from '../servers/openai.ts';
import type { SeenMessage } from '../servers/slack/records.ts';
import type { Fault } from '../servers/slack/types.ts';
import { type Place, type SlackScene, startScene } from './slack-scene.ts';

/** Long enough for three messages: prose, code, lists. */
const essay = Array.from({ length: 60 }, (_, index) => {
  const code = Array.from({ length: 12 }, (_, line) => `const value${index}_${line} = ${line} < ${index};`);
  return `## Part ${index}\n\n${'Some words about it, at length. '.repeat(3)}\n\n\`\`\`ts\n${code.join('\n')}\n\`\`\`\n\n- one\n- two`;
}).join('\n\n');

const table =
  '| name | size |\n| --- | ---: |\n| `a|b` | **1** |\n| [c](https://example.com/?x=1&y=2) | ~~2~~ |';

describe('replies in Slack', () => {
  test('an answer that is too long for one message goes on in further ones, whole, with its fences balanced', async () => {
    const scene = await startScene('http');
    const { slack, openai, maria, general } = scene;
    const answer = byHand();
    openai.script(answer);
    const question = slack.say(maria, general.id, 'tell me everything', { mention: true });
    const direct = slack.dm(maria);
    await answer.write(essay.slice(0, 2_000));
    await slack.untilMessage(general.id, ({ streaming }) => streaming);
    openai.script(text(essay, { chunkSize: 500 }));
    slack.say(maria, direct.id, 'me too');
    await answer.write(essay.slice(2_000));
    await answer.finish();
    await untilWhole(scene, question, essay);
    await slack.until(() => isWhole(inChannel(scene, direct.id), essay), { timeoutMs: 10_000 });
    for (const pages of [scene.replies(question), inChannel(scene, direct.id)]) {
      expect(pages.length).toBeGreaterThanOrEqual(3);
      for (const { text } of pages) {
        expect(text.match(/^```/gm)!.length % 2).toBe(0);
        expect(text.length).toBeLessThanOrEqual(12_000);
      }
    }
  });

  test('Markdown arrives as the model wrote it, and what it says calls nobody in any version of any message', async () => {
    const scene = await startScene('http');
    const { slack, openai, maria, omar, general, untilReplies } = scene;
    const words = `<!channel> and <!here|here>, <@${omar.id}>; \`<!everyone>\` &\n\`\`\`\n<!subteam^S1>\n\`\`\`\n> <!channel>\n\n${table}`;
    for (const place of [general, slack.dm(maria)]) {
      const answer = byHand();
      openai.script(answer);
      slack.say(maria, place.id, 'ping', { mention: place === general });
      // Cut in the middle of a token, and shown like that.
      await answer.write(words.slice(0, 5));
      await slack.untilMessage(place.id, ({ text }) => text === '<!cha');
      await answer.write(words.slice(5, 24));
      await slack.untilMessage(place.id, ({ text }) => text.startsWith('<!channel> and'));
      await answer.write(words.slice(24));
      await answer.finish();
      const reply = await slack.untilMessage(place.id, (message) => message.text === words);
      expect(reply.format).toBe('markdown');
      expect(reply.versions.length).toBeGreaterThanOrEqual(3);
    }
    slack.slash(maria, general.id, '/ask', `tell <@${omar.id}>, <!channel>: &lt;!here&gt;`);
    const question = await slack.untilMessage(general.id, ({ text }) => text.includes('asked:'));
    await untilReplies(question, ['echo: maria: tell @omar, @channel: <!here>']);
    expect(slack.pings).toEqual([]);
  });

  test.each<[string, Fault, readonly string[]]>([
    [
      'a scope is missing',
      { method: 'chat.startStream', error: 'missing_scope', times: 9 },
      ['chat.startStream', 'chat.postMessage', 'chat.update'],
    ],
    [
      'Slack refuses',
      { method: 'chat.startStream', error: 'feature_not_enabled', times: 9 },
      ['chat.startStream', 'chat.postMessage', 'chat.update'],
    ],
  ])(
    'where a stream can not be started it posts and edits, and does not ask again and again: %s',
    async (_, fault, methods) => {
      const { slack, openai, maria, untilReplies } = await startScene('http');
      slack.fail(fault);
      for (const expected of [methods, methods.slice(1)]) {
        const before = slack.calls.length;
        const answer = byHand();
        openai.script(answer);
        const channel = slack.channel();
        const question = slack.say(maria, channel.id, 'hello', { mention: true });
        await answer.write('One');
        await slack.untilMessage(channel.id, ({ text }) => text === 'One');
        await answer.write(' two.');
        await answer.finish();
        await untilReplies(question, ['One two.']);
        const made = slack.calls.slice(before).map(({ method }) => method);
        expect(made.filter((method) => method.startsWith('chat.'))).toEqual(expected);
      }
    },
  );

  test('a stream whose time is up in mid-reply loses nothing: its message is edited from then on', async () => {
    const scene = await startScene('http');
    const { slack, openai, maria, general, untilReplies } = scene;
    const answer = byHand();
    openai.script(answer);
    const question = slack.say(maria, general.id, 'hello', { mention: true });
    await answer.write('One two ');
    await slack.untilMessage(general.id, ({ streaming }) => streaming);
    slack.limits.streamLifetimeMs = 0;
    await answer.write('three four ');
    const reply = await slack.untilMessage(general.id, ({ text }) => text.includes('three'));
    expect(reply).toMatchObject({ streamClosedBy: 'lifetime' });
    await answer.write('five.');
    await answer.finish();
    await untilReplies(question, ['One two three four five.']);
  });

  test('a stream that holds less than was known loses nothing: the answer goes on in a further message', async () => {
    const scene = await startScene('http');
    const { slack, openai, maria, general } = scene;
    const answer = byHand();
    openai.script(answer);
    const words = Array.from({ length: 1_200 }, (_, index) => `word${index}`).join(' ');
    const question = slack.say(maria, general.id, 'hello', { mention: true });
    await answer.write(words.slice(0, 3_000));
    await slack.untilMessage(general.id, ({ streaming }) => streaming);
    slack.limits.streamText = 5_000;
    await answer.write(words.slice(3_000, 7_000));
    await slack.untilMessage(general.id, ({ streamClosedBy }) => streamClosedBy === 'app');
    await answer.write(words.slice(7_000));
    await answer.finish();
    await untilWhole(scene, question, words);
    expect(scene.replies(question).length).toBeGreaterThan(1);
  });
});

function inChannel({ slack }: SlackScene, channel: string): readonly SeenMessage[] {
  return slack.messages(channel).filter(({ botId }) => botId !== undefined);
}

async function untilWhole(scene: SlackScene, place: Place, words: string): Promise<void> {
  await scene.slack.until(() => isWhole(scene.replies(place), words), { timeoutMs: 10_000 });
}

function isWhole(pages: readonly SeenMessage[], words: string): boolean {
  return joined(pages) === bare(words) && pages.every(({ streaming }) => !streaming);
}

function joined(pages: readonly SeenMessage[]): string {
  return pages.map(({ text }) => bare(text)).join('');
}

/** Where a page ends in the middle of a block of code, its fence is closed and opened again; white space there may go. */
function bare(words: string): string {
  return words.replace(/^```.*$/gm, '').replace(/\s+/g, '');
}
