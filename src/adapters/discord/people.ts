import type { APIUser } from 'discord.js';
import type { Author } from '../../core/ports.ts';

/** A member of a server, or the part of one that comes with a message. */
interface Nicknamed {
  readonly nick?: string | null;
}

/** A person as the channel shows them: nickname in the server, else display name, else user name. */
export function toAuthor(user: APIUser, member?: Nicknamed): Author {
  return { id: user.id, name: member?.nick ?? user.global_name ?? user.username };
}
