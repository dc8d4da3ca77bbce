import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makePdf } from '../files/pdf.ts';
import { recordings } from '../files/recordings.ts';
import { type OpenAiServer, picturesOf, wordsOf } from '../servers/openai.ts';
import { startWorld } from './harness.ts';

/** A file that somebody sends. */
interface Sent {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

/** A place where somebody talks to Parley alone. */
interface Place {
  readonly openai: OpenAiServer;
  /** What stands before what was heard. */
  readonly quote: string;
  /** Sends a message with a file. Resolves once an answer shows this. */
  ask(text: string, file: Sent, shown: RegExp): Promise<void>;
}

/** On a busy machine a document takes a while. */
const timeoutMs = 15_000;

async function onDiscord(): Promise<Place> {
  const world = await startWorld({ platforms: ['discord'] });
  const { discord, openai } = world;
  const maria = discord.user('maria');
  const dm = discord.dm(maria);
  await world.parley();
  return {
    openai,
    quote: '> -# ',
    async ask(text, { name, type, content }, shown) {
      const attachment = { filename: name, contentType: type, content };
      discord.say(maria, dm.id, text, { attachments: [attachment], voice: type.startsWith('audio/') });
      await discord.untilMessage(
        dm.id,
        (message) => message.author.bot && shown.test(message.content),
        timeoutMs,
      );
    },
  };
}

async function onSlack(): Promise<Place> {
  const world = await startWorld({ platforms: ['slack'] });
  const { slack, openai } = world;
  const maria = slack.user('maria');
  const dm = slack.dm(maria);
  await world.parley();
  return {
    openai,
    quote: '> ',
    async ask(text, { name, type, content }, shown) {
      slack.say(maria, dm.id, text, { files: [{ name, mimetype: type, content }] });
      await slack.untilMessage(dm.id, (message) => shown.test(message.text), { timeoutMs });
    },
  };
}

async function onWeb(): Promise<Place> {
  const world = await startWorld({ platforms: [], environment: { WEB: 'on', PORT: '0' } });
  const { url } = await world.parley();
  async function post<Body>(path: string, headers: Record<string, string>, body: string | Buffer) {
    const sent = typeof body === 'string' ? body : new Uint8Array(body);
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: sent });
    return (await response.json()) as Body;
  }
  return {
    openai: world.openai,
    quote: '> ',
    async ask(text, { name, type, content }, shown) {
      const headers = { 'content-type': type, 'x-filename': encodeURIComponent(name) };
      const { id } = await post<{ id: string }>('/api/uploads', headers, content);
      const question = { ...(text !== '' && { text }), attachments: [{ upload: id }] };
      const answer = await post<{ text?: string; notice?: string }>(
        '/api/conversations/c1/messages',
        { 'content-type': 'application/json', accept: 'application/json' },
        JSON.stringify(question),
      );
      expect(`${answer.text}\n${answer.notice}`).toMatch(shown);
    },
  };
}

/** What the model was asked last. */
function lastAsked({ requests }: OpenAiServer) {
  const chat = requests.findLast(({ path }) => path.endsWith('/chat/completions'));
  return chat?.body.messages.at(-1) ?? expect.fail('the model was not asked');
}

describe.each([
  ['Discord', onDiscord],
  ['Slack', onSlack],
  ['the web', onWeb],
] as const)('files on %s', (_, open) => {
  it('shows a screenshot to the model', async () => {
    const { openai, ask } = await open();
    const content = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    await ask('What is on it?', { name: 'screenshot.png', type: 'image/png', content }, /^echo: /);
    const asked = lastAsked(openai);
    expect(wordsOf(asked)).toContain('What is on it?');
    const [picture] = picturesOf(asked);
    expect(await sharp(picture?.bytes).metadata()).toMatchObject({ width: 64, height: 48 });
  });

  it('reads a PDF of 30 pages', async () => {
    const { openai, ask } = await open();
    const pages = Array.from({ length: 30 }, (_, index) => `This is what page ${index + 1} says`);
    await ask(
      'Sum it up',
      { name: 'report.pdf', type: 'application/pdf', content: makePdf(pages) },
      /^echo: /,
    );
    const words = wordsOf(lastAsked(openai));
    expect(words).toContain('[page 30]');
    expect(words).toContain('This is what page 30 says');
  });

  it('hears a voice message, and shows what it heard', async () => {
    const { openai, ask, quote } = await open();
    const content = recordings.ogg;
    const quoted = new RegExp(`^${quote}🎤 heard ${content.length}`);
    await ask('', { name: 'voice-message.ogg', type: 'audio/ogg', content }, quoted);
    expect(wordsOf(lastAsked(openai))).toContain(`heard ${content.length}`);
  });

  it('says what is wrong with a file that is not what it seems', async () => {
    const { openai, ask } = await open();
    const content = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(400)]);
    const program = { name: 'notes.txt', type: 'text/plain', content };
    await ask('What is this?', program, /“notes\.txt” is .*\.$/m);
    expect(wordsOf(lastAsked(openai))).toContain('What is this?');
  });
});

describe('files on Discord alone', () => {
  it('takes a file with /ask, and the one of the message that is replied to', async () => {
    const world = await startWorld({ platforms: ['discord'] });
    const { discord, openai } = world;
    await world.parley();
    const maria = discord.user('maria');
    const channel = discord.channel();
    const notes = { filename: 'notes.txt', contentType: 'text/plain', content: 'Remember the milk.' };
    discord.command(maria, channel.id, 'ask', { question: 'What is in it?', file: notes });
    await openai.request(0);
    expect(wordsOf(lastAsked(openai))).toContain('Remember the milk.');
    const list = { ...notes, filename: 'list.txt', content: 'Buy bread.' };
    const above = discord.say(discord.user('tom'), channel.id, 'my list', { attachments: [list] });
    discord.say(maria, channel.id, 'what do I need?', { mentions: 'bot', replyTo: above.id });
    await openai.request(1);
    expect(wordsOf(lastAsked(openai))).toContain('Buy bread.');
  });
});
