import { describe, expect, test } from 'vitest';
import { forms, toButtonId } from '../../../src/core/buttons.ts';
import type { StandInSlack } from '../../servers/slack/types.ts';
import { cardOf, first, view } from './card-fixture.ts';
import { allAcknowledged, connect, type Mode } from './harness.ts';

const again = { label: 'Again', command: 'image', options: { again: 'k1' } };
const edit = { label: 'Edit', command: 'image', options: { edit: 'k1' }, asks: forms.edit };

/** A message of the app with these buttons. */
function post(slack: StandInSlack, channel: string, ts: string | undefined, values: Record<string, string>) {
  const elements = Object.entries(values).map(([label, value], index) => ({
    ...{ type: 'button', action_id: `parley:${index}`, text: { type: 'plain_text', text: label }, value },
  }));
  const args = { channel, text: 'x', blocks: [{ type: 'actions', elements }], thread_ts: ts };
  return fetch(`${slack.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${slack.botToken}` },
    body: JSON.stringify(args),
  }).then(async (answer) => {
    const { ts: posted } = (await answer.json()) as { ts?: string };
    if (posted === undefined) throw new Error('the message was not posted');
    return { channel, ts: posted };
  });
}

const buttons = { Again: toButtonId(again), Edit: toButtonId(edit) };

