import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { type EventTaker, readEvents } from '../../src/models/event-stream.ts';

const forever = new AbortController().signal;

/** An answer that a test writes, and who takes one event after the other when the test says so. */
function setUp(bounds?: Parameters<typeof readEvents>[3], signal = forever) {
  const incoming = new PassThrough();
  const taken: string[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const take: EventTaker = ({ data }) => {
    taken.push(data);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  };
  const reading = readEvents(incoming as unknown as IncomingMessage, signal, take, bounds);
  const settled = reading.then(
    () => 'read',
    (error: unknown) => error,
  );
  /** Lets the next one be taken, as soon as there is one. */
  const next = async (index: number) => {
    await vi.waitFor(() => expect(gates.length).toBeGreaterThan(index));
    gates[index]!.resolve();
  };
  return { incoming, taken, next, settled };
}

const event = (data: string) => `data: ${data}\n\n`;

describe('the events of an answer', () => {
  test('are taken one at a time, also those that came before the connection broke', async () => {
    const { incoming, taken, next, settled } = setUp();
    for (const data of ['one', 'two', 'three']) {
      incoming.write(event(data));
      await new Promise(setImmediate);
    }
    const broken = new Error('reset');
    incoming.destroy(broken);
    expect(taken).toEqual(['one']);
    for (const index of [0, 1, 2]) await next(index);
    expect(await settled).toBe(broken);
    expect(taken).toEqual(['one', 'two', 'three']);
  });

  test('make the server wait where nobody takes them', async () => {
    const { incoming, next, settled } = setUp({ mostWaiting: 2 });
    incoming.write(event('1') + event('2') + event('3') + event('4'));
    await vi.waitFor(() => expect(incoming.isPaused()).toBe(true));
    incoming.end(event('5') + event('[DONE]') + event('6'));
    for (const index of [0, 1, 2, 3, 4]) await next(index);
    expect(await settled).toBe('read');
  });

  test('end with what the taker throws, and with the reason of an abort', async () => {
    const incoming = new PassThrough();
    const fault = new Error('not mine');
    const reading = readEvents(incoming as unknown as IncomingMessage, forever, () => {
      throw fault;
    });
    incoming.write(event('one'));
    await expect(reading).rejects.toBe(fault);
    expect(incoming.destroyed).toBe(true);
    const controller = new AbortController();
    const aborted = setUp(undefined, controller.signal);
    controller.abort('enough');
    expect(await aborted.settled).toBe('enough');
    expect(aborted.incoming.destroyed).toBe(true);
  });

  test('are given up where one is longer than any', async () => {
    const { incoming, settled } = setUp({ longestEvent: 100 });
    incoming.write(`data: ${'x'.repeat(200)}`);
    expect(await settled).toBeInstanceOf(Error);
    expect(incoming.destroyed).toBe(true);
  });
});
