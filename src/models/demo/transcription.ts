import type { Recording, TranscriptionModel } from '../../core/ports.ts';

/** The transcription that is there where no model is set up: it says what it was given, for it can't hear. */
export function createDemoTranscriber(): TranscriptionModel {
  return {
    id: 'demo',
    async transcribe(recording, signal) {
      signal.throwIfAborted();
      return `(The demo model can’t hear. This is a recording of ${describe(recording)}.)`;
    },
  };
}

function describe({ bytes, mediaType }: Recording): string {
  const milliseconds = readDuration(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const size = `${Math.max(1, Math.round(bytes.byteLength / 1_000))} kB of ${mediaType}`;
  return milliseconds === undefined ? size : `${Math.max(1, Math.round(milliseconds / 1_000))} s, ${size}`;
}

/** Of voice messages (Opus in Ogg) and of WAV, which tell it plainly. */
function readDuration(bytes: Buffer): number | undefined {
  if (bytes.length < 44) return undefined;
  if (bytes.toString('latin1', 0, 4) === 'RIFF') {
    const bytesPerSecond = bytes.readUInt32LE(28);
    return bytesPerSecond === 0 ? undefined : ((bytes.length - 44) * 1_000) / bytesPerSecond;
  }
  if (!bytes.subarray(0, 64).includes('OpusHead')) return undefined;
  // The last page counts the samples so far, at 48 kHz (RFC 7845, section 4).
  const page = bytes.lastIndexOf('OggS');
  if (page + 14 > bytes.length) return undefined;
  const samples = Number(bytes.readBigInt64LE(page + 6));
  return samples <= 0 ? undefined : samples / 48;
}
