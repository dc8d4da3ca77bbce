import type { Sighting } from './metrics.ts';
import { latency, type ShownText } from './stage.ts';

/** What people saw of a reply, and when: how much of the expected text, from its start on, was right. */
export interface Seen {
  readonly sightings: readonly Sighting[];
  /** True where in the end all of it was there, and nothing else. */
  readonly whole: boolean;
}

/**
 * Puts the texts of a reply's messages together as people saw them. A text is carried out half way through its call
 * and reaches people's screens in the other half, as the answer reaches the bot.
 * @param askedAt where the sightings count from
 */
export function toSightings(
  messages: readonly (readonly ShownText[])[],
  expected: string,
  askedAt: number,
): Seen {
  const wanted = withoutSpace(expected);
  const changes = messages
    .flatMap((versions, page) => versions.map(({ at, text }) => ({ at, page, text })))
    .sort((a, b) => a.at - b.at);
  const pages: string[] = messages.map(() => '');
  let visible = '';
  const sightings = changes.map(({ at, page, text }) => {
    pages[page] = withoutSpace(text);
    visible = pages.join('');
    return { at: at + latency.ms / 2 - askedAt, letters: commonLength(visible, wanted) };
  });
  return { sightings, whole: visible === wanted };
}

/** Pages lose white space where they are cut. */
function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '');
}

/** How many characters two texts have in common from their start on. */
function commonLength(left: string, right: string): number {
  if (right.startsWith(left)) return left.length;
  let length = 0;
  while (length < left.length && length < right.length && left[length] === right[length]) length++;
  return length;
}