describe.each<Mode>(['socket', 'http'])('buttons (%s)', (mode) => {
  test('of a card in a thread go on there, for whoever presses them', async () => {
    const { slack, inbox, platform } = await connect(mode);
    const [ann, bob] = [slack.user('Ann'), slack.user('Bob')];
    const { id: channel } = slack.channel();
    const { ts } = slack.say(ann, channel, 'draw', { mention: true });
    await inbox.until(({ messages }) => messages.length === 1);
    const { replyTo } = inbox.messages[0]!;
    const { id } = await cardOf(platform, replyTo).open(view('An otter', [], { buttons: [again] }), first);

    const press = slack.press(bob, { channel, ts: id }, 'Again');
    await inbox.until(({ commands }) => commands.length === 1);
    expect(press.acknowledged).toBe(true);
    const thread = `slack:${slack.team.id}:${channel}:${ts}`;
    expect(inbox.commands).toEqual([
      {
        id: `slack:${slack.team.id}:press:${press.triggerId}`,
        name: 'image',
        options: { again: 'k1' },
        conversation: thread,
        author: { id: bob.id, name: 'Bob' },
        shared: true,
        replyTo: {
          thread,
          data: { team: slack.team.id, channel, threadTs: ts, ts: id, user: bob.id, userTeam: slack.team.id },
        },
      },
    ]);
    // No question is posted for a press: the caption tells.
    expect(slack.messages(channel)).toHaveLength(2);
  });

  test('of a card that is the head of a thread, or stands in a direct message', async () => {
    const { slack, inbox } = await connect(mode);
    slack.limits.postsPerSecondPerChannel = Number.POSITIVE_INFINITY;
    const ann = slack.user('Ann');
    const [{ id: channel }, { id: direct }] = [slack.channel(), slack.dm(ann)];
    const head = await post(slack, channel, undefined, buttons);
    slack.press(ann, head, 'Again');
    await inbox.until(({ commands }) => commands.length === 1);
    const alone = await post(slack, direct, undefined, buttons);
    slack.press(ann, alone, 'Again');
    await inbox.until(({ commands }) => commands.length === 2);
    slack.say(ann, direct, 'nice', { threadTs: alone.ts });
    slack.press(ann, alone, 'Again');
    await inbox.until(({ commands }) => commands.length === 3);
    const inThread = await post(slack, direct, alone.ts, buttons);
    slack.press(ann, inThread, 'Again');
    await inbox.until(({ commands }) => commands.length === 4);
    const key = (...rest: string[]) => ['slack', slack.team.id, ...rest].join(':');
    expect(inbox.commands.map(({ conversation, shared }) => [conversation, shared])).toEqual([
      [key(channel, head.ts), true],
      [key(direct), false],
      [key(direct), false],
      [key(direct, alone.ts), false],
    ]);
    expect(inbox.commands.map(({ replyTo }) => replyTo.thread)).toEqual(
      inbox.commands.map(({ conversation }) => conversation),
    );
  });

  test('that ask show a form first', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann');
    const { id: channel } = slack.channel();
    const { ts } = slack.say(ann, channel, 'draw');
    const press = slack.press(ann, await post(slack, channel, ts, buttons), 'Edit');
    const modal = await slack.untilModal(ann);
    expect(modal.title).toBe(forms.edit.title);
    expect(modal.inputs).toMatchObject([
      { label: forms.edit.label, optional: false, type: 'plain_text_input' },
    ]);
    expect(inbox.commands).toEqual([]);
    slack.submit(ann, modal.id, { prompt: ' make it blue & <b> ' });
    await inbox.until(({ commands }) => commands.length === 1);
    expect(slack.modals).toMatchObject([{ open: false }]);
    expect(inbox.commands).toMatchObject([
      {
        id: `slack:${slack.team.id}:press:${press.triggerId}`,
        name: 'image',
        options: { edit: 'k1', prompt: 'make it blue & <b>' },
        conversation: `slack:${slack.team.id}:${channel}:${ts}`,
        author: { id: ann.id, name: 'Ann' },
      },
    ]);
  });

  test('whose form can not be shown say so to whoever pressed, and leave the card alone', async () => {
    const { slack, inbox } = await connect(mode);
    const ann = slack.user('Ann');
    const card = await post(slack, slack.channel().id, undefined, buttons);
    slack.fail({ method: 'views.open', error: 'expired_trigger_id' });
    slack.press(ann, card, 'Edit');
    await slack.until(({ ephemerals }) => ephemerals.length === 1);
    expect(slack.ephemerals).toMatchObject([
      { user: ann.id, text: expect.stringContaining('press the button again') },
    ]);
    expect(slack.messages(card.channel)[0]?.versions).toHaveLength(1);
    expect(inbox.commands).toEqual([]);
  });

  test('that nobody here knows are acknowledged, counted and otherwise ignored', async () => {
    const { slack, inbox, counters } = await connect(mode);
    const ann = slack.user('Ann');
    const strange = { None: 'no button', Form: 'image?form=nobody', Empty: '?' };
    const card = await post(slack, slack.channel().id, undefined, strange);
    for (const label of Object.keys(strange)) slack.press(ann, card, label);
    slack.action(ann, card, { actionId: 'of-another-age' });
    await slack.until(
      ({ deliveries }) => deliveries.filter(({ type }) => type === 'interactive').length === 4,
    );
    await allAcknowledged(slack);
    await slack.until(() => counters.snapshot()['dropped.unknown-button'] === 4);
    expect(inbox.commands).toEqual([]);
  });

  test('delivered without what they need are counted', async () => {
    const { slack, inbox, counters } = await connect(mode);
    const user = { id: slack.user().id };
    const bare = {
      type: 'block_actions',
      user,
      actions: [{ type: 'button', action_id: 'parley:0', value: 'x?' }],
    };
    const form = {
      type: 'view_submission',
      user,
      view: { id: 'V1', callback_id: 'parley:press', state: {} },
    };
    const bodies = [bare, form, { ...form, view: { ...form.view, private_metadata: 'not ours' } }];
    for (const payload of bodies) {
      if (mode === 'http') {
        const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
        const { status } = await slack.post(body, { contentType: 'application/x-www-form-urlencoded' });
        expect(status).toBe(200);
      } else slack.raw(JSON.stringify({ type: 'interactive', envelope_id: `e${Math.random()}`, payload }));
    }
    await slack.until(() => counters.snapshot()['dropped.malformed'] === 3);
    expect(inbox.commands).toEqual([]);
  });
});
