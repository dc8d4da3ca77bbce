import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { hintFor } from './config-hints.ts';
import { type ImageConfig, readImages } from './config-images.ts';
import { type DiscordConfig, readDiscord, readSlack, type SlackConfig } from './config-platforms.ts';
import { createSettingReader, type Environment, type SettingReader } from './config-reader.ts';
import { settingNames } from './config-settings.ts';
import { readWeb, type WebConfig } from './config-web.ts';
import { ParleyError } from './core/errors.ts';

/** Which model answers. */
export type ModelConfig =
  | { readonly kind: 'demo' }
  | {
      readonly kind: 'openai';
      readonly apiKey?: string;
      readonly baseUrl?: string;
      readonly organization?: string;
      readonly project?: string;
      readonly model: string;
      readonly embeddingModel: string;
      readonly transcriptionModel: string;
      /** Longest silence within an answer. */
      readonly idleTimeoutMs: number;
      /** Longest an answer may take. */
      readonly totalTimeoutMs: number;
      /** Tokens of the context window, where the operator knows better than Parley. */
      readonly contextTokens?: number;
    };

/** Levels of the log, most to least talkative. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Everything that can be set, checked and with its defaults. */
export interface Config {
  readonly model: ModelConfig;
  readonly systemPrompt: string;
  /** Absent where Parley is not to be on Discord. */
  readonly discord?: DiscordConfig;
  /** Absent where Parley is not to be on Slack. */
  readonly slack?: SlackConfig;
  /** Absent where there is to be no web page and no HTTP API. */
  readonly web?: WebConfig;
  /** Absent where no pictures are to be made. */
  readonly images?: ImageConfig;
  /** What is read of files that people send. */
  readonly files: { readonly mostBytes: number };
  readonly storeUrl: string;
  readonly dataDir: string;
  readonly port: number;
  readonly host: string;
  readonly log: { readonly level: LogLevel; readonly file?: string };
  /** Sentences for the operator about what was probably not meant so. */
  readonly warnings: readonly string[];
  /** Every secret value, for the log to remove. */
  readonly secrets: readonly string[];
}

/** The settings have faults; nothing was started. */
export class SettingsError extends ParleyError {
  /** One sentence each: which setting, and what to do. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[], warnings: readonly string[] = []) {
    const lines = [...faults, ...warnings].map((line) => `- ${line}`);
    super('bad-settings', `Parley can't start with these settings:\n${lines.join('\n')}`);
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

/** What the process is to do. */
export interface ConfigOptions {
  /** True: it is a chat in the terminal, and listens nowhere. @default false */
  readonly chat?: boolean;
}

/** The model where `OPENAI_MODEL` is not set: small, current, and its tokenizer is known. */
export const defaultModel = 'gpt-5.4-mini';

const defaultEmbeddingModel = 'text-embedding-3-small';
const defaultTranscriptionModel = 'gpt-4o-mini-transcribe';

const defaultSystemPrompt = `You are Parley, an assistant in a team's chat. Answer in the language of the question. Be brief: begin \
with the answer, leave out preambles, and go into detail only where it helps or is asked for. Write Markdown, with code \
in fenced blocks that name their language. If you don't know something, say so.`;

/**
 * Settings from `.env` and `.env.local` of a directory and from the environment: the environment wins
 * over both, `.env.local` over `.env`. Changes nothing.
 *
 * @throws SettingsError where a file is there but can't be read
 */
export function loadEnvironment(directory: string, environment: Environment): Environment {
  const shared = readEnvFile(join(directory, '.env'));
  const local = readEnvFile(join(directory, '.env.local'));
  return { ...shared, ...local, ...environment };
}

/**
 * Checks all settings and fills in the defaults. Reads nothing but the file that `SYSTEM_PROMPT_FILE` names.
 *
 * @throws SettingsError with every fault there is
 */
export function readConfig(environment: Environment, { chat = false }: ConfigOptions = {}): Config {
  const reader = createSettingReader(environment);
  const dataDir = reader.text('DATA_DIR') ?? './data';
  const logFile = reader.text('LOG_FILE');
  const discord = readDiscord(reader);
  const slack = readSlack(reader);
  const host = reader.text('HOST') ?? '127.0.0.1';
  const port = reader.number('PORT', { least: 0, most: 65_535, whole: true }) ?? 3000;
  const web = chat
    ? undefined
    : readWeb(reader, {
        host,
        port,
        wanted: !['DISCORD_TOKEN', 'SLACK_BOT_TOKEN'].some((name) => environment[name]?.trim()),
        portTaken: slack?.mode === 'http',
      });
  const images = readImages(reader);
  const config: Config = {
    model: readModel(reader),
    systemPrompt: readSystemPrompt(reader),
    ...(discord && { discord }),
    ...(slack && { slack }),
    ...(web && { web }),
    ...(images && { images }),
    files: {
      mostBytes: (reader.number('MAX_FILE_MB', { least: 1, most: 100, whole: true }) ?? 20) * 1_000_000,
    },
    storeUrl: readStoreUrl(reader, dataDir),
    dataDir,
    port,
    host,
    log: {
      level: reader.choice('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent']) ?? 'info',
      ...(logFile !== undefined && { file: logFile }),
    },
    warnings: reader.warnings,
    secrets: reader.secrets,
  };
  warnOfStrangers(environment, reader);
  if (reader.faults.length > 0) throw new SettingsError(reader.faults, reader.warnings);
  return config;
}

