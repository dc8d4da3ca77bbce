import { webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient, type Mode, startApp } from './sdk.ts';
import { startSlack } from './slack.ts';
import type { StandInSlack, StandInUser } from './types.ts';

let slack: StandInSlack;
let client: webApi.WebClient;
let ann: StandInUser;
let channel: string;
let clock: number;

beforeEach(async () => {
  clock = Date.UTC(2026, 10, 1);
  slack = await startSlack({ now: () => clock });
  client = createClient(slack);
  ann = slack.user('Ann');
  channel = slack.channel().id;
});

afterEach(() => slack.close());

const plain = (text: string) => ({ type: 'plain_text' as const, text });

const view = {
  type: 'modal',
  callback_id: 'form',
  title: plain('Make pictures'),
  submit: plain('Send'),
  private_metadata: 'C1',
  blocks: [
    {
      ...{ type: 'input', block_id: 'prompt', label: plain('What?') },
      element: { type: 'plain_text_input', action_id: 'text', max_length: 20 },
    },
    {
      ...{ type: 'input', block_id: 'size', label: plain('Shape'), optional: true },
      element: {
        type: 'static_select',
        action_id: 'choice',
        options: [
          { text: plain('Square'), value: '1:1' },
          { text: plain('Wide'), value: '2:1' },
        ],
      },
    },
    {
      ...{ type: 'input', block_id: 'n', label: plain('How many'), optional: true },
      element: {
        type: 'number_input',
        action_id: 'number',
        is_decimal_allowed: false,
        min_value: '1',
        max_value: '4',
      },
    },
  ],
};

async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof webApi.WebAPIPlatformError) return error.data.error;
  throw error ?? new Error('The call was not refused.');
}

const open = (trigger_id: string, more: Record<string, unknown> = {}) =>
  client.views.open({ trigger_id, view: { ...view, ...more } } as never);

describe('views.open', () => {
  test('takes a trigger once, and for three seconds', async () => {
    const { triggerId } = slack.slash(ann, channel, '/image', '');
    clock += 3_000;
    await open(triggerId);
    expect(await refusal(open(triggerId))).toBe('exchanged_trigger_id');
    expect(await refusal(open('nonsense'))).toBe('invalid_trigger_id');
    const late = slack.slash(ann, channel, '/image', '');
    clock += 3_001;
    expect(await refusal(open(late.triggerId))).toBe('expired_trigger_id');
    const modal = await slack.untilModal(ann);
    expect(modal).toMatchObject({ user: ann.id, title: 'Make pictures', open: true });
    expect(modal.inputs.map(({ blockId, label, optional }) => [blockId, label, optional])).toEqual([
      ['prompt', 'What?', false],
      ['size', 'Shape', true],
      ['n', 'How many', true],
    ]);
  });

  test('looks at the view', async () => {
    const { triggerId } = slack.slash(ann, channel, '/image', '');
    const [prompt, size, n] = view.blocks as [object, object, object];
    const wrong: Record<string, unknown>[] = [
      { title: plain('x'.repeat(25)) },
      { title: undefined },
      { type: 'home' },
      { submit: undefined },
      { private_metadata: 'x'.repeat(3001) },
      { callback_id: 'x'.repeat(256) },
      { blocks: [] },
      { blocks: [prompt, prompt] },
      { blocks: [{ ...prompt, label: plain('') }] },
      { blocks: [{ ...prompt, element: { type: 'plain_text_input', max_length: 3001 } }] },
      { blocks: [{ ...prompt, element: { type: 'plain_text_input', placeholder: plain('x'.repeat(151)) } }] },
      { blocks: [{ ...size, element: { type: 'static_select', options: [] } }] },
      {
        blocks: [
          {
            ...size,
            element: { type: 'static_select', options: [{ text: plain('x'.repeat(76)), value: 'x' }] },
          },
        ],
      },
      { blocks: [{ ...n, element: { type: 'number_input' } }] },
      { blocks: [{ ...n, element: { type: 'nonsense' } }] },
    ];
    for (const more of wrong) expect(await refusal(open(triggerId, more))).toBe('invalid_arguments');
    expect(slack.modals).toEqual([]);
    await open(triggerId);
  });
});

