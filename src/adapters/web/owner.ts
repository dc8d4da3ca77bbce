import { createHash } from 'node:crypto';

/** Whose a file is. Names of people are no part of what lies on the disk. */
export function toOwner(person: string): string {
  return createHash('sha256').update(person).digest('base64url').slice(0, 22);
}
