/** What is known of a setting before anybody set it. */
export interface Setting {
  /** Its value never reaches a log line, an error or a reply. */
  readonly secret?: true;
}

/** Every setting of Parley. The names are a contract: people's set-ups rely on them. */
export const settings = {
  OPENAI_API_KEY: { secret: true },
  OPENAI_BASE_URL: {},
  OPENAI_ORG_ID: {},
  OPENAI_PROJECT_ID: {},
  OPENAI_MODEL: {},
  OPENAI_CONTEXT_TOKENS: {},
  EMBEDDING_MODEL: {},
  TRANSCRIBE_MODEL: {},
  IMAGE_MODEL: {},
  IMAGE_TOOL: {},
  IMAGE_MAX_COUNT: {},
  IMAGE_LIMIT_PER_DAY: {},
  IMAGE_PRICES: {},
  MODEL_IDLE_TIMEOUT_SECONDS: {},
  MODEL_TOTAL_TIMEOUT_SECONDS: {},
  SYSTEM_PROMPT: {},
  SYSTEM_PROMPT_FILE: {},
  DISCORD_TOKEN: { secret: true },
  DISCORD_API_URL: {},
  DISCORD_REPLIES: {},
  SLACK_BOT_TOKEN: { secret: true },
  SLACK_APP_TOKEN: { secret: true },
  SLACK_SIGNING_SECRET: { secret: true },
  SLACK_API_URL: {},
  WEB: {},
  WEB_TOKEN: { secret: true },
  WEB_PORT: {},
  WEB_TRUST_PROXY: {},
  WEB_REQUESTS_PER_MINUTE: {},
  WEB_TURNS: {},
  MAX_FILE_MB: {},
  STORE_URL: {},
  DATA_DIR: {},
  PORT: {},
  HOST: {},
  LOG_LEVEL: {},
  LOG_FILE: {},
} as const satisfies Record<string, Setting>;

/** The name of a setting. */
export type SettingName = keyof typeof settings;

/** The names of all settings. */
export const settingNames = Object.keys(settings) as readonly SettingName[];

/** True where a setting's value is a secret. */
export function isSecret(name: SettingName): boolean {
  const setting: Setting = settings[name];
  return setting.secret === true;
}
