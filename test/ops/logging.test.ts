import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ParleyError } from '../../src/core/errors.ts';
import { createLogger, type LoggerOptions } from '../../src/ops/logging.ts';

function createRecorder(options: Partial<LoggerOptions> & { readonly isTTY?: boolean } = {}) {
  const written: string[] = [];
  const { isTTY = false, ...rest } = options;
  const stream = { isTTY, write: (line: string) => written.push(line) };
  const logger = createLogger({ level: 'info', secrets: [], stream, ...rest });
  return {
    logger,
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('a line', () => {
  it('is one JSON object with time, level, message and fields', () => {
    const { logger, text, lines } = createRecorder();
    logger.info('two\nlines', { thread: 'slack:1', count: 2, deep: { list: [1] } });
    expect(text()).toMatch(/^[^\n]+\n$/);
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        message: 'two\nlines',
        thread: 'slack:1',
        count: 2,
        deep: { list: [1] },
      },
    ]);
  });

  it('is written from its level on', () => {
    const { logger, lines } = createRecorder({ level: 'warn' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](level);
    expect(lines().map((line) => line.level)).toEqual(['warn', 'error']);
    const silent = createRecorder({ level: 'silent' });
    silent.logger.error('x');
    expect(silent.text()).toBe('');
  });

  it('keeps fields whose names are taken', () => {
    const { logger, lines } = createRecorder();
    logger.warn('real', { message: 'field', level: 'field', time: 'field' });
    expect(lines()[0]).toMatchObject({ message: 'real', level: 'warn', message_: 'field', level_: 'field' });
  });

  it('survives fields that can not be written', () => {
    const { logger, text } = createRecorder();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    logger.info('circular', { circular, big: 1n });
    logger.info('throwing', {
      field: {
        get broken() {
          throw new Error('getter');
        },
      },
    });
    expect(text()).toContain('circular');
    expect(text()).toContain('throwing');
  });
});

describe('an error', () => {
  it('is written with its code and its causes', () => {
    const { logger, lines } = createRecorder();
    const root = Object.assign(new TypeError('terminated'), { code: 'ECONNRESET', response: { body: 'no' } });
    logger.error('failed', { error: new ParleyError('cut-off', 'Ask again.', { cause: root }) });
    expect(lines()[0]?.error).toEqual({
      name: 'ParleyError',
      message: 'cut-off: Ask again.',
      code: 'cut-off',
      stack: expect.stringContaining('logging.test.ts'),
      cause: {
        name: 'TypeError',
        message: 'terminated',
        code: 'ECONNRESET',
        stack: expect.stringContaining('TypeError'),
      },
    });
  });

  it('stays within bounds, however deep or long', () => {
    const { logger, text } = createRecorder();
    const loop = new Error('m'.repeat(100_000));
    loop.cause = loop;
    logger.error('failed', { error: new AggregateError(Array.from({ length: 100 }, () => loop)) });
    expect(text().length).toBeLessThan(500_000);
    expect(() => JSON.parse(text())).not.toThrow();
  });

  it('may be anything that was thrown', () => {
    const { logger, lines } = createRecorder();
    logger.error('failed', { error: new Error('outer', { cause: 'just text' }) });
    logger.error('failed', { error: 'text' });
    expect(lines()[0]?.error).toMatchObject({ message: 'outer', cause: 'just text' });
    expect(lines()[1]?.error).toBe('text');
  });
});

describe('a secret', () => {
  const token = 'xoxb-12/34+5"6\\7é';
  const secrets = [token, 'ada:pass@word', 'ab'];

  function leaks(text: string): string[] {
    const forms = [
      token,
      JSON.stringify(token).slice(1, -1),
      encodeURIComponent(token),
      'pass@word',
      'pass%40word',
    ];
    const base64 = [token, 'ada:pass@word'].map((secret) => Buffer.from(secret).toString('base64'));
    return [...forms, ...base64].filter((form) => text.includes(form));
  }

  it.each([false, true])('never appears, wherever it hides (terminal: %s)', async (isTTY) => {
    const file = join(await temporaryDirectory(), 'logs', 'parley.log');
    const { logger, text } = createRecorder({ secrets, isTTY, file });
    const error = new Error(`401 for ${token}`, {
      cause: new Error(`redis://ada:pass@word@host refused ${token}`),
    });
    logger.error(`message ${token}`, {
      error,
      field: token,
      [token]: 'as a name',
      nested: { list: [{ header: `Bearer ${token}` }] },
      url: `https://example.org/?token=${encodeURIComponent(token)}`,
      store: 'redis://ada%3Apass%40word@host',
      basic: `Basic ${Buffer.from('ada:pass@word').toString('base64')}`,
      other: Buffer.from(token).toString('base64'),
    });
    const written = await readFile(file, 'utf8');
    expect(text()).toContain('[secret]');
    expect(leaks(text())).toEqual([]);
    expect(leaks(written)).toEqual([]);
    expect(JSON.parse(written)).toMatchObject({
      level: 'error',
      message: 'message [secret]',
      field: '[secret]',
    });
  });

  it('that is too short to be one takes no ordinary words with it', () => {
    const { logger, lines } = createRecorder({ secrets: ['ab', ''] });
    logger.info('a table');
    expect(lines()[0]?.message).toBe('a table');
  });

  it('that begins like another goes as a whole', () => {
    const { logger, lines } = createRecorder({ secrets: ['token', 'token-of-ada'] });
    logger.info('token-of-ada');
    expect(lines()[0]?.message).toBe('[secret]');
  });
});

describe('on a terminal', () => {
  it('a line is readable', () => {
    const { logger, text } = createRecorder({ isTTY: true });
    logger.warn('store: slow', { thread: 'slack:1', text: 'two words', count: 3 });
    expect(text()).toMatch(
      /^\d\d:\d\d:\d\d warn {2}store: slow {2}thread=slack:1 {2}text="two words" {2}count=3\n$/,
    );
  });

  it('an error is told with its causes on one line, without stacks', () => {
    const { logger, text } = createRecorder({ isTTY: true });
    logger.error('failed', { error: new Error('outer\nline', { cause: new TypeError('inner') }) });
    expect(text()).toMatch(/failed {2}error="Error: outer\\nline < TypeError: inner"\n$/);
  });

  it('what people wrote does not steer it', () => {
    const { logger, text } = createRecorder({ isTTY: true });
    logger.info('red \u001b[31m bell \u0007 c1 \u009b31m', { name: '\u001b]0;title\u0007' });
    expect(text().trimEnd()).not.toMatch(/\p{Cc}/u);
  });
});

describe('a log file', () => {
  it('is appended to', async () => {
    const file = join(await temporaryDirectory(), 'parley.log');
    await writeFile(file, 'before\n');
    createRecorder({ file }).logger.info('one');
    createRecorder({ file }).logger.info('two');
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines).toEqual(['before', expect.stringContaining('"one"'), expect.stringContaining('"two"')]);
  });

  it('that can not be written ends nothing, is told once, and is taken up again', async () => {
    const directory = await temporaryDirectory();
    const obstacle = join(directory, 'logs');
    await writeFile(obstacle, 'a file where a directory should be');
    const file = join(obstacle, 'parley.log');
    const { logger, text } = createRecorder({ file });
    logger.info('one');
    logger.info('two');
    expect(text().match(/log file can't be written/g)).toHaveLength(1);
    expect(text()).toContain('"two"');
    await rm(obstacle);
    logger.info('three');
    expect(await readFile(file, 'utf8')).toContain('"three"');
  });
});
