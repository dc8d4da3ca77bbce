import type { webApi } from '@slack/bolt';
import { toPlainName } from '../../core/files/file-name.ts';
import type { Attachment, EarlierMessage, Logger, ReplyAddress } from '../../core/ports.ts';
import { fromReplyAddress } from './address.ts';
import { fromBlocks } from './block-text.ts';
import type { Files } from './files.ts';
import type { Identity } from './identity.ts';
import { asPayload, listOf, type Payload, textOf } from './payload.ts';
import type { People } from './people.ts';

/** What {@link readEarlier} needs. */
export interface EarlierOptions {
  readonly client: webApi.WebClient;
  readonly identity: Identity;
  readonly people: People;
  readonly files: Pick<Files, 'toAttachment'>;
  readonly logger: Logger;
}

/**
 * What was said in a thread before the message that is answered, and what people sent there; the newest 200. Slack tells a thread from its
 * beginning, so of one with more than 5,000 messages it is the last 200 of those. Where Slack gives less
 * (15 messages and one call a minute for some apps), what came is what there is.
 * @throws where not even the first call works.
 */
export async function readEarlier(
  replyTo: ReplyAddress,
  { client, identity, people, files, logger }: EarlierOptions,
): Promise<readonly EarlierMessage[]> {
  const { channel, threadTs, ts } = fromReplyAddress(replyTo);
  if (threadTs === undefined || threadTs === ts) return [];
  let newest: readonly Payload[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await client.conversations
      .replies({
        channel,
        ts: threadTs,
        limit: 200,
        ...(ts === undefined ? {} : { latest: ts }),
        ...(cursor === undefined ? {} : { cursor }),
      })
      .catch((error: unknown) => {
        if (page === 0) throw error;
        logger.debug('Slack gave a part of a thread only', { error });
        return undefined;
      });
    const before = listOf(asPayload(answer), 'messages').filter((message) => isBefore(message, ts));
    newest = [...newest, ...before].slice(-mostMessages);
    cursor = answer?.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  const read = await Promise.all(
    newest.map(async (message) => {
      const said = await toEarlier(message, identity, people);
      const attachments = listOf(message, 'files').map((file) => files.toAttachment(file, identity.team));
      return said.own || attachments.length === 0 ? said : withFiles(said, attachments);
    }),
  );
  return read.filter((message) => message.text !== '');
}

const mostPages = 25;
const mostMessages = 200;

function isBefore(message: Payload, ts: string | undefined): boolean {
  const own = textOf(message, 'ts');
  return own !== undefined && (ts === undefined || Number(own) < Number(ts));
}

/** Which of them are looked at is for others to say: their names are part of what was said. */
function withFiles(said: EarlierMessage, attachments: readonly Attachment[]): EarlierMessage {
  const names = attachments.map(({ name }) => `[file: ${toPlainName(name)}]`);
  return { ...said, text: [said.text, ...names].filter((part) => part !== '').join('\n'), attachments };
}

async function toEarlier(message: Payload, identity: Identity, people: People): Promise<EarlierMessage> {
  const user = textOf(message, 'user');
  const botId = textOf(message, 'bot_id');
  const own = user === identity.userId || botId === identity.botId;
  const written = textOf(message, 'text') ?? fromBlocks(message);
  const text = await people.read(written, identity.userId);
  if (own) return { author: { id: identity.userId, name: identity.name }, own, text };
  const botName = textOf(message, 'username') ?? textOf(asPayload(message.bot_profile), 'name');
  if (user === undefined || botName !== undefined) {
    return { author: { id: botId ?? user ?? 'unknown', name: botName ?? 'a bot' }, own, text };
  }
  return { author: await people.author(user), own, text };
}
