import type { EarlierMessage, Inbox, IncomingMessage, Platform, ReplyAddress } from '../../src/core/ports.ts';
import { createFakeCardSurface, type FakeCardSurface } from './card-surface.ts';
import { createFakeSurface, type FakeSurface } from './surface.ts';

/** A platform in memory: a person's side of it for the tests. */
export interface FakePlatform extends Platform {
  /** What stood in a thread before Parley came. */
  earlierMessages: readonly EarlierMessage[];
  /** Surfaces by thread, in the order in which replies were begun. */
  surfacesOf(thread: string): readonly FakeSurface[];
  /** Cards by thread, in the order in which they were begun. */
  cardsOf(thread: string): readonly FakeCardSurface[];
  /** Everything visible in a thread. */
  pagesOf(thread: string): readonly string[];
  inbox: Inbox | undefined;
}

/** Creates a platform called `fake` whose surfaces succeed at once. */
export function createFakePlatform(): FakePlatform {
  const surfaces: { readonly address: ReplyAddress; readonly surface: FakeSurface }[] = [];
  const cards: { readonly address: ReplyAddress; readonly surface: FakeCardSurface }[] = [];
  return {
    name: 'fake',
    inbox: undefined,
    earlierMessages: [],
    surfacesOf: (thread) =>
      surfaces.filter(({ address }) => address.thread === thread).map(({ surface }) => surface),
    cardsOf: (thread) =>
      cards
        .filter(({ address, surface }) => address.thread === thread && surface.calls.length > 0)
        .map(({ surface }) => surface),
    card(address) {
      const surface = createFakeCardSurface({ automatic: true });
      cards.push({ address, surface });
      return surface;
    },
    pagesOf(thread) {
      return this.surfacesOf(thread).flatMap(({ pages }) => pages);
    },
    async start(inbox) {
      this.inbox = inbox;
      return 'Fake: ready';
    },
    surface(address) {
      const surface = createFakeSurface({ automatic: true });
      surfaces.push({ address, surface });
      return surface;
    },
    async earlier() {
      return this.earlierMessages;
    },
    async stop() {},
    async close() {},
  };
}

let count = 0;

/** A message as an adapter would hand it in. */
export function createMessage(text: string, change: Partial<IncomingMessage> = {}): IncomingMessage {
  const thread = change.thread ?? 'fake:1';
  return {
    id: `fake:message-${++count}`,
    thread,
    author: { id: 'fake:ada', name: 'Ada' },
    text,
    attachments: [],
    to: 'parley',
    shared: true,
    replyTo: { thread, data: {} },
    ...change,
  };
}
