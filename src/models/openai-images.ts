import { APIError } from 'openai';
import type { ParleyError } from '../core/errors.ts';
import type { StreamedResponse } from '../core/http-fetch.ts';
import type { ImageEvent, ImageModel, ImageRequest, ImageUsage } from '../core/picture-ports.ts';
import type { Logger } from '../core/ports.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { fetchFormStream } from './form-fetch.ts';
import { type ImageAnswer, readImageAnswer } from './image-answer.ts';
import { createImageManners, toEditBody, toGenerateBody } from './image-body.ts';
import { connectOpenAi, type OpenAiAccess } from './openai-client.ts';
import { toModelError } from './openai-errors.ts';
import { toRetryDelay } from './retry.ts';
import { sideBySide } from './side-by-side.ts';
import { wait } from './wait.ts';

/** Options of {@link createOpenAiImages}. */
export interface OpenAiImagesOptions extends OpenAiAccess {
  /** As the server knows it, for example `gpt-image-2`. */
  readonly model: string;
  /** Longest silence before the first preview and between two, in milliseconds. @default 180_000 */
  readonly idleTimeoutMs?: number;
  /** Longest time for one picture, retries included, in milliseconds. @default 600_000 */
  readonly totalTimeoutMs?: number;
  /** Wait before the first retry where the server names none, in milliseconds; doubles. @default 500 */
  readonly retryDelayMs?: number;
  readonly logger?: Logger;
}

/**
 * Pictures from OpenAI's servers or a compatible one, with previews where the server streams them.
 *
 * So many pictures are so many calls for one, at most four at once: the events of a stream do not tell which picture they
 * belong to, so this is the only way to have previews of each. A call is made up to three times where the fault can pass,
 * and again without what the server refuses of the things that nobody asked for.
 * @throws ParleyError `bad-settings` where the base URL is not a web address
 */
export function createOpenAiImages(options: OpenAiImagesOptions): ImageModel {
  const { model, idleTimeoutMs = 180_000, totalTimeoutMs = 600_000, retryDelayMs = 500, logger } = options;
  const { client, official } = connectOpenAi(options);
  const { images } = client.withOptions({ fetch: fetchFormStream });
  const manners = createImageManners({ model, official });

  async function* draw(request: ImageRequest, caller: AbortSignal): AsyncGenerator<ImageEvent> {
    caller.throwIfAborted();
    const over = new AbortController();
    const drawing: Drawing = { request, signal: AbortSignal.any([caller, over.signal]) };
    const calls = Array.from({ length: request.count }, (_, index) => drawOne(drawing, index));
    // Told once it is sure that there is something beside it.
    let failed: Failed[] = [];
    let made = false;
    let usage: ImageUsage | undefined;
    for await (const event of sideBySide(calls, callsAtOnce, over)) {
      if (event.type === 'failed') failed.push(event);
      else {
        made ||= event.type === 'picture';
        if (event.type === 'picture') usage = add(usage, event.usage);
        const { type, index, picture } = event;
        yield { type, index, picture };
      }
      if (!made) continue;
      yield* failed;
      failed = [];
    }
    if (!made && failed[0] !== undefined) throw failed[0].error;
    yield { type: 'finish', ...(usage && { usage }) };
  }

  async function* drawOne(drawing: Drawing, index: number): AsyncGenerator<Drawn> {
    const { request, signal, hopeless } = drawing;
    if (hopeless !== undefined) {
      yield { type: 'failed', index, error: hopeless };
      return;
    }
    const deadline = startDeadline(signal, {
      idleMs: idleTimeoutMs,
      totalMs: totalTimeoutMs,
      what: 'picture',
    });
    let attempt = 1;
    try {
      for (;;) {
        const fields = manners.toFields(request);
        try {
          for await (const answer of ask(request, fields, deadline)) yield { ...answer, index };
          return;
        } catch (cause) {
          deadline.relax();
          deadline.signal.throwIfAborted();
          if (manners.learn(cause, fields)) continue;
          await recover(cause, attempt, deadline, request);
          attempt += 1;
        }
      }
    } catch (cause) {
      signal.throwIfAborted();
      // By now it is one, whatever it was.
      const error = cause as ParleyError;
      if (isHopeless(error)) drawing.hopeless ??= error;
      yield { type: 'failed', index, error };
    } finally {
      deadline.close();
    }
  }

  /** Resolves when the call should be made again; else throws what the caller is to see. */
  async function recover(
    cause: unknown,
    attempt: number,
    { signal }: Deadline,
    image: ImageRequest,
  ): Promise<void> {
    const error = toModelError(cause, { model, official, shown: false, purpose: 'images', image });
    const delayMs = toRetryDelay(error, attempt, retryDelayMs);
    if (delayMs === undefined) throw error;
    logger?.warn('Making a picture failed and is tried again', {
      attempt,
      delayMs: Math.round(delayMs),
      error,
    });
    await wait(delayMs, signal);
  }

  async function* ask(
    { inputs = [], mask }: ImageRequest,
    fields: Readonly<Record<string, unknown>>,
    deadline: Deadline,
  ): AsyncGenerator<ImageAnswer> {
    const { signal } = deadline;
    deadline.expect();
    const call =
      inputs.length === 0
        ? images.generate(toGenerateBody(fields), { signal })
        : images.edit(await toEditBody(fields, inputs, mask), { signal });
    // By the SDK's own word every answer comes from the fetch it was given.
    const { incoming } = (await call.asResponse()) as StreamedResponse;
    yield* readImageAnswer(incoming, deadline);
  }

  return { id: model, anySize: takesAnySize(model), draw };
}

/** What the calls for one request share. */
interface Drawing {
  readonly request: ImageRequest;
  readonly signal: AbortSignal;
  /** Why what was not begun yet need not be tried. */
  hopeless?: ParleyError;
}

type Failed = Extract<ImageEvent, { readonly type: 'failed' }>;
type Drawn = (ImageAnswer & { readonly index: number }) | Failed;

/** True where the same request would fail in the same way. */
function isHopeless({ code, cause }: ParleyError): boolean {
  if (code === 'usage-limit' || code === 'refused') return true;
  const { status = 0 } = cause instanceof APIError ? cause : {};
  return status >= 400 && status < 500 && ![408, 409, 429].includes(status);
}

function add(sum: ImageUsage | undefined, more: ImageUsage | undefined): ImageUsage | undefined {
  if (sum === undefined || more === undefined) return sum ?? more;
  return {
    inputTokens: sum.inputTokens + more.inputTokens,
    outputTokens: sum.outputTokens + more.outputTokens,
  };
}

/** OpenAI's from the second generation on do; of others nothing is known. */
function takesAnySize(model: string): boolean {
  const [, generation] = /^(?:.*\/)?gpt-image-(\d+)/.exec(model.toLowerCase()) ?? [];
  return Number(generation ?? 0) >= 2;
}

const callsAtOnce = 4;
