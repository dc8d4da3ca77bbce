import type { SettingReader } from './config-reader.ts';

/** How pictures are made. */
export interface ImageConfig {
  /** Absent: the house's own choice. */
  readonly model?: string;
  /** True: the chat model may make pictures, too. */
  readonly tool: boolean;
  /** Pictures at once: 1 to 10. */
  readonly mostCount: number;
  /** Pictures for a person in a day. Absent: no limit. */
  readonly perDay?: number;
  /** Dollars for a million tokens. Absent: only tokens are told. */
  readonly prices?: { readonly input: number; readonly output: number };
}

/** Reads how pictures are made; `undefined` where they are not (`IMAGE_MODEL=off`). */
export function readImages(reader: SettingReader): ImageConfig | undefined {
  const model = reader.text('IMAGE_MODEL');
  const tool = reader.choice('IMAGE_TOOL', ['on', 'off']) ?? 'on';
  const mostCount = reader.number('IMAGE_MAX_COUNT', { least: 1, most: 10, whole: true }) ?? 4;
  const perDay = readLimit(reader);
  const prices = readPrices(reader);
  if (model?.toLowerCase() === 'off') return undefined;
  return {
    ...(model !== undefined && { model }),
    ...{ tool: tool === 'on', mostCount },
    ...(perDay !== undefined && { perDay }),
    ...(prices && { prices }),
  };
}

function readLimit(reader: SettingReader): number | undefined {
  if (reader.text('IMAGE_LIMIT_PER_DAY')?.toLowerCase() === 'off') return undefined;
  return reader.number('IMAGE_LIMIT_PER_DAY', { least: 1, most: 100_000, whole: true }) ?? usualPerDay;
}

function readPrices(reader: SettingReader): ImageConfig['prices'] {
  const value = reader.text('IMAGE_PRICES');
  if (value === undefined) return undefined;
  const [, input, output] = /^(\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)$/.exec(value) ?? [];
  if (input === undefined || output === undefined) {
    reader.fault('IMAGE_PRICES has to be two numbers, dollars for a million tokens in and out: 5/40.');
    return undefined;
  }
  return { input: Number(input), output: Number(output) };
}

const usualPerDay = 50;
