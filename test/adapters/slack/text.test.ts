import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBlocks } from '../../../src/adapters/slack/block-text.ts';
import { escapeMarkdown, escapeText, markdownWidth } from '../../../src/adapters/slack/escape.ts';
import { fromSlackText, mentionedIn } from '../../../src/adapters/slack/incoming-text.ts';
import { findPings } from '../../servers/slack/visible-text.ts';

const reading = {
  botUserId: 'UBOT',
  names: new Map([
    ['U1', 'Ann'],
    ['W2', 'Bob'],
  ]),
};

describe('what people wrote', () => {
  test.each([
    ['<@UBOT> hello', 'hello'],
    ['<@UBOT|parley>: hello', 'hello'],
    ['\n <@UBOT>, hello', 'hello'],
    ['hey <@UBOT> hello', 'hey hello'],
    ['hello <@UBOT>', 'hello'],
    ['<@UBOT>', ''],
    ['ask <@U1> and <@W2|bob> and <@U3> and <@U4|dora>', 'ask @Ann and @Bob and @U3 and @dora'],
    ['see <#C1|general> or <#C2>', 'see #general or #C2'],
    ['see <#C1|>', 'see #C1'],
    ['<!channel> <!here|here> <!subteam^S1|@ops> <!subteam^S2>', '@channel @here @ops @group'],
    ['on <!date^1700000000^{date}|14 November>', 'on 14 November'],
    ['<https://a.example/?x=1&amp;y=2|the page>', 'the page (https://a.example/?x=1&y=2)'],
    ['<https://a.example> and <http://a.example|a.example>', 'https://a.example and http://a.example'],
    ['<mailto:ann@a.example|ann@a.example>', 'ann@a.example'],
    ['if a &lt; b &amp;&amp; b &gt; c', 'if a < b && b > c'],
    ['&amp;lt; stays', '&lt; stays'],
    ['a <div> is no link', 'a <div> is no link'],
    ['one\r\ntwo', 'one\ntwo'],
    ['🎉', '🎉'],
  ])('%j is read as %j', (written, read) => {
    expect(fromSlackText(written, reading)).toBe(read);
  });

  test('everybody who is mentioned is found once', () => {
    expect(mentionedIn('<@U1> <@W2|bob> <@U1> <!channel> <#C1>')).toEqual(['U1', 'W2']);
  });
});

test('what other apps say in blocks alone is read line by line', () => {
  const words = (...texts: string[]) => texts.map((text) => ({ type: 'text', text }));
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: 'Deploy' } },
    { type: 'divider' },
    {
      type: 'section',
      fields: [
        { type: 'mrkdwn', text: 'by <@U1>' },
        { type: 'mrkdwn', text: 'to main' },
      ],
    },
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: words('all ', 'green') }] },
    null,
    'nonsense',
  ];
  const attachments = [{ fallback: 'Build 7' }];
  expect(fromBlocks({ blocks, attachments })).toBe('Deploy\nby <@U1>\nto main\nall green\nBuild 7');
  expect(fromBlocks({ blocks: 'none' })).toBe('');
});

describe('what Parley writes', () => {
  test.each([
    ['a < b && b > c', 'a &lt; b && b &gt; c'],
    ['<!channel> <@U1>', '&lt;!channel&gt; &lt;@U1&gt;'],
    ['> quoted\n> > twice <b>', '> quoted\n> > twice &lt;b&gt;'],
    ['x > y', 'x &gt; y'],
    ['```\nif (a <b> c)\n```', '```\nif (a &lt;b&gt; c)\n```'],
    ['[here](https://a.example/?x=1&y=2)', '[here](https://a.example/?x=1&y=2)'],
  ])('%j is sent as %j', (text, sent) => {
    expect(escapeMarkdown(text)).toBe(sent);
  });

  test('plain text has all three characters escaped', () => {
    expect(escapeText('<!here> & co')).toBe('&lt;!here&gt; &amp; co');
  });

  const texts = fc.string({
    unit: fc.constantFrom('<', '>', '!', '@', 'channel', 'U1', '\n', ' ', '|', '&', '`', 'ü', '🙂', 'word'),
    maxLength: 60,
  });

  test('wherever the text is cut, the pieces are the whole, and nobody is called', () => {
    fc.assert(
      fc.property(texts, fc.nat(60), (text, cut) => {
        const [shown, rest] = [text.slice(0, cut), text.slice(cut)];
        const whole = escapeMarkdown(text);
        expect(escapeMarkdown(shown) + escapeMarkdown(rest, shown)).toBe(whole);
        expect(whole).not.toContain('<');
        expect(findPings(whole)).toEqual([]);
      }),
    );
  });

  test('the width adds up and is never less than what is sent', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        expect(markdownWidth(one) + markdownWidth(other)).toBe(markdownWidth(one + other));
        expect(markdownWidth(one)).toBeGreaterThanOrEqual(Buffer.byteLength(escapeMarkdown(one)));
      }),
    );
  });
});
