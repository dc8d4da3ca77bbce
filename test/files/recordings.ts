/** Beginnings of recordings, enough to tell what they are. */
export const recordings = {
  ogg: Buffer.concat([
    Buffer.from('OggS'),
    Buffer.from([0, 2, ...new Array<number>(20).fill(0), 1, 19]),
    Buffer.from('OpusHead\u0001\u0001'),
    Buffer.alloc(400, 7),
  ]),
  mp3: Buffer.concat(Array.from({ length: 8 }, () => frame())),
  m4a: mpeg4('M4A ', ['soun']),
  mp4: mpeg4('isom', ['vide', 'soun']),
  soundOnlyMp4: mpeg4('isom', ['soun']),
  silentMp4: mpeg4('isom', ['vide']),
  wav: wav(),
  flac: Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(200)]),
  webm: webm('A_OPUS'),
  silentWebm: webm('V_VP9'),
};

/** An MPEG-1 layer III frame of 128 kbit/s and 44.1 kHz: 417 bytes. */
function frame(): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(413)]);
}

function box(type: string, content: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(content.length + 8);
  return Buffer.concat([size, Buffer.from(type), content]);
}

function mpeg4(brand: string, handlers: readonly string[]): Buffer {
  const tracks = handlers.map((handler) =>
    box('hdlr', Buffer.concat([Buffer.alloc(8), Buffer.from(handler), Buffer.alloc(13)])),
  );
  const type = box('ftyp', Buffer.concat([Buffer.from(brand), Buffer.alloc(4), Buffer.from('isommp42')]));
  return Buffer.concat([type, box('moov', Buffer.concat(tracks)), box('mdat', Buffer.alloc(100))]);
}

function wav(): Buffer {
  const samples = Buffer.alloc(1600);
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

function webm(codec: string): Buffer {
  const type = Buffer.from([0x42, 0x82, 0x84, ...Buffer.from('webm')]);
  return Buffer.concat([
    Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x80 + type.length]),
    type,
    Buffer.from([0x86, 0x80 + codec.length]),
    Buffer.from(codec),
    Buffer.alloc(100),
  ]);
}
