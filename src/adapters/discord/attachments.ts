import {
  type APIAttachment,
  type APIMessage,
  DiscordAPIError,
  type REST,
  RESTJSONErrorCodes,
  Routes,
} from 'discord.js';
import { DownloadError, download, givenUp, toFileError } from '../../core/bounded-download.ts';
import type { Attachment, FetchOptions } from '../../core/ports.ts';

/** The files that people send, by where Discord keeps them. */
export interface Attachments {
  /** The files of a message, as the core names them. Their links, which expire, stay here. */
  ofMessage(message: AttachedTo): readonly Attachment[];
  /** The files of a slash command. No message holds them: they can be fetched for as long as their links are known. */
  ofInteraction(id: string, given: readonly GivenFile[]): readonly Attachment[];
  /** As {@link ../../core/ports.ts Platform.fetchFile}. */
  fetch(attachment: Attachment, options: FetchOptions): Promise<Uint8Array>;
}

/** A file that was given as an option of a command. */
export interface GivenFile {
  readonly option: string;
  readonly file: APIAttachment;
}

/** What of a message tells its files. */
export type AttachedTo = Pick<APIMessage, 'id' | 'channel_id' | 'attachments'>;

/** Options of {@link createAttachments}. */
export interface AttachmentsOptions {
  readonly apiUrl: string;
  readonly rest: REST;
}

/** Creates the files of a platform. */
export function createAttachments({ apiUrl, rest }: AttachmentsOptions): Attachments {
  /** Discord's own file hosts (docs.discord.com/developers/reference#signed-attachment-cdn-urls). */
  const origins = new Set([
    'https://cdn.discordapp.com',
    'https://media.discordapp.net',
    new URL(apiUrl).origin,
  ]);
  const links = new Map<string, string>();

  function remember(id: string, link: string): void {
    links.delete(id);
    links.set(id, link);
    const [oldest] = links.keys();
    if (links.size > mostLinks && oldest !== undefined) links.delete(oldest);
  }

  function toAttachment(file: APIAttachment, place: Readonly<Record<string, string>>): Attachment {
    remember(file.id, file.url);
    return {
      name: file.filename,
      ...(file.content_type === undefined ? {} : { mediaType: file.content_type }),
      bytes: file.size,
      source: { ...place, attachment: file.id },
    };
  }

  /** A new link for a file of a message. @throws DownloadError where there is none any more */
  async function renew(source: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string> {
    const { channel = '', message = '', attachment = '' } = source;
    if (message === '') throw new DownloadError('gone', 'no message holds it');
    const found = (await rest
      .get(Routes.channelMessage(channel, message), { signal })
      .catch((error: unknown) => {
        throw givenUp(signal) ?? toDownloadError(error);
      })) as APIMessage;
    const link = found.attachments.find(({ id }) => id === attachment)?.url;
    if (link === undefined) throw new DownloadError('gone', 'the message has no such file');
    remember(attachment, link);
    return link;
  }

  async function fetchFrom(attachment: Attachment, options: FetchOptions): Promise<Uint8Array> {
    const { source = {}, bytes = 0 } = attachment;
    if (bytes > options.mostBytes) throw new DownloadError('too-large', 'Discord says so', { bytes });
    const settings = { ...options, origins };
    const known = links.get(source.attachment ?? '');
    if (known !== undefined) {
      try {
        return await download(known, settings);
      } catch (error) {
        // An expired link is refused like one that never was.
        if (!isExpiry(error)) throw error;
        links.delete(source.attachment ?? '');
      }
    }
    return download(await renew(source, options.signal), settings);
  }

  return {
    ofMessage: ({ id, channel_id, attachments }) =>
      (attachments ?? []).map((file) => toAttachment(file, { channel: channel_id, message: id })),
    ofInteraction: (id, given) =>
      given.map(({ option, file }) => ({ ...toAttachment(file, { interaction: id }), option })),
    async fetch(attachment, options) {
      try {
        return await fetchFrom(attachment, options);
      } catch (error) {
        const { mostBytes } = options;
        throw toFileError(error, { name: attachment.name, mostBytes, forbidden, elsewhere });
      }
    },
  };
}

const mostLinks = 2000;

const forbidden =
  'an admin of the server has to give me the permissions View Channel and Read Message History there.';
const elsewhere = 'it is not stored on Discord itself. Please download it and send it as a file.';

function isExpiry(error: unknown): boolean {
  return error instanceof DownloadError && (error.fault === 'gone' || error.fault === 'forbidden');
}

function toDownloadError(error: unknown): DownloadError {
  const { code, status } = error instanceof DiscordAPIError ? error : {};
  const isGone = code === RESTJSONErrorCodes.UnknownMessage || code === RESTJSONErrorCodes.UnknownChannel;
  const fault = isGone ? 'gone' : status === 403 ? 'forbidden' : 'failed';
  return new DownloadError(fault, 'its message could not be read', { cause: error });
}
