import { App, LogLevel } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mode } from './slack/sdk.ts';
import { startApp } from './slack/sdk.ts';
import { startSlack } from './slack/slack.ts';
import type { StandInSlack, StandInUser } from './slack/types.ts';

let slack: StandInSlack;
let ann: StandInUser;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  slack = await startSlack();
  ann = slack.user('Ann');
  stops = [];
});

afterEach(async () => {
  for (const stop of stops) await stop();
  await slack.close();
});

async function start(mode: Mode, configure: (app: App) => void): Promise<void> {
  const { stop } = await startApp(slack, mode, configure);
  stops.push(stop);
}

describe.each<Mode>(['socket', 'http'])('a Bolt app in %s mode', (mode) => {
  test('hears a mention and answers it in a thread', async () => {
    const { id } = slack.channel({ name: 'general' });
    const heard: string[] = [];
    await start(mode, (app) => {
      app.event('app_mention', async ({ event, say }) => {
        heard.push(event.text);
        await say({ text: 'a &lt;b&gt;', thread_ts: event.ts });
      });
    });

    const said = slack.say(ann, id, 'hello', { mention: true });
    const answer = await slack.untilMessage(id, () => true);

    expect(heard).toEqual([`<@${slack.bot.userId}> hello`]);
    expect(answer).toMatchObject({
      ...{ threadTs: said.ts, author: slack.bot.userId, botId: slack.bot.botId },
      ...{ text: 'a <b>', source: 'a &lt;b&gt;', format: 'mrkdwn', streaming: false },
    });
    expect(slack.replies(id, said.ts)).toEqual([answer]);
  });

  test('gets a mention as two events with one ts, in the order asked for', async () => {
    const { id } = slack.channel();
    const heard: unknown[] = [];
    await start(mode, (app) => {
      app.event('app_mention', async ({ event, body }) => void heard.push([event.ts, body.event_id]));
      app.event('message', async ({ event, body }) => void heard.push([event.ts, body.event_id]));
    });
    const said = slack.say(ann, id, 'hi', { mention: true, first: 'message' });
    await slack.until(() => heard.length === 2);
    expect(slack.deliveries.map(({ type }) => type)).toEqual(['message', 'app_mention']);
    expect(new Set(heard)).toEqual(new Set(said.eventIds.map((eventId) => [said.ts, eventId])));
  });

  test('streams an answer that people see grow', async () => {
    const { id } = slack.channel();
    await start(mode, (app) => {
      app.event('app_mention', async ({ event, client, context }) => {
        const place = { channel: event.channel, thread_ts: event.ts };
        const recipient = { recipient_user_id: event.user!, recipient_team_id: context.teamId! };
        const { ts } = await client.chat.startStream({ ...place, ...recipient, markdown_text: 'one' });
        await client.chat.appendStream({ channel: id, ts: ts!, markdown_text: ' <!chan' });
        await client.chat.appendStream({ channel: id, ts: ts!, markdown_text: 'nel> two' });
        await client.chat.stopStream({ channel: id, ts: ts!, markdown_text: ' three' });
      });
    });
    slack.say(ann, id, 'go', { mention: true });
    const message = await slack.untilMessage(id, ({ streamClosedBy }) => streamClosedBy === 'app');
    expect(message.versions.map(({ text }) => text)).toEqual([
      'one',
      'one <!chan',
      'one <!channel> two',
      'one <!channel> two three',
    ]);
    expect(slack.pings).toEqual([{ channel: id, ts: message.ts, token: '<!channel>' }]);
    expect(slack.sessions.map(({ status }) => status)).toEqual(['processing', 'active']);
  });

  test('hears an event again as a retry', async () => {
    const { id } = slack.dm(ann);
    const attempts: unknown[] = [];
    await start(mode, (app) => {
      app.message(async ({ body, context }) => void attempts.push([body.event_id, context.retryNum ?? 0]));
    });
    const [eventId = ''] = slack.say(ann, id, 'hello').eventIds;
    await slack.until(() => attempts.length === 1);
    slack.redeliver(eventId);
    await slack.until(() => attempts.length === 2);
    expect(attempts).toEqual([
      [eventId, 0],
      [eventId, 1],
    ]);
    await slack.until(() => slack.deliveries.every(({ inTime }) => inTime));
    expect(slack.deliveries.map(({ attempt }) => attempt)).toEqual([0, 1]);
  });

  test('acknowledges a slash command and answers through its response URL five times', async () => {
    const { id } = slack.channel();
    const refusals: unknown[] = [];
    await start(mode, (app) => {
      app.command('/ask', async ({ command, ack, respond }) => {
        await ack(`looking up ${command.text}`);
        for (let count = 1; count <= 6; count += 1) {
          const type = count === 1 ? 'in_channel' : 'ephemeral';
          await respond({ text: `part ${count}`, response_type: type }).catch((error) =>
            refusals.push(error),
          );
        }
      });
    });
    const call = slack.slash(ann, id, '/ask', 'tea');
    await slack.until(() => call.responses.length === 6);
    expect(call).toMatchObject({ acknowledged: true });
    expect(call.responses.map(({ ok }) => ok)).toEqual([true, true, true, true, true, false]);
    expect(slack.messages(id).map(({ text }) => text)).toEqual(['part 1']);
    expect(slack.ephemerals.map(({ text }) => text)).toEqual([
      'looking up tea',
      'part 2',
      'part 3',
      'part 4',
      'part 5',
    ]);
    await slack.until(() => refusals.length === 1);
  });

  test('tells the person when a command is not acknowledged in time', async () => {
    slack.limits.acknowledgeMs = 50;
    await start(mode, (app) => app.command('/ask', async () => {}));
    const call = slack.slash(ann, slack.channel().id, '/ask', 'tea');
    await slack.until(() => call.failure !== undefined);
    expect(call).toMatchObject({ acknowledged: false, failure: 'operation_timeout' });
    expect(slack.deliveries.map(({ inTime }) => inTime)).toEqual([false]);
  });

  test('sees edits, deletions, buttons, the agent view and the stop button', async () => {
    const { id } = slack.channel();
    const heard: unknown[] = [];
    await start(mode, (app) => {
      app.event(
        'message',
        async ({ event }) => void heard.push('subtype' in event ? event.subtype : 'plain'),
      );
      app.event('app_home_opened', async ({ event }) => void heard.push(event.tab));
      app.event('agent_session_stopped', async ({ event }) => void heard.push(event.streaming_message_ts));
      app.action('more', async ({ ack, action, respond }) => {
        await ack();
        heard.push(action.type === 'button' && action.value);
        await respond({ text: 'replaced', replace_original: true });
      });
    });
    const { ts } = slack.say(ann, id, 'one');
    await slack.until(() => heard.includes('plain'));
    slack.editMessage(id, ts, 'two');
    await slack.until(() => heard.includes('message_changed'));
    slack.action(ann, { channel: id, ts }, { actionId: 'more', value: 'yes' });
    await slack.until(() => slack.messages(id)[0]?.text === 'replaced');
    slack.deleteMessage(id, ts);
    await slack.until(() => heard.includes('message_deleted'));
    slack.openAgentView(ann);
    await slack.until(() => heard.includes('messages'));
    slack.stopSession(id, ts);
    await slack.until(() => heard.length === 6);
    expect(heard).toEqual(['plain', 'message_changed', 'yes', 'message_deleted', 'messages', []]);
    const [message] = slack.messages(id);
    expect(message).toMatchObject({ edited: true, deleted: true });
    expect(message!.versions.map(({ text }) => text)).toEqual(['one', 'two', 'replaced']);
  });

  test('gets its own posts back as events', async () => {
    const { id } = slack.channel();
    const heard: unknown[] = [];
    await start(mode, (app) => {
      app.event('app_mention', async ({ say }) => void (await say('hello')));
      app.event('message', async ({ event }) => void heard.push('bot_id' in event && event.bot_id));
    });
    slack.say(ann, id, 'hi', { mention: true, deliver: 'app_mention' });
    await slack.untilMessage(id, () => true);
    await slack.until(() => slack.deliveries.length === 2 && slack.deliveries.every(({ inTime }) => inTime));
    // Bolt itself drops an app's own posts before its listeners.
    expect(slack.deliveries.map(({ type }) => type)).toEqual(['app_mention', 'message']);
    expect(heard).toEqual([]);
  });

  test('serves several workspaces with one app', async () => {
    const other = slack.workspace('Globex');
    const { id } = other.channel();
    await start(mode, (app) => {
      app.event('app_mention', async ({ event, body, client }) => {
        const token = body.team_id === other.team.id ? other.botToken : slack.botToken;
        await client.chat.postMessage({ channel: event.channel, text: String(body.team_id), token });
      });
    });
    other.say(other.user('Bob'), id, `<@${other.bot.userId}> hi`);
    const answer = await slack.untilMessage(id, () => true);
    expect(answer).toMatchObject({ author: other.bot.userId, text: other.team.id });
  });
});

test('an app of plain settings connects through the API URL alone', async () => {
  const { id } = slack.channel();
  const app = new App({
    ...{ token: slack.botToken, appToken: slack.appToken, socketMode: true, convoStore: false },
    ...{ clientOptions: { slackApiUrl: slack.apiUrl }, logLevel: LogLevel.ERROR },
  });
  app.message(async ({ message, say }) => void (await say({ text: 'hello', thread_ts: message.ts })));
  await app.start();
  stops.push(async () => void (await app.stop()));
  const { ts } = slack.say(ann, id, 'hi');
  expect(await slack.untilMessage(id, () => true)).toMatchObject({ threadTs: ts, text: 'hello' });
});
