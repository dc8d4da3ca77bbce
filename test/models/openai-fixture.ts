import { afterEach, beforeEach } from 'vitest';
import type { ParleyError } from '../../src/core/errors.ts';
import type { ChatModel, ChatRequest } from '../../src/core/ports.ts';
import { createOpenAiModel, type OpenAiModelOptions } from '../../src/models/openai.ts';
import { streamOf } from '../fakes/model-events.ts';
import { type OpenAiServer, startOpenAi } from '../servers/openai.ts';

/** The smallest prompt. */
export const request: ChatRequest = { messages: [{ role: 'user', text: 'hello' }] };
/** For calls that nobody stops. */
export const forever = new AbortController().signal;

/** A model on a stand-in of its own, new for every test of the file that calls it. */
export interface OpenAiFixture {
  readonly server: OpenAiServer;
  createModel(options?: Partial<OpenAiModelOptions>): ChatModel;
  /** Streams an answer that has to fail: the text that came before, and the error. */
  fail(options?: Partial<OpenAiModelOptions>): Promise<{ shown: string; error: ParleyError }>;
}

export function useOpenAi(): OpenAiFixture {
  let server: OpenAiServer;
  beforeEach(async () => {
    server = await startOpenAi();
  });
  afterEach(() => server.close());

  const createModel = (options: Partial<OpenAiModelOptions> = {}): ChatModel =>
    createOpenAiModel({
      model: 'gpt-5-mini',
      apiKey: 'sk-test',
      baseUrl: server.url,
      retryDelayMs: 1,
      ...options,
    });

  return {
    get server() {
      return server;
    },
    createModel,
    async fail(options) {
      let shown = '';
      try {
        for await (const event of streamOf(createModel(options), request)) {
          if (event.type === 'text-delta') shown += event.text;
        }
      } catch (error) {
        return { shown, error: error as ParleyError };
      }
      throw new Error(`It did not fail, but said: ${shown}`);
    },
  };
}
