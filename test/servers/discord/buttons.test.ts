import { describe, expect, test } from 'vitest';
import { call, startForTest } from './testing.ts';

const button = (changes: object = {}) => ({
  type: 2,
  style: 2,
  label: 'Again',
  custom_id: 'again',
  ...changes,
});
const row = (...components: readonly object[]) => ({ type: 1, components });
const buttons = (count: number) => Array.from({ length: count }, (_, at) => button({ custom_id: `b${at}` }));

async function setUp() {
  const discord = await startForTest();
  const channel = discord.channel();
  const path = `/channels/${channel.id}/messages`;
  const post = (components: unknown) => call(discord, 'POST', path, { content: 'x', components });
  const edit = (id: string, body: object) => call(discord, 'PATCH', `${path}/${id}`, body);
  return { discord, channel, post, edit };
}

describe('buttons', () => {
  test.each([
    ['six in a row', [row(...buttons(6))]],
    ['an empty row', [row()]],
    ['six rows', buttons(6).map((one) => row(one))],
    ['a button outside of a row', [button()]],
    ['the same id twice', [row(button()), row(button())]],
    ['an id of 101 characters', [row(button({ custom_id: 'x'.repeat(101) }))]],
    ['no id', [row({ type: 2, style: 2, label: 'x' })]],
    ['a label of 81 characters', [row(button({ label: 'x'.repeat(81) }))]],
    ['no label', [row(button({ label: undefined }))]],
    ['a style that is none', [row(button({ style: 9 }))]],
  ])('refuses %s', async (_, components) => {
    const { post } = await setUp();
    expect(await post(components)).toMatchObject({ status: 400, code: 50035 });
  });

  test('stay with an edit that says nothing of them, change, and go', async () => {
    const { discord, channel, post, edit } = await setUp();
    const { body } = await post([row(button({ custom_id: 'x'.repeat(100), label: 'y'.repeat(80) }))]);
    await edit(body.id, { content: 'y' });
    expect(discord.buttons(body.id)).toEqual([{ customId: 'x'.repeat(100), label: 'y'.repeat(80) }]);
    await edit(body.id, { components: [row(...buttons(5)), row(button())] });
    expect(discord.buttons(body.id)).toHaveLength(6);
    await edit(body.id, { components: [] });
    expect(discord.buttons(body.id)).toEqual([]);
    const [message] = discord.messages(channel.id);
    expect(message!.versions.map(({ components }) => components.length)).toEqual([1, 1, 2, 0]);
  });

  test('are pressed by id or label; others can not be', async () => {
    const { discord, post } = await setUp();
    const off = button({ custom_id: 'off', label: 'Off', disabled: true });
    const { body } = await post([row(button(), off)]);
    const ann = discord.user('ann');
    expect(discord.press(ann, body.id, 'Again').name).toBe('again');
    expect(discord.press(ann, body.id, 'again').name).toBe('again');
    for (const none of ['Off', 'off', 'other']) {
      expect(() => discord.press(ann, body.id, none)).toThrow('shows no button');
    }
  });
});

