import type { webApi } from '@slack/bolt';
import {
  DownloadError,
  type DownloadFault,
  download,
  givenUp,
  toFileError,
} from '../../core/bounded-download.ts';
import type { Attachment, FetchOptions } from '../../core/ports.ts';
import { untilAborted } from '../../core/until-aborted.ts';
import { errorNameOf } from './errors.ts';
import { asPayload, type Payload, textOf } from './payload.ts';

/** The files that people send, by where Slack keeps them. */
export interface Files {
  /** A file of a message, as the core names it. Its address stays here. */
  toAttachment(file: Payload, team: string): Attachment;
  /** As {@link ../../core/ports.ts Platform.fetchFile}. */
  fetch(attachment: Attachment, options: FetchOptions): Promise<Uint8Array>;
}

/** Options of {@link createFiles}. */
export interface FilesOptions {
  readonly botToken: string;
  /** @default 'https://slack.com/api/' */
  readonly apiUrl?: string;
  /** For looking files up. */
  readonly client: webApi.WebClient;
}

/** Creates the files of a workspace. */
export function createFiles({ botToken, apiUrl, client }: FilesOptions): Files {
  /** The only places that see the token (docs.slack.dev/reference/objects/file-object). */
  const origins = new Set(['https://files.slack.com', 'https://slack-files.com']);
  if (apiUrl !== undefined) origins.add(new URL(apiUrl).origin);
  const known = new Map<string, Payload>();

  function remember(id: string, file: Payload): void {
    known.delete(id);
    known.set(id, pick(file));
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  }

  /** What Slack tells of a file. @throws DownloadError */
  async function find(id: string, signal: AbortSignal): Promise<Payload> {
    const told = known.get(id);
    // Of files that are shared between companies an event tells no more than that they are there.
    if (told !== undefined && (addressOf(told) !== undefined || absent.has(told.mode))) return told;
    const answer = await untilAborted(client.files.info({ file: id }), signal).catch((error: unknown) => {
      throw givenUp(signal) ?? toDownloadError(error);
    });
    const file = asPayload(answer.file);
    if (file === undefined) throw new DownloadError('failed', 'files.info told of no file');
    remember(id, file);
    return pick(file);
  }

  async function fetchFrom(attachment: Attachment, options: FetchOptions): Promise<Uint8Array> {
    const { mostBytes, signal } = options;
    const id = attachment.source?.file;
    if (id === undefined) throw new DownloadError('gone', 'Slack told no id');
    const file = await find(id, signal);
    if (file.mode === 'external') throw new DownloadError('elsewhere', 'it is an external file');
    if (file.mode === 'hidden_by_limit') throw new HiddenFile();
    if (file.mode === 'tombstone') throw new DownloadError('gone', 'it was deleted');
    if (isCanvas(file)) throw new Canvas();
    const url = addressOf(file);
    if (url === undefined) throw new DownloadError('forbidden', 'Slack told no address');
    const bytes = typeof file.size === 'number' ? file.size : attachment.bytes;
    if (bytes !== undefined && bytes > mostBytes)
      throw new DownloadError('too-large', 'Slack says so', { bytes });
    let isPage = false;
    const content = await download(url, {
      ...{ mostBytes, signal, origins, headers: { authorization: `Bearer ${botToken}` } },
      judge(response) {
        isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
        return isLogin(response, url) || (isPage && file.mimetype !== 'text/html') ? 'forbidden' : undefined;
      },
    });
    // To who may not read an HTML file Slack shows an HTML page as well: another one.
    if (isPage && bytes !== undefined && content.byteLength !== bytes)
      throw new DownloadError('forbidden', 'it is not the file that came');
    return content;
  }

  return {
    toAttachment(file, team) {
      const id = textOf(file, 'id');
      const mediaType = textOf(file, 'mimetype');
      if (id !== undefined) remember(id, file);
      return {
        name: textOf(file, 'name') ?? textOf(file, 'title') ?? 'a file',
        ...(mediaType === undefined ? {} : { mediaType }),
        ...(typeof file.size === 'number' ? { bytes: file.size } : {}),
        ...(id === undefined ? {} : { source: { file: id, team } }),
      };
    },
    async fetch(attachment, options) {
      try {
        return await fetchFrom(attachment, options);
      } catch (error) {
        const elsewhere = error instanceof HiddenFile ? hidden : error instanceof Canvas ? canvas : outside;
        throw toFileError(error, {
          ...{ name: attachment.name, mostBytes: options.mostBytes, forbidden, elsewhere },
        });
      }
    },
  };
}

/** A file beyond what the workspace's plan keeps. */
class HiddenFile extends DownloadError {
  constructor() {
    super('elsewhere', 'Slack hides it');
  }
}

/** What people write together in Slack: there is no file that holds it. */
class Canvas extends DownloadError {
  constructor() {
    super('elsewhere', 'it is a canvas');
  }
}

const mostKnown = 1000;

const forbidden = 'an admin has to install me again from slack-manifest.json, with the scope files:read.';
const outside = 'it is not stored on Slack itself. Please download it and send it as a file.';
const canvas =
  'it is a canvas. Please copy what matters into a message, or download it and send it as a file.';
const hidden = 'Slack hides it, for this workspace is over the limit of its plan. Please send it again.';

/** What of a file is needed to fetch it. */
function pick({ mode, mimetype, size, url_private_download, url_private }: Payload): Payload {
  return { mode, mimetype, size, url_private_download, url_private };
}

function addressOf(file: Payload): string | undefined {
  return textOf(file, 'url_private_download') ?? textOf(file, 'url_private');
}

/** Modes of files that Slack does not have, or does not give. */
const absent: ReadonlySet<unknown> = new Set(['external', 'hidden_by_limit', 'tombstone']);

/** Canvases and lists come as a page of HTML, which can't be told from one to log in. */
function isCanvas({ mode, mimetype }: Payload): boolean {
  return canvasModes.has(mode) || mimetype === 'application/vnd.slack-docs';
}

const canvasModes: ReadonlySet<unknown> = new Set(['quip', 'canvas', 'docs', 'list']);

/** Slack sends who may not read a file on to where people log in, and says where they wanted to go. */
function isLogin(response: Response, url: string): boolean {
  const location = response.headers.get('location');
  return location !== null && URL.parse(location, url)?.searchParams.has('redir') === true;
}

function toDownloadError(error: unknown): DownloadError {
  const fault = faults[errorNameOf(error) ?? ''] ?? 'failed';
  return new DownloadError(fault, 'files.info was refused', { cause: error });
}

const faults: Readonly<Record<string, DownloadFault>> = {
  file_not_found: 'gone',
  file_deleted: 'gone',
  missing_scope: 'forbidden',
  access_denied: 'forbidden',
  no_permission: 'forbidden',
};
