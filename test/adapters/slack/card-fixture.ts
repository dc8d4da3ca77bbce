import type { SlackOptions } from '../../../src/adapters/slack/slack.ts';
import type { CardFile, CardSurface, CardView } from '../../../src/core/picture-ports.ts';
import type { Platform, ReplySurface } from '../../../src/core/ports.ts';
import { connectSurfaces, threadAddress } from './harness.ts';

/** The first attempt at a card, and the second at the same. */
export const first = { key: 'card-1', attempt: 1, beside: false };
export const again = { ...first, attempt: 2 };

const starts: Readonly<Record<string, string>> = {
  'image/png': '\x89PNG',
  'image/jpeg': '\xff\xd8\xff',
  'image/webp': 'RIFF1234WEBP',
};

/** A file of a card; its bytes are what `words` say, after what makes them a file of that type. */
export function file(words: string, more: Partial<CardFile> = {}): CardFile {
  const mediaType = more.mediaType ?? 'image/png';
  const ending = mediaType.startsWith('text/') ? 'txt' : mediaType.replace(/.*\//, '');
  return {
    name: `otter.${ending}`,
    mediaType,
    bytes: Buffer.from(`${starts[mediaType] ?? ''}${words}`, 'latin1'),
    description: 'A sea otter',
    final: true,
    ...more,
  };
}

/** A view with these files. */
export function view(text: string, files: readonly CardFile[] = [], more: Partial<CardView> = {}): CardView {
  return { text, files, buttons: [], ...more };
}

/** A card in the thread of a mention. */
export async function cardInThread(adapter: Partial<SlackOptions> = {}) {
  const connected = await connectSurfaces(
    { limits: { postsPerSecondPerChannel: Number.POSITIVE_INFINITY } },
    { fileWaitsMs: [1, 1, 1], ...adapter },
  );
  const { slack, platform } = connected;
  const ann = slack.user('Ann');
  const { id: channel } = slack.channel();
  const question = slack.say(ann, channel, 'draw me something', { mention: true });
  const address = threadAddress(slack, question, ann.id);
  const answers = () => slack.replies(channel, question.ts);
  return { ...connected, ann, channel, question, address, card: cardOf(platform, address), answers };
}

/** The card of a platform that has cards. */
export function cardOf(
  platform: Platform<ReplySurface>,
  address: Parameters<NonNullable<Platform['card']>>[0],
): CardSurface {
  if (platform.card === undefined) throw new Error('the platform has no cards');
  return platform.card(address);
}
