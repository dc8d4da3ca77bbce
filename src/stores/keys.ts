import { createHash } from 'node:crypto';

/** A key as it is stored, and whether the value has to carry the original. */
export interface StoredKey {
  readonly name: string;
  readonly hashed: boolean;
}

/**
 * A key that every store takes as it is: at most 201 printable ASCII characters. Long or odd keys are
 * hashed (Postgres takes 255 characters and no NUL; lone surrogates would collide), so their value has to
 * carry the original. The leading `=` or `#` also keeps the adapters from taking a key that begins like a
 * namespace for one that has its prefix.
 */
export function toStoredKey(key: string): StoredKey {
  if (/^[\x20-\x7e]{0,200}$/.test(key)) return { name: `=${key}`, hashed: false };
  return { name: `#${createHash('sha256').update(key, 'utf16le').digest('hex')}`, hashed: true };
}

/** The original of a stored key that was not hashed. */
export function fromStoredKey(name: string): string {
  return name.slice(1);
}

/** True where the value of a stored key carries the original key. */
export function isHashed(name: string): boolean {
  return name.startsWith('#');
}

/**
 * A namespace as the stores see it: its own for Parley in a database that others use too, and without
 * characters that mean something in a prefix or a pattern. Different namespaces stay different.
 */
export function toStoredNamespace(namespace: string): string {
  const safe = namespace.replace(
    /[^a-z0-9-]/gu,
    (character) => `_${character.codePointAt(0)?.toString(16)}_`,
  );
  return `parley-${safe}`;
}
