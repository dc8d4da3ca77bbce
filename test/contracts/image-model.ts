import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImageEvent, ImageModel, ImageRequest } from '../../src/core/picture-ports.ts';
import type { Picture } from '../../src/core/ports.ts';

/** A model set up for the contract. */
export interface ImageModelFixture {
  /** Makes previews, and knows sizes, formats and transparency. */
  readonly model: ImageModel;
  /** Resolves once the work for the call that was just aborted has stopped, where that can be seen from outside. */
  readonly stopped?: () => Promise<void>;
  readonly close?: () => Promise<void>;
}

/** What every image model promises. */
export function describeImageModel(name: string, create: () => Promise<ImageModelFixture>): void {
  describe(`image model: ${name}`, () => {
    let fixture: ImageModelFixture;
    beforeEach(async () => {
      fixture = await create();
    });
    afterEach(async () => {
      await fixture.close?.();
    });

    const forever = new AbortController().signal;
    const request: ImageRequest = { prompt: 'a sea otter', count: 1 };
    const draw = (change: Partial<ImageRequest> = {}) =>
      collectImages(fixture.model.draw({ ...request, ...change }, forever));

    test('shows previews, then the picture, then finishes once', async () => {
      const events = await draw();
      expect(events.slice(0, -2).map(({ type }) => type)).toEqual(['preview', 'preview']);
      expect(events.slice(-2).map(({ type }) => type)).toEqual(['picture', 'finish']);
      for (const picture of picturesOf(events)) {
        const { format } = await sharp(picture.bytes).metadata();
        expect(picture.mediaType).toBe(`image/${format}`);
      }
    });

    test('makes several, each with its previews before it, no two the same', async () => {
      const events = await draw({ count: 6 });
      expect(events.at(-1)?.type).toBe('finish');
      const finals = new Set<string>();
      for (const index of [0, 1, 2, 3, 4, 5]) {
        const own = events.filter((event) => event.type !== 'finish' && event.index === index);
        expect(own.map(({ type }) => type)).toEqual(['preview', 'preview', 'picture']);
        finals.add(Buffer.from(picturesOf(own).at(-1)!.bytes).toString('base64'));
      }
      expect(finals.size).toBe(6);
      expect(events).toHaveLength(19);
    });

    test.each(['png', 'jpeg', 'webp'] as const)('writes %s in the asked proportions', async (format) => {
      const [picture] = picturesOf(await draw({ format, size: '1024x1536' })).slice(-1);
      expect(picture?.mediaType).toBe(`image/${format}`);
      const { width, height } = await sharp(picture!.bytes).metadata();
      expect(width / height).toBeCloseTo(2 / 3, 2);
    });

    test('leaves the background out where it is asked to', async () => {
      const [picture] = picturesOf(await draw({ background: 'transparent' })).slice(-1);
      expect((await sharp(picture!.bytes).stats()).isOpaque).toBe(false);
    });

    test('works from pictures, one or several, with a mask', async () => {
      const input = await plain('red');
      const mask = await plain({ r: 0, g: 0, b: 0, alpha: 0 });
      for (const change of [
        { inputs: [input] },
        { inputs: [input, await plain('blue')] },
        { inputs: [input], mask },
      ]) {
        const [picture] = picturesOf(await draw({ ...change, quality: 'low', endUser: 'a1b2' })).slice(-1);
        expect(Buffer.from(picture!.bytes).equals(input.bytes)).toBe(false);
      }
    });

    test('a size that is none ends it with a sentence that names it', async () => {
      await expect(draw({ size: 'gigantic', count: 2 })).rejects.toMatchObject({
        name: 'ParleyError',
        notice: expect.stringContaining('gigantic'),
      });
    });

    test('an abort before the start ends it with its reason', async () => {
      const reason = new Error('too late');
      await expect(collectImages(fixture.model.draw(request, AbortSignal.abort(reason)))).rejects.toBe(
        reason,
      );
    });

    test('an abort in the middle ends it with its reason, and the work stops', async () => {
      const controller = new AbortController();
      const reason = new Error('a person pressed stop');
      const reading = (async () => {
        for await (const event of fixture.model.draw({ ...request, count: 5 }, controller.signal)) {
          expect(event.type).not.toBe('finish');
          controller.abort(reason);
        }
      })();
      await expect(reading).rejects.toBe(reason);
      await fixture.stopped?.();
    });

    test('whoever stops reading stops the work', async () => {
      for await (const event of fixture.model.draw({ ...request, count: 2 }, forever)) {
        expect(event.type).toBe('preview');
        break;
      }
      await fixture.stopped?.();
    });

    test('has a name', () => {
      expect(fixture.model.id).not.toBe('');
    });
  });
}

/** All events of a drawing. */
export async function collectImages(drawing: AsyncIterable<ImageEvent>): Promise<ImageEvent[]> {
  const events: ImageEvent[] = [];
  for await (const event of drawing) events.push(event);
  return events;
}

/** The pictures of events, previews included. */
export function picturesOf(events: readonly ImageEvent[]): readonly Picture[] {
  return events.flatMap((event) =>
    event.type === 'preview' || event.type === 'picture' ? [event.picture] : [],
  );
}

/** A small picture of one colour. */
export async function plain(
  background: string | { r: number; g: number; b: number; alpha: number },
): Promise<Picture> {
  const drawn = sharp({ create: { width: 32, height: 48, channels: 4, background } });
  return { mediaType: 'image/png', bytes: await drawn.png().toBuffer() };
}
