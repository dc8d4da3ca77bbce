import type { Config } from './config.ts';
import type { ChatModel, EmbeddingModel, Logger, TranscriptionModel } from './core/ports.ts';
import { createDemoEmbeddings } from './models/demo/embeddings.ts';
import { createDemoTranscriber } from './models/demo/transcription.ts';
import { createDemoModel } from './models/demo.ts';

/** The models that the settings name. */
export interface Models {
  readonly chat: ChatModel;
  readonly embeddings: EmbeddingModel;
  readonly transcription: TranscriptionModel;
}

/** Creates the models. The SDK is large: it is loaded only where it is used. */
export async function createModels({ model }: Config, logger: Logger): Promise<Models> {
  if (model.kind === 'demo') {
    return {
      chat: createDemoModel(),
      embeddings: createDemoEmbeddings(),
      transcription: createDemoTranscriber(),
    };
  }
  const { createOpenAiModel } = await import('./models/openai.ts');
  const { createOpenAiEmbeddings } = await import('./models/openai-embeddings.ts');
  const { createOpenAiTranscriber } = await import('./models/openai-transcription.ts');
  const { kind: _, embeddingModel, transcriptionModel, ...options } = model;
  const { apiKey, baseUrl, organization, project, idleTimeoutMs, totalTimeoutMs } = options;
  const access = {
    ...(apiKey !== undefined && { apiKey }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(organization !== undefined && { organization }),
    ...(project !== undefined && { project }),
  };
  return {
    chat: createOpenAiModel({ ...options, logger }),
    embeddings: createOpenAiEmbeddings({
      ...access,
      model: embeddingModel,
      idleTimeoutMs,
      totalTimeoutMs,
      logger,
    }),
    transcription: createOpenAiTranscriber({ ...access, model: transcriptionModel, logger }),
  };
}
