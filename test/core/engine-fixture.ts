import { createEngine } from '../../src/core/engine.ts';
import { createHistory } from '../../src/core/history.ts';
import type { ImageTools } from '../../src/core/images/studio.ts';
import { createJournal } from '../../src/core/journal.ts';
import { createLiveReplies } from '../../src/core/live/replies.ts';
import type { CommandCall, IncomingMessage, Platform } from '../../src/core/ports.ts';
import { createDirectPlatform } from '../fakes/direct-platform.ts';
import { createFakeFiles } from '../fakes/files.ts';
import { createFakeImages } from '../fakes/images.ts';
import { createInstruments, createMemoryKeyValue } from '../fakes/instruments.ts';
import { createFakeModel } from '../fakes/model.ts';
import { createFakePlatform, createMessage } from '../fakes/platform.ts';

/** Stores in memory, which outlive an engine. */
export function createStores() {
  return {
    history: createMemoryKeyValue(),
    seen: createMemoryKeyValue(),
    errands: createMemoryKeyValue(),
    files: createMemoryKeyValue(),
    images: createMemoryKeyValue(),
  };
}

/** An engine on a platform with pages. */
export function setUp(kept = createStores(), model = createFakeModel(), limits: Partial<ImageTools> = {}) {
  return { ...create(createFakePlatform(), kept, model, limits), model, kept };
}

/** An engine on a platform without limits. */
export function setUpDirect(
  kept = createStores(),
  model = createFakeModel(),
  limits: Partial<ImageTools> = {},
) {
  return { ...create(createDirectPlatform(), kept, model, limits), model, kept };
}

/** What a person says in the one conversation of a place without limits. */
export function say(text: string, change: Partial<IncomingMessage> = {}): IncomingMessage {
  return createMessage(text, { thread: 'direct:1', shared: false, ...change });
}

/** A command as an adapter would hand it in. */
export function createCall(name: string, change: Partial<CommandCall> = {}): CommandCall {
  const thread = change.conversation ?? 'fake:1';
  return {
    id: `fake:call-${name}-${++calls}`,
    name,
    options: {},
    conversation: thread,
    author: { id: 'fake:ada', name: 'Ada' },
    shared: true,
    replyTo: { thread, data: {} },
    ...change,
  };
}

let calls = 0;

function create<Place extends Platform>(
  platform: Place,
  kept: ReturnType<typeof createStores>,
  model: ReturnType<typeof createFakeModel>,
  limits: Partial<ImageTools>,
) {
  const instruments = createInstruments();
  const files = createFakeFiles(kept.files);
  const images = createFakeImages(kept.images, limits);
  const history = createHistory(kept.history);
  const engine = createEngine({
    platforms: [Object.assign(platform, { fetchFile: files.fetchFile })],
    model,
    history,
    journal: createJournal({
      seen: kept.seen,
      errands: kept.errands,
      logger: instruments.logger,
      now: Date.now,
    }),
    replies: createLiveReplies(instruments),
    persona: 'You are Parley.',
    files: files.tools,
    images: images.tools,
    ...instruments,
  });
  /** Resolves once everything that was taken in is answered. */
  const idle = () => engine.settled();
  return { platform, engine, history, files, images, idle, ...instruments };
}
