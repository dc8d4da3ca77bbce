import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Config, loadEnvironment, readConfig, SettingsError } from '../src/config.ts';
import { slipsBetween } from '../src/config-hints.ts';
import { settingNames } from '../src/config-settings.ts';

type Values = Record<string, string>;

function faultsOf(values: Values): readonly string[] {
  try {
    readConfig(values);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

function warningsOf(values: Values): readonly string[] {
  return readConfig(values).warnings;
}

function openAiOf(config: Config) {
  if (config.model.kind !== 'openai') throw new Error(`the model is ${config.model.kind}`);
  return config.model;
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toEqual({
      model: { kind: 'demo' },
      systemPrompt: expect.stringContaining('You are Parley'),
      web: { host: '127.0.0.1', port: 3000, trustProxy: false, requestsPerMinute: 60 },
      images: { tool: true, mostCount: 4, perDay: 50 },
      files: { mostBytes: 20_000_000 },
      storeUrl: 'sqlite://data/parley.db',
      dataDir: './data',
      port: 3000,
      host: '127.0.0.1',
      log: { level: 'info' },
      warnings: [],
      secrets: [],
    });
  });

  it('takes every setting', () => {
    const config = readConfig({
      OPENAI_API_KEY: ' sk-test ',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
      OPENAI_ORG_ID: 'org',
      OPENAI_PROJECT_ID: 'project',
      OPENAI_MODEL: 'some-model',
      OPENAI_CONTEXT_TOKENS: '8000',
      EMBEDDING_MODEL: 'some-embedding',
      TRANSCRIBE_MODEL: 'some-ears',
      IMAGE_MODEL: 'some-brush',
      IMAGE_TOOL: 'off',
      IMAGE_MAX_COUNT: '10',
      IMAGE_LIMIT_PER_DAY: '7',
      IMAGE_PRICES: '5 / 40.5',
      MAX_FILE_MB: '5',
      MODEL_IDLE_TIMEOUT_SECONDS: '0.5',
      MODEL_TOTAL_TIMEOUT_SECONDS: '9',
      SYSTEM_PROMPT: 'Be a pirate.',
      DISCORD_TOKEN: 'discord-token',
      DISCORD_API_URL: 'http://127.0.0.1:2/api/',
      DISCORD_REPLIES: 'Channel',
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_APP_TOKEN: 'xapp-1',
      SLACK_API_URL: 'http://127.0.0.1:3/api',
      WEB: 'ON',
      WEB_TOKEN: 'a-token-for-the-web',
      WEB_PORT: '8080',
      WEB_TRUST_PROXY: 'on',
      WEB_REQUESTS_PER_MINUTE: '600',
      WEB_TURNS: '10',
      STORE_URL: 'postgres://ada:pass%40word@db:5432/parley',
      DATA_DIR: '/data',
      PORT: '0',
      HOST: '0.0.0.0',
      LOG_LEVEL: 'DEBUG',
      LOG_FILE: 'parley.log',
    });
    expect(config).toEqual({
      model: {
        kind: 'openai',
        apiKey: 'sk-test',
        baseUrl: 'http://127.0.0.1:1/v1',
        organization: 'org',
        project: 'project',
        model: 'some-model',
        embeddingModel: 'some-embedding',
        transcriptionModel: 'some-ears',
        contextTokens: 8_000,
        idleTimeoutMs: 500,
        totalTimeoutMs: 9_000,
      },
      systemPrompt: 'Be a pirate.',
      discord: { token: 'discord-token', apiUrl: 'http://127.0.0.1:2/api', replies: 'channel' },
      slack: { mode: 'socket', botToken: 'xoxb-1', appToken: 'xapp-1', apiUrl: 'http://127.0.0.1:3/api/' },
      web: {
        host: '0.0.0.0',
        port: 8080,
        token: 'a-token-for-the-web',
        trustProxy: true,
        requestsPerMinute: 600,
        turns: 10,
      },
      images: {
        ...{ model: 'some-brush', tool: false, mostCount: 10, perDay: 7 },
        prices: { input: 5, output: 40.5 },
      },
      files: { mostBytes: 5_000_000 },
      storeUrl: 'postgres://ada:pass%40word@db:5432/parley',
      dataDir: '/data',
      port: 0,
      host: '0.0.0.0',
      log: { level: 'debug', file: 'parley.log' },
      warnings: [],
      secrets: expect.arrayContaining([
        'sk-test',
        'discord-token',
        'a-token-for-the-web',
        'xoxb-1',
        'xapp-1',
        'pass%40word',
        'pass@word',
        'ada:pass@word',
        'ada:pass%40word@',
      ]),
    });
  });

  it('counts empty and blank values as not set', () => {
    const blank = Object.fromEntries(settingNames.map((name, index) => [name, index % 2 === 0 ? '' : '  ']));
    expect(readConfig(blank)).toEqual(readConfig({}));
  });

  it('uses a real model with a key or a base URL alone, with defaults', () => {
    const keyed = openAiOf(readConfig({ OPENAI_API_KEY: 'sk-1' }));
    expect(keyed).toMatchObject({ apiKey: 'sk-1', idleTimeoutMs: 60_000, totalTimeoutMs: 600_000 });
    expect(keyed.model).toMatch(/mini/);
    expect(openAiOf(readConfig({ OPENAI_BASE_URL: 'http://localhost:11434/v1' }))).not.toHaveProperty(
      'apiKey',
    );
  });

  it('warns that a model name alone leaves the demo model in place', () => {
    expect(warningsOf({ OPENAI_MODEL: 'gpt-5.4' })).toEqual([expect.stringContaining('OPENAI_MODEL')]);
    expect(warningsOf({ EMBEDDING_MODEL: 'e' })).toEqual([expect.stringContaining('EMBEDDING_MODEL')]);
    expect(warningsOf({ IMAGE_MODEL: 'm' })).toEqual([expect.stringContaining('IMAGE_MODEL')]);
    expect(warningsOf({ TRANSCRIBE_MODEL: 't' })).toEqual([expect.stringContaining('TRANSCRIBE_MODEL')]);
  });

  it.each([
    ['sqlite://./elsewhere.db', 'sqlite://./elsewhere.db'],
    ['sqlite://', 'sqlite:///srv/parley.db'],
    ['memory://', 'memory://'],
    ['rediss://cache:6380/1', 'rediss://cache:6380/1'],
    ['postgresql://db/parley', 'postgresql://db/parley'],
  ])('takes STORE_URL %s', (url, expected) => {
    expect(readConfig({ STORE_URL: url, DATA_DIR: '/srv' }).storeUrl).toBe(expected);
  });

  it('knows both modes of Slack, and prefers the socket with a warning', () => {
    const http = readConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'abc123' });
    expect(http.slack).toEqual({
      mode: 'http',
      botToken: 'xoxb-1',
      signingSecret: 'abc123',
      apiUrl: 'https://slack.com/api/',
    });
    const both = readConfig({
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 'abc123',
      SLACK_APP_TOKEN: 'xapp-1',
    });
    expect(both.slack?.mode).toBe('socket');
    expect(both.warnings).toEqual([expect.stringContaining('Socket Mode')]);
    expect(both.secrets).toContain('abc123');
  });

  it.each<[string, Values, number | undefined]>([
    ['nothing is configured', {}, 3000],
    ['it is to be off', { WEB: 'off' }, undefined],
    ['Discord is there', { DISCORD_TOKEN: 'd' }, undefined],
    ['Slack is there', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }, undefined],
    ['it is asked for beside Discord', { DISCORD_TOKEN: 'd', WEB: 'on', PORT: '4000' }, 4000],
    ['it has a token beside Discord', { DISCORD_TOKEN: 'd', WEB_TOKEN: 'a-token-for-the-web' }, 3000],
    ['it has a token and is to be off', { WEB_TOKEN: 'a-token-for-the-web', WEB: 'off' }, undefined],
    ['it has a port of its own', { PORT: '4000', WEB_PORT: '5000' }, 5000],
    ['the host is this machine', { HOST: '127.0.0.2' }, 3000],
    ['the host is this machine by IPv6', { HOST: '::1' }, 3000],
    [
      'Slack has the other port',
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's', WEB: 'on', WEB_PORT: '5000' },
      5000,
    ],
  ])('where %s: the web is at its place or off', (_name, values, port) => {
    expect(readConfig(values).web?.port).toBe(port);
  });

  it('listens nowhere for a chat, wherever it would', () => {
    expect(readConfig({ HOST: '0.0.0.0' }, { chat: true }).web).toBeUndefined();
  });

  it('warns of a token for the web that can be guessed', () => {
    expect(warningsOf({ WEB_TOKEN: 'short' })).toEqual([expect.stringMatching(/^WEB_TOKEN.*16/)]);
  });

  it('reads the persona from a file', async () => {
    const file = join(await temporaryDirectory(), 'persona.txt');
    await writeFile(file, 'Be brief.\n');
    expect(readConfig({ SYSTEM_PROMPT_FILE: file }).systemPrompt).toBe('Be brief.');
  });
});

