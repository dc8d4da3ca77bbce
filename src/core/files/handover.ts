import type { LiveReplies } from '../live/replies.ts';
import type { CardButton, CardFile } from '../picture-ports.ts';
import type { CommandCall, Logger, Platform, ReplyAddress, ThreadKey } from '../ports.ts';
import { toPlainName } from './file-name.ts';
import { findLongBlocks } from './long-blocks.ts';
import type { FileReceiver } from './receiver.ts';

/** Offers long parts of answers as files, and gives them to who wants them. */
export interface Handover {
  /** Under an answer that was delivered, where it has such parts. Never rejects. */
  offer(answer: {
    readonly id: string;
    readonly replyTo: ReplyAddress;
    readonly text: string;
  }): Promise<void>;
  /**
   * Gives the file that a press of such a button asks for.
   * @returns a sentence where it can't be given
   */
  give(call: CommandCall, attempts: number): Promise<string | undefined>;
}

/** What {@link createHandover} needs. */
export interface HandoverOptions {
  platformOf(thread: ThreadKey): Platform;
  readonly receiver: FileReceiver;
  readonly replies: LiveReplies;
  readonly logger: Logger;
}

/** Creates the handover of an engine. Places that show cards in replies have their own way of saving a long block. */
export function createHandover({ platformOf, receiver, replies, logger }: HandoverOptions): Handover {
  return {
    async offer({ id, replyTo, text }) {
      const surface = platformOf(replyTo.thread).card?.(replyTo, replies.meter);
      const blocks = surface === undefined ? [] : findLongBlocks(text).slice(0, mostOffers);
      if (surface === undefined || blocks.length === 0) return;
      const buttons: CardButton[] = [];
      try {
        for (const { name, text: content } of blocks) {
          const of = await receiver.keepText(content);
          buttons.push({ label: `Get ${name}`.slice(0, 30), command: 'file', options: { of, name } });
        }
      } catch (error) {
        logger.warn('a file could not be offered', { error });
        return;
      }
      const named = blocks.map(({ name, lines }) => `\`${name}\` (${lines} lines)`);
      const card = replies.startCard(surface, { key: `${id}:files`, beside: true });
      await card.end({ text: `📎 ${named.join(', ')}`, files: [], buttons });
    },

    async give({ id, options, replyTo }, attempts) {
      const surface = platformOf(replyTo.thread).card?.(replyTo, replies.meter);
      const { of: key = '', name = 'answer.txt' } = options;
      const content = (await receiver.load([key])).get(key);
      if (surface === undefined || content?.kind !== 'text') return forgotten;
      const bytes = Buffer.from(content.text);
      const file: CardFile = {
        ...{ name: toPlainName(name), mediaType: 'text/plain', bytes, final: true },
        description: `${toPlainName(name)}, ${content.text.split('\n').length - 1} lines`,
      };
      const card = replies.startCard(surface, { key: id, attempt: attempts + 1 });
      const tooLarge = { text: '⚠️ That file is too large for this place.', files: [], buttons: [] };
      await card.end({ text: `📎 \`${file.name}\``, files: [file], buttons: [] }, [async () => tooLarge]);
      return undefined;
    },
  };
}

const mostOffers = 3;
const forgotten = 'I no longer have that file (I keep them for a week): copy it from my answer.';
