import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { chooseType } from './accept.ts';
import { toCardData } from './card-shapes.ts';
import type { EventStreams } from './event-stream.ts';
import { Problem, toFailure } from './problems.ts';
import type { Turn } from './turn.ts';
import { toFailureData, toUsage } from './turn-events.ts';
import type { WebEnv } from './web-env.ts';

/** How an answer is sent. */
export type AnswerType = 'application/json' | 'text/event-stream';

/** The kind of answer that a request asks for. @throws Problem 406 */
export function readAnswerType(context: Context<WebEnv>): AnswerType {
  const type = chooseType(context.req.header('accept'), ['application/json', 'text/event-stream']);
  if (type !== undefined) return type;
  throw new Problem(406, 'Accept application/json or text/event-stream.');
}

/** Sends a turn as it grows. @param after the position up to which the reader has it */
export function streamTurn(
  context: Context<WebEnv>,
  streams: EventStreams,
  turn: Turn,
  after?: number,
): Response {
  const stream = streams.open(context.env.outgoing);
  if (context.req.method === 'HEAD') {
    stream.end();
    return RESPONSE_ALREADY_SENT;
  }
  const leave = turn.read(stream, after);
  stream.limitDelay();
  stream.closed.addEventListener('abort', leave, { once: true });
  if (stream.closed.aborted) leave();
  return RESPONSE_ALREADY_SENT;
}

/**
 * A turn in one piece, once it has ended.
 * @param closing aborts when the server goes away
 * @throws Problem 429 or 502 where it failed, 503 where the server goes away first
 */
export async function toWholeAnswer(turn: Turn, closing: AbortSignal): Promise<Record<string, unknown>> {
  await endOf(turn, closing);
  const { id, ending } = turn;
  const text = turn.text();
  if (ending === undefined)
    throw new Problem(503, 'Parley is restarting: ask for the stream of the conversation in a moment.', {
      retryAfterSeconds: 5,
      extra: { text },
    });
  if (ending.end === 'failed') {
    const { code, message, retryAfterSeconds } = toFailureData(ending);
    const patience = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    throw toFailure(code, message, { code, ...patience, extra: { text } });
  }
  const { end, notice, usage } = ending;
  const cards = turn.cards.filter(({ text, files }) => text !== '' || files.length > 0).map(toCardData);
  return {
    turn: id,
    text,
    ...(notice !== undefined && { notice }),
    ...(cards.length > 0 && { cards }),
    end,
    ...(usage && { usage: toUsage(usage) }),
  };
}

async function endOf(turn: Turn, closing: AbortSignal): Promise<void> {
  const closed = Promise.withResolvers<void>();
  const close = () => closed.resolve();
  closing.addEventListener('abort', close, { once: true });
  if (closing.aborted) close();
  try {
    await Promise.race([turn.ended, closed.promise]);
  } finally {
    closing.removeEventListener('abort', close);
  }
}
