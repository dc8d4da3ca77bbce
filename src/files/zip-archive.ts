/** A file for {@link writeZip}, packed as its method says. */
export interface PackedPart {
  readonly name: string;
  readonly packed: Uint8Array;
  /** Unpacked. */
  readonly bytes: number;
  /** 0 stored, 8 deflated. */
  readonly method: number;
}

const fieldBytes = 26;

/**
 * A ZIP archive of parts that are packed already: what a library is given in place of an archive from outside, so that it
 * reads nothing but what was looked at. Without check sums. By PKWARE's APPNOTE 4.3.
 */
export function writeZip(parts: readonly PackedPart[]): Buffer {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, packed, bytes, method } of parts) {
    const title = Buffer.from(name);
    const fields = Buffer.alloc(fieldBytes);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes, 18);
    fields.writeUInt16LE(title.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    pieces.push(Buffer.from('PK\u0003\u0004'), fields, title, packed);
    directory.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), fields, place, title);
    at += 4 + fieldBytes + title.length + packed.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(listing.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...pieces, listing, Buffer.from('PK\u0005\u0006'), end]);
}
