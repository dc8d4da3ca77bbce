import { ApiFault, invalidField, refusals } from './api-fault.ts';
import { type AttachmentChange, readAttachments, type UploadedFile } from './attachments.ts';
import { readComponents } from './components.ts';
import { type AllowedMentions, mentionedUsers, readAllowedMentions } from './mentions.ts';

/** Longest content of a message. */
const contentLimit = 2000;

/** A message as a call brings it, checked. */
export interface MessageBody {
  /** Without white space at its ends, as Discord keeps it; undefined where the call names none. */
  readonly content?: string;
  readonly allowed: AllowedMentions | undefined;
  readonly allowedMentions?: unknown;
  readonly flags?: number;
  readonly nonce?: string | number;
  readonly enforceNonce: boolean;
  readonly embeds?: readonly unknown[];
  readonly components?: readonly unknown[];
  readonly attachments?: AttachmentChange;
  readonly reference?: {
    readonly messageId: string;
    readonly channelId?: string;
    readonly required: boolean;
  };
}

/**
 * Checks a message body. Length is counted in UTF-16 units, the strictest reading of "characters".
 * @throws ApiFault 50035 for a field that is wrong
 */
export function readMessageBody(value: unknown, files: readonly UploadedFile[] = []): MessageBody {
  if (typeof value !== 'object' || value === null) throw new ApiFault(400, 50109, 'Invalid JSON body.');
  const body = value as Readonly<Record<string, unknown>>;
  const content = readContent(body.content);
  const reference = readReference(body.message_reference);
  const components = readComponents(body.components);
  const attachments = readAttachments(body.attachments, files);
  return {
    allowed: readAllowedMentions(body.allowed_mentions),
    enforceNonce: body.enforce_nonce === true,
    ...(content === undefined ? {} : { content }),
    ...(body.allowed_mentions == null ? {} : { allowedMentions: body.allowed_mentions }),
    ...(typeof body.flags === 'number' ? { flags: body.flags } : {}),
    ...readNonce(body.nonce),
    ...(Array.isArray(body.embeds) ? { embeds: body.embeds } : {}),
    ...(components === undefined ? {} : { components }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(reference === undefined ? {} : { reference }),
  };
}

/** What a message shows. */
export interface Shown {
  readonly content?: string;
  readonly embeds?: readonly unknown[];
  readonly components?: readonly unknown[];
  readonly attachments?: readonly unknown[] | undefined;
}

/** Refuses a message that would show nothing. */
export function requireSomething({ content, embeds, components, attachments }: Shown): void {
  const parts = [embeds, components, attachments];
  if (!content && parts.every((part) => part === undefined || part.length === 0)) {
    throw refusals.emptyMessage();
  }
}

/** Ids of the users that a body mentions, as far as it may. */
export function allowedMentionsOf(body: MessageBody): string[] {
  const { allowed } = body;
  const parse = allowed?.parse ?? (allowed ? [] : ['users']);
  return mentionedUsers(body.content ?? '').filter(
    (id) => parse.includes('users') || allowed?.users?.includes(id),
  );
}

function readContent(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const content = value === null ? '' : String(value).trim();
  if (content.length > contentLimit) {
    throw invalidField('content', 'BASE_TYPE_MAX_LENGTH', `Must be ${contentLimit} or fewer in length.`);
  }
  return content;
}

function readNonce(value: unknown): { nonce?: string | number } {
  if (typeof value === 'number') return { nonce: value };
  if (typeof value !== 'string') return {};
  if (value.length > 25) throw invalidField('nonce', 'NONCE_TYPE_TOO_LONG', 'Must be 25 or fewer in length.');
  return { nonce: value };
}

function readReference(value: unknown): MessageBody['reference'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const reference = value as Readonly<Record<string, unknown>>;
  return {
    messageId: String(reference.message_id),
    required: reference.fail_if_not_exists !== false,
    ...(typeof reference.channel_id === 'string' ? { channelId: reference.channel_id } : {}),
  };
}
