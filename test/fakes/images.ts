import type { ImageTools } from '../../src/core/images/studio.ts';
import type { ImageEvent, ImageModel, ImageRequest } from '../../src/core/picture-ports.ts';
import type { KeyValue, Picture } from '../../src/core/ports.ts';

/** A call that the image model got; the test draws for it. */
export interface DrawCall {
  readonly request: ImageRequest;
  readonly signal: AbortSignal;
  give(event: ImageEvent): void;
  fail(error: unknown): void;
}

/** An image model that draws what a test makes it draw, and the tools around it. */
export interface FakeImages {
  readonly calls: readonly DrawCall[];
  /** Set: every call draws all its pictures at once, each with a preview. @default true */
  automatic: boolean;
  /** Resolves once so many calls have come. */
  called(times: number): Promise<DrawCall>;
  readonly tools: ImageTools;
}

/** A picture that holds these bytes. */
export function toPicture(bytes: string): Picture {
  return { mediaType: 'image/png', bytes: Buffer.from(bytes) };
}

/** Creates a model that makes up to four pictures at once; limits as given. */
export function createFakeImages(store: KeyValue, change: Partial<ImageTools> = {}): FakeImages {
  const calls: DrawCall[] = [];
  let arrived = Promise.withResolvers<void>();

  async function* draw(request: ImageRequest, signal: AbortSignal): AsyncGenerator<ImageEvent> {
    const queue: (() => ImageEvent)[] = [];
    let wake = Promise.withResolvers<void>();
    const put = (step: () => ImageEvent) => {
      queue.push(step);
      wake.resolve();
      wake = Promise.withResolvers();
    };
    const call: DrawCall = {
      request,
      signal,
      give: (event) => put(() => event),
      fail: (error) =>
        put(() => {
          throw error;
        }),
    };
    calls.push(call);
    arrived.resolve();
    arrived = Promise.withResolvers();
    signal.addEventListener('abort', () => wake.resolve(), { once: true });
    if (images.automatic) {
      for (let index = 0; index < request.count; index++) {
        call.give({ type: 'preview', index, picture: toPicture(`preview ${index}`) });
        call.give({ type: 'picture', index, picture: toPicture(`picture ${calls.length}.${index}`) });
      }
      call.give({ type: 'finish', usage: { inputTokens: 10, outputTokens: 2_000 } });
    }
    for (;;) {
      signal.throwIfAborted();
      const step = queue.shift();
      if (step === undefined) {
        await wake.promise;
        continue;
      }
      const event = step();
      yield event;
      if (event.type === 'finish') return;
    }
  }

  const model: ImageModel = { id: 'fake-brush', anySize: true, draw };
  const images: FakeImages = {
    calls,
    automatic: true,
    async called(times) {
      while (calls.length < times) await arrived.promise;
      return calls[times - 1]!;
    },
    tools: { model, store, mostCount: 4, tool: true, ...change },
  };
  return images;
}
