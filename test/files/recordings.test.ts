import { describe, expect, it } from 'vitest';
import { read, refusal } from './reading.ts';
import { recordings } from './recordings.ts';

describe('a recording', () => {
  it.each([
    ['voice-message.ogg', recordings.ogg, 'audio/ogg'],
    ['song.mp3', recordings.mp3, 'audio/mpeg'],
    ['memo.m4a', recordings.m4a, 'audio/mp4'],
    ['sound.mp4', recordings.soundOnlyMp4, 'audio/mp4'],
    ['beep.wav', recordings.wav, 'audio/wav'],
    ['tune.flac', recordings.flac, 'audio/flac'],
    ['clip.webm', recordings.webm, 'audio/webm'],
  ])('is passed on as it is: %s', async (name, bytes, mediaType) => {
    expect(await read(name, bytes)).toEqual({
      kind: 'recording',
      about: expect.stringMatching(/^recording, \d+ KB$/),
      name,
      mediaType,
      bytes,
    });
  });

  it('is told from the sound of a video', async () => {
    expect(await read('clip.mp4', recordings.mp4)).toMatchObject({
      kind: 'recording',
      about: 'sound of a video, 1 KB',
      mediaType: 'video/mp4',
    });
  });

  it.each([
    ['voice', recordings.ogg, 'voice.ogg'],
    ['voice.opus', recordings.ogg, 'voice.ogg'],
    ['voice.oga', recordings.ogg, 'voice.oga'],
    ['notes.txt', recordings.mp3, 'notes.mp3'],
  ])('gets the ending that fits its content: %s', async (name, bytes, named) => {
    expect(await read(name, bytes)).toMatchObject({ name: named });
  });

  it.each([
    ['screen.mp4', recordings.silentMp4],
    ['screen.webm', recordings.silentWebm],
  ])('without sound is refused: %s', async (name, bytes) => {
    expect(await refusal(name, bytes)).toBe(
      `“${name}” is a video without sound: send pictures of what I should see.`,
    );
  });

  it('costs little to tell, whatever it is made of', async () => {
    const [type, rest] = [recordings.mp4.subarray(0, 24), Buffer.alloc(19_000_000)];
    for (let at = 0; at + 8 <= rest.length; at += 8) {
      rest.write('hdlr', at);
      rest.writeUInt32BE(at % 0xffff, at + 4);
    }
    const boxes = Buffer.alloc(19_000_000, Buffer.from('\0\0\0\u0008free', 'latin1'));
    for (const content of [rest, boxes]) {
      const before = performance.now();
      await read('odd.mp4', Buffer.concat([type, content]));
      // Seen: a tenth of that; to look at every mark took seconds.
      expect(performance.now() - before).toBeLessThan(1000);
    }
  });

  it('is refused beyond 25 MB', async () => {
    const long = Buffer.concat([recordings.wav, Buffer.alloc(25_000_000)]);
    expect(await refusal('day.wav', long)).toBe(
      '“day.wav” is larger than 25 MB, which is too much sound at once: send a shorter piece.',
    );
  });

  it('of another kind is refused with those that are read', async () => {
    const amr = Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(100)]);
    expect(await refusal('call.amr', amr)).toBe(
      '“call.amr” is sound of a kind I can’t read: send it as MP3, M4A, OGG or WAV.',
    );
  });
});