describe('faults', () => {
  it.each<[string, Values, RegExp]>([
    [
      'a lonely bot token',
      { SLACK_BOT_TOKEN: 'xoxb-1' },
      /^SLACK_BOT_TOKEN.*SLACK_APP_TOKEN.*SLACK_SIGNING_SECRET/,
    ],
    ['a lonely app token', { SLACK_APP_TOKEN: 'xapp-1' }, /^SLACK_APP_TOKEN needs SLACK_BOT_TOKEN/],
    ['a lonely signing secret', { SLACK_SIGNING_SECRET: 'a' }, /^SLACK_SIGNING_SECRET needs SLACK_BOT_TOKEN/],
    ['a port out of range', { PORT: '70000' }, /^PORT.*65535/],
    ['a port that is no number', { PORT: '3000a' }, /^PORT/],
    ['half a port', { PORT: '80.5' }, /^PORT.*whole/],
    ['a timeout of zero', { MODEL_IDLE_TIMEOUT_SECONDS: '0' }, /^MODEL_IDLE_TIMEOUT_SECONDS/],
    ['a bad total timeout', { MODEL_TOTAL_TIMEOUT_SECONDS: '-1' }, /^MODEL_TOTAL_TIMEOUT_SECONDS/],
    ['a bad context', { OPENAI_CONTEXT_TOKENS: '8k' }, /^OPENAI_CONTEXT_TOKENS/],
    ['a web page open to all', { HOST: '0.0.0.0' }, /^HOST=0.0.0.0.*WEB_TOKEN/],
    [
      'a web page open to all behind a short token',
      { HOST: '0.0.0.0', WEB_TOKEN: 'fifteen-letters' },
      /^WEB_TOKEN.*16/,
    ],
    ['a web page open to all by name', { HOST: 'parley.example' }, /^HOST=.*WEB_TOKEN/],
    ['a web that is maybe on', { WEB: 'maybe' }, /^WEB .*on, off/],
    ['a token with a hole for the web', { WEB_TOKEN: 'a long token with holes' }, /^WEB_TOKEN.*white space/],
    ['a bad port for the web', { WEB_PORT: '-1' }, /^WEB_PORT/],
    ['no turns at all', { WEB_TURNS: '0' }, /^WEB_TURNS/],
    ['no requests at all', { WEB_REQUESTS_PER_MINUTE: '0' }, /^WEB_REQUESTS_PER_MINUTE/],
    [
      'one port for Slack and the web',
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's', WEB: 'on' },
      /^Slack's HTTP mode.*WEB_PORT/,
    ],
    [
      'one port for Slack and the web, named twice',
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's', WEB: 'on', WEB_PORT: '3000' },
      /^Slack's HTTP mode.*WEB_PORT/,
    ],
    ['an unknown level', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL.*debug, info, warn, error/],
    ['an unknown place for replies', { DISCORD_REPLIES: 'dm' }, /^DISCORD_REPLIES.*thread, channel/],
    ['a URL without scheme', { OPENAI_BASE_URL: 'localhost:11434/v1' }, /^OPENAI_BASE_URL.*http:/],
    ['a bad Discord URL', { DISCORD_API_URL: 'discord' }, /^DISCORD_API_URL/],
    ['a bad Slack URL', { SLACK_API_URL: 'ftp://slack.com' }, /^SLACK_API_URL/],
    ['a store of another kind', { STORE_URL: 'mysql://db/x' }, /^STORE_URL.*redis/],
    ['a store without host', { STORE_URL: 'redis://' }, /^STORE_URL/],
    ['a token with a hole', { DISCORD_TOKEN: 'Bot abc' }, /^DISCORD_TOKEN.*white space/],
    ['no persona file', { SYSTEM_PROMPT_FILE: '/nowhere/persona.txt' }, /^SYSTEM_PROMPT_FILE.*ENOENT/],
  ])('%s', (_name, values, sentence) => {
    expect(faultsOf(values)).toEqual([expect.stringMatching(sentence)]);
  });

  it('tokens in each other’s place', () => {
    expect(faultsOf({ SLACK_BOT_TOKEN: 'xapp-1', SLACK_APP_TOKEN: 'xoxb-1' })).toEqual([
      expect.stringMatching(/^SLACK_BOT_TOKEN.*xoxb-/),
      expect.stringMatching(/^SLACK_APP_TOKEN.*xapp-/),
    ]);
    expect(faultsOf({ SLACK_BOT_TOKEN: 'xoxp-1', SLACK_APP_TOKEN: 'xapp-1' })).toEqual([
      expect.stringMatching(/^SLACK_BOT_TOKEN.*user token/),
    ]);
  });

  it('two personas, or an empty one', async () => {
    const file = join(await temporaryDirectory(), 'persona.txt');
    await writeFile(file, '\n');
    expect(faultsOf({ SYSTEM_PROMPT: 'a', SYSTEM_PROMPT_FILE: file })).toEqual([
      expect.stringMatching(/^SYSTEM_PROMPT and SYSTEM_PROMPT_FILE/),
      expect.stringMatching(/^SYSTEM_PROMPT_FILE.*empty/),
    ]);
  });

  it('are told all at once, in one error that holds no secret', () => {
    const values = {
      PORT: 'x',
      LOG_LEVEL: 'y',
      SLACK_BOT_TOKEN: 'xapp-very-secret',
      SLACK_SIGNING_SECRET: 'hush hush',
      STORE_URL: 'mysql://ada:hunter22@db/x',
      OPENAI_BASE_URL: 'ada:hunter22@host',
    };
    const failure = (() => {
      try {
        return readConfig(values);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toMatchObject({ code: 'bad-settings', faults: expect.objectContaining({ length: 6 }) });
    const { notice } = failure as SettingsError;
    for (const name of Object.keys(values)) expect(notice).toContain(`\n- ${name}`);
    expect(notice).not.toMatch(/very-secret|hush|hunter22|ada/);
  });
});

describe('warnings', () => {
  it.each([
    ['OPENAI_APIKEY', 'OPENAI_API_KEY'],
    ['OPENAI_KEY', undefined],
    ['OPEN_AI_API_KEY', 'OPENAI_API_KEY'],
    ['DISCROD_TOKEN', 'DISCORD_TOKEN'],
    ['SLAK_BOT_TOKEN', 'SLACK_BOT_TOKEN'],
    ['SLACK_SIGNING_SECERT', 'SLACK_SIGNING_SECRET'],
    ['SYSTEM_PROMT', 'SYSTEM_PROMPT'],
    ['DATADIR', 'DATA_DIR'],
    ['STORE_URI', 'STORE_URL'],
    ['openai_api_key', 'OPENAI_API_KEY'],
    ['LOG_FORMAT', undefined],
    ['SLACK_TEAM', undefined],
  ])('%s is not a setting (did they mean %s?)', (name, meant) => {
    const [warning, ...others] = warningsOf({ [name]: 'secret-value' });
    expect(others).toEqual([]);
    expect(warning).toMatch(new RegExp(`^${name} is not a setting`));
    expect(warning).not.toContain('secret-value');
    if (meant === undefined) expect(warning).toContain('no effect');
    else expect(warning).toContain(`did you mean ${meant}?`);
  });

  it.each(['OPENAI_ADMIN_KEY', 'OPENAI_WEBHOOK_SECRET', 'OPENAI_LOG', 'OPENAI_CUSTOM_HEADERS'])(
    '%s is known, but not used',
    (name) => {
      expect(warningsOf({ [name]: 'x' })).toEqual([`${name} is not used by Parley.`]);
    },
  );

  it('are not given for what belongs to others', () => {
    const names = [
      'PATH',
      'NODE_ENV',
      'HOME',
      'SHELL',
      'POST',
      'PORTS',
      'HOSTNAME',
      'LOGNAME',
      'DATABASE_URL',
    ];
    expect(warningsOf(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
    expect(warningsOf({ SLACK_TEAM: '' })).toEqual([]);
  });

  it.each([
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abc', 'xbc', 1],
    ['abc', 'abcd', 1],
    ['abc', 'bc', 1],
    ['abcd', 'badc', 2],
  ])('count %j and %j as %i slips apart', (left, right, slips) => {
    expect(slipsBetween(left, right)).toBe(slips);
    expect(slipsBetween(right, left)).toBe(slips);
  });
});

describe('loadEnvironment', () => {
  it('prefers the environment to .env.local, and that to .env', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, '.env'), 'A=env\nB=env\nC=env # comment\nQUOTED="two\\nlines"\n');
    await writeFile(join(directory, '.env.local'), 'A=local\nB=local\n');
    const before = { ...process.env };
    expect(loadEnvironment(directory, { A: 'real' })).toEqual({
      A: 'real',
      B: 'local',
      C: 'env',
      QUOTED: 'two\nlines',
    });
    expect(process.env).toEqual(before);
  });

  it('goes without files', async () => {
    expect(loadEnvironment(await temporaryDirectory(), { A: 'real' })).toEqual({ A: 'real' });
  });

  it('says which file it could not read', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, '.env'));
    expect(() => loadEnvironment(directory, {})).toThrow(/\.env can't be read \(EISDIR\)/);
  });
});

