/** Files of the app: `files.getUploadURLExternal`, the upload itself, `files.completeUploadExternal`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { missing, Refusal, readText, requireText } from './arguments.ts';
import { readBlocks } from './content.ts';
import { sendChannelEvent, toMessageEvent } from './events.ts';
import type { Faults } from './faults.ts';
import type { StoredFile } from './files.ts';
import type { Ground } from './ground.ts';
import type { Method } from './methods.ts';
import { findRoot, findWritable } from './places.ts';
import type { CallArguments, Upload } from './records.ts';
import { toSeenFiles } from './seen-files.ts';
import { toBlocksText } from './visible-text.ts';
import type { Channel, Workspace } from './workspace.ts';

const LONGEST_ALT_TEXT = 1000;
/** A file appears in its channel some time after its upload was completed. */
const SHARED_AFTER_MS = 20;

/** The right to bring a file's bytes, once. */
export interface Ticket {
  readonly fileId: string;
  readonly name: string;
  readonly bytes: number;
  readonly altText: string;
}

const scopes = ['files:write'];

export const uploadMethods: Record<string, Method> = {
  'files.getUploadURLExternal': { scopes, run: getUploadUrl },
  'files.completeUploadExternal': { scopes, run: complete },
};

function getUploadUrl(workspace: Workspace, args: CallArguments) {
  const { ground, team } = workspace;
  const name = requireText(args, 'filename');
  const bytes = Number(requireText(args, 'length'));
  if (!(bytes >= 1)) throw new Refusal('missing_argument');
  const altText = readText(args, 'alt_txt') ?? '';
  if (altText.length > LONGEST_ALT_TEXT) throw new Refusal('alt_txt_too_large');
  const fileId = ground.id('F');
  const ticket = `${team.id}-${ground.id('ticket-')}`;
  workspace.tickets.set(ticket, { fileId, name, bytes, altText });
  return { upload_url: ground.uploadUrl(ticket), file_id: fileId };
}

function complete(workspace: Workspace, args: CallArguments) {
  const { ground } = workspace;
  if (!Array.isArray(args.files) || args.files.length === 0) throw missing('files');
  const wanted = args.files as readonly { id?: unknown; title?: unknown }[];
  const files = wanted.map(({ id }) => findUploaded(workspace, id));
  const channel = args.channel_id === undefined ? undefined : findWritable(workspace, args, 'channel_id');
  const threadTs = channel && findRoot(channel, args);
  const blocks = readBlocks(workspace, args);
  // Seen by others: https://github.com/slackapi/python-slack-sdk/issues/1756
  if (blocks?.some((block) => (block as { type?: unknown }).type === 'markdown'))
    throw new Refusal('internal_error');
  for (const [index, file] of files.entries()) {
    file.own.completedAt = ground.now();
    const title = wanted[index]?.title;
    if (typeof title === 'string') file.wire = { ...file.wire, title };
  }
  if (channel) {
    const source = readText(args, 'initial_comment') ?? toBlocksText(blocks ?? []);
    const sharing = { source, threadTs, files, args, ...(blocks && { blocks }) };
    ground.timers.after(SHARED_AFTER_MS, () => share(workspace, channel, sharing));
  }
  return { files: files.map(({ wire }) => ({ ...wire, shares: {} })) };
}

type Own = StoredFile & { readonly own: NonNullable<StoredFile['own']> };

/** A file whose bytes are there and whose upload is not completed. @throws Refusal */
function findUploaded(workspace: Workspace, id: unknown): Own {
  const file = workspace.files.get(String(id));
  if (!file?.own || file.own.completedAt !== undefined) throw new Refusal('file_not_found');
  return file as Own;
}

interface Sharing {
  readonly source: string;
  readonly threadTs: string | undefined;
  readonly files: readonly Own[];
  readonly blocks?: readonly unknown[];
  readonly args: CallArguments;
}

function share(workspace: Workspace, channel: Channel, { files, blocks, ...rest }: Sharing): void {
  const { ground, bot } = workspace;
  const ts = ground.ts();
  for (const file of files) {
    file.own.shared = true;
    file.wire = {
      ...file.wire,
      shares: { [channel.user ? 'private' : 'public']: { [channel.id]: [{ ts }] } },
    };
  }
  const wires = files.map(({ wire }) => wire);
  const message = workspace.add({
    ...{ ts, channel: channel.id, author: bot.userId, botId: bot.botId, format: 'mrkdwn' },
    ...{ subtype: 'file_share', files: wires, blocks, shown: toSeenFiles(workspace, blocks, wires) },
    ...rest,
  });
  if (ground.echoes) sendChannelEvent(workspace, channel, toMessageEvent(workspace, message));
}

/** Takes the bytes of files, where somebody has an upload URL for them. */
export function createUploads(ground: Ground, faults: Faults, workspaces: readonly Workspace[]) {
  const uploads: Upload[] = [];

  async function handle(
    path: string,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    const workspace = workspaces.find(({ tickets }) => tickets.has(path));
    const ticket = workspace?.tickets.get(path);
    const { authorization, 'content-type': contentType } = request.headers;
    const bytes = await readFile(contentType, body);
    const fault = faults.take('upload', {});
    if (fault?.delayMs)
      await new Promise<void>((resolve) => ground.timers.after(fault.delayMs ?? 0, resolve));
    const broken = fault !== undefined && !fault.delayMs;
    const fits = ticket?.bytes === bytes.byteLength;
    const right = workspace && ticket ? (fits ? 200 : 400) : 404;
    const status = broken ? (fault.hang ? 0 : (fault.status ?? 0)) : right;
    if (workspace && ticket && (!broken || fault.afterActing)) {
      workspace.tickets.delete(path);
      if (fits) store(workspace, ticket, bytes);
    }
    uploads.push({
      ...{ bytes: bytes.byteLength, contentType, authorization, status },
      ...(ticket && { fileId: ticket.fileId }),
    });
    if (status > 0)
      response.writeHead(status, fault?.headers).end(status === 200 ? `OK - ${bytes.byteLength}` : '');
    else if (!fault?.hang) response.destroy();
    ground.changed();
  }

  return { uploads, handle };
}

/** The bytes of an upload: the whole body, or the file of a form. */
async function readFile(contentType: string | undefined, body: Buffer): Promise<Buffer> {
  if (!contentType?.startsWith('multipart/form-data')) return body;
  const headers = { 'content-type': contentType };
  const form = await new Response(new Uint8Array(body), { headers }).formData();
  for (const value of form.values())
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  return Buffer.alloc(0);
}

function store(workspace: Workspace, { fileId, name, altText }: Ticket, content: Buffer): void {
  const { ground, team, bot, files } = workspace;
  const mimetype = typeOf(content, name);
  const url = ground.fileUrl(`${team.id}-${fileId}/${encodeURIComponent(name)}`);
  files.set(fileId, {
    wire: {
      ...{
        id: fileId,
        name,
        title: name,
        mimetype,
        mode: 'hosted',
        size: content.byteLength,
        user: bot.userId,
      },
      ...{ is_external: false, user_team: team.id, url_private: url, url_private_download: url },
      ...(altText !== '' && { alt_txt: altText }),
    },
    sent: { name, mimetype, content },
    deleted: false,
    own: { altText, refusals: 0, shared: false },
  });
}

/** What a file is by its content; else by its name. */
function typeOf(content: Buffer, name: string): string {
  const start = content.toString('latin1', 0, 12);
  if (start.startsWith('\x89PNG')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  return /\.(?:bin|zip|pdf)$/.test(name) ? 'application/octet-stream' : 'text/plain';
}
