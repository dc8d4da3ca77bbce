import { describe, expect, test } from 'vitest';
import { byHand } from '../servers/openai.ts';
import { modes, startScene } from './slack-scene.ts';

describe('what people send to Slack', () => {
  test('odd messages get a clear answer', async () => {
    const { slack, maria, untilReplies, parley } = await startScene('http');
    const echo = (said: string) => `echo: maria: ${said}`;
    const content = Buffer.from([0, 1, 2, 3]);
    const poem = { files: [{ name: 'poem.xyz', mimetype: 'application/x-unheard-of', content }] };
    const cases = [
      ['', {}, /^What can I do for you\?/],
      ['  \r\n ', {}, /^What can I do for you\?/],
      [':tada:', {}, echo(':tada:')],
      ['🎉👩🏽‍🚀', {}, echo('🎉👩🏽‍🚀')],
      ['one\r\n\r\ntwo &amp; &lt;three&gt;', {}, echo('one\n\ntwo & <three>')],
      ['x'.repeat(6_000), {}, echo('x'.repeat(6_000))],
      ['look', poem, /^echo: maria: look\n\n\[Attached[\s\S]+⚠️ “poem\.xyz” [^\n]+\.$/],
      ['', poem, /^⚠️ “poem\.xyz” [^\n]+\.$/],
    ] as const;
    await Promise.all(
      cases.map(async ([text, options, expected]) => {
        const said = slack.say(maria, slack.channel().id, text, { ...options, mention: true });
        const matches = (shown: string) =>
          typeof expected === 'string' ? shown === expected : expected.test(shown);
        const reply = await slack.untilMessage(said.channel, (message) => matches(message.text));
        expect(await untilReplies(said, [reply.text])).toHaveLength(1);
      }),
    );
    expect(parley.counters.snapshot()).not.toHaveProperty('turn.failed');
  });

  test.each(modes)(
    'events by %s are acknowledged in time, however slow the model and Slack are',
    async (mode) => {
      const { slack, openai, maria, general, untilAcknowledged, untilReplies } = await startScene(mode);
      const slow = byHand();
      openai.script(slow);
      slack.fail({ method: 'users.info', delayMs: 300 });
      const question = slack.say(maria, general.id, 'hello', { mention: true });
      const command = slack.slash(maria, general.id, '/ask', 'are you there?');
      await untilAcknowledged(question.eventIds);
      await slack.until(() => command.acknowledged);
      expect(openai.requests).toEqual([]);
      await openai.request(1);
      const asked = await slack.untilMessage(general.id, ({ text }) =>
        text.includes('asked: are you there?'),
      );
      await untilReplies(asked, ['echo: maria: are you there?']);
      await slow.write('At last.');
      await slow.finish();
      await untilReplies(question, ['At last.']);
      expect(slack.deliveries.every(({ inTime, attempt }) => inTime !== false && attempt === 0)).toBe(true);
    },
  );
});

describe("faults of Slack's socket", () => {
  test('connections come and go in the middle of an answer: nothing is lost, nothing is answered twice', async () => {
    const { slack, openai, maria, omar, general, untilReplies } = await startScene('socket');
    const answer = byHand();
    openai.script(answer);
    const question = slack.say(maria, general.id, 'first', { mention: true });
    await answer.write('One');
    await slack.untilMessage(general.id, ({ streaming }) => streaming);
    await slack.until(({ connections }) => connections === 2);

    const say = () => slack.say(omar, slack.channel().id, 'are you there?', { mention: true });
    const questions = [];
    slack.disconnect({ reason: 'warning' });
    questions.push(say());
    slack.disconnect({ which: 'oldest' });
    questions.push(say());
    slack.disconnect();
    questions.push(say());
    await slack.until(({ connections, connected }) => connections === 2 && connected === 4);
    slack.dropSockets();
    questions.push(say());
    await slack.until(({ connections }) => connections === 2);
    slack.rateLimitEvents();
    for (const frame of ['no json', '[]', 'null', '{"type":"events_api","envelope_id":"E1"}', '{"type":7}'])
      slack.raw(frame);
    questions.push(say());

    await answer.write(' two.');
    await answer.finish();
    await untilReplies(question, ['One two.']);
    await Promise.all(questions.map((asked) => untilReplies(asked, ['echo: omar: are you there?'])));
    expect(openai.requests).toHaveLength(1 + questions.length);
  });
});

describe("Slack's signed requests", () => {
  test('what is not signed, not fresh or not readable is refused and counted, and harms nobody', async () => {
    const { slack, openai, maria, general, untilReplies, untilCounted, parley } = await startScene('http');
    const event = JSON.stringify({
      type: 'event_callback',
      event: { type: 'app_mention', text: 'x', channel: general.id, user: maria.id, ts: '1.1' },
    });
    for (const signature of ['none', 'old', 'wrong'] as const) {
      expect(await slack.post(event, { signature })).toMatchObject({ status: 401 });
    }
    expect(parley.counters.snapshot()['refused.unsigned']).toBe(3);
    const form = 'application/x-www-form-urlencoded';
    const malformed = ['no json', '', '[]', '7', 'null', '{}', '{"type":"event_callback"}', '{"event":[]}'];
    for (const body of malformed) expect(await slack.post(body)).toMatchObject({ status: 400 });
    for (const body of ['payload=%7B', 'payload=7']) {
      expect((await slack.post(body, { contentType: form })).status).toBe(400);
    }
    await untilCounted('dropped.malformed', malformed.length + 2);
    // Sound envelopes with something unheard-of in them are acknowledged, or Slack would send them again and again.
    const strange = [
      { type: 'message' },
      { type: 'message', channel: 7 },
      { type: 'app_mention', channel: general.id },
      { type: 'unheard_of' },
    ];
    const events = strange.map((inner) => slack.event(inner));
    await slack.until(
      ({ deliveries }) =>
        deliveries.filter(({ id, inTime }) => events.includes(id) && inTime).length >= strange.length - 1,
    );
    expect(await slack.post('{"type":"url_verification","challenge":"c-1"}')).toMatchObject({
      status: 200,
      body: expect.stringContaining('c-1'),
    });
    slack.rateLimitEvents();
    await untilCounted('slack.events-held-back');

    const question = slack.say(maria, general.id, 'hello', { mention: true });
    await untilReplies(question, ['echo: maria: hello']);
    expect(openai.requests).toHaveLength(1);
  });
});
