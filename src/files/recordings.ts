import { toSize } from '../core/files/figures.ts';
import { extensionOf } from '../core/files/file-name.ts';
import type { FileContent } from '../core/ports.ts';
import { readMpeg4Tracks, type Tracks } from './mpeg4-tracks.ts';
import { unreadable } from './unreadable.ts';

/** The most that OpenAI's transcription takes. */
const mostBytes = 25_000_000;

/** A container that models transcribe: what it is called there, and its endings, of which the first is given. */
interface Container {
  readonly mediaType: string;
  readonly extensions: readonly string[];
}

const ogg: Container = { mediaType: 'audio/ogg', extensions: ['ogg', 'oga'] };
const mpeg4: Container = { mediaType: 'audio/mp4', extensions: ['m4a', 'mp4'] };

const containers: Readonly<Record<string, Container>> = {
  'audio/ogg': ogg,
  'audio/ogg; codecs=opus': ogg,
  'audio/mpeg': { mediaType: 'audio/mpeg', extensions: ['mp3', 'mpga', 'mpeg'] },
  'audio/mp4': mpeg4,
  'audio/x-m4a': mpeg4,
  'video/mp4': mpeg4,
  'audio/wav': { mediaType: 'audio/wav', extensions: ['wav'] },
  'audio/flac': { mediaType: 'audio/flac', extensions: ['flac'] },
  'video/webm': { mediaType: 'audio/webm', extensions: ['webm'] },
};

/**
 * A recording as it is, under a name whose ending fits its content (transcription goes by that); `undefined`
 * for what is none. Of a video the sound counts.
 */
export function toRecording(
  file: { readonly name: string; readonly bytes: Uint8Array },
  mime: string,
): FileContent | undefined {
  const container = containers[mime];
  if (container === undefined) return undefined;
  if (file.bytes.length > mostBytes) {
    throw unreadable(
      file.name,
      'is larger than 25 MB, which is too much sound at once: send a shorter piece',
    );
  }
  const tracks = tracksOf(file.bytes, mime);
  if (tracks.video && !tracks.audio) {
    throw unreadable(file.name, 'is a video without sound: send pictures of what I should see');
  }
  const what = tracks.video ? 'sound of a video' : 'recording';
  return {
    kind: 'recording',
    about: `${what}, ${toSize(file.bytes.length)}`,
    name: container.extensions.includes(extensionOf(file.name))
      ? file.name
      : `${file.name.replace(/\.[^.]*$/, '') || 'recording'}.${container.extensions[0]}`,
    mediaType: tracks.video ? mime : container.mediaType,
    bytes: file.bytes,
  };
}

/** What is in a container of video, by what is said of its tracks: MP4's handlers, WebM's codecs. */
function tracksOf(bytes: Uint8Array, mime: string): Tracks {
  if (mime === 'video/mp4') return readMpeg4Tracks(bytes);
  if (mime !== 'video/webm') return { video: false, audio: false };
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    video: content.includes('V_VP') || content.includes('V_AV1'),
    audio: content.includes('A_OPUS') || content.includes('A_VORBIS'),
  };
}
