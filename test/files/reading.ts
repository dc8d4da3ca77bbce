import { afterAll } from 'vitest';
import { ParleyError } from '../../src/core/errors.ts';
import type { FileContent } from '../../src/core/ports.ts';
import { createFileReader } from '../../src/files/file-reader.ts';

// Patient: how busy the machine is must not decide which sentence is said.
const reader = createFileReader({ timeLimitMs: 60_000 });
afterAll(endReading);

/** Ends the processes that read; the next file begins others. */
export function endReading(): Promise<void> {
  return reader.close();
}

/** What Parley reads in a file. */
export function read(
  name: string,
  content: string | Uint8Array,
  mostCharacters = 10_000,
): Promise<FileContent> {
  const { signal } = new AbortController();
  return reader.read({ name, bytes: toBytes(content) }, { mostCharacters, signal });
}

/** The text it reads; fails where it is none. */
export async function readText(
  name: string,
  content: string | Uint8Array,
  mostCharacters?: number,
): Promise<string> {
  const file = await read(name, content, mostCharacters);
  if (file.kind !== 'text') throw new Error(`${name} was read as a ${file.kind}`);
  return file.text;
}

/** The sentence that says why it does not read a file; fails where it does, or fails otherwise. */
export async function refusal(name: string, content: string | Uint8Array): Promise<string> {
  try {
    const file = await read(name, content);
    return `was read: ${file.about}`;
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'file-unreadable') return error.notice;
    throw error;
  }
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
