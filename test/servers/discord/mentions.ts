import { invalidField } from './api-fault.ts';
import type { Ping } from './types.ts';

/** Ids of the users that a text mentions, each once. */
export function mentionedUsers(content: string): string[] {
  return [...new Set([...content.matchAll(/<@!?(\d+)>/g)].map((match) => match[1]!))];
}

/** `allowed_mentions` of a call. */
export interface AllowedMentions {
  readonly parse?: readonly string[];
  readonly users?: readonly string[];
  readonly roles?: readonly string[];
  readonly replied_user?: boolean;
}

/** Checks `allowed_mentions` as Discord does: at most 100 ids, and no list together with its `parse`. */
export function readAllowedMentions(value: unknown): AllowedMentions | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object')
    throw invalidField('allowed_mentions', 'DICT_TYPE_CONVERT', 'Not an object.');
  const allowed: AllowedMentions = value;
  for (const kind of ['users', 'roles'] as const) {
    const ids = allowed[kind] ?? [];
    if (ids.length > 100) {
      throw invalidField('allowed_mentions', 'BASE_TYPE_MAX_LENGTH', 'Must be 100 or fewer in length.');
    }
    if (ids.length > 0 && allowed.parse?.includes(kind)) {
      throw invalidField(
        'allowed_mentions',
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      );
    }
  }
  return allowed;
}

/** What {@link findPings} looks at. */
export interface PingSource {
  readonly content: string;
  readonly allowed: AllowedMentions | undefined;
  /** Answers to interactions parse only users unless told otherwise. */
  readonly interaction: boolean;
  /** Author of the message that a new message replies to. */
  readonly repliedTo?: string;
}

/** The mentions of a text that `allowed_mentions`, or its default, lets through. */
export function findPings(source: PingSource): Pick<Ping, 'kind' | 'target'>[] {
  const { content, allowed, interaction, repliedTo } = source;
  const parse = allowed?.parse ?? (allowed ? [] : interaction ? ['users'] : ['users', 'roles', 'everyone']);
  const pings: Pick<Ping, 'kind' | 'target'>[] = [];
  for (const target of mentionedUsers(content)) {
    if (parse.includes('users') || allowed?.users?.includes(target)) pings.push({ kind: 'user', target });
  }
  for (const [, target] of content.matchAll(/<@&(\d+)>/g)) {
    if (parse.includes('roles') || allowed?.roles?.includes(target!)) {
      pings.push({ kind: 'role', target: target! });
    }
  }
  for (const [, target] of content.matchAll(/@(everyone|here)\b/g)) {
    if (parse.includes('everyone')) pings.push({ kind: 'everyone', target: target! });
  }
  if (repliedTo !== undefined && (allowed ? allowed.replied_user === true : true)) {
    pings.push({ kind: 'reply', target: repliedTo });
  }
  return pings;
}