describe.each<Mode>(['socket', 'http'])('a modal (%s)', (mode) => {
  test('is filled in and sent, and stays open where the app finds faults', async () => {
    const heard: unknown[] = [];
    let faults: Record<string, string> | undefined = { prompt: 'Not that.' };
    const app = await startApp(slack, mode, (bolt) => {
      bolt.view('form', async ({ ack, view: sent, body }) => {
        heard.push({ values: sent.state.values, note: sent.private_metadata, by: body.user.id });
        await (faults ? ack({ response_action: 'errors', errors: faults }) : ack());
      });
    });
    try {
      await open(slack.slash(ann, channel, '/image', '').triggerId);
      const { id } = await slack.untilModal(ann);
      expect(() => slack.submit(ann, id, {})).toThrow('filled in');
      expect(() => slack.submit(ann, id, { prompt: 'x', Shape: 'round' })).toThrow('no choice');
      expect(() => slack.submit(ann, id, { prompt: 'x', n: '5' })).toThrow("can't be 5");
      expect(() => slack.submit(ann, id, { prompt: 'x'.repeat(21) })).toThrow('too long');
      expect(() => slack.submit(ann, id, { prompt: 'x', colour: 'red' })).toThrow('no input');

      const first = slack.submit(ann, id, { prompt: 'an otter' });
      await slack.until(() => first.acknowledged);
      expect(first.ackBody).toMatchObject({ response_action: 'errors' });
      expect(slack.modals).toMatchObject([{ open: true }]);
      faults = undefined;
      const second = slack.submit(ann, id, { 'What?': 'a sea otter', Shape: '2:1', n: '3' });
      await slack.until(() => second.acknowledged);
      expect(slack.modals).toMatchObject([{ open: false }]);
      expect(() => slack.submit(ann, id, { prompt: 'x' })).toThrow('no modal');
      expect(heard.at(-1)).toEqual({
        note: 'C1',
        by: ann.id,
        values: {
          prompt: { text: { type: 'plain_text_input', value: 'a sea otter' } },
          size: { choice: { type: 'static_select', selected_option: { text: plain('Wide'), value: '2:1' } } },
          n: { number: { type: 'number_input', value: '3' } },
        },
      });
    } finally {
      await app.stop();
    }
  });

  test('a button is pressed by its label; the head of a thread names itself', async () => {
    const heard: unknown[] = [];
    const app = await startApp(slack, mode, (bolt) => {
      bolt.action('again', async ({ ack, body, action }) => {
        await ack();
        const { message, container } = body as unknown as Record<string, Record<string, unknown>>;
        heard.push([
          message?.ts,
          message?.thread_ts,
          container?.message_ts,
          'value' in action && action.value,
        ]);
      });
    });
    try {
      const { ts = '' } = await client.chat.postMessage({
        ...{ channel, text: 'x' },
        blocks: [
          {
            type: 'actions',
            elements: [{ type: 'button', text: plain('Again'), action_id: 'again', value: 'v1' }],
          },
        ],
      });
      expect(() => slack.press(ann, { channel, ts }, 'Nothing')).toThrow('no button');
      const press = slack.press(ann, { channel, ts }, 'Again');
      await slack.until(() => press.acknowledged && heard.length === 1);
      slack.say(ann, channel, 'well', { threadTs: ts });
      slack.press(ann, { channel, ts }, 'Again');
      await slack.until(() => heard.length === 2);
      expect(heard).toEqual([
        [ts, undefined, ts, 'v1'],
        [ts, ts, ts, 'v1'],
      ]);
    } finally {
      await app.stop();
    }
  });
});
