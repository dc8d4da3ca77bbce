import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createAdmission } from '../../../src/adapters/web/admission.ts';
import { streamTurn } from '../../../src/adapters/web/answers.ts';
import { createEventStreams } from '../../../src/adapters/web/event-stream.ts';
import { createTurn } from '../../../src/adapters/web/turn.ts';
import type { WebContext } from '../../../src/adapters/web/web-env.ts';
import { createCounters } from '../../../src/ops/counters.ts';
import { noPictures } from './harness.ts';

/** The response to a client that went away before anything was answered. */
async function createLostResponse(): Promise<ServerResponse> {
  const lost = Promise.withResolvers<ServerResponse>();
  const server = createServer((_incoming, outgoing) => {
    outgoing.once('close', () => lost.resolve(outgoing));
    sending.destroy();
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sending = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  sending.on('error', () => undefined); // it is destroyed on purpose
  return lost.promise;
}

it('nothing is kept for a stream whose client had gone before it began', async () => {
  const outgoing = await createLostResponse();
  const setting = vi.spyOn(globalThis, 'setInterval');
  onTestFinished(() => setting.mockRestore());
  const streams = createEventStreams({ counters: createCounters() });
  const turn = createTurn(
    {
      ...{ thread: 'web:local:c', person: 'local', conversation: 'c', key: 'k', recovered: false, at: 0 },
    },
    noPictures,
  );
  const context = { env: { outgoing }, req: { method: 'GET' } } as unknown as WebContext;
  streamTurn(context, streams, turn);
  expect(turn.readers).toBe(0);
  expect(setting).not.toHaveBeenCalled();
  expect(streams.open(outgoing).closed.aborted).toBe(true);
});

it('no work is done for a client that had gone before it began', async () => {
  const outgoing = await createLostResponse();
  const admission = createAdmission({ mostOf: () => 1, turnsOf: () => 0 });
  const work = admission.run('local', outgoing, async (signal) => signal.throwIfAborted());
  await expect(work).rejects.toMatchObject({ status: 503 });
});
