import { expect, it } from 'vitest';
import { toVoiceQuote } from '../../../src/core/files/voice-quote.ts';
import type { Turn } from '../../../src/core/ports.ts';

const turn: Turn = {
  ...{ role: 'user', text: 'one', at: 0, tokens: 1 },
  files: [
    { name: 'a.ogg', kind: 'recording', about: 'sound', digest: 'one', tokens: 0 },
    { name: 'b.ogg', kind: 'recording', about: 'sound', digest: 'two\nlines', tokens: 0 },
    { name: 'c.png', kind: 'picture', about: 'PNG', tokens: 0 },
  ],
};

it('is a quote, in small where the place has that', () => {
  expect(toVoiceQuote([turn])).toBe('> 🎤 one\n>\n> 🎤 two lines\n\n');
  expect(toVoiceQuote([turn], '-# ')).toBe('> -# 🎤 one\n>\n> -# 🎤 two lines\n\n');
  expect(toVoiceQuote([{ ...turn, files: [] }], '-# ')).toBe('');
});
