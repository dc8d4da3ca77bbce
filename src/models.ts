import type { Config } from './config.ts';
import type { ImageModel } from './core/picture-ports.ts';
import type { ChatModel, EmbeddingModel, Logger, TranscriptionModel } from './core/ports.ts';
import { createDemoEmbeddings } from './models/demo/embeddings.ts';
import { createDemoImages } from './models/demo/images.ts';
import { createDemoTranscriber } from './models/demo/transcription.ts';
import { createDemoModel } from './models/demo.ts';

/** The models that the settings name. */
export interface Models {
  readonly chat: ChatModel;
  readonly embeddings: EmbeddingModel;
  readonly transcription: TranscriptionModel;
  readonly images: ImageModel;
}

/** Creates the models. The SDK is large: it is loaded only where it is used. */
export async function createModels({ model, images }: Config, logger: Logger): Promise<Models> {
  if (model.kind === 'demo') {
    return {
      chat: createDemoModel(),
      embeddings: createDemoEmbeddings(),
      transcription: createDemoTranscriber(),
      images: createDemoImages(),
    };
  }
  const { createOpenAiModel } = await import('./models/openai.ts');
  const { createOpenAiEmbeddings } = await import('./models/openai-embeddings.ts');
  const { createOpenAiImages } = await import('./models/openai-images.ts');
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
    images: createOpenAiImages({ ...access, model: images?.model ?? defaultImageModel, logger }),
  };
}

/** Where `IMAGE_MODEL` is not set. */
const defaultImageModel = 'gpt-image-2';
