import { fetchWhole } from '../core/http-fetch.ts';
import type { Logger, Recording, TranscriptionModel } from '../core/ports.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { connectOpenAi, type OpenAiAccess } from './openai-client.ts';
import { toModelError } from './openai-errors.ts';
import { toRetryDelay } from './retry.ts';
import { wait } from './wait.ts';
import { type WrittenForm, writeForm } from './written-form.ts';

/** Options of {@link createOpenAiTranscriber}. */
export interface OpenAiTranscriberOptions extends OpenAiAccess {
  /** As the server knows it, for example `gpt-4o-mini-transcribe`. */
  readonly model: string;
  /** Longest wait for an answer, in milliseconds. @default 120_000 */
  readonly idleTimeoutMs?: number;
  /** Longest time for a whole call, retries included, in milliseconds. @default 300_000 */
  readonly totalTimeoutMs?: number;
  /** Wait before the first retry where the server names none, in milliseconds; doubles. @default 500 */
  readonly retryDelayMs?: number;
  readonly logger?: Logger;
}

/**
 * Transcription by OpenAI's servers or a compatible one. A call is made up to three times where the fault can pass.
 * @throws ParleyError `bad-settings` where the base URL is not a web address
 */
export function createOpenAiTranscriber(options: OpenAiTranscriberOptions): TranscriptionModel {
  const { model, idleTimeoutMs = 120_000, totalTimeoutMs = 300_000, retryDelayMs = 500, logger } = options;
  const { client, official } = connectOpenAi(options);
  const uploading = client.withOptions({ fetch: fetchWhole });

  async function ask({ body, contentType }: WrittenForm, { signal }: Deadline): Promise<string> {
    const headers = { 'content-type': contentType };
    const { text } = await uploading.post<{ readonly text?: unknown }>('/audio/transcriptions', {
      ...{ body, headers, signal },
    });
    // Compatible servers leave out fields that the types promise.
    if (typeof text !== 'string') throw new Error('The server sent no text.');
    return text.trim();
  }

  /** Resolves when the call should be made again; else throws what the caller is to see. */
  async function recover(cause: unknown, attempt: number, deadline: Deadline): Promise<void> {
    deadline.relax();
    deadline.signal.throwIfAborted();
    const error = toModelError(cause, { model, official, shown: false, purpose: 'transcription' });
    const delayMs = toRetryDelay(error, attempt, retryDelayMs);
    if (delayMs === undefined) throw error;
    logger?.warn('Transcription failed and is tried again', { attempt, delayMs: Math.round(delayMs), error });
    await wait(delayMs, deadline.signal);
  }

  async function askUntilHeard(form: WrittenForm, caller: AbortSignal): Promise<string> {
    caller.throwIfAborted();
    const deadline = startDeadline(caller, { idleMs: idleTimeoutMs, totalMs: totalTimeoutMs });
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          deadline.expect();
          return await ask(form, deadline);
        } catch (error) {
          await recover(error, attempt, deadline);
        }
      }
    } finally {
      deadline.close();
    }
  }

  return {
    id: model,
    // Not async: once it is written down for all attempts, the recording itself is not kept.
    transcribe(recording, caller) {
      const { mediaType: type, bytes } = recording;
      const file = { name: fileNameOf(recording), type, bytes };
      return askUntilHeard(writeForm({ model }, file), caller);
    },
  };
}

/** The server goes by the ending of the name; what people call their files is no business of its. */
function fileNameOf({ name, mediaType }: Recording): string {
  const kind = mediaType.replace(/;.*$/, '').trim().toLowerCase();
  const ending = endings[kind] ?? /\.([a-z0-9]{2,4})$/i.exec(name)?.[1]?.toLowerCase() ?? 'ogg';
  return `recording.${ending}`;
}

const endings: Readonly<Record<string, string>> = {
  'audio/ogg': 'ogg',
  'audio/opus': 'ogg',
  'application/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'video/mp4': 'mp4',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/webm': 'webm',
  'video/webm': 'webm',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
};
