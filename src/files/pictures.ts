import sharp, { type Metadata, type Sharp } from 'sharp';
import type { FileContent, Picture } from '../core/ports.ts';
import { unreadable } from './unreadable.ts';

/** More pixels are refused by what the header says, before anything is decoded. */
const mostPixels = 100_000_000;
/** What a picture may take that is decoded as a whole before it is made smaller, and one that is decoded row by row. */
const mostBytesAtOnce = 100_000_000;
const mostBytesInRows = 400_000_000;
/** What vision models use of the longer side; more is scaled down there as well. */
const longestSide = 1568;
const mostBytes = 1_500_000;
/** A picture of so few colours is drawn, not photographed: its edges are to stay sharp. */
const fewColours = 256;

// One thread and no cache: a picture then costs little more memory than its rows.
sharp.cache(false);
sharp.concurrency(1);

const names: Readonly<Record<string, string>> = { png: 'PNG', jpeg: 'JPEG', gif: 'GIF', webp: 'WebP' };

const bytesOfSample: Readonly<Record<string, number>> = { uchar: 1, char: 1, ushort: 2, short: 2 };
const mostBytesOfSample = 4;

/** Ways to write a picture, best first; the first one that is small enough is taken. */
const drawn: readonly Way[] = [
  { mediaType: 'image/png', write: (image) => image.png() },
  { mediaType: 'image/webp', write: (image) => image.webp({ quality: 85, effort: 1 }) },
  {
    mediaType: 'image/webp',
    write: (image) => image.resize(1024, 1024, inside).webp({ quality: 60, effort: 1 }),
  },
];
const photographed: readonly Way[] = [
  { mediaType: 'image/jpeg', write: (image) => image.jpeg({ quality: 85 }) },
  { mediaType: 'image/jpeg', write: (image) => image.jpeg({ quality: 60 }) },
  { mediaType: 'image/jpeg', write: (image) => image.resize(1024, 1024, inside).jpeg({ quality: 60 }) },
];

interface Way {
  readonly mediaType: Picture['mediaType'];
  readonly write: (image: Sharp) => Sharp;
}

const inside = { fit: 'inside', withoutEnlargement: true } as const;

/**
 * The picture as models take it: upright, at most 1568 pixels on its longer side and 1.5 MB, without what a camera
 * writes beside it (place, owner). Of an animation the first frame.
 * @param file its bytes are given away
 */
export async function readPicture(
  file: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> },
  timeLimitMs: number,
): Promise<FileContent> {
  const seconds = Math.max(1, Math.ceil(timeLimitMs / 1000));
  const options = { limitInputPixels: mostPixels, failOn: 'error', pages: 1 } as const;
  const { width, height, about } = await headerOf(file);
  const failed = (cause: unknown) => {
    throw unreadable(file.name, whatFailed(cause), cause);
  };
  const { data, info } = await sharp(file.bytes, options)
    .timeout({ seconds })
    .autoOrient()
    .resize(longestSide, longestSide, inside)
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(failed);

  // What follows needs the room.
  file.bytes.buffer.transfer(0);
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const ways = hasAlpha(data, info.channels) || isDrawn(data, info.channels) ? drawn : photographed;
  for (const way of ways) {
    const bytes = await way.write(sharp(data, { raw })).timeout({ seconds }).toBuffer().catch(failed);
    if (bytes.length <= mostBytes || way === ways.at(-1)) {
      return { kind: 'picture', about: `${about}, ${width} × ${height}`, mediaType: way.mediaType, bytes };
    }
  }
  throw unreadable(file.name, 'could not be made small enough: send it smaller');
}

async function headerOf(file: { readonly name: string; readonly bytes: Uint8Array }) {
  let header: Metadata;
  try {
    // Without a limit here: the size is to be told, not just refused.
    header = await sharp(file.bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw unreadable(file.name, 'is damaged or cut off: send it again', cause);
  }
  const { format, pages = 1 } = header;
  const { width, height } = header.autoOrient;
  // The library decides by itself what a file is: what it would take for another kind is not read.
  if (names[format] === undefined) throw unreadable(file.name, 'is damaged: send it again as PNG or JPEG');
  const most = mostPixelsOf(header);
  if (width * height > most) {
    throw unreadable(
      file.name,
      `is too large a picture (${width} × ${height} pixels): send it with at most ${most / 1_000_000} million pixels`,
    );
  }
  const name = names[format] ?? format;
  return {
    width,
    height,
    about: pages > 1 ? `${name} picture, first of ${pages} frames` : `${name} picture`,
  };
}

/** By what decoding it takes, in whole millions. */
function mostPixelsOf(header: Metadata): number {
  const { format, isProgressive = false, channels, depth } = header;
  const whole = format === 'gif' || format === 'webp' || isProgressive;
  const most = (whole ? mostBytesAtOnce : mostBytesInRows) / bytesOfPixel(format, channels, depth, header);
  return Math.min(mostPixels, Math.max(1, Math.floor(most / 1_000_000)) * 1_000_000);
}

function bytesOfPixel(format: string, channels: number, depth: string, header: Metadata): number {
  // A frame and what is drawn of it; both as red, green, blue and how much shines through.
  if (format === 'gif') return 8;
  if (format === 'webp') return 4;
  // Of a progressive JPEG all coefficients are kept, two bytes each; often there are fewer of the colours.
  if (format === 'jpeg' && header.isProgressive === true) {
    return 2 * (header.chromaSubsampling === '4:2:0' ? 1.5 : channels);
  }
  return channels * (bytesOfSample[depth] ?? mostBytesOfSample);
}
function whatFailed(cause: unknown): string {
  return cause instanceof Error && cause.message.includes('timeout')
    ? 'took too long to read: send it smaller'
    : 'is damaged or cut off: send it again';
}

/** True where anything shines through. */
function hasAlpha(data: Buffer, channels: number): boolean {
  if (channels !== 2 && channels !== 4) return false;
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] !== 255) return true;
  return false;
}

/** By some thousand pixels spread over all of it. */
function isDrawn(data: Buffer, channels: number): boolean {
  const pixels = data.length / channels;
  // An odd step, so that it does not run down a column.
  const step = (Math.max(1, Math.floor(pixels / 20_000)) | 1) * channels;
  const colours = new Set<number>();
  for (let at = 0; at + channels <= data.length; at += step) {
    colours.add(data.readUIntBE(at, Math.min(3, channels)));
    if (colours.size > fewColours) return false;
  }
  return true;
}