describe('pictures', () => {
  it('are not made where there is to be no model for them', () => {
    expect(readConfig({ IMAGE_MODEL: 'Off' }).images).toBeUndefined();
  });

  it('are not counted where there is to be no limit', () => {
    expect(readConfig({ IMAGE_LIMIT_PER_DAY: 'off' }).images).toEqual({ tool: true, mostCount: 4 });
  });

  it.each([
    ['IMAGE_LIMIT_PER_DAY', '0', 'a whole number from 1 to'],
    ['IMAGE_MAX_COUNT', '11', 'a whole number from 1 to 10'],
    ['IMAGE_TOOL', 'maybe', 'one of: on, off'],
    ['IMAGE_PRICES', '40', 'two numbers'],
  ])('say what is wrong with %s=%s', (name, value, sentence) => {
    expect(() => readConfig({ [name]: value })).toThrow(sentence);
  });
});

describe('.env.example', () => {
  it('documents every setting, no other, and sets none', async () => {
    const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
    const named = [...text.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual([...settingNames].sort());
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of lines) expect(line).toMatch(/^[A-Z_]+=$/);
  });

  it('shows the defaults as they are', async () => {
    const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
    const shown = Object.fromEntries(
      [...text.matchAll(/^# ([A-Z_]+)=(.+)$/gm)].map(([, name, value]) => [name, value]),
    );
    expect(Object.keys(shown)).toContain('DATA_DIR');
    const needed = {
      OPENAI_API_KEY: 'k',
      DISCORD_TOKEN: 'd.i.s',
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_APP_TOKEN: 'xapp-1',
    };
    const { discord, slack, ...rest } = readConfig({ ...needed, ...shown });
    const { discord: usualDiscord, slack: usualSlack, ...usual } = readConfig(needed);
    expect(rest).toEqual(usual);
    // Without a setting the adapters take their own default.
    expect(discord).toEqual({ ...usualDiscord, apiUrl: 'https://discord.com/api' });
    expect(slack).toEqual({ ...usualSlack, apiUrl: 'https://slack.com/api/' });
  });

  it('can be copied as it is', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, '.env'), await readFile(new URL('../.env.example', import.meta.url)));
    expect(readConfig(loadEnvironment(directory, {}))).toEqual(readConfig({}));
  });
});
