import type { Picture } from '../core/ports.ts';

/** Thrown where a server sends the address of a picture in place of the picture. */
export class LinkedPictureError extends Error {
  override readonly name = 'LinkedPictureError';
}

/** The picture that base64 (also as a `data:` URL) holds, its type told by its first bytes; `undefined` where it is none. */
export function decodePicture(base64: string): Picture | undefined {
  const bytes = Buffer.from(base64.replace(/^data:[^,]{0,100},/, ''), 'base64');
  const mediaType = typeOf(bytes);
  return mediaType === undefined ? undefined : { mediaType, bytes };
}

function typeOf(bytes: Buffer): Picture['mediaType'] | undefined {
  if (bytes.subarray(0, 8).equals(pngSignature)) return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  const isWebp = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';
  return isWebp ? 'image/webp' : undefined;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
