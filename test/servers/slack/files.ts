/** What people upload: where it lies, who may fetch it, and `files.info`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal, requireText } from './arguments.ts';
import type { Faults } from './faults.ts';
import type { Ground } from './ground.ts';
import type { Method } from './methods.ts';
import type { CallArguments } from './records.ts';
import type { Download, SentFile } from './types.ts';
import type { Workspace } from './workspace.ts';

/** A file of a workspace. */
export interface StoredFile {
  /** As Slack tells it, address included. */
  wire: Readonly<Record<string, unknown>>;
  readonly sent: SentFile;
  deleted: boolean;
  /** Of a file that the app brought. */
  readonly own?: OwnFile;
}

/** How far a file of the app has come. */
export interface OwnFile {
  readonly altText: string;
  /** When its upload was completed; absent until then. */
  completedAt?: number;
  /** How often a block with it was refused, because it was new. */
  refusals: number;
  shared: boolean;
}

/** Takes a file in. @returns what the event of its message tells of it */
export function storeFile(workspace: Workspace, sent: SentFile): Readonly<Record<string, unknown>> {
  const id = workspace.ground.id('F');
  const { name, mimetype = 'text/plain', mode = 'hosted' } = sent;
  const url = sent.url ?? workspace.ground.fileUrl(`${workspace.team.id}-${id}/${encodeURIComponent(name)}`);
  const wire = {
    ...{ id, name, title: name, mimetype, mode, size: sent.size ?? toFileBytes(sent).byteLength },
    is_external: mode === 'external',
    user_team: workspace.team.id,
    ...(mode === 'tombstone' || mode === 'hidden_by_limit' ? {} : { url_private: url }),
    ...(mode === 'hosted' || mode === 'snippet' ? { url_private_download: url } : {}),
  };
  workspace.files.set(id, { wire, sent, deleted: false });
  return sent.checkInfo ? { id, file_access: 'check_file_info' } : wire;
}

export const fileMethods: Record<string, Method> = { 'files.info': { scopes: ['files:read'], run: info } };

function info(workspace: Workspace, args: CallArguments) {
  const file = workspace.files.get(requireText(args, 'file'));
  if (!file) throw new Refusal('file_not_found');
  if (file.deleted) throw new Refusal('file_deleted');
  return { file: file.wire };
}

/** Gives files to whoever shows a token that may read them; others get a page to log in. */
export function createDownloads(ground: Ground, faults: Faults, workspaces: readonly Workspace[]) {
  const downloads: { -readonly [Key in keyof Download]: Download[Key] }[] = [];

  async function handle(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization } = request.headers;
    const entry: (typeof downloads)[number] = { path, authorization, status: 0 };
    downloads.push(entry);
    ground.changed();
    const fault = faults.take('download', {});
    if (fault?.hang) return;
    const [, team = '', id = ''] = /^(T\w+)-(F\w+)\//.exec(path) ?? [];
    const workspace = workspaces.find((one) => one.team.id === team);
    const file = workspace?.files.get(id);
    const mayRead =
      authorization === `Bearer ${workspace?.botToken}` && workspace?.scopes.has('files:read') === true;
    const status = fault?.status ?? (file && !file.deleted ? 200 : 404);
    entry.status = status;
    if (fault && status === 200) response.destroy();
    else if (status !== 200 || !file) response.writeHead(status, fault?.headers).end('not here');
    else if (!mayRead && ground.loginBy === 'redirect') {
      entry.status = 302;
      response.writeHead(302, { location: `https://acme.slack.com/?redir=%2Ffiles-pri%2F${id}` }).end();
    } else if (!mayRead) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(LOGIN_PAGE);
    } else {
      const content = toFileBytes(file.sent);
      response.writeHead(200, {
        'content-type': String(file.wire.mimetype),
        ...(file.sent.chunked ? {} : { 'content-length': content.byteLength }),
      });
      response.end(content);
    }
    ground.changed();
  }

  return { downloads, handle };
}

const LOGIN_PAGE = '<!DOCTYPE html><title>Sign in | Slack</title><form>Sign in to your workspace</form>';

/** The bytes of a file. */
export function toFileBytes({ content = '' }: SentFile): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