function readModel(reader: SettingReader): ModelConfig {
  const apiKey = reader.token('OPENAI_API_KEY');
  const baseUrl = reader.url('OPENAI_BASE_URL', ['http:', 'https:']);
  const organization = reader.text('OPENAI_ORG_ID');
  const project = reader.text('OPENAI_PROJECT_ID');
  const model = reader.text('OPENAI_MODEL');
  const embeddingModel = reader.text('EMBEDDING_MODEL');
  const transcriptionModel = reader.text('TRANSCRIBE_MODEL');
  const contextTokens = reader.number('OPENAI_CONTEXT_TOKENS', {
    least: 1_000,
    most: 100_000_000,
    whole: true,
  });
  const seconds = { least: 0.1, most: 86_400, whole: false };
  const idleSeconds = reader.number('MODEL_IDLE_TIMEOUT_SECONDS', seconds) ?? 60;
  const totalSeconds = reader.number('MODEL_TOTAL_TIMEOUT_SECONDS', seconds) ?? 600;
  if (apiKey === undefined && baseUrl === undefined) {
    for (const name of ['OPENAI_MODEL', 'EMBEDDING_MODEL', 'TRANSCRIBE_MODEL', 'IMAGE_MODEL'] as const) {
      if (['', 'off'].includes(reader.text(name)?.toLowerCase() ?? '')) continue;
      reader.warn(`${name} has no effect without OPENAI_API_KEY or OPENAI_BASE_URL: the demo model answers.`);
    }
    return { kind: 'demo' };
  }
  return {
    kind: 'openai',
    ...(apiKey !== undefined && { apiKey }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(organization !== undefined && { organization }),
    ...(project !== undefined && { project }),
    model: model ?? defaultModel,
    embeddingModel: embeddingModel ?? defaultEmbeddingModel,
    transcriptionModel: transcriptionModel ?? defaultTranscriptionModel,
    idleTimeoutMs: idleSeconds * 1_000,
    totalTimeoutMs: totalSeconds * 1_000,
    ...(contextTokens !== undefined && { contextTokens }),
  };
}

function readSystemPrompt(reader: SettingReader): string {
  const text = reader.text('SYSTEM_PROMPT');
  const file = reader.text('SYSTEM_PROMPT_FILE');
  if (text !== undefined && file !== undefined) {
    reader.fault('SYSTEM_PROMPT and SYSTEM_PROMPT_FILE are both set: remove one of them.');
  }
  if (file === undefined) return text ?? defaultSystemPrompt;
  try {
    const content = readFileSync(file, 'utf8').trim();
    if (content === '')
      reader.fault(`SYSTEM_PROMPT_FILE names an empty file: write the persona into ${file}.`);
    return content;
  } catch (error) {
    reader.fault(`SYSTEM_PROMPT_FILE can't be read (${codeOf(error)}): check the path ${file}.`);
    return defaultSystemPrompt;
  }
}

function readStoreUrl(reader: SettingReader, dataDir: string): string {
  const ownFile = `sqlite://${join(dataDir, 'parley.db')}`;
  const value = reader.text('STORE_URL');
  if (value === undefined || value === 'sqlite://') return ownFile;
  if (/^(sqlite|memory):\/\//i.test(value)) return value;
  const parsed = URL.parse(value);
  if (parsed !== null && /^(rediss?|postgres(ql)?):$/.test(parsed.protocol) && parsed.host !== '')
    return value;
  reader.fault(
    'STORE_URL has to begin with sqlite:// (and a path), memory://, redis://, rediss:// or postgres:// (and a host).',
  );
  return ownFile;
}

function warnOfStrangers(environment: Environment, reader: SettingReader): void {
  const own: ReadonlySet<string> = new Set(settingNames);
  for (const [name, value] of Object.entries(environment)) {
    if (own.has(name) || !value?.trim()) continue;
    const hint = hintFor(name);
    if (hint !== undefined) reader.warn(hint);
  }
}

function readEnvFile(path: string): Record<string, string> {
  try {
    return parse(readFileSync(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {}; // both files are optional
    throw new SettingsError([
      `${path} can't be read (${codeOf(error)}): check that it is a file with read permission.`,
    ]);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
