/**
 * Gives the memory of a large file back at once: until the garbage collector comes, many more may have come and gone. Only
 * for bytes that nobody looks at any more, not even in another thread.
 */
export function release({ buffer, byteLength }: Uint8Array): void {
  const isWhole = byteLength === buffer.byteLength;
  if (isWhole && byteLength >= leastBytes && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Smaller ones are no matter, and may lie in memory that they share. */
const leastBytes = 100_000;
