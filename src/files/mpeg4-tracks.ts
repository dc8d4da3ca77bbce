/** What a film or recording holds. */
export interface Tracks {
  readonly video: boolean;
  readonly audio: boolean;
}

/** Boxes that others are in, on the way to what a track is handled by. */
const containers = new Set(['moov', 'trak', 'mdia']);
/** Real ones have some dozens. */
const mostBoxes = 10_000;

/**
 * What is in an MP4 by the handlers of its tracks (ISO 14496-12, 8.4.3). Looks at the boxes on the way to them alone, so
 * what it costs does not grow with the file.
 */
export function readMpeg4Tracks(bytes: Uint8Array): Tracks {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const handlers = { vide: false, soun: false };
  let at = 0;
  for (let seen = 0; seen < mostBoxes && at + 8 <= content.length; seen++) {
    const type = content.toString('latin1', at + 4, at + 8);
    // A container's boxes follow its header; where they end others do, which is all that counts here.
    if (containers.has(type)) {
      at += 8;
      continue;
    }
    const handler = type === 'hdlr' ? content.toString('latin1', at + 16, at + 20) : '';
    if (handler === 'vide' || handler === 'soun') handlers[handler] = true;
    if (handlers.vide && handlers.soun) break;
    const size = sizeOf(content, at);
    if (size < 8) break;
    at += size;
  }
  return { video: handlers.vide, audio: handlers.soun };
}

/** 0 where a box goes on to the end of the file, or has no size that makes sense. */
function sizeOf(content: Buffer, at: number): number {
  const size = content.readUInt32BE(at);
  if (size !== 1) return size;
  return at + 16 <= content.length ? Number(content.readBigUInt64BE(at + 8)) : 0;
}
