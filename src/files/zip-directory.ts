/** One file in an archive, as the archive's directory tells it. */
export interface ZipEntry {
  readonly name: string;
  readonly packedBytes: number;
  readonly bytes: number;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  /** Where its local header is. */
  readonly at: number;
}

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const endBytes = 22;
const mostComment = 65_535;

/**
 * The directory of a ZIP archive, without unpacking anything; `undefined` where it is damaged, cut off, or in parts
 * (ZIP64, several disks) that no document needs. By PKWARE's APPNOTE 4.3.
 */
export function readZipDirectory(bytes: Uint8Array): readonly ZipEntry[] | undefined {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = endOf(content);
  if (end === undefined) return undefined;
  const count = content.readUInt16LE(end + 10);
  const start = content.readUInt32LE(end + 16);
  const disks = content.readUInt32LE(end + 4);
  // What another reader could take for the mark of a second directory is refused.
  if (disks !== 0 || count !== content.readUInt16LE(end + 8) || count === 0xffff) return undefined;
  if (start + content.readUInt32LE(end + 12) !== end) return undefined;

  const entries: ZipEntry[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + 46 > end || content.readUInt32LE(at) !== entryMark) return undefined;
    const nameEnd = at + 46 + content.readUInt16LE(at + 28);
    entries.push({
      name: content.toString('utf8', at + 46, nameEnd),
      encrypted: (content.readUInt16LE(at + 8) & 1) === 1,
      method: content.readUInt16LE(at + 10),
      packedBytes: content.readUInt32LE(at + 20),
      bytes: content.readUInt32LE(at + 24),
      at: content.readUInt32LE(at + 42),
    });
    at = nameEnd + content.readUInt16LE(at + 30) + content.readUInt16LE(at + 32);
  }
  return at === end ? entries : undefined;
}

/** Where the packed bytes of an entry begin; `undefined` where its local header is not where it should be. */
export function packedStart(bytes: Uint8Array, entry: ZipEntry): number | undefined {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (entry.at + 30 > content.length || content.readUInt32LE(entry.at) !== 0x04034b50) return undefined;
  const start = entry.at + 30 + content.readUInt16LE(entry.at + 26) + content.readUInt16LE(entry.at + 28);
  return start + entry.packedBytes <= content.length ? start : undefined;
}

function endOf(content: Buffer): number | undefined {
  const lowest = Math.max(0, content.length - endBytes - mostComment);
  for (let at = content.length - endBytes; at >= lowest; at--) {
    if (content.readUInt32LE(at) === endMark) return at;
  }
  return undefined;
}