describe('forms', () => {
  const input = (changes: object = {}) => ({
    type: 4,
    custom_id: 'what',
    label: 'What?',
    style: 2,
    ...changes,
  });
  const form = (changes: object = {}) => ({
    custom_id: 'form',
    title: 'Edit',
    components: [row(input())],
    ...changes,
  });

  async function press() {
    const clock = { now: Date.now() };
    const discord = await startForTest({ now: () => clock.now });
    const channel = discord.channel();
    const path = `/channels/${channel.id}/messages`;
    const { body } = await call(discord, 'POST', path, { content: 'x', components: [row(button())] });
    const pressed = discord.press(discord.user('ann'), body.id, 'Again');
    const answer = (data: object, { id, token }: { id: string; token: string } = pressed) =>
      call(discord, 'POST', `/interactions/${id}/${token}/callback`, { type: 9, data });
    return { clock, discord, pressed, answer };
  }

  test.each([
    ['a title of 46 characters', form({ title: 'x'.repeat(46) })],
    ['an id of 101 characters', form({ custom_id: 'x'.repeat(101) })],
    ['no fields', form({ components: [] })],
    ['two fields in a row', form({ components: [row(input(), input({ custom_id: 'b' }))] })],
    ['the same field twice', form({ components: [row(input()), row(input())] })],
    ['a label of 46 characters', form({ components: [row(input({ label: 'x'.repeat(46) }))] })],
    ['a text of 4001 characters', form({ components: [row(input({ max_length: 4001 }))] })],
    ['an example of 101 characters', form({ components: [row(input({ placeholder: 'x'.repeat(101) }))] })],
  ])('refuses %s, and takes a better one then', async (_, data) => {
    const { pressed, answer } = await press();
    expect(await answer(data)).toMatchObject({ status: 400, code: 50035 });
    expect(pressed.modal).toBeUndefined();
    expect((await answer(form())).status).toBe(204);
    expect(pressed).toMatchObject({ answer: { type: 9 }, modal: { customId: 'form', title: 'Edit' } });
  });

  test('come within 3 seconds, once, and not as the answer to a form', async () => {
    const { clock, discord, pressed, answer } = await press();
    expect((await answer(form())).status).toBe(204);
    expect(await answer(form())).toMatchObject({ status: 400, code: 40060 });
    const filled = discord.submit(pressed, { what: 'blue' });
    expect(await answer(form(), filled)).toMatchObject({ status: 400, code: 50035 });
    clock.now += 3001;
    expect(await answer(form(), filled)).toMatchObject({ status: 404, code: 10062 });
  });

  test('pass only with values that a client lets through', async () => {
    const { discord, pressed, answer } = await press();
    expect(() => discord.submit(pressed, {})).toThrow('No form');
    const components = [row(input({ max_length: 5 })), row(input({ custom_id: 'more', required: false }))];
    await answer(form({ components }));
    expect(() => discord.submit(pressed, {})).toThrow('too short');
    expect(() => discord.submit(pressed, { what: 'longer' })).toThrow('too long');
    expect(discord.submit(pressed, { what: 'blue' }).name).toBe('form');
  });
});

test('options of a registered command are what a client lets a person give', async () => {
  const discord = await startForTest();
  const options = [
    { type: 4, name: 'n', description: 'x', min_value: 1, max_value: 4 },
    { type: 3, name: 'size', description: 'x', choices: [{ name: 'Square', value: '1x1' }] },
    { type: 3, name: 'prompt', description: 'x', max_length: 5 },
    { type: 5, name: 'fast', description: 'x' },
    { type: 10, name: 'scale', description: 'x', max_value: 1.5 },
    { type: 11, name: 'file', description: 'x' },
  ];
  const path = `/applications/${discord.applicationId}/commands`;
  await call(discord, 'PUT', path, [{ name: 'draw', description: 'Draws', options }]);
  const [ann, channel] = [discord.user('ann'), discord.channel()];
  const draw = (given: Parameters<typeof discord.command>[3]) =>
    discord.command(ann, channel.id, 'draw', given);
  draw({ n: 4, size: '1x1', prompt: 'otter', fast: true, scale: 1, file: { filename: 'a.png' } });
  for (const refused of [
    ...[{ n: 0 }, { n: 5 }, { n: '2' }, { n: 1.5 }, { size: 'Square' }, { size: '2x2' }],
    ...[{ prompt: 'otters' }, { fast: 'yes' }, { scale: 2 }, { file: 'a.png' }, { other: 'x' }],
  ]) {
    expect(() => draw(refused as Parameters<typeof draw>[0])).toThrow('A client does not let');
  }
  expect(discord.interactions).toHaveLength(1);
});

test.each([
  ['26 choices', [{ choices: Array.from({ length: 26 }, (_, at) => ({ name: `${at}`, value: `${at}` })) }]],
  ['a choice with a long name', [{ choices: [{ name: 'x'.repeat(101), value: 'x' }] }]],
  ['a choice with a long value', [{ choices: [{ name: 'x', value: 'x'.repeat(101) }] }]],
  ['a name that has a space', [{ name: 'A b' }]],
  ['no description', [{ description: '' }]],
  ['a required option behind another', [{}, { name: 'b', required: true }]],
  ['26 options', Array.from({ length: 26 }, (_, at) => ({ name: `o${at}` }))],
])('refuses a command with %s', async (_, changes: readonly object[]) => {
  const discord = await startForTest();
  const options = changes.map((change) => ({ type: 3, name: 'a', description: 'x', ...change }));
  const path = `/applications/${discord.applicationId}/commands`;
  const answer = await call(discord, 'PUT', path, [{ name: 'draw', description: 'Draws', options }]);
  expect(answer).toMatchObject({ status: 400, code: 50035 });
});
