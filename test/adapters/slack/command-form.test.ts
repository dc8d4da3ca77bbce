import { describe, expect, onTestFinished, test } from 'vitest';
import { toCommandForm } from '../../../src/adapters/slack/command-form.ts';
import { createSlack } from '../../../src/adapters/slack/slack.ts';
import { createCommands } from '../../../src/core/commands/commands.ts';
import { createInbox, createInstruments, type Mode, optionsFor, startStandIn } from './harness.ts';

const specs = createCommands(4).offered.map(({ spec }) => spec);

async function connect(mode: Mode) {
  const slack = await startStandIn();
  const instruments = createInstruments();
  const inbox = createInbox();
  const platform = createSlack(optionsFor(slack, mode, instruments));
  onTestFinished(() => platform.close());
  const line = await platform.start(inbox, specs);
  if (mode === 'http') slack.deliverTo(/http:\S+(?=\))/.exec(line)?.[0]);
  return { slack, inbox, ...instruments };
}

describe.each<Mode>(['socket', 'http'])('/image (%s)', (mode) => {
  test('with text passes it on whole, and repeats the command', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann');
    const { id: channel } = slack.channel();
    const called = slack.slash(ann, channel, '/image', '--n 2 --size 1024x1536 a sea otter');
    await inbox.until(({ commands }) => commands.length === 1);
    expect(called.acknowledged).toBe(true);
    const [question] = slack.messages(channel);
    expect(question?.text).toBe('*Ann* asked: /image --n 2 --size 1024x1536 a sea otter');
    expect(inbox.commands).toMatchObject([
      {
        name: 'image',
        options: { prompt: '--n 2 --size 1024x1536 a sea otter' },
        replyTo: { data: { threadTs: question?.ts } },
      },
    ]);
    expect(slack.modals).toEqual([]);
  });

  test('without text asks by a form, which is acknowledged and taken as a call', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann <!here>');
    const { id: channel } = slack.channel();
    slack.slash(ann, channel, '/image', ' ');
    const modal = await slack.untilModal(ann);
    expect(modal.title).toBe('Make pictures');
    expect(
      modal.inputs.map(({ blockId, type, optional, choices }) => [blockId, type, optional, choices]),
    ).toEqual([
      ['prompt', 'plain_text_input', false, []],
      ['n', 'static_select', true, ['1', '2', '3', '4']],
      ['size', 'static_select', true, ['1024x1024', '1024x1536', '1536x1024']],
      ['quality', 'static_select', true, ['low', 'medium', 'high']],
      ['background', 'static_select', true, ['opaque', 'transparent']],
      ['format', 'static_select', true, ['png', 'jpeg', 'webp']],
    ]);
    expect(slack.messages(channel)).toEqual([]);
    const sent = slack.submit(ann, modal.id, { prompt: 'a <!channel> otter', n: '2', size: '1024x1536' });
    await inbox.until(({ commands }) => commands.length === 1);
    expect(sent.acknowledged).toBe(true);
    const [question] = slack.messages(channel);
    expect(question?.text).toBe('*Ann <!here>* asked: /image --n 2 --size 1024x1536 a <!channel> otter');
    expect(slack.pings).toEqual([]);
    expect(inbox.commands).toEqual([
      {
        id: `slack:${slack.team.id}:form:${modal.id}`,
        name: 'image',
        options: { prompt: 'a <!channel> otter', n: '2', size: '1024x1536' },
        author: { id: ann.id, name: 'Ann <!here>' },
        shared: true,
        replyTo: {
          thread: `slack:${slack.team.id}:${channel}:${question?.ts}`,
          data: {
            ...{ team: slack.team.id, channel, ts: question?.ts, threadTs: question?.ts },
            ...{ user: ann.id, userTeam: slack.team.id, postedAt: expect.stringMatching(/^\d{13}$/) },
          },
        },
      },
    ]);

    slack.redeliver(sent.triggerId);
    await slack.until(
      ({ deliveries }) =>
        deliveries.filter(({ id, ackedAt }) => id === sent.triggerId && ackedAt).length === 2,
    );
    expect(inbox.commands).toHaveLength(1);
    expect(slack.messages(channel)).toHaveLength(1);
  });

  test('by form in a direct message belongs to the conversation there', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann');
    const { id: channel } = slack.dm(ann);
    slack.slash(ann, channel, '/image', '');
    slack.submit(ann, (await slack.untilModal(ann)).id, { prompt: 'an otter' });
    await inbox.until(({ commands }) => commands.length === 1);
    const key = `slack:${slack.team.id}:${channel}`;
    expect(inbox.commands).toMatchObject([{ conversation: key, shared: false, replyTo: { thread: key } }]);
  });

  test('by form in a channel that the app is not in tells how to invite it', async () => {
    const { slack, inbox, logged } = await connect(mode);
    const ann = slack.user('Ann');
    const { id: channel } = slack.channel({ member: false });
    slack.slash(ann, channel, '/image', '');
    slack.submit(ann, (await slack.untilModal(ann)).id, { prompt: 'an otter' });
    await logged('warn', 'question of a command');
    await slack.until(({ ephemerals }) => ephemerals.length === 1);
    expect(slack.ephemerals[0]?.text).toContain('/invite @parley');
    expect(inbox.commands).toEqual([]);
  });

  test('whose form can not be shown says what to do instead', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann');
    slack.fail({ method: 'views.open', error: 'expired_trigger_id' });
    slack.slash(ann, slack.channel().id, '/image', '');
    await slack.until(({ ephemerals }) => ephemerals.length === 1);
    expect(slack.ephemerals[0]?.text).toContain('after `/image`');
    expect(inbox.commands).toEqual([]);
  });
});

test('numbers of a wide range are entered, not chosen', () => {
  const number = { name: 'n', description: 'How many', required: true, kind: 'number' } as const;
  const form = (options: object) =>
    toCommandForm(
      { name: 'x', description: 'X', visibility: 'everyone', options: [{ ...number, ...options }] },
      {},
    ).inputs[0]?.element;
  expect(form({ least: 1, most: 10 })).toMatchObject({ type: 'static_select', options: { length: 10 } });
  expect(form({ least: 1, most: 100 })).toMatchObject({
    type: 'number_input',
    min_value: '1',
    max_value: '100',
  });
  expect(form({})).toEqual({ type: 'number_input', action_id: 'n', is_decimal_allowed: false });
});
